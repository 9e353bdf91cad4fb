"""What becomes of each kind of trouble at each endpoint, and the page that says so."""

from enum import Enum
from itertools import product
from pathlib import Path
from typing import Final

from tests.simulator import Cloud
from tests.simulator.faults import ENDPOINTS
from tests.simulator.trouble import LATE_OR_LOST, kinds

from .unreachable import UNREACHABLE

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"


class Outcome(Enum):
    """What people and automations notice, and what puts it right."""

    FINE = "works"
    COUNTED = "counted"
    PARTLY = "left out"
    AWAY = "unavailable"
    WAIT = "waits"
    LOGIN = "asks for login"
    REFUSED = "says why"
    UNSURE = "says unsure"
    LATER = "read later"
    HIDDEN = "not shown"
    ASK = "asks again"
    END = "ends"
    STAY = "stays"
    NOT_READ = "not read"


MEANINGS: Final = {
    Outcome.FINE: "The answer is understood, whatever is odd about it. Nobody notices"
    " anything; a value that makes no sense is unknown.",
    Outcome.COUNTED: "What the access log lists twice counts as two accesses, since two"
    " equal ones can be in the same second. Everything else works on.",
    Outcome.PARTLY: "What cannot be understood is left out and counted (the log and the"
    " diagnostics say how much); everything else works on. An access point that is left"
    " out is unavailable, and stays in Home Assistant.",
    Outcome.AWAY: "Entities are unavailable until the next good answer, which comes by"
    " itself: refreshes are 30, 60, then 120 seconds apart. The login is kept.",
    Outcome.WAIT: "As before, or with a sentence that says so; and nothing is sent"
    " before ParqEx's time is up.",
    Outcome.LOGIN: "ParqEx itself rejected the login, and once more after the tokens"
    " were renewed: Home Assistant asks to link the account again. Entities are"
    " unavailable until then.",
    Outcome.REFUSED: "The command fails with a sentence that says why. Nothing moved, and"
    " nothing shows that it did.",
    Outcome.UNSURE: "The command fails with a sentence that it may or may not have been"
    " carried out. It is not sent again; Home Assistant refreshes until it is known.",
    Outcome.LATER: "The access log is read again, first after half a minute, then more"
    " and more rarely. Each access is published once, with its own time. Everything"
    " else works on.",
    Outcome.HIDDEN: "ParqEx does not show this account the log, so the access entities are"
    " unavailable. It is tried again after a quarter of an hour, then more and more"
    " rarely, at least once a day. Everything else works on.",
    Outcome.ASK: "The dialog says what is the matter and can ask again. The new login is"
    " kept meanwhile; ParqEx's page need not be visited again.",
    Outcome.END: "The dialog ends and says why; linking can be started again.",
    Outcome.STAY: "The dialog waits. The same link can be opened again, and then it works.",
    Outcome.NOT_READ: "Home Assistant never reads that page; it is for people.",
}

_FINE, _PARTLY, _AWAY, _WAIT = Outcome.FINE, Outcome.PARTLY, Outcome.AWAY, Outcome.WAIT
_LOGIN, _REFUSED, _UNSURE = Outcome.LOGIN, Outcome.REFUSED, Outcome.UNSURE
_LATER, _HIDDEN, _COUNTED = Outcome.LATER, Outcome.HIDDEN, Outcome.COUNTED
_ASK, _END, _STAY, _NOT_READ = (
    Outcome.ASK,
    Outcome.END,
    Outcome.STAY,
    Outcome.NOT_READ,
)

# Most kinds of trouble are one of these. In the order of ENDPOINTS: authorize, token,
# sync, toggle, history, user info, user settings.
_NO_ANSWER = (_STAY, _AWAY, _AWAY, _UNSURE, _LATER, _ASK, _FINE)
_NO = (_STAY, _AWAY, _AWAY, _REFUSED, _HIDDEN, _ASK, _FINE)
_BUSY = (_STAY, _WAIT, _WAIT, _WAIT, _WAIT, _WAIT, _FINE)
_ODD = (_NOT_READ, _FINE, _FINE, _FINE, _FINE, _FINE, _FINE)

