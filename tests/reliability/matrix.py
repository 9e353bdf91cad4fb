"""What becomes of each kind of trouble at each endpoint, and the page that says so."""

from enum import Enum
from pathlib import Path
import re
from typing import Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"


class Outcome(Enum):
    """What people and automations notice; the page says what the words mean."""

    FINE = "works"
    COUNTED = "counted"
    PARTLY = "left out"
    AWAY = "unavailable"
    WAIT = "waits"
    LOGIN = "asks for login"
    REFUSED = "says why"
    UNSURE = "says unsure"
    LATER = "read later"
    MISSING = "missing"
    HIDDEN = "not shown"
    ASK = "asks again"
    END = "ends"


ENDPOINTS: Final = ("token", "sync", "toggle", "history", "user_info", "user_settings")

# One reader for tokens and one for the rest: here, every kind of trouble has a test.
# Elsewhere, the first one of each row has.
FULL: Final = ("token", "sync")

# Kinds of trouble of one nature, and what they come to, in the order of ENDPOINTS.
_SILENT: Final = "unavailable, unavailable, says unsure, read later, asks again, works"
_WORKS: Final = "works, works, works, works, works, works"
ROWS: Final[dict[tuple[str, ...], str]] = {
    ("refused connection", "DNS failure", "TLS failure"): _SILENT,
    ("reset", "hang before the headers", "hang in the body"): _SILENT,
    ("redirect, other host", "redirect, same host", "redirect, loop"): _SILENT,
    ("500", "503", "504", "502 with HTML", "408", "error code 500"): _SILENT,
    ("20 MiB", "gzip bomb"): _SILENT,
    (
        *("truncated JSON", "empty body", "null", "a list", "a string"),
        *("deeply nested JSON", "JSON of another shape"),
    ): "unavailable, unavailable, works, read later, asks again, works",
    ("501",): "unavailable, unavailable, says why, read later, asks again, works",
    ("400",): "asks for login, unavailable, says why, not shown, asks again, works",
    ("401",): "asks for login, asks for login, says why, not shown, ends, works",
    ("error code 401",): (
        "unavailable, asks for login, says why, not shown, ends, works"
    ),
    ("404",): "unavailable, unavailable, says why, missing, asks again, works",
    (
        *("403", "404 with HTML", "405", "409", "410", "418", "422", "428"),
        "success: false",
    ): "unavailable, unavailable, says why, not shown, asks again, works",
    ("429, Retry-After in seconds", "429, Retry-After as a date"): (
        "waits, waits, waits, waits, waits, works"
    ),
    ("429, no Retry-After",): (
        "unavailable, unavailable, waits, read later, asks again, works"
    ),
    ("not UTF-8", "wrong charset", "wrong content type"): _WORKS,
    (
        *("lone surrogates in names", "control characters in names", "endless names"),
        *("NaN", "numbers as text", "numbers beyond any float", "huge numbers"),
        "negative numbers",
    ): _WORKS,
    ("duplicate ids",): "works, left out, works, counted, works, works",
    ("endless ids",): "works, left out, works, missing, asks again, works",
    ("times of the year 1", "times of the year 9999"): (
        "works, works, works, missing, works, works"
    ),
}

_ALL_CELLS: Final = [
    (endpoint, kind, Outcome(outcome), kind == row[0])
    for row, outcomes in ROWS.items()
    for endpoint, outcome in zip(ENDPOINTS, outcomes.split(", "), strict=True)
    for kind in row
]
CELLS: Final = [
    (endpoint, kind, outcome)
    for endpoint, kind, outcome, is_first in _ALL_CELLS
    if is_first or endpoint in FULL
]

# What might be taken for another way of speaking, at each endpoint.
LIKE_DIALECTS: Final = [
    (endpoint, kind, outcome)
    for endpoint, kind, outcome, _ in _ALL_CELLS
    if kind in ("404", "404 with HTML", "405", "501", "redirect, same host")
]


def page() -> str:
    """Return the page with the table as the tests check it."""
    titles = ["", *(endpoint.replace("_", " ") for endpoint in ENDPOINTS)]
    table = [
        titles,
        ["---"] * len(titles),
        *(["; ".join(row), *outcomes.split(", ")] for row, outcomes in ROWS.items()),
    ]
    rows = "".join(f"| {' | '.join(row)} |\n" for row in table)
    text = PAGE.read_text("utf-8")
    return re.sub(r"(^\|.*\n)+", rows, text, count=1, flags=re.MULTILINE)
