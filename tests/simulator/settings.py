"""Settings of the whole cloud, where the documentation leaves more than one reading."""

from collections.abc import Mapping
from typing import Any, Final

from .cloud import Cloud
from .oauth import OAuth

# By attribute: the options, with a text where the value is none; the cloud starts with
# the first one.
_SETTINGS: Final[Mapping[str, tuple[Any, ...] | Mapping[str, Any]]] = {
    "devices_under_data": {"devices": False, "data.devices": True},
    "sync_method": ("GET", "POST"),
    "toggle_path": ("endpoints", "endpoint"),
    "token_method": ("GET", "POST"),
    "wrong_method": (405, 501),
    "time_zone": ("UTC", "America/New_York", "Europe/Berlin", "Asia/Shanghai"),
    "history_types": {
        "device and door": frozenset({"device", "door"}),
        "device only": frozenset({"device"}),
        "door only": frozenset({"door"}),
        "nothing": frozenset(),
    },
    "history_owner_only": {"owners only": True, "guests too": False},
    "history_order": ("newest", "oldest", "shuffled"),
    "history_time_format": {
        "date and time": "%Y-%m-%d %H:%M:%S",
        "date only": "%Y-%m-%d",
        "with a zone": "%Y-%m-%dT%H:%M:%S%:z",
    },
    "sets_cookies": {"no cookies": False, "cookies": True},
    "access_lifetime": {"1 hour": 3600, "1 minute": 60, "5 s": 5},
    "expires_in": ("number", "text", "missing"),
    "keeps_refresh_token": {"both tokens new": False, "access token new": True},
    "tokens_under_data": {"tokens at the top": False, "tokens under data": True},
    "slash": ("documented", "always", "never"),
    "slash_status": (301, 302, 307, 308),
    "log_ids": ("listed", "plain", "dashed", "capitals"),
    "states": ("capitals", "small", "opened"),
    "accepts_with": ("200", "202", "204", "no body"),
    "refuses_with_200": {"refused with an error": False, "refused with 200": True},
    "history_refusal": (400, 403, 404, 405, 422, 500, 501),
    "history_end": ("included", "excluded", "not to come"),
    "silent_day": ("empty", "null", "no data", "404"),
    "compression": ("gzip", "members", "zlib", "deflate", "none"),
}


def settings(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every setting, with the option chosen; empty if only a test can set it."""
    return [
        {
            "name": name,
            "label": name.replace("_", " ").capitalize(),
            "options": list(options := _options(name)),
            "chosen": "".join(
                option
                for option, value in options.items()
                if value == getattr(_owner(cloud, name), name)
            ),
        }
        for name in _SETTINGS
    ]


def choose(cloud: Cloud, name: str, option: str) -> None:
    """Change a setting to one of its options."""
    setattr(_owner(cloud, name), name, _options(name)[option])


def _options(name: str) -> Mapping[str, Any]:
    options = _SETTINGS[name]
    if isinstance(options, Mapping):
        return options
    return {str(one): one for one in options}


def _owner(cloud: Cloud, name: str) -> Cloud | OAuth:
    return cloud if hasattr(cloud, name) else cloud.oauth


# How the service may speak, without what leaves nothing to hear.
WAYS: Final[Mapping[str, list[str]]] = {
    name: [option for option in _options(name) if option != "nothing"]
    for name in _SETTINGS
    if name not in ("access_lifetime", "history_owner_only")
} | {"time_zone": ["UTC", "America/New_York"]}


def mixed(number: int) -> dict[str, str]:
    """Return one of many mixed dialects; every seven in a row have all ways in them."""
    return {
        name: options[(number + row) % len(options)]
        for row, (name, options) in enumerate(WAYS.items())
    }
