"""Home Assistant Cloud as far as webhooks need it; the real one is on the internet."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from homeassistant.components.cloud.const import DATA_CLOUD
from homeassistant.core import HomeAssistant


class NabuCasa:
    """A subscription, in the place of the real one in `hass.data`."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Subscribe."""
        self.is_logged_in = True
        self.subscription_expired = False
        self.iot = SimpleNamespace(connected=True)
        self.hooks: dict[str, dict[str, str]] = {}
        self.created = 0
        self.error: Exception | None = None
        self.answers = asyncio.Event()
        self.answers.set()
        self.cloudhooks = self
        self.client = SimpleNamespace(cloudhooks=self.hooks)
        hass.data[DATA_CLOUD] = cast("Any", self)
        hass.config.components.add("cloud")

    async def async_create(self, webhook_id: str, managed: bool) -> dict[str, str]:
        """Make a cloudhook; with an error, it is made but nobody learns of it."""
        if webhook_id in self.hooks:
            raise ValueError("Hook is already enabled for the cloud.")
        self.created += 1
        await self.answers.wait()
        url = f"https://hooks.example/{self.created}"
        self.hooks[webhook_id] = {"cloudhook_id": webhook_id, "cloudhook_url": url}
        if self.error:
            raise self.error
        return self.hooks[webhook_id]

    async def async_delete(self, webhook_id: str) -> None:
        """Remove a cloudhook."""
        if webhook_id not in self.hooks:
            raise ValueError("Hook is not enabled for the cloud.")
        if self.error:
            raise self.error
        del self.hooks[webhook_id]
