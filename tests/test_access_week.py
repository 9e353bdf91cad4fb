"""A week of accesses, through everything that can go wrong with telling them."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.parqex.const import EVENT_ACCESS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr
from tests.conftest import Advance, set_up
from tests.simulator import Cloud, Door, Fault

STEP = timedelta(minutes=9)
WEEK = timedelta(days=7)

# In New York, clocks are set back on 1 November 2026, in the middle of this week.
BEGIN = datetime(2026, 10, 29, 12, 0, tzinfo=UTC)
CLOCKS_SET_BACK = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def clock(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock before the week begins."""
    freezer.move_to(BEGIN)


def mangled(random: Random) -> Callable[[Any], Any]:
    """Return an answer's entries in any order, and some of them twice."""

    def edit(body: Any) -> Any:
        events = body["data"]["toggle_events"]
        events += random.choices(events, k=len(events) // 2) if events else []
        random.shuffle(events)
        return body

    return edit


class Trouble:
    """What befalls Home Assistant and the cloud at random, and ends after a while."""

    def __init__(
        self, hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud, random: Random
    ) -> None:
        """Begin without any."""
        self._hass, self._entry, self._cloud = hass, entry, cloud
        self._random = random
        self._kind = ""
        self._steps = 0
        self.met: set[str] = set()

    async def go_on(self, now: datetime) -> None:
        """End a trouble that lasted long enough, or begin another one."""
        self._steps -= 1
        if self._steps == 0:
            await self._end()
        # In the hour that the clock goes through twice, only a prompt look can tell
        # which of the two it is.
        near = abs(now - CLOCKS_SET_BACK) < timedelta(hours=5)
        if self._steps < 0 and not near and self._random.random() < 0.03:
            await self._begin()

    async def _begin(self) -> None:
        kinds = ("away", "restart", "no history", "no cloud", "mangled", "no token")
        self._kind = self._random.choice(kinds)
        self._steps = self._random.randint(2, 40)
        self.met.add(self._kind)
        faults = self._cloud.faults
        match self._kind:
            case "away":
                await self._hass.config_entries.async_unload(self._entry.entry_id)
            case "restart":
                await self._hass.config_entries.async_reload(self._entry.entry_id)
            case "no history":
                faults.add("history", Fault(status=500))
            case "no cloud":
                faults.add("sync", Fault(status=503))
            case "mangled":
                faults.add("history", Fault(edit=mangled(self._random)))
            case "no token":
                self._cloud.oauth.expire(self._cloud.accounts[0])
                faults.add("token", Fault(status=502))

    async def _end(self) -> None:
        self._cloud.faults.clear()
        if self._kind == "away":
            await set_up(self._hass, self._entry)


def live(cloud: Cloud, random: Random) -> None:
    """Let people and sensors do something, or nothing."""
    door: Door = random.choice(cloud.doors)
    visitor = cloud.visitor(random.choice(("Vera Visitor", "Will Walker")))
    match random.randint(0, 11):
        case 0:
            door.open_as(visitor)
        case 1:
            door.close_as(visitor)
        case 2:
            door.open_by_hand()
        case 3:
            door.open_by_hand()
            door.close_by_hand()
        case 4:
            # Two people, the same second, the same refusal.
            door.refusal = 400
            door.open_as(cloud.visitor("Vera Visitor"))
            door.open_as(cloud.visitor("Will Walker"))
            door.refusal = None


async def test_a_week_is_told_whole_once_and_in_order(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Every access with its right time, through restarts, outages and repetitions."""
    random = Random(7)
    cloud.time_zone = "America/New_York"
    await set_up(hass, entry)
    told: list[Event] = async_capture_events(hass, EVENT_ACCESS)
    trouble = Trouble(hass, entry, cloud, random)

    # The first thing that is seen to happen teaches the zone.
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    while (now := datetime.now(UTC)) < BEGIN + WEEK:
        await trouble.go_on(now)
        live(cloud, random)
        freezer.tick(random.randint(10, 200))
        live(cloud, random)
        await advance(STEP.total_seconds() - 200)
    cloud.faults.clear()
    if entry.state is ConfigEntryState.NOT_LOADED:
        await set_up(hass, entry)
    for _ in range(20):
        await advance(300)

    devices = dr.async_get(hass)
    heard: dict[str, list[tuple[datetime, str, str | None]]] = {}
    for event in told:
        device = devices.async_get(event.data[ATTR_DEVICE_ID])
        assert isinstance(device, dr.DeviceEntry)
        ((_, door_id),) = device.identifiers
        heard.setdefault(door_id, []).append(
            (
                datetime.fromisoformat(event.data["occurred_at"]).astimezone(UTC),
                str(event.data["event_type"]),
                event.data["user"],
            )
        )
    happened: dict[str, list[tuple[datetime, str, str | None]]] = {}
    for one in cloud.log:
        kind = {"OPEN": "opened", "CLOSED": "closed"}[one.state]
        happened.setdefault(one.door.id, []).append(
            (
                one.at,
                kind if one.was_success else "failed",
                one.person.name if one.person.id else None,
            )
        )
    assert trouble.met == {
        "away",
        "restart",
        "no history",
        "no cloud",
        "mangled",
        "no token",
    }
    assert sum(map(len, happened.values())) > 500
    for door_id, accesses in happened.items():
        # What happened in the same second may be told either way round.
        assert Counter(heard[door_id]) == Counter(accesses)
        assert [one[0] for one in heard[door_id]] == [one[0] for one in accesses]
    assert heard.keys() == happened.keys()
