"""The access log: every access published once, in order, and fetched when it is due."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, override
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.parqex.data import process_state
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import CoreState, Event, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from tests.common import errors, gate_with
from tests.conftest import set_up, settle, until
from tests.dialogs import choose
from tests.simulator import Event as LogEvent, Fault
from tests.simulator.answers import Answer

from .conftest import DAY, HOUR, LogHome, now, utc

NEW_YORK = "America/New_York"

EVENT = "event.main_gate_access"
LAST_ACCESS = "sensor.main_gate_last_access"
LAST_USER = "sensor.main_gate_last_user"

AUTOMATION = {
    "triggers": {
        "trigger": "event.received",
        "target": {"entity_id": EVENT},
        "options": {"event_type": ["opened", "closed"]},
    },
    "actions": {"event": "automation_ran"},
}


def events_of(edit: Callable[[list[Any]], list[Any]]) -> Fault:
    """Return a fault that changes the entries of an answer."""

    def edited(body: Any) -> Any:
        if data := body.get("data"):
            data["toggle_events"] = edit(data["toggle_events"])
        return body

    return Fault(edit=edited)


def without_controller(body: Any) -> Any:
    """Make the record of the gate's controller unreadable."""
    body["devices"][0]["id"] = None
    return body


NOTHING = events_of(lambda events: [])
UNREADABLE = Fault(edit=gate_with(id=None))


async def automate(home: LogHome) -> list[Event]:
    """Have an automation run at every access to the gate; return its runs."""
    assert await async_setup_component(
        home.hass, "automation", {"automation": AUTOMATION}
    )
    return async_capture_events(home.hass, "automation_ran")


async def begin_fetch(home: LogHome) -> None:
    """Refresh, and go on as soon as the log is asked for."""
    home.cloud.requests.clear()
    await home.coordinator.async_refresh()
    await until(lambda: home.fetches)


async def test_an_access_says_who_and_how_and_nothing_else_of_the_person(
    home: LogHome,
) -> None:
    """The last person stays, and a sensor or a schedule is none."""
    visitor, opened = home.cloud.visitor("Vera Visitor"), now()
    changes = async_capture_events(home.hass, "state_changed")
    home.gate.open_as(visitor)
    await home.advance(30)
    assert home.times == [opened]
    everything = f"{home.events[0].data} {home.hass.states.async_all()}"
    assert visitor.id not in everything
    assert visitor.email not in everything
    closed = now()
    await home.close()
    assert home.kinds == ["opened", "closed"]
    assert home.users == ["Vera Visitor", None]
    assert home.events[1].data["channel"] == "Door Sensor"
    assert home.shown(LAST_ACCESS) == closed.isoformat()
    assert home.shown(LAST_USER) == "Vera Visitor"
    home.gate.open_as(visitor)
    await home.advance(30)
    # It changes when the same person returns, so that automations run.
    assert [one.data["entity_id"] for one in changes].count(LAST_USER) == 2


async def test_what_an_access_starts_finds_its_person(home: LogHome) -> None:
    """Of several, each one's: an automation may depend on who was the last user."""
    home.gate.open_as(home.cloud.visitor("Jane Doe"))
    await home.advance(30)
    found: list[str | None] = []

    @callback
    def started(_event: Any) -> None:
        found.append(home.shown(LAST_USER))

    home.hass.bus.async_listen("parqex_access", started)
    async_track_state_change_event(home.hass, LAST_ACCESS, started)
    automation = {
        "triggers": {"trigger": "event", "event_type": "parqex_access"},
        "actions": {
            "event": "ran",
            "event_data": {"user": f"{{{{ states('{LAST_USER}') }}}}"},
        },
        "mode": "queued",
    }
    assert await async_setup_component(
        home.hass, "automation", {"automation": automation}
    )
    ran = async_capture_events(home.hass, "ran")
    home.gate.close_as(home.cloud.visitor("Some Stranger"))
    home.freezer.tick(5)
    home.gate.open_as(home.cloud.visitor("Jane Doe"))
    await home.advance(30)
    assert found == ["Some Stranger"] * 2 + ["Jane Doe"] * 2
    assert [one.data["user"] for one in ran] == ["Some Stranger", "Jane Doe"]


