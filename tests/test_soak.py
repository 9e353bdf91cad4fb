"""A month of five accounts and two hundred access points leaves nothing behind.

A month is 432,000 looks; what is run of each of its days is a sample: a busy stretch of
looks as close together as they really are, with people, commands and troubles, then the
rest of the day in steps of two hours, in which every account looks, renews its tokens and
reads its logs. `PARQEX_SOAK_LOOKS` is how many looks a day has in its busy stretch; with
2880 there is no rest of the day, and the month takes hours.

The month ends with six quiet days, in which everything is forgotten that is meant to
be: the access log's memory reaches back five days.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import gc
import logging
import os
from random import Random
import sys
from unittest.mock import NonCallableMock

from _pytest.logging import LogCaptureHandler
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HassJob, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.util.async_ import get_scheduled_timer_handles
from tests.conftest import entry_for, set_up
from tests.simulator import Account, Cloud, Controller, Door, Fault

LOOKS_A_DAY = int(os.environ.get("PARQEX_SOAK_LOOKS", "10"))
ACCOUNTS, CONTROLLERS, DOORS = 5, 4, 10
DAYS, QUIET_DAYS = 30, 6

# A coordinator keeps its last error, and that the answer and the snapshot of then; of
# commands, those are kept that were sent just before the last one.
MAY_GROW = {
    "Answer": ACCOUNTS,
    "CannotConnect": 2 * ACCOUNTS,
    "InvalidAnswer": ACCOUNTS,
    "RateLimited": ACCOUNTS,
    "Snapshot": ACCOUNTS,
    "Controller": ACCOUNTS * (CONTROLLERS + ACCOUNTS),
    "AccessPoint": ACCOUNTS * (CONTROLLERS * DOORS + ACCOUNTS),
    "Command": 5,
}

TROUBLES = {
    "outage": ("sync", Fault(status=503)),
    "reset": ("sync", Fault(reset=True)),
    "told to wait": ("sync", Fault(status=429, headers={"Retry-After": "90"})),
    "hang": ("sync", Fault(hang="headers")),
    "half an answer": ("history", Fault(hang="body")),
    "nonsense": ("sync", Fault(status=200, body='{"devices": [{"id": 7}]}')),
    "no history": ("history", Fault(status=500)),
    "no tokens": ("token", Fault(status=502)),
    "refusals": ("toggle", Fault(status=400)),
    "lost commands": ("toggle", Fault(after=True, reset=True)),
}


@pytest.fixture(autouse=True)
async def without_debugging(enable_event_loop_debug: None) -> None:
    """Let the loop run at its own speed, and hold on to nothing for its reports."""
    asyncio.get_running_loop().set_debug(False)


@dataclass(frozen=True)
class Balance:
    """What there is at one moment."""

    ours: Counter[str]
    """Objects of our own classes."""
    held: Counter[str]
    """Listeners, timers, tasks, and entries of registries."""
    blocks: int
    """Pieces of memory that Python has in use.

    The simulator's secrets, the lines of the log that are watched, and the devices that
    Home Assistant remembers as deleted make it grow by a few percent in a month.
    """


class Town:
    """The accounts, their doors, and what befalls them."""

    def __init__(
        self, hass: HomeAssistant, cloud: Cloud, freezer: FrozenDateTimeFactory
    ) -> None:
        """Build it."""
        self._hass, self._cloud, self._freezer = hass, cloud, freezer
        self._random = Random(7)
        self.met: Counter[str] = Counter()
        self.accounts = [cloud.add_account("Ann", f"Owner{i}") for i in range(ACCOUNTS)]
        self.entries = [entry_for(cloud, account) for account in self.accounts]
        for account in self.accounts:
            for _ in range(CONTROLLERS):
                controller = cloud.add_controller(account)
                for number in range(DOORS):
                    cloud.add_door(controller, f"Door {number}", travel_seconds=4)
        # Some doors are shared, and so are in two accounts.
        for door in self._random.sample(cloud.doors, 5):
            door.share(self._random.choice(self.accounts))

    async def set_up(self) -> None:
        """Link all accounts."""
        for entry in self.entries:
            entry.add_to_hass(self._hass)
            await set_up(self._hass, entry)

    async def pass_time(self, seconds: float) -> None:
        """Let what is due happen; where somebody waits in vain, time goes on."""
        self._freezer.tick(seconds)
        async_fire_time_changed(self._hass)
        done = asyncio.ensure_future(
            self._hass.async_block_till_done(wait_background_tasks=True)
        )
        turns = 0
        while not done.done():
            await asyncio.sleep(0)
            turns += 1
            if turns % 5000 == 0:
                self._freezer.tick(2)
        await done

    async def live_a_day(self) -> None:
        """Have a busy stretch and a rest of the day."""
        ends = datetime.now(UTC) + timedelta(days=1)
        for _ in range(LOOKS_A_DAY):
            if self._random.random() < 0.2:
                await self._be_in_trouble()
            for _ in range(self._random.randint(0, 3)):
                await self._move()
            await self.pass_time(30)
        await self.rest(ends)

    async def rest(self, until: datetime) -> None:
        """Let the hours pass."""
        self._cloud.faults.clear()
        for door in self._cloud.doors:
            door.close_by_hand()
        while (left := (until - datetime.now(UTC)).total_seconds()) > 0:
            await self.pass_time(min(left, 7200))
        self._forget()

    def _forget(self) -> None:
        """Let the simulator forget what would grow without bound, too."""
        self._cloud.requests.clear()
        self._cloud.commands.clear()
        old = datetime.now(UTC) - timedelta(days=6)
        self._cloud._events[:] = [one for one in self._cloud._events if one.at > old]

    async def _move(self) -> None:
        """Have somebody use a door, or Home Assistant."""
        door: Door = self._random.choice(self._cloud.doors)
        visitor = self._cloud.visitor(f"Vera Visitor{self._random.randint(1, 20)}")
        match self._random.randint(0, 5):
            case 0:
                door.open_as(visitor)
            case 1:
                door.close_as(visitor)
            case 2:
                door.open_by_hand()
            case _:
                await self._command(door)

    async def _command(self, door: Door) -> None:
        """Open or close a door by its switch."""
        entity_id = er.async_get(self._hass).async_get_entity_id(
            "switch", DOMAIN, f"{door.controller.owner.id}_{door.id}_switch"
        )
        state = self._hass.states.get(entity_id or "")
        if state is None or state.state not in ("on", "off"):
            return
        service = "turn_off" if state.state == "on" else "turn_on"
        with suppress(HomeAssistantError):
            await self._hass.services.async_call(
                "switch", service, {ATTR_ENTITY_ID: entity_id}, blocking=True
            )
            self.met["command"] += 1

    async def _be_in_trouble(self) -> None:
        """Have something go wrong for some requests, or a change at somebody's house."""
        kind = self._random.choice([*TROUBLES, "expired", "reload", "moved"])
        self.met[kind] += 1
        account: Account = self._random.choice(self.accounts)
        if kind == "expired":
            self._cloud.oauth.expire(account)
        elif kind == "reload":
            entry: MockConfigEntry = self._random.choice(self.entries)
            await self._hass.config_entries.async_reload(entry.entry_id)
        elif kind == "moved":
            # One controller is taken away, and another one comes.
            gone: Controller = self._random.choice(
                [
                    one
                    for one in self._cloud.controllers
                    if not any(door.guests for door in one.doors)
                ]
            )
            self._cloud.remove_controller(gone)
            controller = self._cloud.add_controller(gone.owner)
            for number in range(DOORS):
                self._cloud.add_door(controller, f"Door {number}", travel_seconds=4)
        else:
            endpoint, fault = TROUBLES[kind]
            self._cloud.faults.add(endpoint, fault, times=self._random.randint(1, 6))

    def balance(self) -> Balance:
        """Count what there is."""
        hass = self._hass
        for handler in logging.root.handlers:
            if isinstance(handler, LogCaptureHandler):
                # The errors in them hold whatever was there when they were raised.
                handler.reset()
        for one in gc.get_objects():
            if isinstance(one, NonCallableMock):
                # The test environment's own; they remember every call.
                one.reset_mock()
        gc.collect()
        ours = Counter(
            type(one).__qualname__
            for one in gc.get_objects()
            if type(one).__module__.startswith("custom_components.parqex")
        )
        timers = [
            one for one in get_scheduled_timer_handles(hass.loop) if not one.cancelled()
        ]
        entries = [entry.entry_id for entry in self.entries]
        held = Counter(
            {
                "listeners": sum(hass.bus.async_listeners().values()),
                "timers of ours": sum(map(_is_ours, timers)),
                "timers": len(timers),
                "tasks": len(asyncio.all_tasks()),
                "hass tasks": len(hass._tasks) + len(hass._background_tasks),
                "states": len(hass.states.async_all()),
                "devices": len(dr.async_get(hass).devices),
                "entities": len(er.async_get(hass).entities),
                "issues": len(ir.async_get(hass).issues),
                "flows": len(hass.config_entries.flow.async_progress()),
                "accounts": sum(
                    hass.config_entries.async_get_known_entry(one).state
                    is ConfigEntryState.LOADED
                    for one in entries
                ),
                "listeners of coordinators": sum(
                    len(entry.runtime_data._listeners)
                    + sum(map(len, entry.runtime_data._listeners_of.values()))
                    for entry in self.entries
                ),
            }
        )
        return Balance(ours, held, sys.getallocatedblocks())

    def wrong_switches(self) -> list[str]:
        """Return the switches that do not show what ParqEx has."""
        states = {"OPEN": "on", "CLOSED": "off"}
        registry = er.async_get(self._hass)
        expected = {
            f"{account.id}_{door.id}_switch": states[door.state]
            for account in self.accounts
            for door in self._cloud.doors
            if door.reachable_by(account)
        }
        shown = {
            entity.unique_id: state.state
            for state in self._hass.states.async_all("switch")
            if (entity := registry.async_get(state.entity_id))
        }
        wrong = expected.items() ^ shown.items()
        return [unique_id for unique_id, _ in wrong]


