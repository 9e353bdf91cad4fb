"""Tests for the simulated ParqEx cloud: it answers and refuses as documented."""

import asyncio
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession
import pytest
from yarl import URL

from tests.simulator import Cloud, DemoHouse, Fault, Simulator
from tests.simulator.trouble import kinds

from .conftest import HEADERS, START, Client, Clock

FIXTURES = Path(__file__).parents[1] / "fixtures"
REDIRECT = "https://my.home-assistant.io/redirect/oauth"
AUTHORIZE = "/oauth/v2/endpoints/authorization/"
TOKEN = "/oauth/v2/endpoints/token/"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def sample(name: str) -> Any:
    """Return a documented body."""
    return json.loads((FIXTURES / name).read_text("utf-8"))


def shape(value: Any) -> Any:
    """Return field names and types, with one item standing for a list."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value)


def authorize_query(cloud: Cloud, **changes: str) -> dict[str, str]:
    """Return the parameters of an authorization request."""
    return {
        "response_type": "code",
        "client_id": cloud.application.client_id,
        "redirect_uri": REDIRECT,
        "scope": "opendoor,closedoor",
        "state": "a+b/c=&d",
        **changes,
    }


async def decide(
    http: ClientSession, cloud: Cloud, house: DemoHouse, decision: str
) -> URL:
    """Press a button on the authorization page; return where the browser goes."""
    form = authorize_query(cloud, account=house.owner.id, decision=decision)
    async with http.post(AUTHORIZE, data=form, allow_redirects=False) as response:
        assert response.status == 302
        return URL(response.headers["Location"])


async def ask_token(
    http: ClientSession, cloud: Cloud, **query: str
) -> tuple[int, dict[str, Any]]:
    """Request tokens as documented, for a code or a refresh token."""
    params = {
        "client_id": cloud.application.client_id,
        "client_secret": cloud.application.client_secret,
        "grant_type": "refresh_token",
        **query,
    }
    if "code" in query:
        params = {"redirect_uri": REDIRECT, **params}
        params["grant_type"] = query.get("grant_type", "authorization_code")
    async with http.get(TOKEN, params=params, headers=FORM) as response:
        return response.status, await response.json()


async def test_answers_have_the_documented_shapes(
    owner: Client, guest: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """Field names and types are those of the documented samples."""
    for client in (owner, guest):
        _, body = await client.call("GET", "sync")
        assert shape(body) == shape(sample("sync.json"))
    cloud.devices_under_data = True
    _, body = await owner.call("GET", "sync")
    assert shape(body["data"]) == shape(sample("sync.json"))
    _, body = await owner.call("GET", "user-info")
    assert shape(body) == shape(sample("user-info.json"))
    _, body = await owner.call("POST", "user-info", json={})
    assert shape(body) == shape(sample("user-settings.json"))

    cloud.door("Main gate").open_by_hand()
    params = {
        "history_type": "device",
        "device_id": house.entrance.id,
        "start_date": "2026-03-01",
        "end_date": "2026-03-01",
    }
    _, body = await owner.call("GET", "toggle-history", params=params)
    assert shape(body) == shape(sample("toggle-history.json"))
    [event] = body["data"]["toggle_events"]
    assert event["toggle_date_time"] == "2026-03-01 23:59:50"
    assert event["user"]["id"] == ""
    assert event["user"]["first_name"] == "Olivia"


async def test_accounts_see_their_own_doors_and_names(
    owner: Client, guest: Client
) -> None:
    """A guest sees shared doors only, under names of their own."""
    doors = await guest.sync()
    assert {name: door["user_relationship"] for name, door in doors.items()} == {
        "Front gate": "Has Access",
        "Garage right": "Has Access",
    }
    assert {one["user_relationship"] for one in (await owner.sync()).values()} == {
        "Owner"
    }


@pytest.mark.parametrize("header", HEADERS)
async def test_missing_header_is_refused_by_name(owner: Client, header: str) -> None:
    """A request without a required header is refused with its name."""
    owner.headers[header] = "*/*"
    response, body = await owner.call("GET", "sync")
    assert response.status == 400
    assert header in body["errors"][0]["message"]


async def test_undocumented_methods_and_paths_are_refused(
    owner: Client, cloud: Cloud
) -> None:
    """Only one method and one path works for each endpoint."""
    assert (await owner.call("POST", "sync"))[0].status == 405
    assert (await owner.call("GET", "toggle"))[0].status == 405
    response, _ = await owner.call("GET", "sync/")
    assert (response.status, response.content_type) == (404, "text/html")
    order = {"door_id": cloud.door("Main gate").id, "door_state": "OPEN"}
    response, _ = await owner.call("POST", "../endpoint/toggle", json=order)
    assert (response.status, response.content_type) == (404, "text/html")
    cloud.toggle_path = "endpoint"
    assert (await owner.call("POST", "toggle", json=order))[0].status == 404
    response, _ = await owner.call("POST", "../endpoint/toggle", json=order)
    assert response.status == 200


async def test_sign_in(http: ClientSession, cloud: Cloud, house: DemoHouse) -> None:
    """Allowing gives a code, and the code gives tokens that work, once."""
    query = authorize_query(cloud, state='"><script>')
    async with http.get(AUTHORIZE, params=query) as response:
        page = await response.text()
    for text in ("Home Assistant", "Olivia Ownerby", "Gustav Guestfield"):
        assert text in page
    assert "<script>" not in page

    back = await decide(http, cloud, house, "deny")
    assert back.query == {"error": "access_denied", "state": "a+b/c=&d"}
    back = await decide(http, cloud, house, "allow")
    assert str(back.with_query(None)) == REDIRECT
    assert back.query["state"] == "a+b/c=&d"
    code = back.query["code"]
    status, tokens = await ask_token(http, cloud, code=code)
    assert status == 200
    assert tokens.keys() == {"access_token", "refresh_token", "expires_in"}
    assert await Client(http, tokens["access_token"]).sync()
    status, body = await ask_token(http, cloud, code=code)
    assert (status, body["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
        {"scope": "opendoor closedoor"},
        {"scope": "OPENDOOR,EVERYTHING"},
    ],
)
async def test_wrong_authorization_request_gets_a_page(
    http: ClientSession, cloud: Cloud, change: dict[str, str]
) -> None:
    """An invalid request never leaves the page."""
    query = authorize_query(cloud, **change)
    async with http.get(AUTHORIZE, params=query) as response:
        assert (response.status, response.content_type) == (400, "text/html")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"client_id": "other"}, (401, "invalid_client")),
        ({"client_secret": "other"}, (401, "invalid_client")),
        ({"redirect_uri": "https://example.com/"}, (400, "invalid_grant")),
        ({"code": "other"}, (400, "invalid_grant")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"scope": "opendoor"}, (400, "invalid_request")),
        ({}, (400, "invalid_grant")),
    ],
)
async def test_wrong_token_request(
    http: ClientSession,
    cloud: Cloud,
    house: DemoHouse,
    clock: Clock,
    change: dict[str, str],
    expected: tuple[int, str],
) -> None:
    """Errors are those of RFC 6749; without a change, the code is too old."""
    back = await decide(http, cloud, house, "allow")
    clock.tick(0 if change else 600)
    query = {"code": back.query["code"], **change}
    status, body = await ask_token(http, cloud, **query)
    assert (status, body["error"]) == expected


@pytest.mark.parametrize("status", [400, 401, 404, 428, 501])
async def test_refused_command(owner: Client, cloud: Cloud, status: int) -> None:
    """Status and message are documented, with the product's name, and it is logged."""
    door = cloud.door("Main gate")
    door.refusal = status
    documented = sample(f"toggle-response-{status}.json")
    text = documented["message"].replace("$hardware_name", "ParqEx Gate Controller")
    answered, answer = await owner.toggle(door.id)
    assert (answered, answer["message"], answer["success"]) == (status, text, True)
    assert shape(answer) == shape(documented)
    assert cloud.commands == []
    _, events = await owner.history(history_type="door", door_id=door.id)
    assert [one["was_success"] for one in events] == [False]