@pytest.mark.parametrize("hours_ahead", [0, 2])
async def test_a_failed_attempt_is_found_though_nothing_moved(
    unlinked: LogHome, hours_ahead: int
) -> None:
    """Within a quarter of an hour, though the clock is set back; the sensors stay."""
    home = unlinked
    ahead = timedelta(hours=hours_ahead)
    with patch.object(dt_util, "utcnow", lambda: now() + ahead):
        await home.link()
    home.house.entrance.unplugged = True
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(840)
    assert not home.events
    await home.advance(60)
    assert home.kinds == ["failed"]
    assert home.events[0].data["requested"] == "open"
    assert home.shown(LAST_USER) == STATE_UNKNOWN


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
async def test_accesses_are_published_oldest_first(home: LogHome, order: Any) -> None:
    """However the service orders them, also where the state is as it was."""
    home.cloud.history_order = order
    for _ in range(6):
        home.gate.move_by_hand()
        home.freezer.tick(1)
    await home.advance(24)
    await home.advance(900)
    assert home.kinds == ["opened", "closed"] * 3
    assert home.times == sorted(home.times)
    seen = process_state(home.hass).dialect.report()["ways"]["history_order"]
    assert (seen == f"seen: {order} first") is (order != "shuffled")


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("style", ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S"])
async def test_equal_times_keep_the_order_of_the_log(
    home: LogHome, order: Any, style: str
) -> None:
    """As the answers before it showed it; the action has the newest first."""
    home.cloud.history_order = order
    for minutes in (1, 0, 0):
        home.gate.move_by_hand()
        home.freezer.tick(60 * minutes)
    await home.advance(30)
    home.cloud.history_time_format = style
    home.freezer.move_to(now() + timedelta(days=3))
    await home.advance(30)
    home.events.clear()
    home.gate.refusal = 400
    home.gate.close_as(home.cloud.visitor("Vera Visitor"))
    home.gate.refusal = None
    for _ in range(2):
        home.gate.move_by_hand()
    if order == "newest" or "H" in style:
        await home.advance(30)
        assert home.kinds == ["failed", "closed", "opened"]
        found = (await home.history())[:3]
        assert [one["event_type"] for one in found] == ["opened", "closed", "failed"]


@pytest.mark.parametrize("kinds", [{"device", "door"}, {"door"}])
@pytest.mark.parametrize("lag", [None, 2])
async def test_nothing_from_before_the_link_is_published(
    unlinked: LogHome, kinds: set[str], lag: int | None
) -> None:
    """Neither attempts nor movements, nor those of what is new, nor what is logged late."""
    home = unlinked
    home.cloud.history_types = kinds
    home.gate.open_by_hand()
    if lag:
        home.cloud.faults.add("history", NOTHING, times=lag)
    else:
        home.gate.refusal = 400
        home.gate.close_as(home.cloud.visitor("Vera Visitor"))
    home.freezer.tick(60)
    await home.link()
    cellar = home.cloud.add_door(home.house.garage, "Cellar")
    cellar.open_by_hand()
    shed = home.cloud.add_door(home.cloud.add_controller(home.house.owner), "Shed")
    shed.open_by_hand()
    await home.advance(900, times=4)
    assert not home.events
    cellar.close_by_hand()
    await home.advance(30)
    assert home.kinds == ["closed"]


async def test_without_a_time_of_the_last_movement_the_first_fetch_counts(
    unlinked: LogHome,
) -> None:
    """What it finds is old, all that comes later is new."""

    def untimed(body: Any) -> Any:
        for device in body["devices"]:
            for door in device["doors"]:
                door["last_toggled"] = None
        return body

    unlinked.gate.open_by_hand()
    unlinked.cloud.faults.add("sync", Fault(edit=untimed))
    unlinked.fail("history", status=500)
    await unlinked.link()
    unlinked.cloud.faults.clear("history")
    await unlinked.close()
    await unlinked.open()
    assert unlinked.kinds == ["opened"]


@pytest.mark.parametrize("zone", ["UTC", NEW_YORK])
async def test_what_happens_between_the_list_and_the_first_log_is_published(
    unlinked: LogHome, zone: str
) -> None:
    """The list does not show it yet; what was hours ago is old."""
    home = unlinked
    await home.open(2 * HOUR)

    def closed_after(body: Any) -> Any:
        home.gate.close_by_hand()
        return body

    home.fail("sync", 1, edit=closed_after)
    await home.link(zone)
    await home.advance(60)
    assert home.kinds == ["closed"]


def list_with_zones(body: Any) -> Any:
    """Name the zone of all times in the list of devices."""
    for door in [door for one in body["devices"] for door in one["doors"]]:
        door["last_toggled"] += "-05:00"
    return body


def log_with(change: Callable[[str], str]) -> Fault:
    """Return a fault that writes the times of the log in another way."""
    key = "toggle_date_time"
    return events_of(lambda events: [{**it, key: change(it[key])} for it in events])


@pytest.mark.parametrize(
    ("minutes", "zone", "account", "faults"),
    [
        (120, NEW_YORK, NEW_YORK, {"sync": Fault(edit=list_with_zones)}),
        (120, NEW_YORK, NEW_YORK, {"history": log_with(lambda time: f"{time}-05:00")}),
        # What the log times two seconds later than the list does.
        (2, "UTC", NEW_YORK, {"history": log_with(lambda time: f"{time[:-1]}2")}),
        (30, "Asia/Tokyo", NEW_YORK, {}),
        *(
            (30, zone, zone, {"user_settings": Fault(status=500)})
            for zone in ("Europe/Berlin", "Asia/Tokyo")
        ),
    ],
)
async def test_whatever_the_times_of_the_service_old_accesses_are_not_published(
    unlinked: LogHome, minutes: int, zone: str, account: str, faults: dict[str, Fault]
) -> None:
    """access-log.md: when you link an account, nothing from before is published."""
    home = unlinked
    for endpoint, fault in faults.items():
        home.cloud.faults.add(endpoint, fault)
    home.gate.open_by_hand()
    home.freezer.tick(60 * minutes)
    await home.link(zone, account)
    await home.advance(900, times=4)
    assert not home.kinds
    await home.close()
    assert home.kinds == ["closed"]


@pytest.mark.parametrize("moved_before", [True, False])
async def test_what_happens_before_the_first_fetch_is_published(
    unlinked: LogHome, moved_before: bool
) -> None:
    """However long the log fails after the link, and if it was the first movement."""
    home = unlinked
    if moved_before:
        home.gate.move_by_hand()
        home.freezer.tick(60)
    else:
        home.fail("sync", 2, edit=gate_with(last_toggled=None))
    home.fail("history", status=500)
    await home.link()
    await home.advance(30)
    moved = now()
    await home.move()
    home.cloud.faults.clear()
    await home.advance(900)
    assert home.times == [moved]


async def test_what_was_missed_is_published_once_up_to_a_day_back(
    home: LogHome,
) -> None:
    """With its real time."""
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30)
    await home.unload()
    home.cloud.door("Elevator").open_by_hand()
    home.freezer.tick(3 * HOUR)
    closed = now()
    home.gate.close_by_hand()
    home.freezer.tick(22 * HOUR)
    await home.link()
    assert home.kinds == ["opened", "closed"]
    assert home.times[1] == closed
    await home.unload()
    await home.link()
    await home.advance(900)
    assert len(home.events) == 2


