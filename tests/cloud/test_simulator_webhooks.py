"""The simulator's webhooks: what is sent, to whom, and what strangers send."""

from collections.abc import AsyncGenerator
import json
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from tests.simulator import Cloud, DemoHouse, Simulator, Webhook, build_demo_house
from tests.simulator.admin import act
from tests.simulator.admin_state import state
from tests.simulator.webhooks import MALFORMED

# The documented sample, with what differs from one event to the next left out.
SAMPLE = {
    "id": str,
    "eventType": str,
    "toggleID": str,
    "doorID": str,
    "doorState": str,
    "channel": str,
    "deviceID": str,
    "eventOccurred": int,
    "eventOccurredUTC": str,
    "doorOwnerUserID": str,
    "userThatToggled": {"firstName": str, "lastName": str, "emailAddress": str},
}


@pytest.fixture
def simulator(socket_enabled: None) -> Simulator:
    """Return a simulator that nobody has to reach."""
    return Simulator()


@pytest.fixture
def cloud(simulator: Simulator) -> Cloud:
    """Return its cloud."""
    return simulator.cloud


@pytest.fixture
def house(cloud: Cloud) -> DemoHouse:
    """Return the demo house."""
    return build_demo_house(cloud, travel_seconds=0)


@pytest.fixture
async def received(cloud: Cloud, house: DemoHouse) -> AsyncGenerator[list[bytes]]:
    """Return what arrives at a registered address."""
    bodies: list[bytes] = []

    async def receive(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/hook", receive)
    async with TestServer(app) as server:
        address = str(server.make_url("/hook"))
        act(cloud, {"act": "webhook_add", "address": address, "brand": "parqex"})
        yield bodies


def types(value: Any) -> Any:
    """Return the types of what a body holds."""
    if isinstance(value, dict):
        return {key: types(one) for key, one in value.items()}
    return type(value)


async def test_every_access_is_announced_once_as_documented(
    simulator: Simulator, cloud: Cloud, received: list[bytes]
) -> None:
    """Of both brands; an attempt that failed moves nothing, and is not."""
    gate = cloud.door("Main gate")
    gate.open_as(cloud.visitor("Vera Visitor"))
    await simulator.announcer.announce()
    await simulator.announcer.announce()
    [raw] = received
    body = json.loads(raw)
    assert types(body) == SAMPLE
    assert body["eventType"] == "door1_open"
    assert body["doorID"] == gate.id
    assert body["deviceID"] == gate.controller.id
    assert body["userThatToggled"]["firstName"] == "Vera"

    cloud.webhooks[0].brand = "beam"
    gate.refusal = 400
    gate.open_as(cloud.visitor("Vera Visitor"))
    gate.close_by_hand()
    await simulator.announcer.announce()
    assert [json.loads(one)["eventType"] for one in received[1:]] == [
        "door_state_change"
    ]


async def test_what_was_before_is_not_announced(
    simulator: Simulator, cloud: Cloud, received: list[bytes]
) -> None:
    """An address is told from its registration on, and no longer than it lasts."""
    address = cloud.webhooks[0].address
    cloud.remove_webhook(address)
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    act(cloud, {"act": "webhook_add", "address": address, "brand": "beam"})
    await simulator.announcer.announce()
    assert not received
    act(cloud, {"act": "webhook_remove", "address": address})
    gate.close_by_hand()
    await simulator.announcer.announce()
    assert not received


async def test_strangers_lie_repeat_and_stammer(
    simulator: Simulator, cloud: Cloud, received: list[bytes]
) -> None:
    """For those who have to stand it."""
    address = cloud.webhooks[0].address

    async def send(kind: str) -> list[bytes]:
        received.clear()
        act(cloud, {"act": "webhook_send", "kind": kind, "address": address})
        await simulator.announcer.announce()
        return received

    lie, unknown = map(json.loads, await send("forged"))
    assert lie["doorState"] != cloud.door(lie["doorID"]).state
    with pytest.raises(KeyError):
        cloud.door(unknown["doorID"])
    last = received[-1]
    assert await send("repeated") == [last] * 3
    assert await send("malformed") == list(MALFORMED)
    with pytest.raises(ValueError, match="polite"):
        await send("polite")
    [shown] = state(cloud, "")["webhooks"]
    assert shown == {
        "address": address,
        "brand": "parqex",
        "sent": 5 + len(MALFORMED),
        "last_status": 202,
    }


async def test_an_address_that_does_not_answer_stops_nobody(
    simulator: Simulator, cloud: Cloud, house: DemoHouse, received: list[bytes]
) -> None:
    """The others are told all the same."""
    silent = Webhook("http://127.0.0.1:9/")
    cloud.webhooks.insert(0, silent)
    cloud.door("Main gate").open_by_hand()
    await simulator.announcer.announce()
    assert silent.last_status is None
    assert len(received) == 1


@pytest.mark.parametrize(
    ("address", "brand"),
    [("ftp://example.com", "parqex"), ("https://example.com", "another"), (7, "beam")],
)
def test_nonsense_is_no_webhook(cloud: Cloud, address: Any, brand: str) -> None:
    """The page says so."""
    with pytest.raises(ValueError, match=r"webhook|brand"):
        act(cloud, {"act": "webhook_add", "address": address, "brand": brand})
    assert not cloud.webhooks