def _is_ours(timer: asyncio.TimerHandle) -> bool:
    """Tell whether a timer was set by us, or by a coordinator of ours."""
    jobs = [one for one in timer._args or () if isinstance(one, HassJob)]
    return DOMAIN in f"{timer!r} {[(job.name, job.target) for job in jobs]}".lower()


async def test_a_month_leaves_nothing_behind(
    hass: HomeAssistant,
    credentials: None,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What there is at its end is what there was after the first hour."""
    town = Town(hass, cloud, freezer)
    await town.set_up()
    for _ in range(4):
        for door in cloud.doors:
            door.open_by_hand()
        await town.pass_time(450)
        for door in cloud.doors:
            door.close_by_hand()
        await town.pass_time(450)
    await town.pass_time(30)
    assert not town.wrong_switches()
    first_hour = town.balance()

    for _ in range(DAYS):
        await town.live_a_day()
    for _ in range(QUIET_DAYS):
        await town.rest(datetime.now(UTC) + timedelta(days=1))
    await town.pass_time(30)
    assert not town.wrong_switches()
    end = town.balance()
    assert town.met.keys() >= {*TROUBLES, "expired", "reload", "moved", "command"}
    assert end.held == first_hour.held
    assert not {
        kind: number
        for kind, number in end.ours.items()
        if number > first_hour.ours[kind] + MAY_GROW.get(kind, 0)
    }
    assert end.blocks < first_hour.blocks * 1.08
    for entry in town.entries:
        assert entry.runtime_data.access_log.diagnostics()["remembered"] == 0