@pytest.mark.parametrize("automation_first", [True, False])
async def test_what_was_missed_starts_automations(
    home: LogHome, automation_first: bool
) -> None:
    """It is published once Home Assistant has started."""
    await home.unload()
    await home.open(600)
    home.hass.set_state(CoreState.not_running)
    runs = await automate(home) if automation_first else []
    await home.link()
    if not automation_first:
        runs = await automate(home)
    assert not home.events
    await home.hass.async_start()
    await settle(home.hass)
    assert len(home.events) == len(runs) == 1


async def test_what_is_fetched_while_refreshes_fail_starts_automations(
    home: LogHome,
) -> None:
    """What is unavailable starts none, so it is published afterwards, with its time."""
    runs, opened_at = await automate(home), now()
    home.cloud.faults.add("history", Fault(delay=3), times=1)
    home.gate.open_by_hand()
    home.freezer.tick(HOUR)
    await begin_fetch(home)
    home.fail("sync", times=1, status=502)
    await home.coordinator.async_refresh()
    await home.advance(4)
    assert not home.events
    await home.advance(60)
    assert len(home.events) == len(runs) == 1
    assert home.times == [opened_at]


async def test_logs_of_doors_are_put_in_order_one_by_one(home: LogHome) -> None:
    """An older entry of another access point does not turn the order."""
    home.cloud.history_types = {"door"}
    await home.open(HOUR)
    home.events.clear()
    for _ in range(2):
        home.gate.move_by_hand()
        home.cloud.door("Pedestrian door").move_by_hand()
    await home.advance(30)
    for name, kinds in (
        ("Main gate", ["closed", "opened"]),
        ("Pedestrian door", ["opened", "closed"]),
    ):
        found = [one.data for one in home.events if one.data["name"] == name]
        assert [data["event_type"] for data in found] == kinds


@pytest.mark.parametrize(
    "edit", [{"user": {"id": ""}}, {"was_success": False}, {"channel": None}]
)
async def test_an_entry_that_is_edited_later_is_published_once(
    home: LogHome, edit: dict[str, Any]
) -> None:
    """Its person may be filled in, or its success."""
    before = events_of(lambda events: [{**one, **edit} for one in events])
    home.cloud.faults.add("history", before, times=1)
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30)
    await home.advance(900)
    assert len(home.events) == 1


async def test_an_entry_in_several_answers_is_published_once(home: LogHome) -> None:
    """A service may answer with the controller's log whichever door was asked for."""
    home.cloud.history_types = {"door"}
    logged: list[Any] = []

    def all_entries(events: list[Any]) -> list[Any]:
        logged[:] = events or logged
        return logged

    home.cloud.faults.add("history", events_of(all_entries))
    for _ in range(2):
        await home.move()
    await home.advance(900)
    assert home.kinds == ["opened", "closed"]


async def test_bare_dates_are_counted(home: LogHome) -> None:
    """The same may happen twice a day, and is not too old just after midnight."""
    home.cloud.history_time_format = "%Y-%m-%d"
    for _ in range(4):
        await home.move()
    await home.unload()
    await home.link()
    await home.advance(11 * HOUR - 170)
    await home.move()
    assert now().hour == 0
    assert home.kinds == ["opened", "closed"] * 2 + ["opened"]
    home.freezer.tick(60)
    assert [utc(one) for one in await home.history()] == home.times[:-6:-1]


