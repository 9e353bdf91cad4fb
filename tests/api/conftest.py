"""Fixtures: a client of the simulated ParqEx cloud, without Home Assistant."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.parqex.api import Dialect, ParqExClient, RateLimit, State
from tests.secrecy import Secrecy
from tests.simulator import Account, Cloud, DemoHouse, Simulator, build_demo_house

type Call = Callable[[ParqExClient], Awaitable[object]]

DOOR_ID = "D00DC0FFEE0000000000000000000001"
CONTROLLER_ID = "C0FFEE00000000000000000000000001"
DAYS = date(2000, 1, 1), date(2099, 12, 31)

READS: dict[str, Call] = {
    "sync": lambda client: client.async_sync(),
    "history": lambda client: client.async_access_history(
        CONTROLLER_ID, [DOOR_ID], *DAYS
    ),
    "user_info": lambda client: client.async_user_info(),
    "user_settings": lambda client: client.async_user_settings(),
}

CALLS: dict[str, Call] = {
    **READS,
    "toggle": lambda client: client.async_toggle(DOOR_ID, State.OPEN),
}


@dataclass
class Tokens:
    """The access tokens of an account, and those that were rejected."""

    cloud: Cloud
    account: Account
    access_token: str = ""
    rejected: list[str] = field(default_factory=list)

    async def async_access_token(self) -> str:
        """Return the newest token, whether or not it has expired."""
        if not self.access_token:
            self.access_token = self.cloud.oauth.link(self.account)["access_token"]
        return self.access_token

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Return a token of a new link."""
        self.rejected.append(rejected)
        self.access_token = ""
        return await self.async_access_token()


@asynccontextmanager
async def listening(answer: bytes) -> AsyncGenerator[URL]:
    """Answer every request with these bytes and close the connection."""

    async def reply(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield URL.build(scheme="http", host=host, port=port)


@pytest.fixture(autouse=True)
def prepare(socket_enabled: None) -> None:
    """Allow connections to this machine."""


@dataclass
class Api:
    """A client of the owner's account, and the cloud that answers it."""

    simulator: Simulator
    cloud: Cloud
    house: DemoHouse
    session: ClientSession
    tokens: Tokens
    rate_limit: RateLimit

    def __post_init__(self) -> None:
        """Connect the client to the simulated cloud."""
        self.dialect = Dialect()
        self.client = self.client_at(URL(self.simulator.base_url))

    def client_at(self, url: URL) -> ParqExClient:
        """Return a client that expects ParqEx at this address."""
        return ParqExClient(
            self.session, url, self.tokens, self.rate_limit, self.dialect
        )


@pytest.fixture
async def api(secrecy: Secrecy) -> AsyncGenerator[Api]:
    """Return a client of a running cloud."""
    async with Simulator() as simulator, ClientSession() as session:
        cloud = simulator.cloud
        house = build_demo_house(cloud, travel_seconds=4)
        house.garage.id, house.garage.doors[0].id = CONTROLLER_ID, DOOR_ID
        secrecy.protect(cloud)
        tokens = Tokens(cloud, house.owner)
        await tokens.async_access_token()
        yield Api(simulator, cloud, house, session, tokens, RateLimit())
