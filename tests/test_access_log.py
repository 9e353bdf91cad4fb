"""The access log: every access once, in order, with its time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.parqex import access_memory
from custom_components.parqex.const import EVENT_ACCESS
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import Event, HomeAssistant, State
from tests.conftest import NOW, Advance, entry_for, set_up
from tests.simulator import Cloud, DemoHouse, Fault, Simulator

EVENT = "event.main_gate_access"
LAST_ACCESS = "sensor.main_gate_last_access"
LAST_USER = "sensor.main_gate_last_user"

# What is remembered, as it is saved.
NOTHING: dict[str, Any] = {
    "told": {},
    "floor": None,
    "read": [],
    "zone": None,
    "last": {},
}
LAST = {
    "occurred_at": "2026-11-02T11:00:00+00:00",
    "user": None,
    "user_occurred_at": None,
}


@pytest.fixture
def told(hass: HomeAssistant) -> list[Event]:
    """Return every access that is told."""
    return async_capture_events(hass, EVENT_ACCESS)


def summary(events: list[Event]) -> list[tuple[str, str, str | None]]:
    """Return where, what and who."""
    return [
        (one.data["name"], one.data["event_type"], one.data["user"]) for one in events
    ]


def times(events: list[Event]) -> list[datetime]:
    """Return when the accesses were."""
    return [datetime.fromisoformat(one.data["occurred_at"]) for one in events]


def histories(cloud: Cloud) -> int:
    """Return how often the access log was asked for."""
    return sum(one.endpoint == "history" for one in cloud.requests)


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an entity."""
    state = hass.states.get(entity_id)
    assert state
    return state


