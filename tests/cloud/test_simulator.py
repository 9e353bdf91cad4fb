"""Tests for the simulated ParqEx cloud: it has to speak as documented."""

import asyncio
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from freezegun.api import FrozenDateTimeFactory
import pytest
from yarl import URL

from tests.simulator import (
    SENSOR,
    WEB,
    Cloud,
    DemoHouse,
    Fault,
    Simulator,
    build_demo_house,
)
from tests.simulator.faults import ENDPOINTS
from tests.simulator.trouble import kinds

from .conftest import DATA, HEADERS, START, Client, Clock

FIXTURES = Path(__file__).parents[1] / "fixtures"
REDIRECT = "https://my.home-assistant.io/redirect/oauth"
AUTHORIZE = "/oauth/v2/endpoints/authorization/"
TOKEN = "/oauth/v2/endpoints/token/"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# To each of ENDPOINTS.
WAYS = (
    ("GET", AUTHORIZE),
    ("GET", TOKEN),
    ("GET", DATA + "sync"),
    ("POST", DATA + "toggle"),
    ("GET", DATA + "toggle-history"),
    ("GET", DATA + "user-info"),
    ("POST", DATA + "user-info"),
)

# Whoever is not answered waits, and a test does not.
ANSWERS = [
    kind
    for kind, fault in kinds(Cloud()).items()
    if not (fault.hang or fault.reset or fault.delay)
]


def sample(name: str) -> Any:
    """Return a documented body."""
    return json.loads((FIXTURES / name).read_text("utf-8"))


