"""One method per endpoint, against a cloud that speaks as documented."""

import asyncio
from datetime import UTC, date, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.parqex.api import (
    AccessEvent,
    Account,
    Forbidden,
    ParqExClient,
    Person,
    Refused,
    Relationship,
    State,
    UserSettings,
    client as api_client,
)
from tests.simulator import APP, WEB, Cloud, DemoHouse, Fault

from .conftest import CALLS, DOOR_ID, Tokens

BEGINNING, END = date(2000, 1, 1), date(2100, 1, 1)


@pytest.mark.parametrize(
    ("endpoint", "line", "query", "body"),
    [
        ("sync", "GET sync", {}, None),
        (
            "history",
            "GET toggle-history",
            {
                "history_type": "door",
                "door_id": DOOR_ID,
                "start_date": "2026-03-01",
                "end_date": "2026-03-02",
            },
            None,
        ),
        ("user_info", "GET user-info", {}, None),
        ("user_settings", "POST user-info", {}, {}),
        (
            "toggle",
            "POST toggle",
            {},
            {"door_id": DOOR_ID, "door_state": "OPEN"},
        ),
    ],
)
async def test_every_request_is_sent_as_documented(
    client: ParqExClient,
    cloud: Cloud,
    house: DemoHouse,
    tokens: Tokens,
    endpoint: str,
    line: str,
    query: dict[str, str],
    body: Any,
) -> None:
    """Method, address, parameters, body and all headers."""
    cloud.add_door(house.garage, "Cellar", id=DOOR_ID)
    await CALLS[endpoint](client)
    [request] = cloud.requests
    method, path = line.split()
    assert (request.method, request.path) == (method, f"/oauth/v1/endpoints/{path}")
    assert dict(request.query) == query
    assert request.json == body
    headers = {
        "Authorization": f"Bearer {tokens.access_token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip",
    }
    assert {name: request.headers.getall(name) for name in headers} == {
        name: [value] for name, value in headers.items()
    }


@pytest.mark.parametrize("under_data", [False, True])
async def test_all_controllers_and_access_points_are_listed(
    client: ParqExClient, cloud: Cloud, house: DemoHouse, under_data: bool
) -> None:
    """At the top level as documented, or under `data` as everywhere else."""
    cloud.devices_under_data = under_data
    cloud.door("Main gate").open_by_hand()
    cloud.door("Elevator").active = False
    house.garage.registered = False
    snapshot = await client.async_sync()
    entrance, garage = house.entrance.id, house.garage.id
    assert list(snapshot.controllers) == [entrance, garage]
    assert [
        (one.controller_id, one.name, one.number, one.state, one.in_service)
        for one in snapshot.access_points.values()
    ] == [
        (entrance, "Main gate", 1, State.OPEN, True),
        (entrance, "Pedestrian door", 2, State.CLOSED, True),
        (entrance, "Elevator", 3, State.CLOSED, False),
        (garage, "Garage left", 1, State.CLOSED, False),
        (garage, "Garage right", 2, State.CLOSED, False),
    ]
    assert list(snapshot.access_points) == [door.id for door in cloud.doors]
    assert snapshot.complete


async def test_an_account_without_controllers_is_no_error(
    client: ParqExClient, cloud: Cloud, house: DemoHouse
) -> None:
    """But it does not prove that the ones of before are gone."""
    cloud.remove_controller(house.entrance)
    cloud.remove_controller(house.garage)
    snapshot = await client.async_sync()
    assert (snapshot.controllers, snapshot.access_points) == ({}, {})
    assert not snapshot.complete


async def test_every_user_sees_names_of_their_own(
    client: ParqExClient, cloud: Cloud, house: DemoHouse, tokens: Tokens
) -> None:
    """And only what was shared with them."""
    tokens.access_token = cloud.oauth.link(house.guest)["access_token"]
    snapshot = await client.async_sync()
    assert {
        (one.name, one.relationship) for one in snapshot.access_points.values()
    } == {
        ("Front gate", Relationship.HAS_ACCESS),
        ("Garage right", Relationship.HAS_ACCESS),
    }


@pytest.mark.parametrize(
    "record_id",
    [
        "0ddba11c0ffee00000000000000000d1",
        "0ddba11c-0ffe-e000-0000-0000000000d1",
        "0DDBA11C0FFEE00000000000000000D1",
        "a b/c?d=e&f#g%20",
    ],
)
async def test_ids_are_handed_back_as_they_came(
    client: ParqExClient, cloud: Cloud, house: DemoHouse, record_id: str
) -> None:
    """In whatever style, which means nothing here."""
    cloud.add_door(house.garage, "Cellar", id=record_id)
    assert record_id in (await client.async_sync()).access_points
    await client.async_toggle(record_id, State.OPEN)
    await client.async_access_history("door", record_id, BEGINNING, END)
    assert cloud.requests[-2].json["door_id"] == record_id
    assert cloud.requests[-1].query["door_id"] == record_id


