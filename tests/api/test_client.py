"""One method per endpoint, against a cloud that answers as documented."""

from datetime import UTC, datetime, timedelta
import json
import logging
from typing import Any
from unittest.mock import AsyncMock

import pytest

from custom_components.parqex.api import Account, Forbidden, Person, State, UserSettings
from custom_components.parqex.api.client import RECORDS_AT_A_TIME
from tests.simulator import APP, WEB, Fault

from .conftest import CALLS, CONTROLLER_ID, DAYS, DOOR_ID, READS, Api

LOG = {
    "history_type": "device",
    "device_id": CONTROLLER_ID,
    "start_date": "2000-01-01",
    "end_date": "2099-12-31",
}
DEEP = {"b": {"c": {"d": {"e": {"f": "..."}}}}}


@pytest.mark.parametrize(
    ("endpoint", "line", "query", "body"),
    [
        ("sync", "GET sync", {}, None),
        ("history", "GET toggle-history", LOG, None),
        ("user_info", "GET user-info", {}, None),
        ("user_settings", "POST user-info", {}, {}),
        ("toggle", "POST toggle", {}, {"door_id": DOOR_ID, "door_state": "OPEN"}),
    ],
)
async def test_every_request_is_sent_as_documented(
    api: Api, endpoint: str, line: str, query: dict[str, str], body: Any
) -> None:
    """Method, address, parameters, body and all headers."""
    await CALLS[endpoint](api.client)
    [request] = api.cloud.requests
    method, path = line.split()
    assert (request.method, request.path) == (method, f"/oauth/v1/endpoints/{path}")
    assert (dict(request.query), request.json) == (query, body)
    headers = {
        "Authorization": f"Bearer {api.tokens.access_token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip",
    }
    for name, value in headers.items():
        assert request.headers.getall(name) == [value]


async def test_all_controllers_and_access_points_are_listed(api: Api) -> None:
    """An answer in which nothing changed is the same snapshot."""
    api.cloud.door("Main gate").open_by_hand()
    api.cloud.door("Elevator").active = False
    api.house.garage.registered = False
    snapshot = await api.client.async_sync()
    assert list(snapshot.controllers) == [api.house.entrance.id, api.house.garage.id]
    assert list(snapshot.access_points) == [door.id for door in api.cloud.doors]
    assert [
        (one.name, one.number, one.state, one.in_service)
        for one in snapshot.access_points.values()
    ] == [
        ("Main gate", 1, State.OPEN, True),
        ("Pedestrian door", 2, State.CLOSED, True),
        ("Elevator", 3, State.CLOSED, False),
        ("Garage left", 1, State.CLOSED, False),
        ("Garage right", 2, State.CLOSED, False),
    ]
    assert await api.client.async_sync() is snapshot


@pytest.mark.parametrize("dashed", [False, True])
@pytest.mark.parametrize("listed", ["0ddba11c0ffee0d1", "A B/c?d=e&f#g%20"])
async def test_ids_are_sent_as_sync_listed_them(
    api: Api, listed: str, dashed: bool
) -> None:
    """In whatever spelling."""
    listed = f"{listed[:8]}-{listed[8:]}" if dashed else listed
    api.cloud.history_types = {"door"}
    api.cloud.add_door(api.house.garage, "Cellar", id=listed)
    assert listed in (await api.client.async_sync()).access_points
    await api.client.async_toggle(listed, State.OPEN)
    await api.client.async_access_history(CONTROLLER_ID, [listed], *DAYS)
    assert api.cloud.requests[-3].json["door_id"] == listed
    assert api.cloud.requests[-1].query["door_id"] == listed


