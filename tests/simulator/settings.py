"""Settings of the whole cloud, where the documentation leaves more than one reading."""

from collections.abc import Mapping
from typing import Any, Final

from .cloud import Cloud
from .oauth import OAuth

_ZONES: Final = (
    "UTC",
    "America/New_York",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Shanghai",
)

# By attribute: the label and the options; the cloud starts with the first one.
_SETTINGS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "devices_under_data": (
        "Where sync puts the devices",
        {"devices": False, "data.devices": True},
    ),
    "sync_method": ("Devices are asked for by", {"GET": "GET", "POST": "POST"}),
    "toggle_path": (
        "Path of a command",
        {"…/endpoints/toggle": "endpoints", "…/endpoint/toggle": "endpoint"},
    ),
    "token_method": ("Tokens are asked for by", {"GET": "GET", "POST": "POST"}),
    "time_zone": ("Times without a zone are in", {zone: zone for zone in _ZONES}),
    "history_types": (
        "The log can be asked by",
        {
            "device and door": frozenset({"device", "door"}),
            "device only": frozenset({"device"}),
            "door only": frozenset({"door"}),
            "nothing": frozenset(),
        },
    ),
    "history_owner_only": (
        "The log is for",
        {"owners only": True, "guests too": False},
    ),
    "history_order": (
        "Order of the log",
        {"newest first": "newest", "oldest first": "oldest", "shuffled": "shuffled"},
    ),
    "history_time_format": (
        "Times in the log",
        {
            "date and time": "%Y-%m-%d %H:%M:%S",
            "date only": "%Y-%m-%d",
            "with a zone": "%Y-%m-%dT%H:%M:%S%:z",
        },
    ),
    "sets_cookies": ("Cookies are", {"not set": False, "set": True}),
    "access_lifetime": (
        "New access tokens are good for",
        {"1 hour": 3600, "1 minute": 60, "5 s": 5},
    ),
    "expires_in": (
        "Lifetime is written as",
        {"a number": "number", "text": "text", "nothing": "missing"},
    ),
    "keeps_refresh_token": (
        "A renewal replaces",
        {"both tokens": False, "the access token only": True},
    ),
    "tokens_under_data": (
        "Where tokens are",
        {"at the top": False, "under data": True},
    ),
    "slash": (
        "Addresses end with a slash",
        {"as documented": "documented", "always": "always", "never": "never"},
    ),
    "slash_status": (
        "An address with the other slash redirects by",
        {str(status): status for status in (301, 302, 307, 308)},
    ),
    "log_ids": (
        "Ids in the log are written",
        {
            "as in the list": "listed",
            "without dashes": "plain",
            "with dashes": "dashed",
            "in capitals": "capitals",
        },
    ),
    "states": (
        "States are written",
        {
            "OPEN, CLOSED": "capitals",
            "open, closed": "small",
            "Opened, Closed": "opened",
        },
    ),
    "accepts_with": (
        "A command is accepted with",
        {one: one for one in ("200", "202", "204", "no body")},
    ),
    "refuses_with_200": (
        "A command is refused with",
        {"an error": False, "200": True},
    ),
    "history_refusal": (
        "The log refuses what it cannot be asked by with",
        {str(status): status for status in (400, 403, 404, 405, 422, 500, 501)},
    ),
    "history_end": (
        "The last day of the log is",
        {one: one for one in ("included", "excluded", "not to come")},
    ),
    "silent_day": (
        "A log without entries is",
        {"[]": "empty", "null": "null", "no data": "no data", "404": "404"},
    ),
    "compression": (
        "Answers are packed with",
        {
            "gzip": "gzip",
            "gzip in parts": "members",
            "deflate": "zlib",
            "deflate without a header": "deflate",
            "nothing": "none",
        },
    ),
}


def settings(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every setting, with the option chosen; empty if only a test can set it."""
    return [
        {
            "name": name,
            "label": label,
            "options": list(options),
            "chosen": next(
                (
                    option
                    for option, value in options.items()
                    if value == getattr(_owner(cloud, name), name)
                ),
                "",
            ),
        }
        for name, (label, options) in _SETTINGS.items()
    ]


def choose(cloud: Cloud, name: str, option: str) -> None:
    """Change a setting to one of its options."""
    _, options = _SETTINGS[name]
    setattr(_owner(cloud, name), name, options[option])


def _owner(cloud: Cloud, name: str) -> Cloud | OAuth:
    return cloud if hasattr(cloud, name) else cloud.oauth
