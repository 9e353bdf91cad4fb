"""A catalogue of trouble: all that an endpoint can do instead of answering well."""

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

RETRY_SECONDS: Final = 100
"""For how long the faults with Retry-After ask to be left alone."""

_ENOUGH: Final = 64 * MIB
_DEPTH: Final = 100_000
_NAMES: Final = {"name", "first_name", "last_name", "door_name", "message"}
_IDS: Final = {"id", "door_id"}
_TIMES: Final = {"last_toggled", "last_contact", "toggle_date_time"}

LATE_OR_LOST: Final = {
    "5 seconds late": Fault(delay=5),
    "done, then 502": Fault(status=502, after=True),
    "done, then reset": Fault(reset=True, after=True),
}
"""What is asked for is done; only the answer is late or lost."""


def catalogue(cloud: Cloud) -> dict[str, dict[str, Fault]]:
    """Return every kind of fault in groups, by its name, which stands only once."""
    groups: Mapping[str, Mapping[str, Fault]] = {
        "Does not answer": _silence(),
        "Leads somewhere else": _redirects(cloud.port),
        "Answers with an error": _statuses(cloud.now()),
        "Answers something else": _bodies(),
        "Answers in the wrong way": _encodings(),
        "Answers with odd values": _values(),
        "Does it, but answers late or not at all": LATE_OR_LOST,
    }
    return {
        group: {name: replace(fault, name=name) for name, fault in faults.items()}
        for group, faults in groups.items()
    }


def kinds(cloud: Cloud) -> dict[str, Fault]:
    """Return every kind of fault by its name."""
    return {
        name: fault
        for faults in catalogue(cloud).values()
        for name, fault in faults.items()
    }


def _silence() -> dict[str, Fault]:
    """Answer nothing, or not to the end."""
    return {
        "hang before the headers": Fault(hang="headers"),
        "hang in the body": Fault(hang="body", status=200, body='{"success": true}'),
        "reset": Fault(reset=True),
    }


def _redirects(port: int) -> dict[str, Fault]:
    """Lead somewhere else; a path that does not exist shows who followed."""
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
    """Fail with a status."""
    plain = (400, 401, 403, 404, 405, 408, 409, 410, 418, 422, 428, 500, 501, 503, 504)
    date = format_datetime(now + timedelta(seconds=RETRY_SECONDS), usegmt=True)
    page = "<!doctype html><h1>Something went wrong</h1>"
    return {
        **{str(status): Fault(status=status) for status in plain},
        "404 with HTML": Fault(status=404, body=page, content_type="text/html"),
        "429, Retry-After in seconds": Fault(
            status=429, headers={"Retry-After": str(RETRY_SECONDS)}
        ),
        "429, Retry-After as a date": Fault(status=429, headers={"Retry-After": date}),
        "429, no Retry-After": Fault(status=429),
        "502 with HTML": Fault(status=502, body=page, content_type="text/html"),
    }


def _bodies() -> dict[str, Fault]:
    """Answer with 200, and with something else than was asked for."""
    bodies: dict[str, str | Callable[[], bytes]] = {
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
    return {name: Fault(status=200, body=body) for name, body in bodies.items()}


def _encodings() -> dict[str, Fault]:
    """Send the real answer in another way than it says, or far too much."""
    return {
        "wrong content type": Fault(headers={"Content-Type": "text/html"}),
        "wrong charset": Fault(
            headers={"Content-Type": "application/json; charset=utf-16"}
        ),
        "not UTF-8": Fault(edit=_changed(_NAMES, _with_umlaut), rewrite=_to_latin_1),
        "gzip bomb": Fault(
            status=200, body=_bomb, headers={"Content-Encoding": "gzip"}
        ),
        "20 MiB": Fault(
            status=200,
            body=_twenty_mib,
            headers={"Content-Encoding": "identity"},
        ),
    }


def _values() -> dict[str, Fault]:
    """Answer well, but with values that nobody expects."""
    return {
        "numbers as text": Fault(rewrite=_numbers(rb'"\g<0>"')),
        "huge numbers": Fault(rewrite=_numbers(b"1" + b"0" * 30)),
        "numbers beyond any float": Fault(rewrite=_numbers(b"1e400")),
        "negative numbers": Fault(rewrite=_numbers(rb"-\g<0>")),
        "NaN": Fault(rewrite=_numbers(b"NaN")),
        "duplicate ids": Fault(edit=_twice),
        "lone surrogates in names": Fault(edit=_changed(_NAMES, _with_surrogate)),
        "control characters in names": Fault(edit=_changed(_NAMES, _with_controls)),
        "endless names": Fault(edit=_changed(_NAMES, lambda name: name * 10_000)),
        "endless ids": Fault(edit=_changed(_IDS, lambda record_id: record_id * 1000)),
        "times of the year 1": Fault(
            edit=_changed(_TIMES, lambda _: "0001-01-01 00:00:00")
        ),
        "times of the year 9999": Fault(
            edit=_changed(_TIMES, lambda _: "9999-12-31 23:59:59")
        ),
    }


@cache
def _deeply_nested() -> bytes:
    return b'{"a":' * _DEPTH + b"1" + b"}" * _DEPTH


@cache
def _twenty_mib() -> bytes:
    return b'{"devices": []}'.ljust(20 * MIB)


@cache
def _bomb() -> bytes:
    """Return what becomes 64 MiB when it is unpacked."""
    packer = zlib.compressobj(level=9, wbits=31)
    return packer.compress(bytes(_ENOUGH)) + packer.flush()


def _numbers(written: bytes) -> Callable[[bytes], bytes]:
    """Write every number in another way."""
    return lambda body: re.sub(rb"(?<=: )[0-9]+(?=[,}])", written, body)


def _to_latin_1(body: bytes) -> bytes:
    """Write letters as a service did that never heard of UTF-8."""
    return json.dumps(json.loads(body), ensure_ascii=False).encode("latin-1", "replace")


def _with_umlaut(name: str) -> str:
    return f"{name} \xfc"


def _with_surrogate(name: str) -> str:
    return f"{name} \ud83d"


def _with_controls(name: str) -> str:
    return f"\x00\u202e{name}\r\n\x1b[2J\x07"


def _changed(keys: set[str], change: Callable[[str], str]) -> Callable[[Any], Any]:
    """Return what changes every text under some keys, however deep."""

    def edit(value: Any) -> Any:
        match value:
            case dict():
                return {
                    key: change(one)
                    if key in keys and isinstance(one, str)
                    else edit(one)
                    for key, one in value.items()
                }
            case list():
                return [edit(one) for one in value]
        return value

    def with_note(body: Any) -> Any:
        # So that an answer without any of these texts has one, too.
        return {**edit(body), "note": change("note")}

    return with_note


def _twice(value: Any) -> Any:
    """List every record a second time; what is open there is closed here."""
    match value:
        case list():
            once = [_twice(one) for one in value]
            return once + [_contradicted(one) for one in once]
        case dict():
            return {key: _twice(one) for key, one in value.items()}
    return value


def _contradicted(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record that says the opposite about the same door."""
    other = {"OPEN": "CLOSED", "CLOSED": "OPEN"}
    return {
        key: other.get(value, value) if key == "state" else value
        for key, value in record.items()
    }