@pytest.mark.parametrize("kinds", [{"device", "door"}, {"device"}, {"door"}])
@pytest.mark.parametrize("order", ["oldest", "newest"])
async def test_the_access_log_is_a_list_per_answer(
    api: Api, kinds: set[str], order: Any
) -> None:
    """Each in the service's order: of the controller, or of each access point."""
    api.cloud.history_types, api.cloud.history_order = kinds, order
    gate, door = api.cloud.door("Main gate"), api.cloud.door("Pedestrian door")
    gate.travel_seconds = 0
    vera = api.cloud.visitor("Vera Visitor")
    gate.open_as(vera, WEB)
    door.open_by_hand()
    gate.requires_sensor = True
    gate.close_as(vera, APP)
    api.cloud.door("Garage left").open_by_hand()
    ids, today = [gate.id, door.id], datetime.now(UTC).date()
    await api.client.async_access_history(gate.controller.id, ids, today, today)
    report = api.dialect.report()
    assert report["ways"]["history_end"] == "seen: included"
    assert report["history_takes_future"] is None
    answers = await api.client.async_access_history(gate.controller.id, ids, *DAYS)
    person = Person(vera.id, "Vera Visitor")
    log = [
        (gate.id, State.OPEN, "ParqEx Web", person, True),
        (door.id, State.OPEN, "Door Sensor", None, True),
        (gate.id, State.CLOSED, "ParqEx App", person, False),
    ][:: 1 if order == "oldest" else -1]
    parts = [log] if "device" in kinds else [[e for e in log if e[0] == i] for i in ids]
    assert [
        [(e.access_point_id, e.state, e.channel, e.person, e.success) for e in answer]
        for answer in answers
    ] == parts
    now = datetime.now(UTC).replace(tzinfo=None)
    assert abs(now - answers[0][0].occurred) < timedelta(minutes=1)


async def test_what_the_log_can_be_asked_for_by_is_remembered(api: Api) -> None:
    """A refused kind costs one request, once; a refusal that passes teaches nothing."""

    async def requested(*ids: str) -> list[str]:
        api.cloud.requests.clear()
        await api.client.async_access_history(CONTROLLER_ID, ids, *DAYS)
        return [one.query["history_type"] for one in api.cloud.requests]

    api.cloud.history_types = {"door"}
    assert await requested() == []
    assert await requested(DOOR_ID, "unknown") == ["device", "door", "door"]
    assert await requested(DOOR_ID, DOOR_ID) == ["door", "door"]
    api.cloud.history_types = {"device"}
    assert await requested(DOOR_ID) == ["door", "device"]
    api.cloud.history_types = {"device", "door"}
    assert await requested(DOOR_ID) == ["door"]


async def test_the_log_of_another_owner_is_forbidden(api: Api) -> None:
    """The token is fine."""
    api.tokens.account, api.tokens.access_token = api.house.guest, ""
    gate = api.cloud.door("Main gate")
    with pytest.raises(Forbidden):
        await api.client.async_access_history(gate.controller.id, [gate.id], *DAYS)
    assert api.tokens.rejected == []


async def test_a_long_access_log_is_parsed_in_slices(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop runs in between; only what is malformed is left out."""
    record = {"door_id": DOOR_ID, "door_state": "OPEN"}
    times = [f"2026-03-01 10:{n // 60:02}:{n % 60:02}" for n in range(3600)]
    records = [{**record, "toggle_date_time": time} for time in times]
    body = json.dumps({"data": {"toggle_events": [*records, None]}})
    api.cloud.faults.add("history", Fault(status=200, body=body))
    pauses = AsyncMock()
    monkeypatch.setattr("asyncio.sleep", pauses)
    (answer,) = await api.client.async_access_history(CONTROLLER_ID, [DOOR_ID], *DAYS)
    assert [str(one.occurred) for one in answer] == times
    assert pauses.await_count >= len(times) / RECORDS_AT_A_TIME


async def test_the_linked_person_and_their_zone(api: Api) -> None:
    """The id identifies the account."""
    owner = Account(api.house.owner.id, "Olivia Ownerby")
    assert await api.client.async_user_info() == owner
    assert await api.client.async_user_settings() == UserSettings("America/New_York")


@pytest.mark.parametrize("name", READS)
async def test_unknown_fields_change_nothing(api: Api, name: str) -> None:
    """At the top of the answer."""
    before = await READS[name](api.client)
    api.cloud.faults.add(name, Fault(edit=lambda body: {**body, "version": 3}))
    assert await READS[name](api.client) == before


async def test_unreadable_records_are_logged_once_and_without_their_content(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Every 30 s would be too often; a complete list is not worth a line."""
    caplog.set_level(logging.DEBUG, "custom_components")
    await api.client.async_sync()
    body = json.dumps({"devices": [{"id": "secret", "doors": None}]})
    api.cloud.faults.add("sync", Fault(status=200, body=body))
    for _ in range(2):
        assert (await api.client.async_sync()).skipped == 1
    ours = [one for one in caplog.record_tuples if one[0].startswith("custom_")]
    assert [one[1:] for one in ours] == [
        (logging.WARNING, "Ignored 1 unreadable device record(s)")
    ]
