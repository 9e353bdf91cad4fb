"""Tests for the simulated ParqEx cloud: it answers and refuses as documented."""

from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from yarl import URL

from tests.conftest import NOW
from tests.simulator import Cloud, DemoHouse
from tests.simulator.webhooks import Announcer

from .conftest import HEADERS, Ask, Client

FIXTURES = Path(__file__).parents[1] / "fixtures"
AUTHORIZE = "/oauth/v2/endpoints/authorization/"
TOKEN = "/oauth/v2/endpoints/token/"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DAY, NEXT_DAY = "2026-11-02", "2026-11-03"
DAYS = {"start_date": DAY, "end_date": DAY}
LOG = {"history_type": "device", "device_id": "gate", **DAYS}
ORDER = {"door_id": "gate", "door_state": "OPEN"}
MALFORMED: list[Any] = [
    *({}, [], {"door_id": "gate"}, ORDER | {"more": 1}),
    *(ORDER | {"door_id": 1}, ORDER | {"door_state": "open"}),
]


def sample(name: str) -> Any:
    """Return a documented body."""
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


def shape(value: Any) -> Any:
    """Return field names and types, with one item standing for a list."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value)


def consent(cloud: Cloud, **changes: str) -> dict[str, str]:
    """Return the parameters of an authorization request."""
    return {
        "response_type": "code",
        "client_id": cloud.application.client_id,
        "redirect_uri": "https://my.home-assistant.io/redirect/oauth",
        "scope": "opendoor,closedoor",
        "state": '"><script>',
        **changes,
    }


@pytest.fixture
async def exchange(ask: Ask, cloud: Cloud, house: DemoHouse) -> dict[str, str]:
    """Return the parameters that get tokens, after pressing Allow."""
    form = consent(cloud, account=house.owner.id, decision="allow")
    status, back = await ask("POST", AUTHORIZE, data=form)
    assert status == 302
    return {
        "client_id": cloud.application.client_id,
        "client_secret": cloud.application.client_secret,
        "grant_type": "authorization_code",
        "code": URL(back).query["code"],
        "redirect_uri": form["redirect_uri"],
    }


@pytest.mark.parametrize(
    ("documented", "method", "endpoint", "options"),
    [
        ("sync", "GET", "sync", {}),
        ("user-info", "GET", "user-info", {}),
        ("user-settings", "POST", "user-info", {"json": {}}),
        ("toggle-history", "GET", "toggle-history", {"params": LOG}),
        ("toggle-response-200", "POST", "toggle", {"json": ORDER}),
        ("toggle-response-428", "POST", "toggle", {"json": ORDER}),
    ],
)
async def test_answers_have_the_documented_shapes(
    owner: Client,
    house: DemoHouse,
    documented: str,
    method: str,
    endpoint: str,
    options: Any,
) -> None:
    """Field names and types are those of the samples."""
    gate = house.entrance.doors[0]
    gate.id = house.entrance.id = "gate"
    gate.open_by_hand()
    gate.requires_sensor = documented.endswith("428")
    status, answer = await owner(method, endpoint, **options)
    assert status == (428 if gate.requires_sensor else 200)
    assert shape(answer) == shape(sample(documented))


@pytest.mark.parametrize(
    ("status", "method", "endpoint", "options"),
    [
        *[(405, "POST", "sync", {}), (405, "GET", "toggle", {})],
        *[(404, "GET", "sync/", {}), (404, "POST", "../endpoint/toggle", {})],
        *((400, "GET", "sync", {"headers": HEADERS | {one: "*/*"}}) for one in HEADERS),
        (401, "GET", "sync", {"headers": HEADERS | {"Authorization": "Bearer other"}}),
        *((400, "POST", "toggle", {"json": body}) for body in MALFORMED),
        *(
            (status, "GET", "toggle-history", {"params": LOG | change})
            for status, change in (
                (400, {"history_type": "user"}),
                (400, {"history_type": "door"}),
                (400, {"start_date": "20261102"}),
                (400, {"end_date": ""}),
                (404, {"device_id": "other"}),
            )
        ),
    ],
)
async def test_what_is_not_documented_is_refused(
    owner: Client,
    cloud: Cloud,
    house: DemoHouse,
    status: int,
    method: str,
    endpoint: str,
    options: Any,
) -> None:
    """Other methods, paths, headers, bodies and parameters."""
    house.entrance.doors[0].id = house.entrance.id = "gate"
    answered, _ = await owner(method, endpoint, **options)
    assert answered == status
    assert not cloud.commands


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
        {"scope": "opendoor closedoor"},
        {"scope": "OPENDOOR,EVERYTHING"},
    ],
)
async def test_wrong_authorization_request_gets_a_page(
    ask: Ask, cloud: Cloud, changes: dict[str, str]
) -> None:
    """Nobody is asked anything, and no markup is brought in."""
    status, page = await ask("GET", AUTHORIZE, params=consent(cloud, **changes))
    assert status == 400
    assert "Olivia Ownerby" not in page
    status, page = await ask("GET", AUTHORIZE, params=consent(cloud))
    assert status == 200
    assert "Olivia Ownerby" in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"client_id": "other"}, (401, "invalid_client")),
        ({"client_secret": "other"}, (401, "invalid_client")),
        ({"redirect_uri": "https://example.com/"}, (400, "invalid_grant")),
        ({"code": "other"}, (400, "invalid_grant")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": "refresh_token"}, (400, "invalid_request")),
        ({"scope": "opendoor"}, (400, "invalid_request")),
        ({}, (400, "invalid_grant")),
    ],
)
async def test_wrong_token_request(
    ask: Ask,
    exchange: dict[str, str],
    freezer: FrozenDateTimeFactory,
    changes: dict[str, str],
    refusal: tuple[int, str],
) -> None:
    """Errors are those of RFC 6749; without a change, the code is too old."""
    freezer.tick(0 if changes else 600)
    status, body = await ask("GET", TOKEN, params=exchange | changes, headers=FORM)
    assert (status, body["error"]) == refusal


async def test_secrets_and_personal_data_are_known(
    cloud: Cloud, house: DemoHouse, exchange: dict[str, str]
) -> None:
    """Leak tests get everything that must not leak, even if it is no longer valid."""
    cloud.visitor("Vera Visitor")
    house.owner.details["phone"] = "+1 555 0100"
    cloud.remove_controller(house.garage)
    tokens = cloud.oauth.link(house.owner)
    cloud.oauth.revoke(house.owner)
    assert {
        *(exchange["client_secret"], exchange["code"]),
        *(tokens["access_token"], tokens["refresh_token"]),
        *(house.owner.pin_code, house.garage.blackbox_code),
    } <= cloud.issued_secrets()
    personal = {"Olivia", "Vera Visitor", "olivia.ownerby@example.com", "+1 555 0100"}
    assert personal <= cloud.personal_data()


async def test_a_command_needs_access_and_the_scope(
    ask: Ask, owner: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """No status is documented for a scope that was not granted."""
    gate, garage = cloud.door("Main gate"), cloud.door("Garage left")
    guest = Client(ask, cloud.oauth.link(house.guest)["access_token"])
    assert await owner.toggle("unknown") == 404
    assert await guest.toggle(garage.id) == 404
    assert await guest.toggle(gate.id) == 200
    scopes = frozenset({"OPENDOOR"})
    opener = Client(ask, cloud.oauth.link(house.owner, scopes)["access_token"])
    assert await opener.toggle(gate.id, "CLOSED") == 403


async def test_the_log_is_of_days_in_the_zone_of_the_cloud(
    owner: Client, cloud: Cloud, house: DemoHouse, freezer: FrozenDateTimeFactory
) -> None:
    """Both dates are included."""
    house.entrance.id = "gate"
    cloud.door("Main gate").open_by_hand()
    freezer.move_to(NEXT_DAY)
    owner.token = cloud.oauth.link(house.owner)["access_token"]
    cloud.door("Main gate").close_by_hand()

    async def states(**days: str) -> list[str]:
        _, body = await owner("GET", "toggle-history", params=LOG | days)
        return [event["door_state"] for event in body["data"]["toggle_events"]]

    assert await states() == ["OPEN"]
    assert await states(start_date=NEXT_DAY, end_date=NEXT_DAY) == ["CLOSED"]
    assert await states(end_date=NEXT_DAY) == ["CLOSED", "OPEN"]
    cloud.time_zone = "America/New_York"
    assert await states() == ["CLOSED", "OPEN"]


def test_doors_move_by_themselves_turn_around_and_report_late(
    cloud: Cloud, house: DemoHouse, freezer: FrozenDateTimeFactory
) -> None:
    """Auto-close counts from opening; an unplugged controller reports afterwards."""
    doors = map(cloud.door, ("Pedestrian door", "Main gate", "Garage left"))
    door, gate, garage = doors
    door.open_by_hand()
    gate.open_as(house.owner.person)
    house.garage.unplugged = True
    garage.open_by_hand()
    freezer.tick(2)
    gate.close_as(house.owner.person)
    freezer.tick(31)
    assert (door.state, garage.state) == ("OPEN", "CLOSED")
    freezer.tick(67)
    assert (door.state, door.last_toggled) == ("CLOSED", NOW + timedelta(seconds=34))
    assert (gate.state, gate.last_toggled) == ("CLOSED", NOW)
    house.garage.unplugged = False
    reported = NOW + timedelta(seconds=100)
    assert (garage.state, garage.last_toggled) == ("OPEN", reported)
    freezer.tick(899)
    assert house.garage.last_contact == reported
    freezer.tick(1)
    assert house.garage.last_contact == reported + timedelta(seconds=900)


async def test_every_movement_is_announced_once_as_documented(
    cloud: Cloud, house: DemoHouse
) -> None:
    """From the registration on; an attempt that failed is none."""
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    webhook = cloud.add_webhook("http://127.0.0.1:9/")
    gate.close_by_hand()
    gate.refusal = 400
    gate.open_as(house.owner.person)
    for _ in range(2):
        await Announcer(cloud).announce()
    [body] = webhook.sent
    assert shape(body) == shape(sample("webhook"))
    assert body["eventType"] == "door1_close"
    assert (body["doorID"], body["deviceID"]) == (gate.id, gate.controller.id)
    assert webhook.last_status is None
