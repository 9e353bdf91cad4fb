"""How soon a command is on its way, and how soon its outcome is shown."""

import asyncio
from statistics import median
from time import monotonic_ns, perf_counter

from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers.event import async_track_state_change_event

from .account import LinkedAccount

# When the access point moves, in seconds after its command was accepted.
MOVES_AFTER = (0.3, 1.1, 1.9, 2.6, 3.4)


async def measure_first_byte(
    account: LinkedAccount, rounds: int
) -> tuple[float, float]:
    """Return the seconds until a toggle reaches the service: a bare POST's, and ours.

    Every command goes to another access point: none takes two within 20 seconds.
    """
    points = len(account.coordinator.data.access_points)
    bare: list[float] = []
    ours: list[float] = []
    for number in range(1, min(rounds, points - 1) + 1):
        started = monotonic_ns()
        await account.bare_post({"door_id": "benchmark", "door_state": "OPEN"})
        bare.append((await account.service.toggled_at() - started) / 1e9)
        started = monotonic_ns()
        await _open(account, number)
        ours.append((await account.service.toggled_at() - started) / 1e9)
    account.coordinator.commands.async_stop()
    return median(bare), median(ours)


async def measure_confirmation(account: LinkedAccount) -> list[float]:
    """Return the seconds from each move at the service to the state shown."""
    return [
        await _confirmed(account, -1 - number, after)
        for number, after in enumerate(MOVES_AFTER)
    ]


async def _confirmed(account: LinkedAccount, number: int, after: float) -> float:
    """Open an access point that moves some time later, and wait to see it."""
    name = f"gate_{number % len(account.coordinator.data.access_points)}"
    shown = asyncio.Event()

    @callback
    def changed(_: Event[EventStateChangedData]) -> None:
        shown.set()

    remove = async_track_state_change_event(
        account.hass, f"binary_sensor.{name}_door", changed
    )
    await _open(account, number)
    await asyncio.sleep(after)
    await account.move(number)
    moved_at = perf_counter()
    await shown.wait()
    took = perf_counter() - moved_at
    remove()
    await account.settle()
    return took


async def _open(account: LinkedAccount, number: int) -> None:
    """Open an access point as a person would."""
    number %= len(account.coordinator.data.access_points)
    await account.hass.services.async_call(
        "switch", "turn_on", {"entity_id": f"switch.gate_{number}"}, blocking=True
    )