@pytest.mark.parametrize("history_type", ["device", "door"])
@pytest.mark.parametrize("only", [False, True])
async def test_the_access_log_says_who_did_what(
    client: ParqExClient,
    cloud: Cloud,
    house: DemoHouse,
    history_type: Any,
    only: bool,
) -> None:
    """For a controller or a door, also where the service knows one kind only."""
    if only:
        cloud.history_types = {history_type}
    cloud.history_order = "oldest"
    gate = cloud.door("Main gate")
    gate.travel_seconds = 0
    vera, olivia = cloud.visitor("Vera Visitor"), house.owner.person
    gate.open_as(vera, WEB)
    gate.close_by_hand()
    gate.requires_sensor = True
    gate.open_as(olivia, APP)
    cloud.door("Garage left").open_by_hand()

    record_id = gate.id if history_type == "door" else house.entrance.id
    events = await client.async_access_history(history_type, record_id, BEGINNING, END)

    times = [event.occurred for event in events]
    assert events == [
        AccessEvent(gate.id, state, time, channel, person, success)
        for time, (state, channel, person, success) in zip(
            times,
            [
                (State.OPEN, "ParqEx Web", Person(vera.id, "Vera", "Visitor"), True),
                (State.CLOSED, "Door Sensor", None, True),
                (
                    State.OPEN,
                    "ParqEx App",
                    Person(olivia.id, "Olivia", "Ownerby"),
                    False,
                ),
            ],
            strict=True,
        )
    ]
    now = datetime.now(UTC).replace(tzinfo=None)
    assert all(abs(now - time) < timedelta(minutes=1) for time in times)


async def test_a_long_access_log_keeps_nobody_waiting(
    client: ParqExClient,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant does other things in between; only what is malformed is lost."""
    monkeypatch.setattr(api_client, "RECORDS_AT_A_TIME", 2)
    record = {"door_id": DOOR_ID, "door_state": "OPEN"}
    records = [
        {**record, "toggle_date_time": f"2026-03-01 10:{n // 60:02}:{n % 60:02}"}
        for n in range(3600)
    ]
    body = json.dumps({"data": {"toggle_events": [*records, None]}})
    cloud.faults.add("history", Fault(status=200, body=body))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    events = await client.async_access_history("door", DOOR_ID, BEGINNING, END)
    task.cancel()
    assert [one.occurred.minute * 60 + one.occurred.second for one in events] == [
        *range(3600)
    ]
    assert turns > 1800


@pytest.mark.parametrize(
    ("history_type", "other"), [("device", "door"), ("door", "device")]
)
async def test_a_kind_of_log_that_is_not_supported_is_refused(
    client: ParqExClient,
    cloud: Cloud,
    house: DemoHouse,
    history_type: Any,
    other: str,
) -> None:
    """So that the other kind can be asked for."""
    cloud.history_types = {other}
    with pytest.raises(Refused) as caught:
        await client.async_access_history(
            history_type, house.entrance.id, BEGINNING, END
        )
    assert caught.type is Refused


async def test_somebody_elses_log_is_forbidden(
    client: ParqExClient, cloud: Cloud, house: DemoHouse, tokens: Tokens
) -> None:
    """Which says nothing against the token."""
    tokens.access_token = cloud.oauth.link(house.guest)["access_token"]
    with pytest.raises(Forbidden):
        await client.async_access_history(
            "door", cloud.door("Main gate").id, BEGINNING, END
        )
    assert tokens.rejected == []


async def test_who_is_linked_and_in_which_zone(
    client: ParqExClient, house: DemoHouse
) -> None:
    """The id identifies the account."""
    assert await client.async_user_info() == Account(house.owner.id, "Olivia Ownerby")
    assert await client.async_user_settings() == UserSettings("America/New_York")


@pytest.mark.parametrize("name", ["sync", "history", "user_info", "user_settings"])
async def test_fields_nobody_documented_change_nothing(
    client: ParqExClient, cloud: Cloud, house: DemoHouse, name: str
) -> None:
    """At the top of the answer."""
    cloud.add_door(house.garage, "Cellar", id=DOOR_ID)
    before = await CALLS[name](client)
    cloud.faults.add(name, Fault(edit=lambda body: {**body, "version": 3}))
    assert await CALLS[name](client) == before
