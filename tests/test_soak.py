"""Weeks of three accounts that share access points grow nothing.

`scripts/soak` sees the same of hours in which troubles come together; here days pass,
and access points come and go. Of each day a sample is run: some refreshes as close
together as they really are, with people, then the rest of the day in steps of two
hours. The weeks end with six quiet days, since the access log remembers five.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
import gc
import logging
from random import Random
import sys
from types import FunctionType, MethodType
from unittest.mock import NonCallableMock

from _pytest.logging import LogCaptureHandler
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.util.async_ import get_scheduled_timer_handles
from tests.conftest import entry_for, our_timers, set_up, settle
from tests.simulator import Account, Cloud, Fault

REFRESHES_A_DAY = 10
ACCOUNTS, CONTROLLERS, DOORS = 3, 2, 5
BUSY_DAYS, QUIET_DAYS = 8, 6


@pytest.fixture(autouse=True)
async def without_debugging(enable_event_loop_debug: None) -> None:
    """Let the loop run at its own speed, and hold on to nothing for its reports."""
    asyncio.get_running_loop().set_debug(False)


class Town:
    """Accounts, their access points, and all that happens to them."""

    def __init__(
        self, hass: HomeAssistant, cloud: Cloud, freezer: FrozenDateTimeFactory
    ) -> None:
        self._hass, self._cloud, self._freezer = hass, cloud, freezer
        self._random = Random(7)
        self.accounts = [cloud.add_account("Ann", f"Owner{i}") for i in range(ACCOUNTS)]
        self.entries = [entry_for(cloud, account) for account in self.accounts]
        for account in self.accounts:
            for _ in range(CONTROLLERS):
                self._add_controller(account)
        for door in self._random.sample(cloud.doors, 5):
            door.share(self._random.choice(self.accounts))

    def _add_controller(self, account: Account) -> None:
        controller = self._cloud.add_controller(account)
        for number in range(DOORS):
            self._cloud.add_door(controller, f"Door {number}", travel_seconds=4)

    async def live_for_weeks(self) -> tuple[Counter[str], dict[str, int], int]:
        """Have busy days and then quiet ones; return what there is at their end."""
        for day in range(BUSY_DAYS + QUIET_DAYS):
            ends = datetime.now(UTC) + timedelta(days=1)
            for _ in range(REFRESHES_A_DAY if day < BUSY_DAYS else 0):
                if self._random.random() < 0.2:
                    await self._change()
                for _ in range(self._random.randint(2, 6)):
                    self._move()
                await self._pass_time(30)
            await self._rest(ends)
        await self._pass_time(30)
        return self._count()

    async def _rest(self, ends: datetime) -> None:
        """Let hours pass in which nothing happens; the simulator forgets what is old."""
        cloud = self._cloud
        cloud.faults.clear()
        for door in cloud.doors:
            door.close_by_hand()
        while (left := (ends - datetime.now(UTC)).total_seconds()) > 0:
            await self._pass_time(min(left, 7200))
        cloud.requests.clear()
        cloud.commands.clear()
        old = datetime.now(UTC) - timedelta(days=6)
        cloud.events[:] = [event for event in cloud.events if event.at > old]

    async def _pass_time(self, seconds: float) -> None:
        """Let seconds pass, and what is due in them happen."""
        self._freezer.tick(seconds)
        async_fire_time_changed(self._hass)
        await settle(self._hass)

    def _move(self) -> None:
        door = self._random.choice(self._cloud.doors)
        visitor = self._cloud.visitor(f"Vera Visitor{self._random.randint(1, 20)}")
        move = self._random.choice((door.open_as, door.close_as))
        move(visitor)

    async def _change(self) -> None:
        """Reload an account, exchange a controller, and let what is asked then fail."""
        entry_id = self._random.choice(self.entries).entry_id
        await self._hass.config_entries.async_reload(entry_id)
        controllers = self._cloud.controllers
        unshared = [
            one for one in controllers if not any(door.guests for door in one.doors)
        ]
        gone = self._random.choice(unshared)
        self._cloud.remove_controller(gone)
        self._add_controller(gone.owner)
        self._cloud.oauth.expire(self._random.choice(self.accounts))
        for endpoint in ("sync", "history", "token"):
            fault = Fault(status=self._random.choice((429, 500, 502)))
            self._cloud.faults.add(endpoint, fault, times=self._random.randint(1, 3))

    def _count(self) -> tuple[Counter[str], dict[str, int], int]:
        """Count our objects, what Home Assistant holds, and pieces of memory in use."""
        hass = self._hass
        for handler in logging.root.handlers:
            if isinstance(handler, LogCaptureHandler):
                # The errors in them hold all that was there when they were raised.
                handler.clear()
        for one in gc.get_objects():
            if isinstance(one, NonCallableMock):
                # The test environment's own; they remember every call.
                one.reset_mock()
        gc.collect()
        timers = get_scheduled_timer_handles(hass.loop)
        held = {
            "listeners": sum(hass.bus.async_listeners().values()),
            "our timers": len(our_timers(hass)),
            "timers": sum(not timer.cancelled() for timer in timers),
            "tasks": len(asyncio.all_tasks()),
            "switches": len(hass.states.async_all("switch")),
            "closed": [one.state for one in hass.states.async_all("switch")].count(
                "off"
            ),
            "states": len(hass.states.async_all()),
            "devices": len(dr.async_get(hass).devices),
            "entities": len(er.async_get(hass).entities),
            "issues": len(ir.async_get(hass).issues),
            "flows": len(hass.config_entries.flow.async_progress()),
        }
        ours = Counter(name for one in gc.get_objects() if (name := _name_of_ours(one)))
        return ours, held, sys.getallocatedblocks()


def _name_of_ours(one: object) -> str | None:
    """Return the name of our class or function, None if an object is none of ours.

    Listeners that are left behind are bound methods, closures or partials.
    """
    if isinstance(one, partial):
        one = one.func
    kind = one if isinstance(one, FunctionType | MethodType) else type(one)
    ours = str(kind.__module__).startswith(f"custom_components.{DOMAIN}")
    return kind.__qualname__ if ours else None


async def test_weeks_grow_nothing(
    hass: HomeAssistant,
    credentials: None,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What there is after them is what there was after the same before."""
    town = Town(hass, cloud, freezer)
    for entry in town.entries:
        entry.add_to_hass(hass)
        await set_up(hass, entry)
    ours_before, held_before, blocks_before = await town.live_for_weeks()
    ours, held, blocks = await town.live_for_weeks()
    assert {entry.state for entry in town.entries} == {ConfigEntryState.LOADED}
    reachable = [
        door.reachable_by(one) for one in town.accounts for door in cloud.doors
    ]
    assert held["switches"] == held["closed"] == sum(reachable)
    assert held == held_before
    grown = {  # from what, to what
        name: (ours_before[name], number)
        for name, number in ours.items()
        # What changed last is kept as it was before, and an error with its answer.
        if number > ours_before[name] * 1.25 + ACCOUNTS
    }
    assert not grown, grown
    # The simulator, the recorded log and deleted devices add a few percent.
    assert blocks < blocks_before * 1.05
