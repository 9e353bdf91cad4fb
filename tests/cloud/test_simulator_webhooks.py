"""Tests for the simulator's webhooks: ParqEx's events, and those of a stranger."""

from collections.abc import AsyncGenerator
import json

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from tests.simulator import Cloud, DemoHouse, Webhook
from tests.simulator.admin import act
from tests.simulator.webhooks import MALFORMED, Announcer

from .test_simulator import sample, shape


@pytest.fixture
async def received(cloud: Cloud, house: DemoHouse) -> AsyncGenerator[list[bytes]]:
    """Return the bodies that arrive at a registered address."""
    bodies: list[bytes] = []

    async def receive(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/hook", receive)
    async with TestServer(app) as server:
        # A movement before the registration is not announced.
        cloud.door("Elevator").open_by_hand()
        address = str(server.make_url("/hook"))
        act(cloud, {"act": "webhook_add", "address": address, "brand": "parqex"})
        yield bodies


async def test_every_movement_is_announced_once_as_documented(
    cloud: Cloud, received: list[bytes]
) -> None:
    """A failed attempt is not announced, and an address that is silent stops nothing."""
    silent = Webhook("http://127.0.0.1:9/")
    cloud.webhooks.insert(0, silent)
    gate = cloud.door("Main gate")
    gate.travel_seconds = 0
    gate.open_as(cloud.visitor("Vera Visitor"))
    await Announcer(cloud).announce()
    await Announcer(cloud).announce()
    [raw] = received
    body = json.loads(raw)
    assert shape(body) == shape(sample("webhook.json"))
    assert body["eventType"] == "door1_open"
    assert (body["doorID"], body["deviceID"]) == (gate.id, gate.controller.id)
    assert body["userThatToggled"]["firstName"] == "Vera"
    assert silent.last_status is None

    cloud.webhooks[1].brand = "beam"
    gate.refusal = 400
    gate.open_as(cloud.visitor("Vera Visitor"))
    gate.close_by_hand()
    await Announcer(cloud).announce()
    [raw] = received[1:]
    assert json.loads(raw)["eventType"] == "door_state_change"
    act(cloud, {"act": "webhook_remove", "address": cloud.webhooks[1].address})
    gate.open_by_hand()
    await Announcer(cloud).announce()
    assert len(received) == 2


async def test_strangers_forge_repeat_and_send_nonsense(
    cloud: Cloud, received: list[bytes]
) -> None:
    """Each kind of trouble is sent to the address."""
    [webhook] = cloud.webhooks

    async def send(kind: str) -> list[bytes]:
        received.clear()
        order = {"act": "webhook_send", "kind": kind, "address": webhook.address}
        act(cloud, order)
        await Announcer(cloud).announce()
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
    assert webhook.last_status == 202