async def test_an_access_tells_who_and_how(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """And nothing else of the person: no id, no e-mail address."""
    visitor = cloud.visitor("Vera Visitor")
    cloud.door("Main gate").open_as(visitor)
    await advance(30)
    state = state_of(hass, EVENT)
    assert state.attributes["event_type"] == "opened"
    assert state.attributes["user"] == "Vera Visitor"
    assert state.attributes["channel"] == "ParqEx Web"
    assert datetime.fromisoformat(state.attributes["occurred_at"]) == (
        NOW + timedelta(seconds=4)
    )
    assert summary(told) == [("Main gate", "opened", "Vera Visitor")]
    assert state_of(hass, LAST_ACCESS).state == "2026-11-02T12:00:04+00:00"
    assert state_of(hass, LAST_USER).state == "Vera Visitor"
    everything = f"{told[0].data} {[one.as_dict() for one in hass.states.async_all()]}"
    assert visitor.id not in everything
    assert visitor.email not in everything


async def test_a_sensor_or_a_schedule_is_nobody(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """The last person stays the last person."""
    gate = cloud.door("Main gate")
    gate.open_as(cloud.visitor("Vera Visitor"))
    await advance(30)
    gate.close_by_hand()
    await advance(30)
    assert summary(told)[1] == ("Main gate", "closed", None)
    assert state_of(hass, EVENT).attributes["user"] is None
    assert state_of(hass, EVENT).attributes["channel"] == "Door Sensor"
    assert state_of(hass, LAST_ACCESS).state == "2026-11-02T12:00:30+00:00"
    assert state_of(hass, LAST_USER).state == "Vera Visitor"


async def test_the_last_user_changes_when_the_same_person_comes_again(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """An automation hears of it."""
    changes = async_capture_events(hass, "state_changed")
    gate, visitor = cloud.door("Main gate"), cloud.visitor("Vera Visitor")
    gate.open_as(visitor)
    await advance(30)
    gate.close_as(visitor)
    await advance(30)
    heard = [one for one in changes if one.data["entity_id"] == LAST_USER]
    assert [one.data["new_state"].state for one in heard] == ["Vera Visitor"] * 2


async def test_a_failed_attempt_is_found_though_nothing_moved(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    told: list[Event],
) -> None:
    """Within a quarter of an hour; it is no access, so the sensors stay."""
    house.entrance.unplugged = True
    cloud.door("Main gate").open_as(cloud.visitor("Vera Visitor"))
    cloud.requests.clear()
    for _ in range(29):
        await advance(30)
    assert histories(cloud) == 0
    await advance(30)
    assert histories(cloud) == 2
    assert summary(told) == [("Main gate", "failed", "Vera Visitor")]
    assert told[0].data["requested"] == "open"
    assert times(told) == [NOW]
    assert state_of(hass, LAST_USER).state == STATE_UNKNOWN


async def test_the_log_is_read_once_per_controller_and_poll(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """However many of its access points moved."""
    cloud.requests.clear()
    for name in ("Main gate", "Elevator"):
        cloud.door(name).open_by_hand()
    await advance(30)
    assert histories(cloud) == 1
    cloud.door("Garage left").open_by_hand()
    cloud.door("Main gate").close_by_hand()
    await advance(30)
    assert histories(cloud) == 3
    await advance(30)
    assert histories(cloud) == 3


async def test_there_and_back_between_two_polls_is_told(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
    told: list[Event],
) -> None:
    """The state is the same, the time it last changed is not."""
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    freezer.tick(5)
    gate.close_by_hand()
    await advance(30)
    assert [one[1] for one in summary(told)] == ["opened", "closed"]


async def test_the_first_link_tells_nothing_old(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    told: list[Event],
) -> None:
    """Neither of the account, nor of a controller that is new to it."""
    cloud.door("Main gate").open_by_hand()
    await set_up(hass, entry)
    boat_house = cloud.add_door(cloud.add_controller(house.guest), "Boat house")
    boat_house.open_by_hand()
    boat_house.controller.owner = house.owner
    await advance(30)
    assert not told
    boat_house.close_by_hand()
    await advance(30)
    assert summary(told) == [("Boat house", "closed", None)]


async def test_an_access_point_that_is_new_tells_nothing_old(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    told: list[Event],
) -> None:
    """What the log says of it before it is listed is of no account to us."""
    cellar = cloud.add_door(house.garage, "Cellar")
    house.garage.doors.remove(cellar)
    cellar.open_by_hand()
    cloud.door("Garage left").open_by_hand()
    await advance(30)
    house.garage.doors.append(cellar)
    await advance(30)
    cellar.close_by_hand()
    await advance(30)
    assert summary(told) == [
        ("Garage left", "opened", None),
        ("Cellar", "closed", None),
    ]


async def test_a_restart_tells_what_was_missed_and_nothing_twice(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    advance: Advance,
    told: list[Event],
) -> None:
    """With its real time, up to a day back; and the sensors are what they were."""
    gate, elevator = cloud.door("Main gate"), cloud.door("Elevator")
    elevator.open_as(cloud.visitor("Vera Visitor"))
    await advance(30)
    assert len(told) == 1
    await hass.config_entries.async_unload(linked.entry_id)
    gate.open_by_hand()
    freezer.tick(timedelta(hours=3))
    gate.close_by_hand()
    freezer.tick(timedelta(hours=22))
    gate.open_by_hand()
    await set_up(hass, linked)
    assert [one[1] for one in summary(told[1:])] == ["closed", "opened"]
    assert times(told[1:]) == [
        NOW + timedelta(hours=3, seconds=30),
        NOW + timedelta(hours=25, seconds=30),
    ]
    assert state_of(hass, "sensor.elevator_last_user").state == "Vera Visitor"
    await hass.config_entries.async_reload(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(told) == 3


async def test_what_was_told_is_written_down(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    hass_storage: dict[str, Any],
) -> None:
    """Soon after, without ids or e-mail addresses; and gone with the account."""
    key = f"parqex.access_log.{linked.entry_id}"
    cloud.door("Main gate").open_as(cloud.visitor("Vera Visitor"))
    await advance(30)
    await advance(30)
    saved = str(hass_storage[key]["data"])
    assert "Vera Visitor" in saved
    assert cloud.visitor("Vera Visitor").id not in saved
    assert "@" not in saved
    await hass.config_entries.async_remove(linked.entry_id)
    assert key not in hass_storage


async def test_what_was_told_is_written_down_when_home_assistant_stops(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    hass_storage: dict[str, Any],
) -> None:
    """Though it would have waited a little longer."""
    await advance(30)
    cloud.door("Main gate").open_by_hand()
    await linked.runtime_data.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    key = f"parqex.access_log.{linked.entry_id}"
    assert not hass_storage[key]["data"]["told"]
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert len(hass_storage[key]["data"]["told"]) == 1


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, {"told": []}),
        (1, {"told": {"x": "soon"}}),
        (1, []),
        (1, {}),
        (9, {}),
        (1, {**NOTHING, "told": {"x": "2026-11-02T11:00:00+00:00"}}),
        (1, {**NOTHING, "floor": "2026-11-02T11:00:00+00:00"}),
        (1, {**NOTHING, "zone": 7}),
        (1, {**NOTHING, "last": {"x": {**LAST, "user_occurred_at": []}}}),
        (1, {**NOTHING, "last": {"x": {**LAST, "user": 7}}}),
        (1, {**NOTHING, "last": {"x": {**LAST, "occurred_at": "2026-11-02"}}}),
        (1, {**NOTHING, "last": {"x": {**LAST, "user_occurred_at": "2026-11-02"}}}),
    ],
)
async def test_a_memory_that_cannot_be_read_is_begun_anew(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    version: int,
    data: Any,
) -> None:
    """As with a new account: nothing old is told."""
    key = f"parqex.access_log.{entry.entry_id}"
    hass_storage[key] = {"version": version, "data": data}
    cloud.door("Main gate").open_by_hand()
    await set_up(hass, entry)
    assert not told
    cloud.door("Main gate").close_by_hand()
    await advance(30)
    assert len(told) == 1
    if data:
        assert "access log could not be read" in caplog.text


def _twice_and_shuffled(body: Any) -> Any:
    body["data"]["toggle_events"] = body["data"]["toggle_events"][::-1] * 2
    return body


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("edit", [None, _twice_and_shuffled])
async def test_order_and_repetition_do_not_matter(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    advance: Advance,
    told: list[Event],
    order: Any,
    edit: Callable[[Any], Any] | None,
) -> None:
    """Oldest first, each once."""
    cloud.history_order = order
    cloud.faults.add("history", Fault(edit=edit))
    gate = cloud.door("Main gate")
    for _ in range(3):
        gate.open_by_hand()
        freezer.tick(1)
        gate.close_by_hand()
        freezer.tick(1)
    await advance(30)
    await advance(15 * 60)
    assert [one[1] for one in summary(told)] == ["opened", "closed"] * 3
    assert times(told) == sorted(times(told))


async def test_two_people_in_the_same_second_are_two(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    told: list[Event],
) -> None:
    """Though everything else is the same."""
    house.entrance.unplugged = True
    for name in ("Vera Visitor", "Vera Visitors Twin"):
        cloud.door("Main gate").open_as(cloud.visitor(name))
    await advance(15 * 60)
    assert {one[2] for one in summary(told)} == {"Vera Visitor", "Vera Visitors Twin"}
    assert len(told) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=200, body="[]"),
        Fault(reset=True),
        Fault(status=429, headers={"Retry-After": "120"}),
    ],
    ids=str,
)
async def test_a_log_that_cannot_be_read_is_read_later(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
    fault: Fault,
) -> None:
    """More and more rarely; switches and states go on, and nothing is missed."""
    cloud.faults.add("history", fault)
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert state_of(hass, "switch.main_gate").state == "on"
    cloud.door("Main gate").close_by_hand()
    for _ in range(20):
        await advance(30)
    assert histories(cloud) <= 10
    cloud.faults.clear()
    for _ in range(20):
        await advance(30)
    assert [one[1] for one in summary(told)] == ["opened", "closed"]
    assert state_of(hass, EVENT).state != STATE_UNAVAILABLE