async def test_the_first_bare_date_is_published(unlinked: LogHome) -> None:
    """The day on which the account was linked had begun before that."""
    home = unlinked
    home.cloud.history_time_format = "%Y-%m-%d"
    home.fail("sync", 2, edit=gate_with(last_toggled=None))
    home.fail("history", status=500)
    await home.link()
    await home.advance(30)
    await home.move()
    home.cloud.faults.clear()
    await home.advance(900)
    assert home.kinds == ["opened"]


async def test_midnight_sharp_is_a_time(home: LogHome) -> None:
    """It is no bare date, which would count for two days."""
    await home.unload()
    home.freezer.move_to("2026-11-03 00:00:00+00:00")
    home.gate.open_by_hand()
    home.freezer.move_to("2026-11-04 12:00:00+00:00")
    await home.link()
    await home.advance(900)
    assert not home.events


@pytest.mark.parametrize("whole", [True, False])
async def test_what_moved_while_its_record_was_unreadable_is_published(
    unlinked: LogHome, whole: bool
) -> None:
    """As soon as it is listed again, with its time though the zone is not known yet."""
    home = unlinked
    await home.link("America/New_York")
    await home.advance(30)
    unreadable = Fault(edit=without_controller) if whole else UNREADABLE
    home.cloud.faults.add("sync", unreadable, times=1)
    opened = now()
    await home.open()
    assert not home.events
    await home.advance(30)
    assert home.times == [opened]


@pytest.mark.parametrize("fault", [UNREADABLE, Fault(status=503)])
async def test_what_is_hidden_while_it_is_published_is_published_later(
    home: LogHome, fault: Fault
) -> None:
    """However much there is, and in order."""
    await home.unload()
    for _ in range(200):
        home.freezer.tick(1)
        home.gate.move_by_hand()
    shown: list[str | None] = []
    refreshes: list[asyncio.Future[None]] = []

    @callback
    def published(_event: Event) -> None:
        shown.append(home.shown(EVENT))
        if not refreshes:
            home.cloud.faults.add("sync", fault, times=1)
            refreshes.append(asyncio.ensure_future(home.coordinator.async_refresh()))

    home.hass.bus.async_listen("parqex_access", published)
    await home.link()
    await refreshes[0]
    await home.advance(60)
    await until(lambda: len(shown) == 200)
    assert STATE_UNAVAILABLE not in shown
    assert home.kinds == ["opened", "closed"] * 100


@pytest.mark.parametrize("reload", [True, False])
async def test_a_backlog_that_is_interrupted_is_not_dated_anew(
    home: LogHome, reload: bool
) -> None:
    """Bare dates of hours ago would start automations."""
    home.cloud.history_time_format = "%Y-%m-%d"
    await home.unload()
    for _ in range(60):
        home.freezer.tick(1)
        home.gate.move_by_hand()
    moved_at = now()
    home.freezer.tick(5 * HOUR)
    interruptions: list[asyncio.Future[None]] = []

    @callback
    def interrupt(_event: Event) -> None:
        if not interruptions:
            home.fail("sync", 0 if reload else 1, status=503)
            act = home.reload if reload else home.coordinator.async_refresh
            interruptions.append(asyncio.ensure_future(act()))

    home.hass.bus.async_listen("parqex_access", interrupt)
    await home.link()
    await interruptions[0]
    await home.advance(60)
    await until(lambda: len(home.events) == 60)
    assert max(home.times) <= moved_at


async def test_what_was_hidden_is_not_dated_after_it_happened(home: LogHome) -> None:
    """access-log.md: a bare date has the time at which the log was read before."""
    home.cloud.history_time_format = "%Y-%m-%d"
    home.cloud.faults.add("history", Fault(delay=3), times=1)
    opened_at = now()
    home.gate.open_by_hand()
    home.freezer.tick(30)
    await begin_fetch(home)
    home.cloud.faults.add("sync", UNREADABLE, times=1)
    await home.coordinator.async_refresh()
    await home.advance(4)
    assert not home.events
    await home.advance(60)
    assert home.kinds == ["opened"]
    assert home.times[0] <= opened_at


@pytest.mark.parametrize("whole", [True, False])
async def test_what_goes_away_during_a_fetch_is_new_when_it_returns(
    home: LogHome, caplog: pytest.LogCaptureFixture, whole: bool
) -> None:
    """A controller or an access point; what others did meanwhile is theirs."""
    controller = home.house.entrance
    home.cloud.faults.add("history", Fault(delay=3, after=True), times=1)
    home.gate.open_by_hand()
    home.cloud.door("Elevator").open_by_hand()
    gate = home.gate
    await begin_fetch(home)
    if whole:
        controller.owner = home.house.guest
    else:
        controller.doors.remove(gate)
    await home.coordinator.async_refresh()
    await home.advance(34)
    gate.close_by_hand()
    await home.advance(HOUR)
    controller.owner = home.house.owner
    if not whole:
        controller.doors.append(gate)
    await home.advance(30)
    await home.advance(900)
    assert [one.data["name"] for one in home.events] == [] if whole else ["Elevator"]
    assert not errors(caplog)


