"""Settings of the whole cloud: where the documentation leaves more than one reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .cloud import Cloud
from .oauth import OAuth


@dataclass(frozen=True, slots=True)
class Setting:
    """An attribute of the cloud, with its values by what people call them."""

    label: str
    options: Mapping[str, Any]
    """The first one is how the cloud starts."""

    def option(self, value: object) -> str:
        """Return what people call a value; nothing if only a test can set it."""
        return next((key for key, one in self.options.items() if one == value), "")


_CLOUD: Final[Mapping[str, Setting]] = {
    "devices_under_data": Setting(
        "Where sync puts the devices", {"devices": False, "data.devices": True}
    ),
    "toggle_path": Setting(
        "Path of a command",
        {"…/endpoints/toggle": "endpoints", "…/endpoint/toggle": "endpoint"},
    ),
    "token_method": Setting("Tokens are asked for by", {"GET": "GET", "POST": "POST"}),
    "time_zone": Setting(
        "Times without a zone are in",
        {
            zone: zone
            for zone in (
                "UTC",
                "America/New_York",
                "America/Los_Angeles",
                "Europe/Berlin",
                "Asia/Shanghai",
            )
        },
    ),
    "history_types": Setting(
        "The log can be asked by",
        {
            "device and door": frozenset({"device", "door"}),
            "device only": frozenset({"device"}),
            "door only": frozenset({"door"}),
            "nothing": frozenset(),
        },
    ),
    "history_owner_only": Setting(
        "The log is for", {"owners only": True, "guests too": False}
    ),
    "history_order": Setting(
        "Order of the log",
        {
            "newest first": "newest",
            "oldest first": "oldest",
            "shuffled": "shuffled",
        },
    ),
    "history_time_format": Setting(
        "Times in the log",
        {"date and time": "%Y-%m-%d %H:%M:%S", "date only": "%Y-%m-%d"},
    ),
}

_OAUTH: Final[Mapping[str, Setting]] = {
    "access_lifetime": Setting(
        "New access tokens are good for", {"1 hour": 3600, "1 minute": 60, "5 s": 5}
    ),
    "expires_in_as_text": Setting(
        "Lifetime is written as", {"a number": False, "text": True}
    ),
}


def settings(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every setting, with the option chosen."""
    return [
        {
            "name": name,
            "label": setting.label,
            "options": list(setting.options),
            "chosen": setting.option(getattr(owner, name)),
        }
        for owner, table in _tables(cloud)
        for name, setting in table.items()
    ]


def choose(cloud: Cloud, name: str, option: str) -> None:
    """Change a setting to one of its options."""
    for owner, table in _tables(cloud):
        if name in table:
            setattr(owner, name, table[name].options[option])
            return
    raise KeyError(name)


def _tables(
    cloud: Cloud,
) -> tuple[tuple[Cloud | OAuth, Mapping[str, Setting]], ...]:
    return (cloud, _CLOUD), (cloud.oauth, _OAUTH)
