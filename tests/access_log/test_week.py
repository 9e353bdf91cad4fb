"""A week of accesses across the night in which clocks are set back, with troubles."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from homeassistant.config_entries import ConfigEntryState
from tests.simulator import Fault

from .conftest import LogHome, now, utc

BEGIN = datetime(2026, 10, 29, 12, 0, tzinfo=UTC)
CLOCKS_SET_BACK = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
WEEK = timedelta(days=7)

NEW_YORK = "America/New_York"
FAULTS = {
    "no log": ("history", Fault(status=500)),
    "no service": ("sync", Fault(status=503)),
    "no token": ("token", Fault(status=502)),
}


def live(home: LogHome, random: Random) -> None:
    """Let persons and sensors do something, or nothing."""
    door = random.choice(home.cloud.doors)
    visitors = [home.cloud.visitor(name) for name in ("Vera Visitor", "Will Walker")]
    match random.randint(0, 7):
        case 0:
            door.open_as(random.choice(visitors))
        case 1:
            door.close_as(random.choice(visitors))
        case 2:
            door.open_by_hand()
        case 3:
            door.open_by_hand()
            door.close_by_hand()
        case 4:
            door.refusal = 400
            for visitor in visitors:
                door.open_as(visitor)
            door.refusal = None


async def begin_trouble(home: LogHome, trouble: str) -> None:
    """Have Home Assistant or the cloud fail in some way."""
    if trouble in ("away", "restart"):
        await home.unload()
    if trouble == "restart":
        await home.link(NEW_YORK)
    if trouble in FAULTS:
        home.cloud.oauth.expire(home.house.owner)
        home.cloud.faults.add(*FAULTS[trouble])


async def end_trouble(home: LogHome) -> None:
    """Have everything work again."""
    home.cloud.faults.clear()
    if home.entry.state is ConfigEntryState.NOT_LOADED:
        await home.link(NEW_YORK)


@pytest.mark.parametrize("clock", [BEGIN], indirect=True)
async def test_a_week_is_published_whole_once_and_in_order(unlinked: LogHome) -> None:
    """Every access with its right time and person."""
    home, random, troubles, left = unlinked, Random(7), set[str](), 0
    await home.link(NEW_YORK)
    await home.open()
    while now() < BEGIN + WEEK:
        left -= 1
        if left == 0:
            await end_trouble(home)
        # Only a prompt fetch can tell which of the two hours an attempt was in.
        quiet = abs(now() - CLOCKS_SET_BACK) < timedelta(hours=5)
        if left < 0 and not quiet and random.random() < 0.07:
            trouble = random.choice(("away", "restart", *FAULTS))
            troubles.add(trouble)
            left = random.randint(2, 10)
            await begin_trouble(home, trouble)
        live(home, random)
        home.freezer.tick(random.randint(10, 300))
        live(home, random)
        await home.advance(random.randint(1800, 3000))
    await end_trouble(home)
    await home.advance(300, times=4)
    assert len(troubles) == 2 + len(FAULTS)
    assert len(home.events) > 200
    for door in home.cloud.doors:
        happened: list[Any] = [
            (
                one.at,
                one.outcome,
                one.person.name if one.person.id else None,
            )
            for one in home.cloud.log
            if one.door is door
        ]
        published = [
            (utc(one.data), str(one.data["event_type"]), one.data["user"])
            for one in home.events
            if one.data["name"] == door.name
        ]
        # What happened in the same second may be logged either way round.
        assert Counter(published) == Counter(happened)
        assert [one[0] for one in published] == [one[0] for one in happened]
