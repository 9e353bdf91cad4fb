"""Looking at ParqEx: how often, and what happens when it fails."""

from collections.abc import Mapping
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    SERVICE_TURN_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.core import HomeAssistant, callback
from tests.conftest import Advance, entry_for, set_up
from tests.simulator import Cloud, DemoHouse, Fault, Simulator

GATE = "switch.main_gate"


def shown(hass: HomeAssistant) -> set[str]:
    """Return the states there are."""
    return {state.state for state in hass.states.async_all("switch")}


def syncs(cloud: Cloud) -> int:
    """Return how often the devices were asked for."""
    return sum(one.endpoint == "sync" for one in cloud.requests)


async def test_one_request_every_half_minute(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Whatever the number of access points."""
    cloud.requests.clear()
    for _ in range(10):
        await advance(30)
    assert [one.endpoint for one in cloud.requests] == ["sync"] * 10


async def test_two_accounts_each_ask_for_themselves(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """They work side by side, also with the doors they share."""
    guest = entry_for(cloud, house.guest)
    guest.add_to_hass(hass)
    await set_up(hass, guest)
    assert hass.states.get("switch.front_gate")
    assert len(hass.states.async_all("switch")) == 7
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert {one.account_id for one in cloud.requests} == {
        house.owner.id,
        house.guest.id,
    }
    for entity_id in (GATE, "switch.front_gate"):
        state = hass.states.get(entity_id)
        assert state
        assert state.state == "on"


async def test_nothing_is_written_while_nothing_changes(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """And a change is written to the entities of the access point that changed."""
    # The first thing that moves proves the zone of every time there is.
    cloud.door("Elevator").open_by_hand()
    await advance(30)
    reports: list[str] = []

    @callback
    def note(data: Mapping[str, Any]) -> bool:
        reports.append(data["entity_id"])
        return False

    hass.bus.async_listen(EVENT_STATE_REPORTED, lambda _: None, event_filter=note)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await advance(30)
    assert not reports
    assert not changes
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert {entity_id.partition(".")[2][:9] for entity_id in reports} == {"main_gate"}
    assert [event.data["entity_id"] for event in changes] == [
        GATE,
        "binary_sensor.main_gate_door",
        "event.main_gate_access",
        "sensor.main_gate_last_access",
    ]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=502, body="<html>Bad gateway</html>", content_type="text/html"),
        Fault(status=403),
        Fault(status=404),
        Fault(status=429),
        Fault(status=200, body="[]"),
        Fault(status=200, body='{"success": false}'),
        Fault(status=302, headers={"Location": "/elsewhere"}),
        Fault(reset=True),
    ],
    ids=str,
)
async def test_a_failure_makes_unavailable_and_the_next_good_answer_repairs(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    """With one log line when it starts and one when it ends; nothing is removed."""
    caplog.set_level(logging.INFO)
    cloud.faults.add("sync", fault)
    for _ in range(5):
        await advance(120)
        assert shown(hass) == {STATE_UNAVAILABLE}
    cloud.faults.clear()
    await advance(120)
    assert shown(hass) == {"off"}
    assert len(hass.states.async_all("switch")) == 5
    levels = [
        one.levelno
        for one in caplog.records
        if one.name.startswith("custom_components.parqex")
    ]
    assert levels == [logging.ERROR, logging.INFO]
    assert not hass.config_entries.flow.async_progress()


async def test_a_service_that_is_gone_comes_back(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    simulator: Simulator,
    advance: Advance,
) -> None:
    """Nobody listens for a while."""
    await simulator.stop()
    await advance(30)
    assert shown(hass) == {STATE_UNAVAILABLE}
    await simulator.start()
    await advance(30)
    assert shown(hass) == {"off"}


async def test_looks_become_rarer_while_the_service_fails(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """30, 60, 120, 120 seconds apart."""
    await advance(30)
    cloud.faults.add("sync", Fault(status=500))
    cloud.requests.clear()
    asked: list[int] = []
    for second in range(0, 600, 30):
        await advance(30)
        if syncs(cloud) > len(asked):
            asked.append(second + 30)
    assert asked == [30, 60, 120, 240, 360, 480, 600]


@pytest.mark.parametrize("status", [429, 503])
async def test_it_waits_as_long_as_it_is_told(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    status: int,
) -> None:
    """And no shorter."""
    cloud.faults.add(
        "sync", Fault(status=status, headers={"Retry-After": "300"}), times=1
    )
    await advance(30)
    cloud.requests.clear()
    for _ in range(9):
        await advance(30)
    assert not cloud.requests
    await advance(32)
    assert syncs(cloud) == 1
    assert shown(hass) == {"off"}


async def test_a_rejected_access_token_is_renewed_once(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """Nobody notices, and the newest refresh token is kept."""
    cloud.oauth.expire(house.owner)
    cloud.requests.clear()
    await advance(30)
    assert [one.endpoint for one in cloud.requests] == ["sync", "token", "sync"]
    assert shown(hass) == {"off"}
    (grant,) = cloud.oauth.grants(house.owner)
    assert linked.data["token"]["refresh_token"] == grant.refresh_token


async def test_a_login_that_is_rejected_for_good_asks_for_a_new_one(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """The switches claim nothing in the meantime."""
    cloud.oauth.revoke(house.owner)
    await advance(30)
    assert shown(hass) == {STATE_UNAVAILABLE}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == linked.entry_id


async def test_a_token_rejected_in_spite_of_renewal_asks_for_a_new_login(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """After one renewal, not after many."""
    cloud.faults.add("sync", Fault(status=401))
    cloud.requests.clear()
    await advance(30)
    assert [one.endpoint for one in cloud.requests] == ["sync", "token", "sync"]
    assert shown(hass) == {STATE_UNAVAILABLE}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


@pytest.mark.parametrize(
    "fault",
    [Fault(status=500), Fault(status=429), Fault(status=404), Fault(reset=True)],
)
async def test_a_token_endpoint_in_trouble_is_no_reason_for_a_new_login(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    fault: Fault,
) -> None:
    """The old refresh token is still good when the trouble is over."""
    cloud.oauth.expire(house.owner)
    cloud.faults.add("token", fault)
    await advance(30)
    assert shown(hass) == {STATE_UNAVAILABLE}
    cloud.faults.clear()
    await advance(60)
    assert shown(hass) == {"off"}
    assert not hass.config_entries.flow.async_progress()


async def test_a_command_that_finds_the_login_gone_leads_to_a_new_one(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> None:
    """Without waiting for the next regular look."""
    cloud.oauth.revoke(house.owner)
    with pytest.raises(Exception, match="Link the account again"):
        await hass.services.async_call(
            "switch", SERVICE_TURN_ON, {ATTR_ENTITY_ID: GATE}, blocking=True
        )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass) == {STATE_UNAVAILABLE}
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_unreadable_records_are_left_out_and_logged_once(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others work on."""

    def edit(body: Any) -> Any:
        body["devices"][0]["doors"][0] = {"name": "Main gate", "id": None}
        return body

    cloud.faults.add("sync", Fault(edit=edit))
    await advance(30)
    await advance(30)
    gate = hass.states.get(GATE)
    assert gate
    assert gate.state == STATE_UNAVAILABLE
    assert shown(hass) == {"off", STATE_UNAVAILABLE}
    assert caplog.text.count("Left out 1 record") == 1
    assert "Main gate" not in caplog.text


async def test_unloading_ends_everything(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Also while a command waits for its confirmation, and it loads again."""
    await hass.services.async_call(
        "switch", SERVICE_TURN_ON, {ATTR_ENTITY_ID: GATE}, blocking=True
    )
    assert await hass.config_entries.async_unload(linked.entry_id)
    cloud.requests.clear()
    await advance(61)
    assert not cloud.requests
    assert shown(hass) == {STATE_UNAVAILABLE}
    await set_up(hass, linked)
    assert linked.state is ConfigEntryState.LOADED
    gate = hass.states.get(GATE)
    assert gate
    assert gate.state == "on"


async def test_a_command_answered_after_unloading_waits_for_nothing(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """No timer is left behind."""
    coordinator = linked.runtime_data
    access_point = next(iter(coordinator.data.access_points.values()))
    assert await hass.config_entries.async_unload(linked.entry_id)
    cloud.requests.clear()
    await coordinator.async_command(access_point, "Main gate", "OPEN")
    await advance(61)
    assert [one.endpoint for one in cloud.requests] == ["toggle"]


@pytest.mark.parametrize("header", ["0", "Mon, 02 Nov 2020 12:00:00 GMT"])
async def test_to_wait_no_time_is_no_invitation(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    header: str,
) -> None:
    """Looks stay as far apart as they are without being told."""
    cloud.faults.add("sync", Fault(status=429, headers={"Retry-After": header}))
    await advance(30)
    cloud.requests.clear()
    for _ in range(20):
        await advance(1)
    assert not cloud.requests


async def test_an_outage_of_days_keeps_its_pace(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And its one log line."""
    cloud.faults.add("sync", Fault(status=500))
    for _ in range(1030):
        await advance(120)
    assert syncs(cloud) >= 1030
    assert sum(one.levelno >= logging.ERROR for one in caplog.records) == 1


async def test_many_commands_do_not_put_off_the_look(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
) -> None:
    """A controller has up to a hundred access points."""
    for number in range(40):
        cloud.add_door(house.garage, f"Box {number}")
    await advance(30)
    cloud.requests.clear()
    for number in range(40):
        await hass.services.async_call(
            "switch",
            SERVICE_TURN_ON,
            {ATTR_ENTITY_ID: f"switch.box_{number}"},
            blocking=True,
        )
        await advance(0.7)
    assert syncs(cloud) >= 10


async def test_one_broken_entity_does_not_stop_the_others(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """It is logged, and they are told."""

    def broken() -> None:
        raise ZeroDivisionError

    gate = cloud.door("Main gate")
    remove = linked.runtime_data.async_add_listener(broken, gate.id)
    linked.runtime_data._listeners_of[gate.id].insert(0, broken)
    gate.open_by_hand()
    await advance(30)
    remove()
    state = hass.states.get(GATE)
    assert state
    assert state.state == "on"
