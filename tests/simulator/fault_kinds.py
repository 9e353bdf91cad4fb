"""The kinds of fault that the page offers for every endpoint."""

from collections.abc import Mapping
from typing import Final

from .faults import Fault

_HTML: Final = "<!doctype html><title>Sorry</title><h1>Sorry</h1>"

FAULT_KINDS: Final[Mapping[str, Mapping[str, Fault]]] = {
    "Says no": {
        **{str(status): Fault(status=status) for status in (400, 401, 403, 404, 429)},
        "429 with Retry-After": Fault(status=429, headers={"Retry-After": "30"}),
    },
    "Fails": {
        **{str(status): Fault(status=status) for status in (500, 501, 502, 503)},
        "502 with HTML": Fault(status=502, body=_HTML, content_type="text/html"),
        "redirect": Fault(status=307, body="", headers={"Location": "/elsewhere"}),
    },
    "Is slow or silent": {
        "slow": Fault(delay=5),
        "hang": Fault(hang="headers"),
        "hang in the body": Fault(hang="body"),
        "reset": Fault(reset=True),
    },
    "Talks nonsense": {
        "garbage": Fault(status=200, body="<html>"),
        "empty body": Fault(status=200, body=""),
        "truncated JSON": Fault(status=200, body='{"success": true, "data": {"devi'),
        "null": Fault(status=200, body="null"),
        "a list": Fault(status=200, body="[]"),
        "success: false": Fault(status=200, body='{"success": false}'),
        "wrong content type": Fault(headers={"Content-Type": "text/html"}),
    },
    "Does it, but its answer is lost": {
        "done, then 502": Fault(status=502, after=True),
        "done, then reset": Fault(reset=True, after=True),
    },
}
"""By group and name; a name stands once."""

FAULTS: Final[Mapping[str, Fault]] = {
    name: fault for kinds in FAULT_KINDS.values() for name, fault in kinds.items()
}
