"""Fixtures: the simulated ParqEx cloud without Home Assistant, and an application."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
import json
from typing import Any

from aiohttp import ClientSession
import pytest

from tests.simulator import Cloud, DemoHouse, Simulator

HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Accept-Charset": "utf-8",
    "Accept-Encoding": "gzip",
}

type Answer = tuple[int, Any]
type Ask = Callable[..., Awaitable[Answer]]


@dataclass
class Client:
    """An application with an access token."""

    ask: Ask
    token: str

    async def __call__(self, method: str, endpoint: str, **options: Any) -> Answer:
        """Return the status and the body."""
        path = f"/oauth/v1/endpoints/{endpoint}"
        headers = HEADERS | {"Authorization": f"Bearer {self.token}"}
        return await self.ask(method, path, **{"headers": headers, **options})

    async def toggle(self, door_id: str, state: str = "OPEN") -> int:
        """Return the status."""
        order = {"door_id": door_id, "door_state": state}
        status, _ = await self("POST", "toggle", json=order)
        return status


@pytest.fixture
def cloud(socket_enabled: None, clock: None) -> Cloud:
    """Return the cloud."""
    return Cloud()


@pytest.fixture
async def ask(cloud: Cloud, house: DemoHouse) -> AsyncGenerator[Ask]:
    """Return a function that asks for a path: it returns the status and the body."""
    async with (
        Simulator(cloud) as simulator,
        ClientSession(simulator.base_url) as session,
    ):

        async def ask(method: str, path: str, **options: Any) -> Answer:
            async with session.request(
                method, path, allow_redirects=False, **options
            ) as response:
                text = response.headers.get("Location") or await response.text()
                is_json = response.content_type == "application/json"
                return response.status, json.loads(text) if is_json else text

        yield ask


@pytest.fixture
def owner(ask: Ask, cloud: Cloud, house: DemoHouse) -> Client:
    """Return an application linked as the owner."""
    return Client(ask, cloud.oauth.link(house.owner)["access_token"])
