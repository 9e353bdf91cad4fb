"""Describe accesses in Activity."""

from collections.abc import Callable

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .access_log import AccessType
from .const import (
    ATTR_CHANNEL,
    ATTR_EVENT_TYPE,
    ATTR_REQUESTED,
    ATTR_USER,
    DOMAIN,
    EVENT_ACCESS,
)

# With and without a person.
SENTENCES = {
    AccessType.OPENED: ("was opened by {user}", "was opened"),
    AccessType.CLOSED: ("was closed by {user}", "was closed"),
    AccessType.FAILED: ("failed to {requested} for {user}", "failed to {requested}"),
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Register how accesses are described."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        """Return an access as a sentence: Main gate was opened by Jane (ParqEx Web)."""
        by_person, alone = SENTENCES[event.data[ATTR_EVENT_TYPE]]
        sentence = by_person if event.data[ATTR_USER] else alone
        message = sentence.format_map(
            {
                "user": event.data[ATTR_USER],
                "requested": "open"
                if event.data[ATTR_REQUESTED] == "open"
                else "close",
            }
        )
        if channel := event.data[ATTR_CHANNEL]:
            message = f"{message} ({channel})"
        return {
            LOGBOOK_ENTRY_NAME: event.data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ENTITY_ID: event.data[ATTR_ENTITY_ID],
        }

    async_describe_event(DOMAIN, EVENT_ACCESS, describe)
