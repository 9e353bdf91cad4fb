"""The time from a hand at the door to the state in Home Assistant."""

import asyncio
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from homeassistant.components.webhook import async_handle_webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.util.aiohttp import MockRequest

from .account import House, async_link
from .home import running_home
from .service import Service

WEBHOOK_CALLS = 20

# More than the least time between two refreshes that are caused by calls.
SECONDS_BETWEEN_CALLS = 1.2

WEBHOOK_ID = "benchmark"


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds until the state is there."""

    median: float
    worst: float


async def measure_webhook(service: Service) -> Latency:
    """Measure from the call of the webhook, in real time."""
    house = House(1)
    async with running_home() as hass:
        # It needs a web server only to be called from outside.
        hass.config.components.update({"http", "webhook"})
        await service.prepare(house.body())
        entry = await async_link(hass, service, options={CONF_WEBHOOK_ID: WEBHOOK_ID})
        await hass.config_entries.async_add(entry)
        coordinator = entry.runtime_data.coordinator
        taken: list[float] = []
        for _ in range(WEBHOOK_CALLS):
            house.move([0])
            await service.prepare(house.body())
            shown = asyncio.Event()
            remove = coordinator.async_add_listener(shown.set)
            started = perf_counter()
            await async_handle_webhook(
                hass, WEBHOOK_ID, MockRequest(b"", "benchmark", method="POST")
            )
            await shown.wait()
            taken.append(perf_counter() - started)
            remove()
            await asyncio.sleep(SECONDS_BETWEEN_CALLS)
    return Latency(median(taken), max(taken))