_EXCEPTIONS: Final[dict[str, tuple[Outcome, ...]]] = {
    "400": (_STAY, _LOGIN, _AWAY, _REFUSED, _HIDDEN, _ASK, _FINE),
    "401": (_STAY, _LOGIN, _LOGIN, _REFUSED, _HIDDEN, _END, _FINE),
    "error code 401": (_STAY, _AWAY, _LOGIN, _REFUSED, _HIDDEN, _END, _FINE),
    "429, no Retry-After": (_STAY, _AWAY, _AWAY, _WAIT, _LATER, _ASK, _FINE),
    "501": (_STAY, _AWAY, _AWAY, _REFUSED, _LATER, _ASK, _FINE),
    "JSON of another shape": (_STAY, _AWAY, _AWAY, _FINE, _LATER, _ASK, _FINE),
    "wrong content type": (_STAY, _FINE, _FINE, _FINE, _FINE, _FINE, _FINE),
    "wrong charset": (_STAY, _FINE, _FINE, _FINE, _FINE, _FINE, _FINE),
    "duplicate ids": (_NOT_READ, _FINE, _PARTLY, _FINE, _COUNTED, _FINE, _FINE),
    "endless ids": (_NOT_READ, _FINE, _PARTLY, _FINE, _LATER, _ASK, _FINE),
    "times of the year 1": (_NOT_READ, _FINE, _FINE, _FINE, _LATER, _FINE, _FINE),
    "times of the year 9999": (_NOT_READ, _FINE, _FINE, _FINE, _LATER, _FINE, _FINE),
}
_NOES = {"403", "404", "404 with HTML", "405", "409", "410", "418", "422", "428"} | {
    "success: false"
}
_BUSINESS = {"429, Retry-After in seconds", "429, Retry-After as a date"}
_ODDITIES = {
    "not UTF-8",
    "numbers as text",
    "huge numbers",
    "numbers beyond any float",
    "negative numbers",
    "NaN",
    "lone surrogates in names",
    "control characters in names",
    "endless names",
}

# What is late is no trouble yet; what is lost though it was done has tests of its own.
KINDS: Final = [
    *UNREACHABLE,
    *(kind for kind in kinds(Cloud()) if kind not in LATE_OR_LOST),
]


def expected(endpoint: str, kind: str) -> Outcome:
    """Return what a kind of trouble comes to at an endpoint."""
    if kind in _EXCEPTIONS:
        row = _EXCEPTIONS[kind]
    elif kind in _NOES:
        row = _NO
    elif kind in _BUSINESS:
        row = _BUSY
    elif kind in _ODDITIES:
        row = _ODD
    else:
        row = _NO_ANSWER
    return row[ENDPOINTS.index(endpoint)]


CELLS: Final = [
    cell for cell in product(ENDPOINTS, KINDS) if expected(*cell) is not _NOT_READ
]


def page() -> str:
    """Return the page that says what becomes of what."""
    used = {expected(*cell) for cell in product(ENDPOINTS, KINDS)}
    titles = ["", *(endpoint.replace("_", " ") for endpoint in ENDPOINTS)]
    table = [
        titles,
        ["---"] * len(titles),
        *([kind, *(expected(one, kind).value for one in ENDPOINTS)] for kind in KINDS),
    ]
    meanings = [
        f"- **{outcome.value}**: {MEANINGS[outcome]}"
        for outcome in Outcome
        if outcome in used
    ]
    rows = [f"| {' | '.join(row)} |" for row in table]
    return "\n".join([_BEFORE, *rows, "", _BETWEEN, *meanings, ""])


_BEFORE: Final = """\
# What happens when ParqEx fails

Every row is a kind of trouble, every column an endpoint of ParqEx's API: the page where a person allows access
(authorize), tokens, the list of access points (sync), commands (toggle), the access log (history), whose account it
is (user info), and its time zone (user settings). Each cell is a test against a simulated ParqEx over real HTTP. This
page is written by `scripts/reliability`, and a test fails when it is not what the tests check.

In every cell:

- Home Assistant goes on running, and nothing unforeseen is in its log.
- Nothing is shown that is not so: what is not known is unavailable or unknown. (A switch shows what it was asked for,
  once ParqEx accepted it, until ParqEx confirms it or a minute is over.)
- No access point and no controller is removed.
- No command is carried out twice.
- No new login is asked for unless ParqEx itself rejected the login: at the token endpoint with 400, 401 or an error
  of RFC 6749, at the list of access points with a 401 that survives one renewal of the tokens.
- No redirect is followed, so no token goes anywhere else.
- No secret and nothing personal is in the log; no secret is in a state, a device, a repair or the diagnostics.
- The next good answer puts everything right.
"""
_BETWEEN: Final = "What the words mean:\n"
