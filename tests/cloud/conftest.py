"""Fixtures: the simulated ParqEx cloud with a clock of its own, and applications."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientTimeout
import pytest

from tests.simulator import Cloud, DemoHouse, Simulator, build_demo_house

START = datetime(2026, 3, 1, 23, 59, 50, tzinfo=UTC)
DATA = "/oauth/v1/endpoints/"
HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Accept-Charset": "utf-8",
    "Accept-Encoding": "gzip",
}


@dataclass
class Clock:
    """A clock that only `tick` moves."""

    time: datetime = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time

    def tick(self, seconds: float) -> None:
        """Move on."""
        self.time += timedelta(seconds=seconds)


class Client:
    """An application that sends the headers of every data request."""

    def __init__(self, http: ClientSession, token: str) -> None:
        """Initialize with an access token."""
        self.http = http
        self.headers = {**HEADERS, "Authorization": f"Bearer {token}"}

    async def call(
        self, method: str, path: str, **options: Any
    ) -> tuple[ClientResponse, Any]:
        """Return the response and its JSON."""
        async with self.http.request(
            method, DATA + path, headers=self.headers, **options
        ) as response:
            is_json = response.content_type == "application/json"
            return response, await (response.json() if is_json else response.text())

    async def sync(self) -> dict[str, Any]:
        """Return the doors by name."""
        _, body = await self.call("GET", "sync")
        return {door["name"]: door for one in body["devices"] for door in one["doors"]}

    async def toggle(self, door_id: str, state: str = "OPEN") -> tuple[int, Any]:
        """Return the status and the answer."""
        order = {"door_id": door_id, "door_state": state}
        response, answer = await self.call("POST", "toggle", json=order)
        return response.status, answer

    async def history(self, **query: str) -> tuple[int, list[Any]]:
        """Return the status and the events."""
        day = START.date().isoformat()
        params = {"start_date": day, "end_date": day, **query}
        response, body = await self.call("GET", "toggle-history", params=params)
        return response.status, body.get("data", {}).get("toggle_events", [])


@pytest.fixture(autouse=True)
def prepare(socket_enabled: None) -> None:
    """Allow sockets; there is no Home Assistant here, and time runs."""


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the cloud."""
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> Cloud:
    """Return the cloud."""
    return Cloud(clock)


@pytest.fixture
def house(cloud: Cloud) -> DemoHouse:
    """Return the demo house."""
    return build_demo_house(cloud, travel_seconds=5)


@pytest.fixture
async def simulator(cloud: Cloud, house: DemoHouse) -> AsyncGenerator[Simulator]:
    """Return the running simulator."""
    async with Simulator(cloud) as simulator:
        yield simulator


@pytest.fixture
async def http(simulator: Simulator) -> AsyncGenerator[ClientSession]:
    """Return a client of the running simulator, without any account."""
    timeout = ClientTimeout(total=5)
    async with ClientSession(simulator.base_url, timeout=timeout) as session:
        yield session


@pytest.fixture
def owner(http: ClientSession, cloud: Cloud, house: DemoHouse) -> Client:
    """Return an application linked as the owner."""
    return Client(http, cloud.oauth.link(house.owner)["access_token"])


@pytest.fixture
def guest(http: ClientSession, cloud: Cloud, house: DemoHouse) -> Client:
    """Return an application linked as the guest."""
    return Client(http, cloud.oauth.link(house.guest)["access_token"])
