"""What setting an account up costs, and what stays in memory, per entity."""

from dataclasses import dataclass
import gc
from statistics import median
from time import perf_counter
import tracemalloc
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity

from .home import running_home
from .service import Service
from .subjects import COMPARABLE, Subject, parqex, prepare


@dataclass(frozen=True, slots=True)
class SetUp:
    """One set-up: seconds and entities."""

    seconds: float
    entities: int

    @property
    def per_entity(self) -> float:
        """Seconds per entity."""
        return self.seconds / self.entities


async def measure_set_up(
    service: Service, points: int, rounds: int
) -> dict[str, SetUp]:
    """Set everything up in turn, each time in a new home; return the medians."""
    await prepare(service, points)
    subjects = (parqex(service), *COMPARABLE)
    taken: dict[str, list[SetUp]] = {one.domain: [] for one in subjects}
    for _ in range(rounds):
        for subject in subjects:
            async with running_home() as hass:
                taken[subject.domain].append(await _set_up(hass, subject, points))
    return {
        domain: SetUp(median(one.seconds for one in times), times[0].entities)
        for domain, times in taken.items()
    }


async def measure_memory(service: Service, domain: str, points: int) -> float:
    """Return the bytes that stay for each entity.

    It traces every allocation, so it belongs in a process of its own.
    """
    subjects = (parqex(service), *COMPARABLE)
    subject = next(one for one in subjects if one.domain == domain)
    # What is loaded once for all is no cost of an entity.
    for size in (1, points):
        await prepare(service, size)
        async with running_home() as hass:
            gc.collect()
            tracemalloc.start()
            set_up = await _set_up(hass, subject, size)
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    return kept / set_up.entities


async def _set_up(hass: HomeAssistant, subject: Subject, points: int) -> SetUp:
    """Set an account up for the first time, with every entity enabled.

    What is disabled by default would cost, and count for nothing.
    """
    with (
        subject.stub(points),
        patch.object(Entity, "entity_registry_enabled_default", True),
    ):
        entry = await subject.entry(hass)
        # What earlier measurements left behind is not to be searched for garbage.
        gc.collect()
        gc.freeze()
        started = perf_counter()
        await hass.config_entries.async_add(entry)
        await hass.async_block_till_done(wait_background_tasks=True)
        seconds = perf_counter() - started
    gc.unfreeze()
    if entry.state is not ConfigEntryState.LOADED:
        raise RuntimeError(f"{subject.domain} was not set up: {entry.reason}")
    return SetUp(seconds, len(hass.states.async_all()))