def shape(value: Any) -> Any:
    """Return field names and types, with one item standing for a list."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])]
    return type(value)


def authorize_query(cloud: Cloud, **changes: str) -> dict[str, str]:
    """Return what an authorization request carries."""
    return {
        "response_type": "code",
        "client_id": cloud.application.client_id,
        "redirect_uri": REDIRECT,
        "scope": "opendoor,closedoor",
        "state": "a+b/c=&d",
        **changes,
    }


async def decide(
    http: ClientSession, cloud: Cloud, house: DemoHouse, decision: str, **changes: str
) -> URL:
    """Press a button on the authorization page; return where the browser goes."""
    form = authorize_query(cloud, account=house.owner.id, decision=decision, **changes)
    async with http.post(AUTHORIZE, data=form, allow_redirects=False) as response:
        assert response.status == 302
        return URL(response.headers["Location"])


async def ask_token(
    http: ClientSession, cloud: Cloud, **query: str
) -> tuple[int, dict[str, Any]]:
    """Ask for tokens as documented."""
    params = {
        "client_id": cloud.application.client_id,
        "client_secret": cloud.application.client_secret,
        **query,
    }
    async with http.get(TOKEN, params=params, headers=FORM) as response:
        return response.status, await response.json()


async def exchange(
    http: ClientSession, cloud: Cloud, code: str, **changes: str
) -> tuple[int, dict[str, Any]]:
    """Exchange a code."""
    query = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    return await ask_token(http, cloud, **query | changes)


async def refresh(
    http: ClientSession, cloud: Cloud, token: str, **changes: str
) -> tuple[int, dict[str, Any]]:
    """Refresh the tokens."""
    query = {"grant_type": "refresh_token", "refresh_token": token}
    return await ask_token(http, cloud, **query | changes)


# The documented shapes


async def test_sync_has_the_documented_shape(owner: Client, guest: Client) -> None:
    """Field names and types are those of both documented device lists."""
    _, body = await owner.call("GET", "sync")
    assert shape(body) == shape(sample("sync.json"))
    assert shape(body["devices"]) == shape(sample("sync-predecessor-five-doors.json"))
    assert [len(one["doors"]) for one in body["devices"]] == [3, 2]
    _, body = await guest.call("GET", "sync")
    assert shape(body) == shape(sample("sync.json"))


async def test_sync_can_put_devices_under_data(owner: Client, cloud: Cloud) -> None:
    """The devices move from the top level to where other endpoints have their data."""
    cloud.devices_under_data = True
    _, body = await owner.call("GET", "sync")
    assert body.keys() == {"success", "timestamp", "data"}
    assert shape(body["data"]) == shape(sample("sync.json"))


async def test_history_has_the_documented_shape(
    owner: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """Field names and types are documented, and the sensor has no user id."""
    cloud.door("Main gate").open_by_hand()
    _, body = await owner.call(
        "GET",
        "toggle-history",
        params={
            "history_type": "device",
            "device_id": house.entrance.id,
            "start_date": "2026-03-01",
            "end_date": "2026-03-01",
        },
    )
    assert shape(body) == shape(sample("toggle-history.json"))
    assert body["data"]["toggle_events"] == [
        {
            "door_id": cloud.door("Main gate").id,
            "door_name": "Main gate",
            "door_state": "OPEN",
            "channel": "Door Sensor",
            "user": {
                "id": "",
                "first_name": "Olivia",
                "last_name": "Ownerby",
                "email_address": "olivia.ownerby@example.com",
            },
            "was_success": True,
            "toggle_date_time": "2026-03-01 23:59:50",
        }
    ]


async def test_user_info_has_the_documented_shape(owner: Client) -> None:
    """GET says who it is and POST how the account is set up."""
    _, body = await owner.call("GET", "user-info")
    assert shape(body) == shape(sample("user-info.json"))
    assert body["data"]["first_name"] == "Olivia"
    _, body = await owner.call("POST", "user-info", json={})
    assert shape(body) == shape(sample("user-settings.json"))
    assert body["data"]["time_zone"] == "America/New_York"


async def test_each_account_sees_its_own_doors_and_names(
    owner: Client, guest: Client
) -> None:
    """A guest sees shared doors only, as a guest, under names of their own."""
    doors = await guest.sync()
    assert {name: door["user_relationship"] for name, door in doors.items()} == {
        "Front gate": "Has Access",
        "Garage right": "Has Access",
    }
    doors = await owner.sync()
    assert len(doors) == 5
    assert {door["user_relationship"] for door in doors.values()} == {"Owner"}


# What every data request carries


@pytest.mark.parametrize("header", HEADERS)
async def test_missing_header_is_refused_by_name(owner: Client, header: str) -> None:
    """A request without a required header is told which one."""
    owner.headers[header] = "*/*"
    response, body = await owner.call("GET", "sync")
    assert response.status == 400
    assert header in body["errors"][0]["message"]


async def test_answers_are_zipped(owner: Client) -> None:
    """Answers come zipped, as asked for."""
    response, _ = await owner.call("GET", "sync")
    assert response.headers["Content-Encoding"] == "gzip"


async def test_token_that_is_not_valid_is_refused(
    owner: Client, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """Unknown, expired and revoked tokens end in 401."""
    clock.tick(3599)
    assert (await owner.call("GET", "sync"))[0].status == 200
    clock.tick(1)
    response, body = await owner.call("GET", "sync")
    assert response.status == 401
    assert shape(body) == shape(sample("errors-500.json"))
    owner.headers["Authorization"] = "Bearer access-unknown"
    assert (await owner.call("GET", "sync"))[0].status == 401
    token = cloud.oauth.link(house.owner)["access_token"]
    owner.headers["Authorization"] = f"Bearer {token}"
    assert (await owner.call("GET", "sync"))[0].status == 200
    cloud.oauth.revoke(house.owner)
    assert (await owner.call("GET", "sync"))[0].status == 401


async def test_wrong_method_and_wrong_path(owner: Client) -> None:
    """Only documented methods and paths are answered."""
    assert (await owner.call("POST", "sync"))[0].status == 405
    assert (await owner.call("GET", "toggle"))[0].status == 405
    response, _ = await owner.call("GET", "sync/")
    assert (response.status, response.content_type) == (404, "text/html")


# OAuth


async def test_sign_in_and_allow(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """Allowing gives a code, and the code gives tokens that work, once."""
    async with http.get(AUTHORIZE, params=authorize_query(cloud)) as response:
        page = await response.text()
    assert "Home Assistant" in page
    assert "Olivia Ownerby" in page
    assert "Gustav Guestfield" in page

    back = await decide(http, cloud, house, "allow")
    assert str(back.with_query(None)) == REDIRECT
    assert back.query["state"] == "a+b/c=&d"
    status, tokens = await exchange(http, cloud, back.query["code"])
    assert status == 200
    assert tokens.keys() == {"access_token", "refresh_token", "expires_in"}
    assert tokens["expires_in"] == 3600
    assert await Client(http, tokens["access_token"]).sync()
    assert await exchange(http, cloud, back.query["code"]) == (
        400,
        {"error": "invalid_grant", "error_description": "The code is not valid."},
    )


async def test_sign_in_and_deny(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """Denying goes back without a code."""
    back = await decide(http, cloud, house, "deny")
    assert back.query == {"error": "access_denied", "state": "a+b/c=&d"}


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"response_type": "token"},
        {"redirect_uri": ""},
        {"redirect_uri": "javascript:alert(1)"},
        {"scope": ""},
        {"scope": "opendoor closedoor"},
        {"scope": "OPENDOOR,EVERYTHING"},
    ],
)
async def test_wrong_authorization_request_gets_a_page(
    http: ClientSession, cloud: Cloud, change: dict[str, str]
) -> None:
    """A request that is out of order never leaves the page."""
    query = authorize_query(cloud, **change)
    async with http.get(AUTHORIZE, params=query) as response:
        assert (response.status, response.content_type) == (400, "text/html")


async def test_page_escapes_what_it_is_given(http: ClientSession, cloud: Cloud) -> None:
    """A state cannot bring markup into the page."""
    query = authorize_query(cloud, state='"><script>')
    async with http.get(AUTHORIZE, params=query) as response:
        assert "<script>" not in await response.text()


async def test_code_expires(
    http: ClientSession, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """A code that waited too long is worthless."""
    back = await decide(http, cloud, house, "allow")
    clock.tick(600)
    status, body = await exchange(http, cloud, back.query["code"])
    assert (status, body["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"client_id": "other"}, (401, "invalid_client")),
        ({"client_secret": "other"}, (401, "invalid_client")),
        ({"redirect_uri": "https://example.com/"}, (400, "invalid_grant")),
        ({"code": "other"}, (400, "invalid_grant")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"scope": "opendoor"}, (400, "invalid_request")),
    ],
)
async def test_wrong_token_request(
    http: ClientSession,
    cloud: Cloud,
    house: DemoHouse,
    change: dict[str, str],
    expected: tuple[int, str],
) -> None:
    """Errors are those of RFC 6749."""
    back = await decide(http, cloud, house, "allow")
    query = {"code": back.query["code"], **change}
    status, body = await exchange(http, cloud, **query)
    assert (status, body["error"]) == expected


async def test_refresh_replaces_both_tokens_and_works_once(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """Neither of the old tokens works after a refresh."""
    old = cloud.oauth.link(house.owner)
    status, new = await refresh(http, cloud, old["refresh_token"])
    assert status == 200
    assert not set(old.values()) & {new["access_token"], new["refresh_token"]}
    assert await Client(http, new["access_token"]).sync()
    response, _ = await Client(http, old["access_token"]).call("GET", "sync")
    assert response.status == 401
    status, body = await refresh(http, cloud, old["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_grant")
    assert (await refresh(http, cloud, new["refresh_token"]))[0] == 200


async def test_token_is_documented_as_get_with_a_form_header(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """POST is not allowed, and GET without its header is refused."""
    form = {
        "client_id": cloud.application.client_id,
        "client_secret": cloud.application.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": cloud.oauth.link(house.owner)["refresh_token"],
    }
    async with http.post(TOKEN, data=form) as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET")
    async with http.get(TOKEN, params=form) as response:
        assert response.status == 400
        assert (await response.json())["error"] == "invalid_request"

    cloud.token_method = "POST"
    async with http.get(TOKEN, params=form, headers=FORM) as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
    async with http.post(TOKEN, params=form, headers=FORM) as response:
        assert response.status == 400
    async with http.post(TOKEN, data=form) as response:
        assert response.status == 200
    assert [one.endpoint for one in cloud.requests] == ["token"] * 5


async def test_expires_in_can_be_text(cloud: Cloud, house: DemoHouse) -> None:
    """The lifetime may come as a numeric string."""
    cloud.oauth.access_lifetime = 60
    cloud.oauth.expires_in_as_text = True
    assert cloud.oauth.link(house.owner)["expires_in"] == "60"


# Commands


async def test_door_moves_with_the_clock(
    owner: Client, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """An accepted command shows when the door has arrived."""
    door = cloud.door("Main gate")
    response, body = await owner.call(
        "POST", "toggle", json={"door_id": door.id, "door_state": "OPEN"}
    )
    assert response.status == 200
    assert shape(body) == shape(sample("toggle-response-200.json"))
    assert body["message"] == "200"

    clock.tick(4.9)
    assert (await owner.sync())["Main gate"]["state"] == "CLOSED"
    assert door.moving_to == "OPEN"
    clock.tick(60)
    gate = (await owner.sync())["Main gate"]
    assert (gate["state"], gate["last_toggled"]) == ("OPEN", "2026-03-01 23:59:55")
    assert [(one.door_id, one.state, one.when) for one in cloud.commands] == [
        (door.id, "OPEN", START)
    ]
    _, events = await owner.history(history_type="door", door_id=door.id)
    assert [(one["channel"], one["user"]["id"]) for one in events] == [
        ("Home Assistant", house.owner.id)
    ]


async def test_state_it_is_already_in_is_accepted(owner: Client, cloud: Cloud) -> None:
    """Nothing moves and nothing is logged."""
    assert await owner.toggle(cloud.door("Elevator").id, "CLOSED") == (200, "200")
    assert cloud.log == []


async def test_stuck_door_accepts_and_stays(
    owner: Client, cloud: Cloud, clock: Clock
) -> None:
    """An accepted command proves nothing."""
    door = cloud.door("Garage left")
    door.stuck = True
    assert await owner.toggle(door.id) == (200, "200")
    clock.tick(3600)
    assert door.state == "CLOSED"


@pytest.mark.parametrize("status", [400, 401, 404, 428, 501])
async def test_refused_command(owner: Client, cloud: Cloud, status: int) -> None:
    """Status and message are documented, the product has a name, and it is logged."""
    door = cloud.door("Main gate")
    door.refusal = status
    text = sample(f"toggle-response-{status}.json")["message"]
    text = text.replace("$hardware_name", "ParqEx Gate Controller")
    body = {"door_id": door.id, "door_state": "OPEN"}
    response, answer = await owner.call("POST", "toggle", json=body)
    assert (response.status, answer["message"]) == (status, text)
    assert shape(answer) == shape(sample(f"toggle-response-{status}.json"))
    assert answer["success"] is True
    assert cloud.commands == []
    _, events = await owner.history(history_type="door", door_id=door.id)
    assert [one["was_success"] for one in events] == [False]


async def test_reasons_to_refuse(
    owner: Client, guest: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """Whatever is wrong in the house has its documented status."""
    gate, garage = cloud.door("Main gate"), cloud.door("Garage left")
    assert (await owner.toggle("unknown"))[0] == 404
    assert (await guest.toggle(garage.id))[0] == 404
    assert (await owner.toggle(gate.id.swapcase()))[0] == 404
    gate.requires_sensor = True
    assert (await owner.toggle(gate.id))[0] == 428
    house.garage.refusal = 401
    assert (await owner.toggle(garage.id))[0] == 401
    house.garage.unplugged = True
    status, message = await owner.toggle(garage.id)
    assert status == 404
    assert "ParqEx Garage Controller can't be found" in message


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"door_state": "OPEN"},
        {"door_id": "1"},
        {"door_id": 1, "door_state": "OPEN"},
        {"door_id": "1", "door_state": "open"},
        {"door_id": "1", "door_state": "OPEN", "more": 1},
    ],
)
async def test_malformed_command(owner: Client, body: Any) -> None:
    """The body is exactly the documented one."""
    response, answer = await owner.call("POST", "toggle", json=body)
    assert response.status == 400
    assert answer["message"].endswith("Malformed Request. (400)")


async def test_command_needs_its_scope(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """Opening and closing are allowed separately."""
    token = cloud.oauth.link(house.owner, ["OPENDOOR"])["access_token"]
    client, door = Client(http, token), cloud.door("Main gate")
    assert (await client.toggle(door.id, "OPEN"))[0] == 200
    body = {"door_id": door.id, "door_state": "CLOSED"}
    response, answer = await client.call("POST", "toggle", json=body)
    assert response.status == 403
    assert "CLOSEDOOR" in answer["errors"][0]["message"]


async def test_toggle_lives_at_one_of_two_paths(owner: Client, cloud: Cloud) -> None:
    """The other path answers as a server that knows nothing of an API."""
    body = {"door_id": cloud.door("Main gate").id, "door_state": "OPEN"}
    response, _ = await owner.call("POST", "../endpoint/toggle", json=body)
    assert (response.status, response.content_type) == (404, "text/html")
    cloud.toggle_path = "endpoint"
    response, _ = await owner.call("POST", "toggle", json=body)
    assert (response.status, response.content_type) == (404, "text/html")
    response, _ = await owner.call("POST", "../endpoint/toggle", json=body)
    assert response.status == 200
    assert [one.endpoint for one in cloud.requests] == ["toggle"] * 3


async def test_default_clock_can_be_frozen(freezer: FrozenDateTimeFactory) -> None:
    """A test that freezes time needs no clock of its own."""
    freezer.move_to(START)
    cloud = Cloud()
    house = build_demo_house(cloud)
    async with Simulator(cloud) as simulator, ClientSession(simulator.base_url) as http:
        owner = Client(http, cloud.oauth.link(house.owner)["access_token"])
        await owner.toggle(cloud.door("Main gate").id)
        assert (await owner.sync())["Main gate"]["state"] == "CLOSED"
        freezer.tick(8)
        assert (await owner.sync())["Main gate"]["state"] == "OPEN"
        assert cloud.door("Main gate").last_toggled == START + timedelta(seconds=8)


# The access log


async def test_history_by_date_and_order(
    owner: Client, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """Both dates are included, in the zone of the cloud, in the order chosen."""
    door, entrance = cloud.door("Garage left"), house.garage.id
    door.open_by_hand()
    clock.tick(20)
    door.close_by_hand()

    async def states(start: str, end: str) -> list[str]:
        status, events = await owner.history(
            history_type="device", device_id=entrance, start_date=start, end_date=end
        )
        assert status == 200
        return [event["door_state"] for event in events]

    assert await states("2026-03-01", "2026-03-01") == ["OPEN"]
    assert await states("2026-03-02", "2026-03-02") == ["CLOSED"]
    assert await states("2026-03-01", "2026-03-02") == ["CLOSED", "OPEN"]
    cloud.history_order = "oldest"
    assert await states("2026-03-01", "2026-03-02") == ["OPEN", "CLOSED"]
    cloud.history_order = "shuffled"
    assert sorted(await states("2026-03-01", "2026-03-02")) == ["CLOSED", "OPEN"]
    cloud.time_zone = "America/New_York"
    assert await states("2026-03-02", "2026-03-02") == []
    door = (await owner.sync())["Garage left"]
    assert door["last_toggled"] == "2026-03-01 19:00:10"


@pytest.mark.parametrize(
    "change",
    [
        {"history_type": "user"},
        {"start_date": "yesterday"},
        {"start_date": "20260301"},
        {"device_id": ""},
    ],
)
async def test_history_refuses_what_it_does_not_know(
    owner: Client, house: DemoHouse, change: dict[str, str]
) -> None:
    """Wrong queries are told so."""
    query = {"history_type": "device", "device_id": house.garage.id, **change}
    assert (await owner.history(**query))[0] == 400


async def test_history_types_can_be_switched(
    owner: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """Either of the two documented types may be missing."""
    cloud.history_types = {"door"}
    by_device = {"history_type": "device", "device_id": house.garage.id}
    assert (await owner.history(**by_device))[0] == 400
    by_door = {"history_type": "door", "door_id": cloud.door("Garage left").id}
    assert (await owner.history(**by_door))[0] == 200


async def test_history_is_for_owners(
    guest: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """A guest is refused, unless the cloud is more open; then only their doors show."""
    cloud.door("Garage left").open_by_hand()
    cloud.door("Garage right").open_by_hand()
    by_device = {"history_type": "device", "device_id": house.garage.id}
    assert (await guest.history(**by_device))[0] == 403
    cloud.history_owner_only = False
    status, events = await guest.history(**by_device)
    assert status == 200
    assert [event["door_name"] for event in events] == ["Garage right"]


async def test_log_says_who_and_how(cloud: Cloud, house: DemoHouse) -> None:
    """People, sensors and failures are told apart."""
    door = cloud.door("Garage left")
    door.travel_seconds = 0
    visitor = cloud.visitor("Vera Visitor")
    assert door.open_as(visitor) == 200
    door.close_by_hand()
    house.garage.unplugged = True
    assert door.open_as(visitor, "ParqEx App") == 404
    assert [
        (event.state, event.channel, event.person.id, event.was_success)
        for event in cloud.log
    ] == [
        ("OPEN", WEB, visitor.id, True),
        ("CLOSED", SENSOR, "", True),
        ("OPEN", "ParqEx App", visitor.id, False),
    ]


# The house


def test_door_closes_by_itself(cloud: Cloud, house: DemoHouse, clock: Clock) -> None:
    """An auto-close counts from opening, and the sensor reports it."""
    door = cloud.door("Pedestrian door")
    door.open_by_hand()
    clock.tick(34)
    assert door.state == "OPEN"
    clock.tick(60)
    assert door.state == "CLOSED"
    assert door.last_toggled == START + timedelta(seconds=35)
    assert [event.channel for event in cloud.log] == [SENSOR, SENSOR]


def test_door_turns_around(cloud: Cloud, house: DemoHouse, clock: Clock) -> None:
    """Closing a door that is still opening changes nothing that is reported."""
    door = cloud.door("Main gate")
    door.open_as(house.owner.person)
    clock.tick(2)
    door.close_as(house.owner.person)
    clock.tick(60)
    assert (door.state, door.last_toggled, cloud.log) == ("CLOSED", START, [])


def test_unplugged_controller_reports_later(
    cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """What moved meanwhile shows once the controller is back."""
    door = cloud.door("Garage left")
    house.garage.unplugged = True
    door.open_by_hand()
    clock.tick(100)
    assert door.state == "CLOSED"
    house.garage.unplugged = False
    assert door.state == "OPEN"
    assert door.last_toggled == START + timedelta(seconds=100)


def test_last_contact_is_the_last_event(
    cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """It is the last move, or the alert that a door was left open."""
    clock.tick(60)
    cloud.door("Garage left").open_by_hand()
    clock.tick(899)
    assert house.garage.last_contact == START + timedelta(seconds=60)
    clock.tick(500)
    assert house.garage.last_contact == START + timedelta(seconds=960)


async def test_house_can_be_rebuilt(
    owner: Client, guest: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """Doors and controllers come, go and are renamed."""
    door = cloud.add_door(house.garage, "Side door", state="OPEN")
    door.share(house.guest)
    door.rename("Back door")
    door.rename("Their door", house.guest)
    assert (await owner.sync())["Back door"]["state"] == "OPEN"
    assert "Their door" in await guest.sync()
    door.unshare(house.guest)
    assert "Their door" not in await guest.sync()
    cloud.remove_door(door)
    cloud.remove_controller(house.entrance)
    house.garage.registered = False
    cloud.door("Garage left").active = False
    _, body = await owner.call("GET", "sync")
    assert [one["registered"] for one in body["devices"]] == [False]
    assert [one["active"] for one in body["devices"][0]["doors"]] == [False, True]


def test_ids_come_in_all_documented_styles(cloud: Cloud, house: DemoHouse) -> None:
    """Some have dashes, some are upper case, and all differ."""
    ids = [door.id for door in cloud.doors]
    assert len(set(ids)) == 5
    assert any("-" in one for one in ids)
    assert any(one.isupper() for one in ids)
    assert any("-" not in one and one.islower() for one in ids)


def test_same_seed_same_cloud() -> None:
    """Runs repeat themselves."""
    clouds = Cloud(), Cloud()
    for cloud in clouds:
        build_demo_house(cloud)
    first, second = ([door.id for door in cloud.doors] for cloud in clouds)
    assert first == second


# Faults


async def test_fault_answers_a_number_of_times(owner: Client, cloud: Cloud) -> None:
    """A fault with a status and headers is counted, then things are well again."""
    fault = Fault(status=503, headers={"Retry-After": "7"})
    cloud.faults.add("sync", fault, times=1)
    response, body = await owner.call("GET", "sync")
    assert (response.status, response.headers["Retry-After"]) == (503, "7")
    assert shape(body) == shape(sample("errors-500.json"))
    assert await owner.sync()


async def test_fault_lasts_until_cleared(owner: Client, cloud: Cloud) -> None:
    """A fault without a number stays, with any body and type."""
    fault = Fault(status=200, body="<h1>Maintenance</h1>", content_type="text/html")
    cloud.faults.add("user_settings", fault)
    for _ in range(3):
        response, body = await owner.call("POST", "user-info", json={})
        assert (response.content_type, body) == ("text/html", "<h1>Maintenance</h1>")
    assert (await owner.call("GET", "user-info"))[0].content_type == "application/json"
    cloud.faults.clear()
    response, _ = await owner.call("POST", "user-info", json={})
    assert response.content_type == "application/json"


async def test_fault_can_edit_the_answer(owner: Client, cloud: Cloud) -> None:
    """The real answer can be bent instead of replaced."""
    cloud.faults.add("sync", Fault(edit=lambda _: {"devices": None}))
    _, body = await owner.call("GET", "sync")
    assert body == {"devices": None}


@pytest.mark.parametrize(
    "fault", [Fault(reset=True), Fault(hang="headers"), Fault(hang="body")]
)
async def test_fault_without_an_answer(
    owner: Client, cloud: Cloud, fault: Fault
) -> None:
    """Connections break and hang; aiohttp repeats a GET once when they break."""
    cloud.faults.add("sync", fault)
    with pytest.raises((ClientError, TimeoutError)):
        await owner.call("GET", "sync", timeout=ClientTimeout(total=0.1))
    cloud.faults.clear("sync")
    assert await owner.sync()


async def test_delayed_answer_arrives(owner: Client, cloud: Cloud) -> None:
    """A delay alone changes nothing else."""
    cloud.faults.add("sync", Fault(delay=0.01))
    assert await owner.sync()


async def test_redirect(owner: Client, cloud: Cloud) -> None:
    """An endpoint can send the client elsewhere."""
    fault = Fault(status=302, headers={"Location": "https://example.com/"})
    cloud.faults.add("sync", fault)
    response, _ = await owner.call("GET", "sync", allow_redirects=False)
    assert response.headers["Location"] == "https://example.com/"


async def test_command_is_done_or_not_when_its_answer_is_lost(
    owner: Client, cloud: Cloud
) -> None:
    """Only with `after` has the work been done."""
    door = cloud.door("Main gate")
    cloud.faults.add("toggle", Fault(status=502), times=1)
    cloud.faults.add("toggle", Fault(reset=True, after=True), times=1)
    body = {"door_id": door.id, "door_state": "OPEN"}
    response, _ = await owner.call("POST", "toggle", json=body)
    assert response.status == 502
    assert cloud.commands == []
    with pytest.raises(ClientError):
        await owner.call("POST", "toggle", json=body)
    assert len(cloud.commands) == 1
    assert [one.status for one in cloud.requests] == [502, None]


async def test_tokens_are_used_up_when_the_answer_is_lost(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """A refresh whose answer got lost cannot be repeated."""
    token = cloud.oauth.link(house.owner)["refresh_token"]
    cloud.faults.add("token", Fault(status=500, after=True), times=1)
    assert (await refresh(http, cloud, token))[0] == 500
    assert (await refresh(http, cloud, token))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ANSWERS)
async def test_every_kind_of_answer_can_be_had_everywhere(
    owner: Client, cloud: Cloud, house: DemoHouse, clock: Clock, kind: str
) -> None:
    """Whatever is asked, a page for people too: the simulator itself never fails."""
    cloud.door("Main gate").open_as(cloud.visitor("\u0141ucja \U0001f6aa"))
    clock.tick(5)
    day = START.date().isoformat()
    query = {
        **authorize_query(cloud),
        "history_type": "device",
        "device_id": house.entrance.id,
        "start_date": day,
        "end_date": day,
    }

    async def statuses() -> list[int]:
        found = []
        for method, path in WAYS:
            async with owner.http.request(
                method,
                path,
                headers=owner.headers,
                params=query,
                allow_redirects=False,
            ) as response:
                found.append(response.status)
        return found

    well = await statuses()
    assert well == [200, 400, 200, 400, 200, 200, 200]
    fault = kinds(cloud)[kind]
    cloud.faults.add(None, fault)
    assert await statuses() == [fault.status or one for one in well]
    assert [one.endpoint for one in cloud.requests] == [*ENDPOINTS] * 2


async def test_page_for_people_is_not_edited(http: ClientSession, cloud: Cloud) -> None:
    """Its numbers and letters are nobody's data."""

    async def page() -> str:
        async with http.get(AUTHORIZE, params=authorize_query(cloud)) as response:
            return await response.text()

    well = await page()
    edits = [one for one in kinds(cloud).values() if one.edit or one.rewrite]
    for fault in edits:
        cloud.faults.add("authorize", fault, times=1)
        assert await page() == well
    assert edits


