"""The kinds of fault that the page offers for every endpoint."""

from collections.abc import Mapping
from typing import Final

from .faults import Fault

_HTML: Final = "<!doctype html><title>Sorry</title><h1>Sorry</h1>"

FAULT_KINDS: Final[Mapping[str, Mapping[str, tuple[str, Fault]]]] = {
    "Says no": {
        "400": ("400, malformed", Fault(status=400)),
        "401": ("401, not signed in", Fault(status=401)),
        "403": ("403, not allowed", Fault(status=403)),
        "404": ("404, not found", Fault(status=404)),
        "429": ("429, too many", Fault(status=429)),
        "429-wait": (
            "429, wait 30 s",
            Fault(status=429, headers={"Retry-After": "30"}),
        ),
    },
    "Fails": {
        "500": ("500, broken", Fault(status=500)),
        "501": ("501, not supported", Fault(status=501)),
        "502": ("502, bad gateway", Fault(status=502)),
        "502-page": (
            "502 with a web page",
            Fault(status=502, body=_HTML, content_type="text/html"),
        ),
        "503": ("503, down", Fault(status=503)),
        "302": (
            "sends elsewhere",
            Fault(status=302, headers={"Location": "/elsewhere"}),
        ),
    },
    "Is slow or silent": {
        "slow": ("waits 5 s", Fault(delay=5)),
        "hang": ("never answers", Fault(hang="headers")),
        "hang-body": ("stops in the middle", Fault(hang="body")),
        "reset": ("cuts the line", Fault(reset=True)),
    },
    "Talks nonsense": {
        "garbage": ("web page as JSON", Fault(status=200, body="<html>")),
        "empty": ("empty answer", Fault(status=200, body="")),
        "truncated": ("half an answer", Fault(status=200, body='{"data": {')),
        "null": ("null", Fault(status=200, body="null")),
        "list": ("a list", Fault(status=200, body="[]")),
        "wrong-type": ("wrong type", Fault(headers={"Content-Type": "text/plain"})),
        "unsuccessful": (
            "success: false",
            Fault(status=200, body='{"success": false, "message": "No."}'),
        ),
    },
    "Does it, but the answer is lost": {
        "lost-502": ("done, then 502", Fault(status=502, after=True)),
        "lost-reset": ("done, then cut", Fault(reset=True, after=True)),
    },
}
"""By group and key: what to call it, and what it is."""

FAULTS: Final[Mapping[str, Fault]] = {
    key: fault for kinds in FAULT_KINDS.values() for key, (_, fault) in kinds.items()
}
FAULT_LABELS: Final[Mapping[str, str]] = {
    key: label
    for kinds in FAULT_KINDS.values()
    for key, (label, _) in kinds.items()
}