@pytest.mark.parametrize(
    ("fault", "fetches"),
    [
        ({"status": 500}, 3),
        ({"status": 200, "body": "[]"}, 3),
        ({"reset": True}, 3),
        ({"status": 401}, 1),
        ({"status": 403, "body": "<html>Blocked</html>"}, 1),
    ],
)
async def test_a_log_that_fails_thrice_or_is_refused_is_unavailable_meanwhile(
    home: LogHome, caplog: pytest.LogCaptureFixture, fault: dict[str, Any], fetches: int
) -> None:
    """It is logged once, the rest goes on, no login is asked for, nothing is missed."""
    runs = await automate(home)
    home.fail("history", **fault)
    home.gate.open_by_hand()
    for _ in range(fetches):
        assert home.shown(EVENT) != STATE_UNAVAILABLE
        await home.advance(60)
    assert home.shown(EVENT) == home.shown(LAST_USER) == STATE_UNAVAILABLE
    assert home.shown("event.garage_left_access") != STATE_UNAVAILABLE
    assert home.shown() == "on"
    assert not home.hass.config_entries.flow.async_progress()
    assert caplog.text.count("access log of") == 1
    home.cloud.faults.clear()
    await home.advance(900)
    assert home.shown(EVENT) != STATE_UNAVAILABLE
    assert home.kinds == ["opened"]
    assert len(runs) == 1
    again = f"The access log of {home.entry.title} is available again"
    assert caplog.text.count(again) == 1


async def test_a_controller_that_returns_shows_its_log_at_once(home: LogHome) -> None:
    """What was refused may be tried again much later; it was another share of it."""
    home.fail("history", status=403)
    await home.advance(2 * HOUR)
    assert home.shown(EVENT) == STATE_UNAVAILABLE
    home.house.entrance.owner = home.house.guest
    await home.advance(30)
    home.cloud.faults.clear()
    home.house.entrance.owner = home.house.owner
    await home.advance(30)
    assert home.shown(EVENT) == STATE_UNKNOWN


async def test_a_guest_sees_states_but_no_log(
    unlinked: LogHome, guest: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged once for the account, tried again daily, and has a clock."""
    home = unlinked
    for _ in range(5):
        await home.move()
    assert home.shown("switch.front_gate") == "on"
    assert guest.runtime_data.access_log.clock.proven
    assert len(guest.runtime_data.coordinator.data.controllers) > 1
    logged = f"{[it.message for it in caplog.get_records('setup') + caplog.records]}"
    assert logged.count(f"not let {guest.title} see the access log") == 1
    assert logged.count("access log") == 1


async def test_entities_of_the_log_come_when_it_is_shown(
    unlinked: LogHome, guest: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Not before; and they stay after a reload, unavailable if it is refused again."""
    home, registry = unlinked, er.async_get(unlinked.hass)
    log_entities = {
        "event.front_gate_access",
        "sensor.front_gate_last_access",
        "sensor.front_gate_last_user",
    }
    assert not log_entities & {*registry.entities}
    home.cloud.history_owner_only = False
    await home.advance(DAY)
    again = f"The access log of {guest.title} is available again"
    assert caplog.text.count(again) == 1
    assert {home.shown(entity_id) for entity_id in log_entities} == {STATE_UNKNOWN}
    await home.move()
    assert home.shown("event.front_gate_access") != STATE_UNKNOWN
    home.cloud.history_owner_only = True
    await home.hass.config_entries.async_reload(guest.entry_id)
    await settle(home.hass)
    assert {home.shown(entity_id) for entity_id in log_entities} == {STATE_UNAVAILABLE}


@pytest.mark.parametrize("by_action", [True, False])
async def test_a_rate_limit_of_one_log_holds_for_all(
    home: LogHome, by_action: bool
) -> None:
    """Whoever met it; refreshes go on, and nothing is missed."""
    home.fail("history", times=1, status=429, headers={"Retry-After": "600"})
    if by_action:
        with pytest.raises(HomeAssistantError):
            await home.history()
    home.cloud.requests.clear()
    home.gate.open_by_hand()
    home.cloud.door("Garage left").open_by_hand()
    await home.advance(30)
    with pytest.raises(HomeAssistantError):
        await home.history()
    await home.advance(30, times=18)
    assert home.fetches == (0 if by_action else 1)
    assert home.syncs == 19
    await home.advance(70)
    assert len(home.events) == 2


@pytest.mark.parametrize("hours", [23, 25])
async def test_the_last_access_is_unknown_after_more_than_a_day(
    home: LogHome, hours: int
) -> None:
    """A later one may be too old to be published."""
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30)
    await home.close()
    await home.unload()
    home.freezer.tick(hours * 3600)
    await set_up(home.hass, home.entry)
    await home.advance(30)
    shown = {home.shown(LAST_ACCESS), home.shown(LAST_USER)}
    assert (shown == {STATE_UNKNOWN}) is (hours > 24)
    await home.move()
    assert home.shown(LAST_ACCESS) != STATE_UNKNOWN


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {"door_id": "?"},
        {"toggle_date_time": "yesterday"},
        {"toggle_date_time": "2027-11-02 12:00:00"},
        {"toggle_date_time": "2026-10-02 12:00:00"},
    ],
)
async def test_a_bad_entry_is_skipped(
    home: LogHome, caplog: pytest.LogCaptureFixture, bad: Any
) -> None:
    """The others are published; what could not be read at all is logged, once."""

    def edit(events: list[Any]) -> list[Any]:
        return [bad and {**one, **bad} for one in events] + events

    home.cloud.faults.add("history", events_of(edit))
    home.house.entrance.unplugged = True
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(900, times=2)
    assert home.kinds == ["failed"]
    unreadable = bad in (None, {"toggle_date_time": "yesterday"})
    assert caplog.text.count("unreadable access log record") == unreadable