def test_catalogue_itself_is_small() -> None:
    """What is big is made when it is sent: the page shows all kinds every second."""
    for fault in kinds(Cloud()).values():
        assert callable(fault.body) or len(fault.body or "") < 100


def test_unknown_endpoint_cannot_fail(cloud: Cloud) -> None:
    """A typing error in a test is noticed."""
    with pytest.raises(KeyError):
        cloud.faults.add("snyc", Fault(status=500))


@pytest.mark.parametrize("hang", ["headers", "body"])
async def test_stopping_ends_what_hangs(
    owner: Client, simulator: Simulator, cloud: Cloud, hang: Any
) -> None:
    """Nobody waits for a server that is gone, and it comes back at its address."""
    cloud.faults.add("sync", Fault(hang=hang), times=1)
    address = simulator.base_url

    async def stop_when_it_hangs() -> None:
        while not cloud.requests:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await simulator.stop()

    stopping = asyncio.create_task(stop_when_it_hangs())
    with pytest.raises(ClientError):
        await owner.call("GET", "sync")
    await stopping
    with pytest.raises(ClientError):
        await owner.sync()
    await simulator.start()
    assert simulator.base_url == address
    assert await owner.sync()


# What it remembers


async def test_requests_are_written_down(
    owner: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """A test can count requests and look into them."""
    await owner.toggle("unknown")
    [request] = cloud.requests
    assert request.endpoint == "toggle"
    assert request.method == "POST"
    assert request.path == "/oauth/v1/endpoints/toggle"
    assert request.json == {"door_id": "unknown", "door_state": "OPEN"}
    assert request.headers["accept-charset"] == "utf-8"
    assert request.account_id == house.owner.id
    assert (request.status, request.when) == (404, START)


async def test_secrets_and_personal_data_are_known(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """Leak tests get everything that must not leak, even if it is no longer valid."""
    back = await decide(http, cloud, house, "allow")
    _, old = await exchange(http, cloud, back.query["code"])
    _, new = await refresh(http, cloud, old["refresh_token"])
    secrets = cloud.issued_secrets()
    assert secrets >= {
        back.query["code"],
        cloud.application.client_secret,
        house.owner.pin_code,
        house.garage.blackbox_code,
        *(
            one[kind]
            for one in (old, new)
            for kind in ("access_token", "refresh_token")
        ),
    }
    cloud.visitor("Vera Visitor")
    house.owner.details["phone"] = "+1 555 0100"
    assert cloud.personal_data() >= {
        "Olivia",
        "Guestfield",
        "Vera Visitor",
        "olivia.ownerby@example.com",
        "+1 555 0100",
    }


# The page for people


async def test_page_needs_nothing_from_elsewhere(http: ClientSession) -> None:
    """The page says what it is and loads nothing."""
    async with http.get("/") as response:
        page = await response.text()
    assert "Simulated ParqEx cloud" in page
    assert "src=" not in page
    assert "http" not in page.replace("http-equiv", "")


async def test_buttons_move_the_house(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """Every button does what it says, and the answer shows it."""

    async def act(name: str, **order: Any) -> Any:
        async with http.post("/simulator/act", json={"act": name, **order}) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    cloud.oauth.link(house.owner)
    door = cloud.door("Garage left")
    state = await act("open_by_hand", door=door.id)
    assert state["controllers"][1]["doors"][0]["state"] == "OPEN"
    await act("close_by_hand", door=door.id)
    assert door.state == "CLOSED"
    await act("visit", door=door.id, visitor="Vera Visitor")
    assert door.moving_to == "OPEN"
    await act("stuck", door=door.id, on=True)
    await act("require_sensor", door=door.id, on=True)
    await act("unplug", controller=house.garage.id, on=True)
    assert (door.stuck, door.requires_sensor, house.garage.unplugged) == (True,) * 3
    await act("auto_close", door=door.id, on=True)
    assert door.auto_close_delay == 30
    await act("auto_close", door=door.id, on=False)
    assert door.auto_close_delay == 0
    state = await act("fault", endpoint="sync", fault="503")
    assert state["faults"]["sync"] == "503"
    state = await act("fault", endpoint="sync", fault="")
    assert state["faults"]["sync"] == ""
    state = await act("revoke", account=house.owner.id)
    assert [one["links"] for one in state["accounts"]] == [0, 0]
    assert state["log"][0]["door"] == "Garage left"


async def test_another_site_cannot_press_buttons(http: ClientSession) -> None:
    """Only JSON is taken, which a form cannot send."""
    async with http.post("/simulator/act", data='{"act": "revoke"}') as response:
        assert response.status == 415
    async with http.post("/simulator/act", json={"act": "dance"}) as response:
        assert response.status == 400
