"""The simulated ParqEx cloud answers and refuses as documented, and its page works."""

from collections.abc import AsyncGenerator, Awaitable, Callable
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from tests.api.records import documented
from tests.simulator import Cloud, DemoHouse, Simulator

HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Accept-Charset": "utf-8",
    "Accept-Encoding": "gzip",
}
DAY = "2026-11-02"
LOG = {"history_type": "device", "device_id": "gate"}
LOG |= {"start_date": DAY, "end_date": DAY}
ORDER = {"door_id": "gate", "door_state": "OPEN"}
MALFORMED: list[Any] = [
    *({}, [], {"door_id": "gate"}, ORDER | {"more": 1}),
    *(ORDER | {"door_id": 1}, ORDER | {"door_state": "open"}),
]
STATE, ACT = "/simulator/state", "/simulator/act"

type Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
def cloud(socket_enabled: None, clock: None) -> Cloud:
    """Return the cloud."""
    return Cloud()


@pytest.fixture
async def ask(cloud: Cloud, house: DemoHouse) -> AsyncGenerator[Ask]:
    """Return a function that asks for a path: it returns the status and the body."""
    house.entrance.doors[0].id = house.entrance.id = "gate"
    token = cloud.oauth.link(house.owner)["access_token"]
    async with (
        Simulator(cloud) as simulator,
        ClientSession(simulator.base_url) as session,
    ):

        async def ask(
            method: str, path: str, headers: Any = HEADERS, **options: Any
        ) -> tuple[int, Any]:
            headers = {"Authorization": f"Bearer {token}", **headers}
            path = path if path[:1] == "/" else f"/oauth/v1/endpoints/{path}"
            async with session.request(
                method, path, headers=headers, **options
            ) as response:
                text = await response.text()
                is_json = response.content_type == "application/json"
                return response.status, json.loads(text) if is_json else text

        yield ask


def shape(value: Any) -> Any:
    """Return field names and types, with one item standing for a list."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(
    ("sample", "method", "endpoint", "options"),
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
    ask: Ask, cloud: Cloud, sample: str, method: str, endpoint: str, options: Any
) -> None:
    """Field names and types are those of the samples."""
    gate = cloud.door("gate")
    gate.open_by_hand()
    gate.requires_sensor = sample.endswith("428")
    status, answer = await ask(method, endpoint, **options)
    assert status == (428 if gate.requires_sensor else 200)
    assert shape(answer) == shape(documented(f"{sample}.json"))


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
    ask: Ask, cloud: Cloud, status: int, method: str, endpoint: str, options: Any
) -> None:
    """Other methods, paths, headers, bodies and parameters."""
    answered, _ = await ask(method, endpoint, **options)
    assert answered == status
    assert not cloud.commands


def test_secrets_and_personal_data_are_known(cloud: Cloud, house: DemoHouse) -> None:
    """Leak tests get everything that must not leak, even if it is no longer valid."""
    cloud.visitor("Vera Visitor")
    house.owner.details["phone"] = "+1 555 0100"
    cloud.remove_controller(house.garage)
    tokens = cloud.oauth.link(house.owner)
    cloud.oauth.revoke(house.owner)
    secrets = {house.owner.pin_code, house.garage.blackbox_code}
    secrets |= {tokens["access_token"], tokens["refresh_token"]}
    assert secrets | {cloud.application.client_secret} <= cloud.issued_secrets()
    personal = {"Olivia", "Vera Visitor", "olivia.ownerby@example.com", "+1 555 0100"}
    assert personal <= cloud.personal_data()


async def test_every_trouble_is_shown_and_ended_on_its_page(
    ask: Ask, house: DemoHouse
) -> None:
    """Each comes with the order that ends it, and it alone."""
    door, controller = {"door": "gate"}, {"controller": "gate"}
    orders: dict[str, dict[str, Any]] = {
        "is unplugged": {"act": "unplugged", "on": True} | controller,
        "is not registered": {"act": "registered", "on": False} | controller,
        "refuses with 501": {"act": "refusal", "status": 501} | controller,
        "gate is switched off": {"act": "active", "on": False} | door,
        "is stuck": {"act": "stuck", "on": True} | door,
        "requires a sensor": {"act": "requires_sensor", "on": True} | door,
        "sync: reset": {"act": "fault", "endpoint": "sync", "fault": "reset"},
    }
    for order in orders.values():
        _, state = await ask("POST", ACT, json=order)
    troubles = state["troubles"]
    for text, trouble in zip(orders, troubles, strict=True):
        assert text in trouble["text"]
    for number, trouble in enumerate(troubles, 1):
        _, state = await ask("POST", ACT, json=trouble["end"])
        assert state["troubles"] == troubles[number:]