async def test_reasons_to_refuse(
    http: ClientSession, owner: Client, guest: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """Every reason to refuse has its documented status."""
    gate, garage = cloud.door("Main gate"), cloud.door("Garage left")
    assert (await owner.toggle("unknown"))[0] == 404
    assert (await guest.toggle(garage.id))[0] == 404
    gate.requires_sensor = True
    assert (await owner.toggle(gate.id))[0] == 428
    house.garage.refusal = 401
    assert (await owner.toggle(garage.id))[0] == 401
    house.garage.unplugged = True
    status, answer = await owner.toggle(garage.id)
    assert status == 404
    assert "ParqEx Garage Controller can't be found" in answer["message"]
    token = cloud.oauth.link(house.owner, ["OPENDOOR"])["access_token"]
    status, answer = await Client(http, token).toggle(gate.id, "CLOSED")
    assert status == 403
    assert "CLOSEDOOR" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
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


async def test_history_by_date_and_order(
    owner: Client, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """Both dates are included, in the zone of the cloud, in the order chosen."""
    door = cloud.door("Garage left")
    door.open_by_hand()
    clock.tick(20)
    door.close_by_hand()

    async def states(start: str, end: str) -> list[str]:
        query = {"device_id": house.garage.id, "start_date": start, "end_date": end}
        status, events = await owner.history(history_type="device", **query)
        assert status == 200
        return [event["door_state"] for event in events]

    assert await states("2026-03-01", "2026-03-01") == ["OPEN"]
    assert await states("2026-03-02", "2026-03-02") == ["CLOSED"]
    assert await states("2026-03-01", "2026-03-02") == ["CLOSED", "OPEN"]
    cloud.history_order = "oldest"
    assert await states("2026-03-01", "2026-03-02") == ["OPEN", "CLOSED"]
    cloud.time_zone = "America/New_York"
    assert await states("2026-03-02", "2026-03-02") == []
    shown = (await owner.sync())["Garage left"]["last_toggled"]
    assert shown == "2026-03-01 19:00:10"


def test_doors_move_by_themselves_turn_around_and_report_late(
    cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """Auto-close counts from opening; an unplugged controller reports afterwards."""
    door, gate, garage = map(
        cloud.door, ("Pedestrian door", "Main gate", "Garage left")
    )
    door.open_by_hand()
    gate.open_as(house.owner.person)
    house.garage.unplugged = True
    garage.open_by_hand()
    clock.tick(2)
    gate.close_as(house.owner.person)
    clock.tick(32)
    assert (door.state, garage.state) == ("OPEN", "CLOSED")
    clock.tick(66)
    assert (door.state, door.last_toggled) == ("CLOSED", START + timedelta(seconds=35))
    assert (gate.state, gate.last_toggled) == ("CLOSED", START)
    house.garage.unplugged = False
    reported = START + timedelta(seconds=100)
    assert (garage.state, garage.last_toggled) == ("OPEN", reported)
    clock.tick(899)
    assert house.garage.last_contact == reported
    clock.tick(1)
    assert house.garage.last_contact == reported + timedelta(seconds=900)


async def test_faults_do_not_edit_the_page(http: ClientSession, cloud: Cloud) -> None:
    """Only JSON is changed, for as many requests as planned."""
    for fault in [one for one in kinds(cloud).values() if one.edit or one.rewrite]:
        cloud.faults.add("authorize", fault, times=1)
        async with http.get(AUTHORIZE, params=authorize_query(cloud)) as response:
            assert "Olivia Ownerby" in await response.text()
        assert cloud.faults.next("authorize") is None
    with pytest.raises(KeyError):
        cloud.faults.add("snyc", fault)


async def test_tests_can_wait_for_requests(
    owner: Client, simulator: Simulator, cloud: Cloud
) -> None:
    """A request that hangs has no status, and ends with the simulator."""
    cloud.faults.add("sync", Fault(hang="headers"), times=1)
    asking = asyncio.create_task(owner.call("GET", "sync"))
    async with asyncio.timeout(5), cloud.changed:
        await cloud.changed.wait_for(lambda: cloud.requests)
    assert [(one.endpoint, one.status) for one in cloud.requests] == [("sync", None)]
    await simulator.stop()
    with pytest.raises(ClientError):
        await asking
    address = simulator.base_url
    await simulator.start()
    assert simulator.base_url == address
    cloud.sets_cookies = True
    assert (await owner.call("GET", "sync"))[0].cookies


async def test_secrets_and_personal_data_are_known(
    http: ClientSession, cloud: Cloud, house: DemoHouse
) -> None:
    """Leak tests get everything that must not leak, even if it is no longer valid."""
    back = await decide(http, cloud, house, "allow")
    _, old = await ask_token(http, cloud, code=back.query["code"])
    _, new = await ask_token(http, cloud, refresh_token=old["refresh_token"])
    assert cloud.issued_secrets() >= {
        back.query["code"],
        cloud.application.client_secret,
        house.owner.pin_code,
        house.garage.blackbox_code,
        *(
            tokens[f"{kind}_token"]
            for tokens in (old, new)
            for kind in ("access", "refresh")
        ),
    }
    cloud.visitor("Vera Visitor")
    house.owner.details["phone"] = "+1 555 0100"
    personal = {"Olivia", "Vera Visitor", "olivia.ownerby@example.com", "+1 555 0100"}
    assert cloud.personal_data() >= personal