@pytest.mark.parametrize("header", ["0", "Mon, 02 Nov 2020 12:00:00 GMT"])
async def test_to_wait_no_time_is_no_invitation(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    header: str,
) -> None:
    """Readings stay as far apart as they are without being told."""
    cloud.faults.add(
        "history", Fault(status=429, headers={"Retry-After": header}), times=50
    )
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert histories(cloud) == 1


async def test_a_log_that_fails_for_days_keeps_its_pace(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Once in a quarter of an hour, however long, and whatever moves."""
    cloud.faults.add("history", Fault(status=502))
    gate = cloud.door("Main gate")
    for _ in range(60):
        gate.close_by_hand() if gate.state == "OPEN" else gate.open_by_hand()
        await advance(900)
    cloud.requests.clear()
    for _ in range(20):
        gate.close_by_hand() if gate.state == "OPEN" else gate.open_by_hand()
        await advance(30)
    controllers = 2
    assert histories(cloud) <= controllers
    cloud.faults.clear()
    await advance(900)
    assert state_of(hass, LAST_ACCESS).state != STATE_UNKNOWN


async def test_a_no_that_passes_hides_no_access(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """Something on the way may refuse, too; then it is soon tried again."""
    cloud.faults.add("history", Fault(status=403, body="<html>Blocked</html>"))
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert state_of(hass, EVENT).state == STATE_UNAVAILABLE
    cloud.faults.clear()
    await advance(15 * 60)
    assert times(told) == [NOW]
    assert state_of(hass, EVENT).state != STATE_UNAVAILABLE


async def test_where_device_is_refused_door_is_asked(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """And at once from then on."""
    cloud.history_types = {"door"}
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    cloud.requests.clear()
    cloud.door("Main gate").close_by_hand()
    await advance(30)
    assert [one[1] for one in summary(told)] == ["opened", "closed"]
    asked = [one for one in cloud.requests if one.endpoint == "history"]
    assert {one.query["history_type"] for one in asked} == {"door"}
    assert len(asked) == 3


async def test_a_guest_sees_states_but_no_history(
    hass: HomeAssistant,
    cloud: Cloud,
    house: DemoHouse,
    credentials: None,
    advance: Advance,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged once, tried again rarely, and no new login is asked for."""
    guest = entry_for(cloud, house.guest)
    guest.add_to_hass(hass)
    await set_up(hass, guest)
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await advance(30)
    assert state_of(hass, "switch.front_gate").state == "on"
    assert state_of(hass, "event.front_gate_access").state == STATE_UNAVAILABLE
    assert state_of(hass, "sensor.front_gate_last_user").state == STATE_UNAVAILABLE
    cloud.requests.clear()
    readings: list[int] = []
    for _ in range(4):
        for _ in range(24):
            gate.close_by_hand() if gate.state == "OPEN" else gate.open_by_hand()
            await advance(3600)
        readings.append(histories(cloud))
        cloud.requests.clear()
    controllers, kinds = 2, 2
    first_day, *days = (asked // (controllers * kinds) for asked in readings)
    assert first_day <= 7
    assert set(days) == {1}
    assert caplog.text.count("access log of a controller") == controllers
    assert not hass.config_entries.flow.async_progress()

    cloud.history_owner_only = False
    await advance(24 * 3600)
    assert state_of(hass, "event.front_gate_access").state == STATE_UNKNOWN
    gate.close_by_hand() if gate.state == "OPEN" else gate.open_by_hand()
    await advance(30)
    assert state_of(hass, "event.front_gate_access").state != STATE_UNKNOWN


async def test_a_rejected_token_for_the_log_alone_asks_for_no_login(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """The service may say 401 where it means that only owners see it."""
    cloud.faults.add("history", Fault(status=401))
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert state_of(hass, EVENT).state == STATE_UNAVAILABLE
    assert state_of(hass, "switch.main_gate").state == "on"
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Europe/London"]
)
async def test_the_zone_of_the_service_is_learnt(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    told: list[Event],
    zone: str,
) -> None:
    """From the first thing that is seen to happen, and kept over restarts."""
    cloud.time_zone = house.owner.time_zone = zone
    await set_up(hass, entry)
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await advance(30)
    await hass.config_entries.async_unload(entry.entry_id)
    gate.close_by_hand()
    await advance(3600)
    await set_up(hass, entry)
    assert times(told) == [NOW, NOW + timedelta(seconds=30)]
    asked = sum(one.endpoint == "user_settings" for one in cloud.requests)
    assert asked == (0 if zone == "Europe/London" else 1)


async def test_utc_is_kept_where_it_is_right(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """Whatever the account is set to; nobody is asked for it."""
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert times(told) == [NOW]
    assert not [one for one in cloud.requests if one.endpoint == "user_settings"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=200, body='{"data": {"time_zone": "Atlantis/Centre"}}'),
        Fault(status=200, body='{"data": {"time_zone": "America"}}'),
        Fault(status=200, body='{"data": {"time_zone": "zone.tab"}}'),
        Fault(status=200, body='{"data": {"time_zone": "/etc/passwd"}}'),
        Fault(status=200, body='{"data": {"time_zone": "../UTC"}}'),
        Fault(status=200, body='{"data": {"time_zone": "%s"}}' % ("x" * 10_000)),
        Fault(status=200, body='{"data": {}}'),
    ],
)
@pytest.mark.parametrize(
    "zone",
    ["America/New_York", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati"],
)
async def test_without_a_known_zone_no_time_is_hours_off(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
    fault: Fault,
    zone: str,
) -> None:
    """What was just seen to happen shows how far it is from UTC."""
    cloud.time_zone = zone
    cloud.faults.add("user_settings", fault)
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await advance(30)
    gate.close_by_hand()
    await advance(30)
    assert times(told) == [NOW, NOW + timedelta(seconds=30)]
    assert sum(one.endpoint == "user_settings" for one in cloud.requests) == 1


async def test_the_clocks_are_set_back_without_a_known_zone(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    advance: Advance,
    told: list[Event],
) -> None:
    """The first thing that is seen to happen afterwards shows it."""
    freezer.move_to("2026-11-01 05:30:00")
    cloud.time_zone = "America/New_York"
    cloud.faults.add("user_settings", Fault(status=500))
    await set_up(hass, entry)
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await advance(30)
    await advance(3600)
    gate.close_by_hand()
    await advance(30)
    assert times(told) == [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, 30, tzinfo=UTC),
    ]


async def test_what_seems_to_lie_ahead_proves_the_zone_too(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    advance: Advance,
    told: list[Event],
) -> None:
    """After a restart nothing was seen to happen, but nothing happens tomorrow."""
    cloud.time_zone = "Asia/Kolkata"
    cloud.accounts[0].time_zone = "Asia/Kolkata"
    await hass.config_entries.async_unload(linked.entry_id)
    cloud.door("Main gate").open_by_hand()
    freezer.tick(600)
    await set_up(hass, linked)
    assert times(told) == [NOW]


BAD_ENTRIES: list[Any] = [
    None,
    "entry",
    {},
    {"door_id": "?", "door_state": "OPEN", "toggle_date_time": "2026-11-02 12:00:00"},
    {"door_state": "MOVING"},
    {"door_state": None},
    {"toggle_date_time": None},
    {"toggle_date_time": ""},
    {"toggle_date_time": "yesterday"},
    {"toggle_date_time": "0001-01-01 00:00:00"},
    {"toggle_date_time": "9999-12-31 23:59:59"},
    {"toggle_date_time": "2027-11-02 12:00:00"},
    {"toggle_date_time": "2026-10-02 12:00:00"},
    {"toggle_date_time": 1480651271},
]


@pytest.mark.parametrize("bad", BAD_ENTRIES)
async def test_a_bad_entry_is_skipped(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
    bad: Any,
) -> None:
    """The others are told."""

    def edit(body: Any) -> Any:
        events = body["data"]["toggle_events"]
        events.insert(0, {**events[0], **bad} if isinstance(bad, dict) and bad else bad)
        return body

    cloud.faults.add("history", Fault(edit=edit))
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert summary(told) == [("Main gate", "opened", None)]


async def test_ten_thousand_entries_let_others_work(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
) -> None:
    """They are worked off in slices, and only what is new is told."""

    def edit(body: Any) -> Any:
        (event,) = body["data"]["toggle_events"]
        older = [
            {**event, "toggle_date_time": f"{NOW - timedelta(seconds=n):%F %T}"}
            for n in range(100_000, 110_000)
        ]
        body["data"]["toggle_events"] = [event, *older]
        return body

    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    cloud.faults.add("history", Fault(edit=edit))
    cloud.door("Main gate").open_by_hand()
    await linked.runtime_data.async_refresh()
    working = asyncio.create_task(others())
    await hass.async_block_till_done(wait_background_tasks=True)
    working.cancel()
    assert len(told) == 1
    assert turns > 40


async def test_what_is_remembered_is_bounded(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    advance: Advance,
    told: list[Event],
    monkeypatch: pytest.MonkeyPatch,
    hass_storage: dict[str, Any],
) -> None:
    """What was forgotten for want of room is still not told again."""
    monkeypatch.setattr(access_memory, "MAX_REMEMBERED", 4)
    gate = cloud.door("Main gate")
    for _ in range(5):
        gate.open_by_hand()
        freezer.tick(1)
        gate.close_by_hand()
        await advance(29)
    assert len(told) == 10
    await hass.config_entries.async_reload(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await advance(15 * 60)
    assert len(told) == 10
    saved = hass_storage[f"parqex.access_log.{linked.entry_id}"]["data"]
    assert len(saved["told"]) == 4


async def test_old_fingerprints_are_dropped(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    advance: Advance,
    hass_storage: dict[str, Any],
) -> None:
    """When no answer can mention them any more."""
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    await advance(6 * 24 * 3600)
    await hass.config_entries.async_unload(linked.entry_id)
    saved = hass_storage[f"parqex.access_log.{linked.entry_id}"]["data"]
    assert not saved["told"]
    assert saved["last"]


async def test_without_names_nobody_is_named(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    told: list[Event],
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nor is anybody remembered who was named before."""
    caplog.set_level(logging.DEBUG)
    gate, visitor = cloud.door("Main gate"), cloud.visitor("Vera Visitor")
    gate.open_as(visitor)
    await advance(30)
    caplog.clear()
    result = await hass.config_entries.options.async_init(linked.entry_id)
    await hass.config_entries.options.async_configure(
        result["flow_id"], {"record_names": False}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(LAST_USER) is None
    gate.close_as(visitor)
    await advance(30)
    await advance(30)
    assert summary(told)[-1] == ("Main gate", "closed", None)
    states = str([one.as_dict() for one in hass.states.async_all()])
    assert "Vera" not in states
    assert "Vera" not in str(hass_storage[f"parqex.access_log.{linked.entry_id}"])
    logged = [one.getMessage() for one in caplog.records if "pytest" not in one.name]
    assert not [message for message in logged if "Vera" in message]

    result = await hass.config_entries.options.async_init(linked.entry_id)
    await hass.config_entries.options.async_configure(
        result["flow_id"], {"record_names": True}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, LAST_USER).state == STATE_UNKNOWN
    gate.open_as(visitor)
    await advance(30)
    assert state_of(hass, LAST_USER).state == "Vera Visitor"


async def test_a_whole_outage_of_the_cloud_misses_nothing(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    simulator: Simulator,
    advance: Advance,
    told: list[Event],
) -> None:
    """What moved meanwhile is told when it is back."""
    await simulator.stop()
    simulator.cloud.door("Main gate").open_by_hand()
    for _ in range(20):
        await advance(120)
    simulator.cloud.door("Main gate").close_by_hand()
    await simulator.start()
    await advance(120)
    assert [one[1] for one in summary(told)] == ["opened", "closed"]
    assert times(told) == [NOW, NOW + timedelta(seconds=2400)]
    assert times(told)[0].tzinfo is not UTC
