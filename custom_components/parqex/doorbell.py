"""Look as soon as somebody rings, however often they do."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN

# Between the end of a look and the next one; anybody could ring without end.
SECONDS_BETWEEN_LOOKS = 0.5


class Doorbell:
    """At most one look is under way, and one more is waiting."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        async_look: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Take what looks."""
        self._hass = hass
        self._entry = entry
        self._async_look = async_look
        self._rung = False
        self._looking = False
        self._rest: CALLBACK_TYPE | None = None
        self._stopped = False

    @callback
    def async_ring(self) -> None:
        """Have a look begun after this moment, soon."""
        self._rung = True
        self._async_answer()

    @callback
    def async_stop(self) -> None:
        """Look no more."""
        self._stopped = True
        if self._rest:
            self._rest()

    @callback
    def _async_answer(self) -> None:
        """Look, unless that is under way or was just now: its end comes back here."""
        if self._stopped or not self._rung or self._looking or self._rest:
            return
        self._rung, self._looking = False, True
        self._entry.async_create_background_task(
            self._hass, self._async_look_and_rest(), f"{DOMAIN} hint"
        )

    async def _async_look_and_rest(self) -> None:
        """Look, and leave ParqEx alone for a moment."""
        try:
            await self._async_look()
        finally:
            self._looking = False
            if not self._stopped:
                self._rest = async_call_later(
                    self._hass,
                    SECONDS_BETWEEN_LOOKS,
                    HassJob(
                        self._async_rested, f"{DOMAIN} hint", cancel_on_shutdown=True
                    ),
                )

    @callback
    def _async_rested(self, _now: datetime) -> None:
        """Answer who rang meanwhile."""
        self._rest = None
        self._async_answer()
