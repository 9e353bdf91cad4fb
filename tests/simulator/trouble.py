"""The catalogue of faults that can be switched on at an endpoint."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
import json
import re
from typing import Any, Final
import zlib

from .cloud import Cloud
from .faults import Fault

MIB: Final = 1024 * 1024

# The Retry-After of the faults that have one.
RETRY_SECONDS: Final = 100

_HTML: Final = {"Content-Type": "text/html"}
_NAMES: Final = {"name", "first_name", "last_name", "door_name", "message"}
_IDS: Final = {"id", "door_id"}
_TIMES: Final = {"last_toggled", "last_contact", "toggle_date_time"}


@cache
def _deeply_nested() -> bytes:
    return b'{"a":' * 100_000 + b"1" + b"}" * 100_000


@cache
def _twenty_mib() -> bytes:
    return b'{"devices": []}'.ljust(20 * MIB)


@cache
def _bomb() -> bytes:
    """Return what becomes 64 MiB when it is unpacked."""
    packer = zlib.compressobj(level=9, wbits=31)
    return packer.compress(bytes(64 * MIB)) + packer.flush()


def _numbers(written: bytes) -> Callable[[bytes], bytes]:
    """Return a function that writes every number in another way."""
    return lambda body: re.sub(rb"(?<=: )[0-9]+(?=[,}])", written, body)


def _to_latin_1(body: bytes) -> bytes:
    return json.dumps(json.loads(body), ensure_ascii=False).encode("latin-1", "replace")


def _changed(keys: set[str], pattern: str) -> Callable[[Any], Any]:
    """Return a function that changes every text under some keys, however deep."""

    def edit(value: Any) -> Any:
        match value:
            case dict():
                return {
                    key: pattern.replace("{}", one)
                    if key in keys and isinstance(one, str)
                    else edit(one)
                    for key, one in value.items()
                }
            case list():
                return [edit(one) for one in value]
        return value

    # The note gives an answer without any of these texts one, too.
    return lambda body: {**edit(body), "note": pattern.replace("{}", "note")}


def _twice(value: Any) -> Any:
    """List every record a second time, with the opposite state."""
    other = {"OPEN": "CLOSED", "CLOSED": "OPEN"}
    match value:
        case list():
            once = [_twice(one) for one in value]
            return once + [
                {**one, "state": other.get(one["state"], one["state"])}
                if "state" in one
                else one
                for one in once
            ]
        case dict():
            return {key: _twice(one) for key, one in value.items()}
    return value


# The request is carried out; only the answer is late or lost.
LATE_OR_LOST: Final = {
    "5 seconds late": Fault(delay=5),
    "done, then 502": Fault(status=502, after=True),
    "done, then reset": Fault(reset=True, after=True),
}

_SILENCE: Final = {
    "hang before the headers": Fault(hang="headers"),
    "hang in the body": Fault(hang="body", status=200, body='{"success": true}'),
    "reset": Fault(reset=True),
}

_BODIES: Final[Mapping[str, str | Callable[[], bytes]]] = {
    "empty body": "",
    "truncated JSON": '{"success": true, "data": {"devi',
    "JSON of another shape": '{"status": {"fine": [1, 2, 3]}}',
    "null": "null",
    "a list": '[{"id": "1"}]',
    "a string": '"OK"',
    "success: false": '{"success": false, "timestamp": null, "message": "No."}',
    "error code 401": '{"success": true, "code": 401, "message": "No."}',
    "error code 500": '{"success": true, "code": "500", "message": "No."}',
    "deeply nested JSON": _deeply_nested,
}

_ENCODINGS: Final = {
    "wrong content type": Fault(headers=_HTML),
    "wrong charset": Fault(
        headers={"Content-Type": "application/json; charset=utf-16"}
    ),
    "not UTF-8": Fault(edit=_changed(_NAMES, "{} \xfc"), rewrite=_to_latin_1),
    "gzip bomb": Fault(status=200, body=_bomb, headers={"Content-Encoding": "gzip"}),
    "20 MiB": Fault(
        status=200, body=_twenty_mib, headers={"Content-Encoding": "identity"}
    ),
}

_VALUES: Final = {
    "numbers as text": Fault(rewrite=_numbers(rb'"\g<0>"')),
    "huge numbers": Fault(rewrite=_numbers(b"1" + b"0" * 30)),
    "numbers beyond any float": Fault(rewrite=_numbers(b"1e400")),
    "negative numbers": Fault(rewrite=_numbers(rb"-\g<0>")),
    "NaN": Fault(rewrite=_numbers(b"NaN")),
    "duplicate ids": Fault(edit=_twice),
    "lone surrogates in names": Fault(edit=_changed(_NAMES, "{} \ud83d")),
    "control characters in names": Fault(
        edit=_changed(_NAMES, "\x00\u202e{}\r\n\x1b[2J\x07")
    ),
    "endless names": Fault(edit=_changed(_NAMES, "{}" * 10_000)),
    "endless ids": Fault(edit=_changed(_IDS, "{}" * 1000)),
    "times of the year 1": Fault(edit=_changed(_TIMES, "0001-01-01 00:00:00")),
    "times of the year 9999": Fault(edit=_changed(_TIMES, "9999-12-31 23:59:59")),
}


def catalogue(cloud: Cloud) -> dict[str, dict[str, Fault]]:
    """Return every kind of fault by its unique name, in groups."""
    groups: Mapping[str, Mapping[str, Fault]] = {
        "Does not answer": _SILENCE,
        "Leads somewhere else": _redirects(cloud.port),
        "Answers with an error": _statuses(cloud.now()),
        "Answers something else": {
            name: Fault(status=200, body=body) for name, body in _BODIES.items()
        },
        "Answers in the wrong way": _ENCODINGS,
        "Answers with odd values": _VALUES,
        "Does it, but answers late or not at all": LATE_OR_LOST,
    }
    return {
        group: {name: replace(fault, name=name) for name, fault in faults.items()}
        for group, faults in groups.items()
    }


def kinds(cloud: Cloud) -> dict[str, Fault]:
    """Return every kind of fault by its name."""
    groups = catalogue(cloud).values()
    return {name: fault for group in groups for name, fault in group.items()}


def _redirects(port: int) -> dict[str, Fault]:
    # The target does not exist, so that a request to it shows who followed.
    targets = {
        "same host": "/elsewhere",
        "other host": f"http://localhost:{port}/elsewhere",
        "loop": "?again",
    }
    return {
        f"redirect, {name}": Fault(status=307, body="", headers={"Location": target})
        for name, target in targets.items()
    }


def _statuses(now: datetime) -> dict[str, Fault]:
    plain = (400, 401, 403, 404, 405, 408, 409, 410, 418, 422, 428, 500, 501, 503, 504)
    seconds = {"Retry-After": str(RETRY_SECONDS)}
    date = format_datetime(now + timedelta(seconds=RETRY_SECONDS), usegmt=True)
    page = "<!doctype html><h1>Something went wrong</h1>"
    return {
        **{str(status): Fault(status=status) for status in plain},
        "404 with HTML": Fault(status=404, body=page, headers=_HTML),
        "429, Retry-After in seconds": Fault(status=429, headers=seconds),
        "429, Retry-After as a date": Fault(status=429, headers={"Retry-After": date}),
        "429, no Retry-After": Fault(status=429),
        "502 with HTML": Fault(status=502, body=page, headers=_HTML),
    }
