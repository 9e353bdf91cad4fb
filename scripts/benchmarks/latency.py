"""The time from a hand at the door to the state in Home Assistant."""

import asyncio
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from custom_components.parqex.coordinator import FAST_INTERVAL, POLL_INTERVAL
from homeassistant.components.webhook import async_handle_webhook
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_STATE_CHANGED
from homeassistant.core import Event
from homeassistant.util.aiohttp import MockRequest

from .account import House, async_link
from .home import running_home
from .service import Service

# One hand is seen by accounts that poll at different moments.
ACCOUNTS = 30
WEBHOOK_CALLS = 20

# More than the least time between two refreshes that are caused by calls.
SECONDS_BETWEEN_CALLS = 1.2

WEBHOOK_ID = "benchmark"


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds until the state is there."""

    median: float
    worst: float


async def measure_latencies(service: Service) -> dict[str, Latency]:
    """Measure each way by which Home Assistant learns of a movement, in real time."""
    house = House(1)
    await service.prepare(house.body())
    async with running_home() as hass:
        # It needs a web server only to be called from outside.
        hass.config.components.update({"http", "webhook"})
        for number in range(ACCOUNTS):
            entry = await async_link(hass, service, unique_id=str(number), polls=True)
            await hass.config_entries.async_add(entry)
            await asyncio.sleep(POLL_INTERVAL.total_seconds() / ACCOUNTS)
        seen: dict[str, float] = {}
        everybody = asyncio.Event()

        def note(event: Event[Any]) -> None:
            entity_id: str = event.data["entity_id"]
            if entity_id.startswith("binary_sensor.") and "_door" in entity_id:
                seen.setdefault(entity_id, perf_counter())
                if len(seen) == ACCOUNTS:
                    everybody.set()

        hass.bus.async_listen(EVENT_STATE_CHANGED, note)

        async def one_hand() -> list[float]:
            seen.clear()
            everybody.clear()
            house.move([0])
            await service.prepare(house.body())
            started = perf_counter()
            await everybody.wait()
            return [at - started for at in seen.values()]

        polled = await one_hand()
        await asyncio.sleep(FAST_INTERVAL.total_seconds())
        polled_fast = await one_hand()
    return {
        f"polling, every {POLL_INTERVAL.seconds} s": _latency(polled),
        f"polling, every {FAST_INTERVAL.seconds} s": _latency(polled_fast),
        "webhook, from its call": _latency(await _webhook_calls(service, house)),
    }


async def _webhook_calls(service: Service, house: House) -> list[float]:
    async with running_home() as hass:
        hass.config.components.update({"http", "webhook"})
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
    return taken


def _latency(taken: list[float]) -> Latency:
    return Latency(median(taken), max(taken))