async def test_ten_thousand_entries_let_others_work(home: LogHome) -> None:
    """They are read in slices, and only what is new is published."""
    start, turns = now(), 0

    def edit(events: list[Any]) -> list[Any]:
        nonlocal turns
        turns = 0
        times = (start - timedelta(seconds=n) for n in range(100_000, 110_000))
        return events + [
            {**events[0], "toggle_date_time": f"{at:%F %T}"} for at in times
        ]

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    home.cloud.faults.add("history", events_of(edit))
    home.gate.open_by_hand()
    working = asyncio.create_task(others())
    await begin_fetch(home)
    await until(lambda: home.events)
    working.cancel()
    assert home.kinds == ["opened"]
    # A slice is 500 entries, once when they are parsed and once when they are dated.
    assert turns >= 40


async def test_a_rejected_token_is_no_refusal_of_the_log(home: LogHome) -> None:
    """A refresh renews it, and the log is read with the new one."""
    home.gate.move_by_hand()
    home.fail("history", 1, status=401)
    await home.advance(30)
    assert home.kinds == ["opened"]
    assert await home.history()


async def test_one_failure_teaches_no_other_way_to_ask(home: LogHome) -> None:
    """It is read by controller again, up to the day after tomorrow."""
    home.fail("history", 1, status=500)
    await home.move()
    await home.advance(60)
    assert home.kinds == ["opened"]
    asked = [one.query for one in home.cloud.requests if one.endpoint == "history"]
    assert {one["history_type"] for one in asked} == {"device"}
    assert len({one["end_date"] for one in asked}) == 1


