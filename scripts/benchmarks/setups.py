"""The cost of setting an account up, and its memory, per entity."""

from contextlib import AbstractContextManager
import gc
from time import perf_counter
import tracemalloc
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity

from .account import House
from .home import running_home
from .service import Service
from .subjects import COMPARABLE, Subject, parqex


async def measure_set_up(
    service: Service, points: int, rounds: int
) -> dict[str, float]:
    """Set each integration up in turn; return the least seconds per entity."""
    await service.prepare(House(points).body())
    subjects = (parqex(service), COMPARABLE)
    taken: dict[str, list[float]] = {one.domain: [] for one in subjects}
    for _ in range(rounds):
        for subject in subjects:
            async with running_home() as hass:
                with _everything_enabled():
                    seconds = await _set_up(hass, subject, points)
            taken[subject.domain].append(seconds / len(hass.states.async_all()))
    return {domain: min(times) for domain, times in taken.items()}


async def measure_memory(service: Service, domain: str, points: int) -> float:
    """Return the bytes that stay for each entity.

    It traces every allocation, so it belongs in a process of its own.
    """
    subjects = (parqex(service), COMPARABLE)
    subject = next(one for one in subjects if one.domain == domain)
    # The first round loads what is loaded once for all entities.
    for size in (1, points):
        await service.prepare(House(size).body())
        async with running_home() as hass:
            gc.collect()
            tracemalloc.start()
            with _everything_enabled():
                await _set_up(hass, subject, size)
                # The access log, once it is read, has entities of its own.
                await service.be_quiet()
                await hass.async_block_till_done()
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            entities = len(hass.states.async_all())
    return kept / entities


def _everything_enabled() -> AbstractContextManager[Any]:
    """Enable every entity: a disabled one would have a cost without being counted."""
    return patch.object(Entity, "entity_registry_enabled_default", True)


async def _set_up(hass: HomeAssistant, subject: Subject, points: int) -> float:
    """Set an account up; return the seconds that took."""
    with subject.stub(points):
        entry = await subject.entry(hass)
        # Keep what earlier measurements left behind from the garbage collector.
        gc.collect()
        gc.freeze()
        started = perf_counter()
        await hass.config_entries.async_add(entry)
        await hass.async_block_till_done()
        seconds = perf_counter() - started
    gc.unfreeze()
    if entry.state is not ConfigEntryState.LOADED:
        raise RuntimeError(f"{subject.domain} was not set up: {entry.reason}")
    return seconds
