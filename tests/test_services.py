"""The action that returns the access history."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol

from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from tests.common import GATE, Home, refused
from tests.simulator import Fault


async def test_it_returns_a_week_newest_first(home: Home) -> None:
    """Of this access point alone."""
    home.gate.open_by_hand()
    home.freezer.tick(timedelta(days=6))
    home.gate.close_by_hand()
    home.cloud.door("Elevator").open_by_hand()
    home.freezer.tick(timedelta(days=1))
    home.house.entrance.unplugged = True
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    assert [tuple(one.values()) for one in await home.history()] == [
        ("failed", "2026-11-09T04:00:00-08:00", "Vera Visitor", "ParqEx Web", False),
        ("closed", "2026-11-08T04:00:00-08:00", None, "Door Sensor", True),
    ]


async def test_both_dates_count_in_local_time(home: Home) -> None:
    """From midnight to midnight, wherever ParqEx writes its times."""
    for day in (3, 4):
        home.freezer.move_to(f"2026-11-0{day} 07:59:59+00:00")
        home.gate.open_by_hand()
        home.freezer.move_to(f"2026-11-0{day} 08:00:00+00:00")
        home.gate.close_by_hand()
    events = await home.history(start_date="2026-11-03", end_date="2026-11-03")
    assert [one["occurred_at"] for one in events] == [
        "2026-11-03T23:59:59-08:00",
        "2026-11-03T00:00:00-08:00",
    ]


async def test_parqex_has_nothing_of_before_2000(home: Home) -> None:
    """So it is not asked for more."""
    assert not await home.history(start_date="2000-01-01", end_date="2000-01-01")
    with pytest.raises(vol.Invalid):
        await home.history(start_date="1999-12-31")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (
            {"start_date": "2026-11-03", "end_date": "2026-11-02"},
            ServiceValidationError,
        ),
        ({"start_date": "2027-11-03"}, ServiceValidationError),
        ({"start_date": "yesterday"}, vol.Invalid),
        ({"end_date": 7}, vol.Invalid),
        ({"end_date": "9999-12-31"}, vol.Invalid),
        ({"days": 7}, vol.Invalid),
    ],
)
async def test_it_validates_its_input(
    home: Home, data: dict[str, Any], error: type[Exception]
) -> None:
    """Before anything is sent."""
    home.cloud.requests.clear()
    with pytest.raises(error):
        await home.history(**data)
    assert not home.cloud.requests


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(status=403), "to the owner of its controller only"),
        (Fault(status=400), "for the owner of its controller only"),
        (Fault(status=401), "to the owner of its controller only"),
        (Fault(status=429), "asks to wait"),
        (Fault(status=500), "did not answer"),
        (Fault(status=200, body="<html>"), "Ask for fewer days|ask for fewer days"),
    ],
)
async def test_a_failure_says_what_to_do(home: Home, fault: Fault, words: str) -> None:
    """In plain words."""
    home.cloud.faults.add("history", fault)
    with refused(words):
        await home.history()


async def test_a_lost_login_is_no_matter_of_rights(home: Home) -> None:
    """The account is to be linked again."""
    home.cloud.oauth.expire(home.house.owner)
    home.fail("token", status=400)
    with refused("no longer accepts the login"):
        await home.history()


async def test_whoever_may_not_operate_may_not_ask(
    home: Home, hass_read_only_user: MockUser
) -> None:
    """Who used an access point is for those who may use it."""
    context = Context(user_id=hass_read_only_user.id)
    with pytest.raises(Unauthorized):
        await home.act(
            *("parqex", "get_access_history", GATE),
            context=context,
            return_response=True,
        )
