"""People, ParqEx, the network and Home Assistant do anything; the promises hold.

Each example is a walk of some steps through a day of a house: two thousand steps in all,
and many more with the long profile.
"""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.parqex.const import EVENT_ACCESS
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.conftest import NOW
from tests.secrecy import Secrecy
from tests.simulator import Cloud, endpoints
from tests.simulator.cloud import Request

from .walk import CLOSED, FAULTS, OPEN, WISHES, Walk

DOORS = st.sampled_from(("Gate", "Door", "Garage"))
STATES = st.sampled_from((OPEN, CLOSED))

# By step: how often it is drawn, and with what.
STEPS: dict[str, tuple[int, *tuple[st.SearchStrategy[Any], ...]]] = {
    "press": (
        12,
        DOORS,
        st.sampled_from([*WISHES, ("switch", "toggle")]),
        st.sampled_from((0, 0, 1)),
    ),
    "wait": (10, st.sampled_from((1, 2, 2, 5, 5, 13, 31, 61, 130, 905))),
    "trouble": (
        4,
        st.sampled_from(("sync", "toggle", "toggle", "history", "token")),
        st.sampled_from(sorted(FAULTS)),
        st.integers(1, 4),
    ),
    "hand": (3, DOORS, STATES),
    "visit": (2, DOORS, STATES),
    "cancel": (1,),
    "clear": (1,),
    "expire": (1,),
    "unplug": (1, DOORS, st.sampled_from((False, False, True))),
    "stick": (1, DOORS, st.sampled_from((False, False, True))),
    "reload": (2, st.sampled_from(("reload", "restart", "kill"))),
    "revoke": (1, st.integers(0, 1)),
    "log_in": (3,),
    "jump": (1, st.sampled_from((0, 0, 0, 3, 12, -12))),
    "option": (
        1,
        st.sampled_from(("both", "both", "switches", "covers")),
        st.booleans(),
    ),
    "second": (1, st.booleans()),
    "webhook": (1,),
    "polling": (1, st.booleans()),
}
ANY_STEP = st.sampled_from(
    [name for name, (often, *_) in STEPS.items() for _ in range(often)]
).flatmap(lambda name: st.tuples(st.just(name), *STEPS[name][1:]))


type Steps = list[tuple[Any, ...]]


@pytest.fixture
async def walks(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    credentials: None,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    secrecy: Secrecy,
) -> Callable[[Steps], Awaitable[None]]:
    """Return a function that takes a walk."""
    asyncio.get_running_loop().set_debug(False)
    assert await async_setup_component(hass, "webhook", {})
    cloud.add_account("Olivia", "Ownerby")
    cloud.add_account("Gustav", "Guestfield")
    accesses = async_capture_events(hass, EVENT_ACCESS)
    current: list[Walk] = []
    answer = endpoints.sync

    def sync(cloud: Cloud, request: Request) -> Any:
        """Note what an account is told."""
        if request.account_id:
            walk = current[-1]
            for door in walk.doors_of(cloud.account(request.account_id)):
                walk.reported[request.account_id, door.id] = door.state
        return answer(cloud, request)

    monkeypatch.setattr(endpoints, "sync", sync)

    async def take(steps: Steps) -> None:
        """Begin, do the steps, mend everything, and leave nothing behind."""
        freezer.move_to(NOW)
        accesses.clear()
        caplog.clear()
        walk = Walk(hass, cloud, freezer, accesses, hass_storage)
        current[:] = [walk]
        try:
            await walk.begin()
            for name, *arguments in steps:
                await walk.do(name, *arguments)
            await walk.end()
            await secrecy.async_check(hass, hass_storage)
            assert not [
                record.getMessage()
                for record in caplog.records
                if record.exc_info
                and record.levelno > logging.DEBUG
                and record.name != "aiohttp.access"
            ]
        finally:
            await walk.leave()

    return take


@pytest.mark.timeout(300)  # it takes a minute where nothing else runs
@settings(max_examples=max(settings().max_examples // 3, 1))
@given(st.lists(ANY_STEP, min_size=20, max_size=80))
async def test_promises(
    walks: Callable[[Steps], Awaitable[None]], steps: Steps
) -> None:
    """Nothing untrue is shown, what is asked for is sent once, all accesses are published."""
    await walks(steps)
