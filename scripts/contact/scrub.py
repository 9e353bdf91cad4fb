"""Replace what is private in an answer, and keep its shape."""

from contextlib import suppress
from datetime import datetime
import re
from typing import Any
from zoneinfo import available_timezones

# What ParqEx documents, in small letters; the zeros say that there is no Bluetooth.
_WORDS = {
    *("open", "opened", "closed", "true", "false", "owner", "has access"),
    *("door sensor", "parqex web", "door_open", "000000000000"),
}

# Documented fields whose numbers, times and time zones are kept: in any other field
# they may be a phone number, a code or a birthday.
_HARMLESS = {
    *("success", "timestamp", "time_zone", "toggle_date_time", "was_success"),
    *("active", "registered", "last_contact", "last_toggled", "software_version"),
    *("number_of_entities_controlled", "time_before_door_open_alert", "entity_number"),
    *("door_auto_close_enabled", "door_auto_close_delay", "sensor", "light"),
    *("bluetooth_onboard", "bluetooth_sensor", "bluetooth_sensor_battery_level"),
    "door_open_alert_notification_enabled",
}

_TIME_ZONES = available_timezones()
_SIGN = r"[A-Za-z0-9]|[^\x00-\x7f]"  # all but separators


class Scrubber:
    """Replace a value by the same one in all answers, however it is spelled."""

    def __init__(self) -> None:
        """Initialize without replacements."""
        self._numbers: dict[str, int] = {}

    def scrub(self, value: Any, field: str = "") -> Any:
        """Return a value without anything private; `field`: where it stands."""
        match value:
            case None | bool():
                return value
            case dict():
                return {
                    self._key(key): self.scrub(one, key) for key, one in value.items()
                }
            case list():
                return [self.scrub(one, field) for one in value]
            case str():
                return value if _is_kept(value, field) else self._text(value)
        return value if field in _HARMLESS else type(value)(self._number(str(value)))

    def _key(self, key: str) -> str:
        # What is no name of a field may be an id or a person's name.
        return key if re.fullmatch("[a-z][A-Za-z_]{0,39}", key) else self._text(key)

    def _text(self, text: str) -> str:
        """Return a text of the same length with the same separators and case."""
        fill = "a" if re.search(r"[^\W\d]", text) else "9"
        length = len(re.findall(_SIGN, text))
        signs = iter(str(self._number(text)).rjust(length, fill)[-length:])
        replaced = re.sub(_SIGN, lambda _: next(signs), text)
        return replaced.upper() if text.isupper() else replaced

    def _number(self, text: str) -> int:
        plain = "".join(re.findall(_SIGN, text)).casefold()
        return self._numbers.setdefault(plain, len(self._numbers) + 1)


def _is_kept(text: str, field: str) -> bool:
    if text.casefold() in _WORDS:
        return True
    if field not in _HARMLESS:
        return False
    with suppress(ValueError):
        return bool(datetime.fromisoformat(text))
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", text)) or text in _TIME_ZONES