async def test_an_error_in_a_listener_ends_nothing(
    home: LogHome, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the others are notified."""
    log = home.entry.runtime_data.access_log

    def fails(*_args: object) -> None:
        raise RuntimeError

    home.entry.async_on_unload(log.async_add_access_listener(fails, home.gate.id))
    for _ in range(2):
        home.gate.move_by_hand()
        home.freezer.tick(1)
    await home.advance(30)
    assert home.kinds == ["opened", "closed"]
    assert len(errors(caplog)) == 2
    caplog.clear()


async def test_without_names_nobody_is_named(home: LogHome) -> None:
    """Not even in the action, nor is anybody remembered who was named before."""
    visitor = home.cloud.visitor("Vera Visitor")
    home.gate.open_as(visitor)
    await home.advance(30)
    for record_names in (False, True):
        await choose(home.hass, home.entry, webhook=False, names=record_names)
        if record_names:
            break
        home.gate.close_as(visitor)
        await home.advance(30)
        assert home.users[1:] == [None]
        assert home.hass.states.get(LAST_USER) is None
        states = [one.as_dict() for one in home.hass.states.async_all()]
        assert "Vera" not in f"{states} {await home.history()}"
    assert home.shown(LAST_USER) == STATE_UNKNOWN
    home.gate.open_as(visitor)
    await home.advance(30)
    assert home.shown(LAST_USER) == "Vera Visitor"


async def test_the_action_answers_before_anything_moved(unlinked: LogHome) -> None:
    """No time it gives lies ahead."""
    await unlinked.link("Asia/Tokyo", "Asia/Tokyo")
    opened = now()
    unlinked.gate.open_by_hand()
    unlinked.freezer.tick(60)
    (found,) = await unlinked.history()
    assert utc(found) == opened


async def test_a_wrong_time_at_linking_hides_no_access(unlinked: LogHome) -> None:
    """A single answer with a time in the future; every later answer is right."""
    home = unlinked
    home.fail("sync", 1, edit=gate_with(last_toggled="2027-11-02 12:00:00"))
    await home.link()
    await home.advance(30, times=4)
    await home.open()
    await home.close()
    await home.advance(900, times=4)
    assert home.kinds == ["opened", "closed"]


@pytest.mark.parametrize(
    "style", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"]
)
async def test_an_entry_that_is_logged_late_is_awaited(
    home: LogHome, style: str
) -> None:
    """Whatever the times of the log look like; the same happened before that day."""
    home.cloud.history_time_format = style
    for move in (home.gate.open_by_hand, home.gate.close_by_hand):
        move()
        await home.advance(30)
    await home.advance(600)
    events: list[Any] = []

    def without_newest(found: list[Any]) -> list[Any]:
        events.append(found)
        return found[1:]

    home.cloud.faults.add("history", events_of(without_newest), times=1)
    await home.open()
    assert len(events) == 1
    assert home.kinds == ["opened", "closed"]
    await home.advance(5, times=8)
    assert home.kinds == ["opened", "closed", "opened"]


async def test_the_first_log_read_late_has_right_times(unlinked: LogHome) -> None:
    """Of an elevator without a sensor, whose state never changes."""
    home = unlinked
    home.fail("history", status=500)
    await home.link("America/New_York")
    await home.advance(60)
    used = now()
    home.cloud.events.append(
        LogEvent(
            door=home.cloud.door("Elevator"),
            state="OPEN",
            channel="ParqEx App",
            person=home.cloud.visitor("Vera Visitor"),
            was_success=True,
            at=used,
        )
    )
    await home.advance(300)
    home.cloud.faults.clear()
    await home.advance(900)
    assert home.kinds == ["opened"]
    assert abs(home.times[0] - used) < timedelta(hours=1)


async def test_a_bare_date_stays_within_that_day(home: LogHome) -> None:
    """Though it is logged only after midnight, and the log was read after it before."""
    home.cloud.history_time_format = "%Y-%m-%d"
    await home.open()
    home.freezer.move_to("2026-11-02 23:49:00+00:00")
    await home.advance(30)
    home.cloud.faults.add("history", events_of(lambda events: events[1:]))
    home.gate.close_by_hand()
    await home.advance(30, times=40)
    assert home.kinds == ["opened"]
    home.cloud.faults.clear()
    await home.advance(900)
    assert home.kinds == ["opened", "closed"]
    assert f"{home.times[1]:%F}" == "2026-11-02"


async def test_a_bare_date_has_the_time_of_the_movement_that_is_listed(
    home: LogHome,
) -> None:
    """So it starts automations; what came after it in the log is published after it."""
    await home.prove_zone()
    home.cloud.history_time_format = "%Y-%m-%d"
    await home.advance(600)
    moved_at = now()
    home.gate.open_by_hand()
    home.freezer.tick(10)
    home.house.entrance.unplugged = True
    for name in ("Main gate", "Elevator"):
        home.cloud.door(name).open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30)
    assert home.times[-3:] == [moved_at] * 3
    assert [(one.data["name"], one.data["event_type"]) for one in home.events[-3:]] == [
        ("Main gate", "opened"),
        ("Main gate", "failed"),
        ("Elevator", "failed"),
    ]


@pytest.mark.parametrize("order", ["oldest", "newest", "shuffled"])
async def test_each_listed_movement_has_its_time_in_bare_dates(
    home: LogHome, order: Any
) -> None:
    """Also where it is logged twice: who asked for it, and what the sensor saw."""
    await home.prove_zone()
    home.cloud.history_time_format = "%Y-%m-%d"
    home.cloud.history_order = order
    times = []
    for _ in range(3):
        await home.advance(600)
        home.cloud.events.append(
            LogEvent(
                door=home.gate,
                state="OPEN",
                channel="ParqEx App",
                person=home.cloud.visitor("Jane Doe"),
                was_success=True,
                at=now(),
            )
        )
        home.gate.open_by_hand()
        times += [now()] * 2
        await home.advance(30)
        await home.advance(600)
        home.gate.close_by_hand()
        times.append(now())
        await home.advance(30)
    published = [
        utc(one.data) for one in home.events if one.data["name"] == "Main gate"
    ]
    assert published == times


async def test_only_the_last_opening_has_the_listed_time_in_bare_dates(
    home: LogHome,
) -> None:
    """Where none is logged as closed, as of an elevator, the others are hours old."""
    await home.prove_zone()
    home.cloud.history_time_format = "%Y-%m-%d"

    def openings(events: list[Any]) -> list[Any]:
        return [one for one in events if one["door_state"] == "OPEN"]

    home.cloud.faults.add("history", events_of(openings))
    await home.unload()
    for name in ("Jane Doe", "Anna Ames", "Bob Bell"):
        home.gate.close_by_hand()
        home.freezer.tick(HOUR)
        home.gate.open_as(home.cloud.visitor(name))
    opened_at = now()
    await home.link()
    await home.advance(30)
    assert home.users[-3:] == ["Jane Doe", "Anna Ames", "Bob Bell"]
    assert home.times[-1] == opened_at
    assert home.times[-2] < opened_at - timedelta(hours=2)


@pytest.mark.parametrize("order", ["oldest", "newest", "shuffled"])
async def test_bare_dates_name_everybody_once(home: LogHome, order: Any) -> None:
    """In whatever order ParqEx lists them: each access is told once."""
    home.cloud.history_time_format = "%Y-%m-%d"
    home.cloud.history_order = order
    home.gate.travel_seconds = 0
    people = ["Vera Visitor", "Will Walker", "Anna Ames", "Bert Bell"]
    for name in people:
        home.gate.open_as(home.cloud.visitor(name))
        await home.advance(30)
        await home.close()
    opened = [
        one.data["user"] for one in home.events if one.data["event_type"] == "opened"
    ]
    assert Counter(opened) == Counter(people)


async def test_one_second_names_everybody_once(home: LogHome) -> None:
    """Attempts in one second, two of them equal, in no order, and read in between."""
    home.cloud.history_order = "shuffled"
    home.gate.refusal = 400
    people = ["Vera Visitor", "Vera Visitor", "Will Walker", "Anna Ames", "Carl Cole"]
    for name in people:
        home.gate.open_as(home.cloud.visitor(name))
        # Something else moves, so the log is read within the second.
        home.cloud.door("Elevator").move_by_hand()
        await home.coordinator.async_refresh()
        await home.advance(0)
    await home.advance(900)
    failed = [
        one.data["user"] for one in home.events if one.data["event_type"] == "failed"
    ]
    assert Counter(failed) == Counter(people)


@dataclass(frozen=True, kw_only=True)
class Instead(Fault):
    """Answer with another status where the service answers with 400."""

    other: int

    @override
    def apply(self, answer: Answer) -> Answer:
        status = self.other if answer.status == 400 else answer.status
        return replace(answer, status=status)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 422, 500, 501])
@pytest.mark.parametrize("silent_day", ["empty", "404"])
async def test_days_to_come_may_be_refused_with_any_status(
    unlinked: LogHome, status: int, silent_day: Any
) -> None:
    """With those with which a way to ask is refused: the log is read all the same."""
    home = unlinked
    home.cloud.history_end = "not to come"
    home.cloud.silent_day = silent_day
    home.cloud.faults.add("history", Instead(other=status))
    await home.link()
    await home.advance(30)
    for _ in range(3):
        await home.move()
        await home.advance(HOUR)
    assert home.kinds == ["opened", "closed", "opened"]


async def test_days_to_come_are_those_of_the_service(unlinked: LogHome) -> None:
    """In UTC, it is tomorrow already; what was refused is not asked for again."""
    home = unlinked
    home.cloud.history_end = "not to come"
    await home.link("America/New_York")
    await home.advance(HOUR, times=15)
    home.cloud.requests.clear()
    await home.move()
    assert home.kinds == ["opened"]
    assert {one.status for one in home.cloud.requests} == {200}


async def test_of_several_movements_the_last_is_awaited(home: LogHome) -> None:
    """An equal one of before does not stand for it."""
    home.cloud.faults.add("history", events_of(lambda events: events[1:]), times=1)
    for _ in range(3):
        home.gate.move_by_hand()
        home.freezer.tick(5)
    await home.advance(15, times=10)
    assert home.kinds == ["opened", "closed", "opened"]


async def test_a_failed_attempt_does_not_stand_for_the_movement(home: LogHome) -> None:
    """The log has that a little later, and is read again after half a minute."""
    home.gate.refusal = 400
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    home.gate.refusal = None
    home.freezer.tick(5)
    home.cloud.faults.add("history", events_of(lambda events: events[1:]), times=1)
    await home.open(25)
    assert home.kinds == ["failed"]
    await home.advance(5, times=24)
    assert home.kinds == ["failed", "opened"]


async def test_a_date_that_was_edited_is_not_told_again(home: LogHome) -> None:
    """The log fills in later who it was; then the same happens without a person."""
    home.cloud.history_time_format = "%Y-%m-%d"
    nameless = events_of(lambda events: [{**one, "user": {"id": ""}} for one in events])
    home.cloud.faults.add("history", nameless, times=1)
    home.gate.open_as(home.cloud.visitor("Vera Visitor"), "Door Sensor")
    await home.advance(30)
    await home.advance(900)
    await home.move()
    await home.advance(HOUR)
    assert home.users == [None, None]
    await home.open()
    assert home.kinds == ["opened", "closed", "opened"]
    assert home.users == [None, None, None]


async def test_dates_of_a_log_by_access_point_keep_their_order(home: LogHome) -> None:
    """Newest first for each access point in turn, with bare dates."""
    home.cloud.history_time_format = "%Y-%m-%d"

    def grouped(events: list[Any]) -> list[Any]:
        return sorted(events, key=lambda one: one["door_name"])

    home.cloud.faults.add("history", events_of(grouped))
    elevator = home.cloud.door("Elevator")
    # On the first day both move, on the next day too.
    for _ in range(2):
        for door in (elevator, home.gate):
            door.move_by_hand()
            await home.advance(30)
        home.freezer.tick(DAY)
        await home.advance(30)
    assert home.gate.state == "CLOSED"
    home.events.clear()
    home.gate.open_by_hand()
    home.freezer.tick(5)
    await home.close()
    assert home.kinds == ["opened", "closed"]


async def test_the_action_gives_the_day_that_the_log_names(unlinked: LogHome) -> None:
    """Of bare dates, where Home Assistant is in America: midnight of that day."""
    home = unlinked
    await home.hass.config.async_set_time_zone(NEW_YORK)
    home.cloud.history_time_format = "%Y-%m-%d"
    home.gate.open_by_hand()
    home.freezer.tick(3 * DAY)
    await home.link("UTC", NEW_YORK)
    await home.prove_zone()
    found = await home.history(start_date="2026-11-02", end_date="2026-11-02")
    assert [one["occurred_at"] for one in found] == ["2026-11-02T00:00:00-05:00"]
