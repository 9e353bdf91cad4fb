"""The action that returns the access history."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from tests.conftest import entry_for, set_up
from tests.simulator import Cloud, DemoHouse, Fault

GATE = "switch.main_gate"


async def history(
    hass: HomeAssistant, entity_id: str = GATE, **data: Any
) -> list[dict[str, Any]]:
    """Call the action as a script would, and return the events."""
    response: Any = await hass.services.async_call(
        "parqex",
        "get_access_history",
        {"entity_id": entity_id, **data},
        blocking=True,
        return_response=True,
    )
    events: list[dict[str, Any]] = response[entity_id]["events"]
    return events


async def test_it_returns_a_week_newest_first(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Of this access point alone."""
    gate, visitor = cloud.door("Main gate"), cloud.visitor("Vera Visitor")
    gate.open_by_hand()
    freezer.tick(timedelta(days=7))
    gate.close_by_hand()
    cloud.door("Elevator").open_by_hand()
    freezer.tick(timedelta(days=1))
    house.entrance.unplugged = True
    gate.open_as(visitor)
    assert await history(hass) == [
        {
            "event_type": "failed",
            "occurred_at": "2026-11-10T04:00:00-08:00",
            "user": "Vera Visitor",
            "channel": "ParqEx Web",
            "success": False,
        },
        {
            "event_type": "closed",
            "occurred_at": "2026-11-09T04:00:00-08:00",
            "user": None,
            "channel": "Door Sensor",
            "success": True,
        },
    ]


async def test_both_dates_count_in_local_time(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
) -> None:
    """From midnight to midnight, wherever ParqEx writes its times."""
    gate = cloud.door("Main gate")
    freezer.move_to("2026-11-03 07:59:59+00:00")
    gate.open_by_hand()
    freezer.move_to("2026-11-03 08:00:00+00:00")
    gate.close_by_hand()
    freezer.move_to("2026-11-04 07:59:59+00:00")
    gate.open_by_hand()
    freezer.move_to("2026-11-04 08:00:00+00:00")
    gate.close_by_hand()
    events = await history(hass, start_date="2026-11-03", end_date="2026-11-03")
    assert [one["occurred_at"] for one in events] == [
        "2026-11-03T23:59:59-08:00",
        "2026-11-03T00:00:00-08:00",
    ]


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
        ({"start_date": "0001-01-01"}, vol.Invalid),
        ({"days": 7}, vol.Invalid),
    ],
)
async def test_it_validates_its_input(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    data: dict[str, Any],
    error: type[Exception],
) -> None:
    """Before it asks anybody."""
    cloud.requests.clear()
    with pytest.raises(error):
        await history(hass, **data)
    assert not cloud.requests


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(status=403), "to the owner of its controller only"),
        (Fault(status=400), "for the owner of its controller only"),
        (Fault(status=401), "to the owner of its controller only"),
        (Fault(status=429), "asks to wait"),
        (Fault(status=500), "did not answer"),
        (Fault(status=200, body="<html>"), "Ask for fewer days"),
    ],
)
async def test_a_failure_says_what_to_do(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    fault: Fault,
    words: str,
) -> None:
    """In plain words."""
    cloud.faults.add("history", fault)
    with pytest.raises(HomeAssistantError, match=words):
        await history(hass)


async def test_a_lost_login_is_told_as_such(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> None:
    """It is not a matter of rights."""
    cloud.oauth.expire(house.owner)
    cloud.faults.add("token", Fault(status=400))
    with pytest.raises(HomeAssistantError, match="no longer accepts the login"):
        await history(hass)


async def test_a_guest_is_told_that_it_is_for_owners(
    hass: HomeAssistant, cloud: Cloud, house: DemoHouse, credentials: None
) -> None:
    """And the switch stays as it is."""
    guest = entry_for(cloud, house.guest)
    guest.add_to_hass(hass)
    await set_up(hass, guest)
    with pytest.raises(HomeAssistantError, match="owner of its controller"):
        await history(hass, "switch.front_gate")


async def test_without_names_nobody_is_named(
    hass: HomeAssistant, entry: MockConfigEntry, credentials: None, cloud: Cloud
) -> None:
    """Not here either."""
    hass.config_entries.async_update_entry(entry, options={"record_names": False})
    await set_up(hass, entry)
    gate = cloud.door("Main gate")
    gate.travel_seconds = 0
    gate.open_as(cloud.visitor("Vera Visitor"))
    (event,) = await history(hass)
    assert event["user"] is None
