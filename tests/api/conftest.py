"""Fixtures: a client of the simulated ParqEx cloud, without Home Assistant."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.parqex.api import ParqExClient, State
from tests.secrecy import Secrecy
from tests.simulator import Account, Cloud, DemoHouse, Simulator

type Call = Callable[[ParqExClient], Awaitable[object]]

DOOR_ID = "D00DC0FFEE0000000000000000000001"

READS: dict[str, Call] = {
    "sync": lambda client: client.async_sync(),
    "history": lambda client: client.async_access_history(
        "door", DOOR_ID, date(2026, 3, 1), date(2026, 3, 2)
    ),
    "user_info": lambda client: client.async_user_info(),
    "user_settings": lambda client: client.async_user_settings(),
}

CALLS: dict[str, Call] = {
    **READS,
    "toggle": lambda client: client.async_toggle(DOOR_ID, State.OPEN),
}


class Tokens:
    """The access tokens of an account; remembers which ones it had to replace."""

    def __init__(self, cloud: Cloud, account: Account) -> None:
        """Link the account."""
        self._cloud = cloud
        self._account = account
        self.access_token: str = cloud.oauth.link(account)["access_token"]
        self.rejected: list[str] = []

    async def async_access_token(self) -> str:
        """Return the token, whether or not it has expired."""
        return self.access_token

    async def async_renewed_access_token(self, rejected: str) -> str:
        """Return a token of a new link."""
        self.rejected.append(rejected)
        self.access_token = self._cloud.oauth.link(self._account)["access_token"]
        return self.access_token


@asynccontextmanager
async def listening(answer: bytes) -> AsyncGenerator[URL]:
    """Answer every request with these very bytes, and hang up."""

    async def reply(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield URL.build(scheme="http", host=host, port=port)


@pytest.fixture(autouse=True)
def prepare(socket_enabled: None) -> None:
    """Open the loopback, in place of preparing Home Assistant."""


@pytest.fixture
async def simulator(secrecy: Secrecy) -> AsyncGenerator[Simulator]:
    """Return a running ParqEx cloud."""
    async with Simulator() as simulator:
        secrecy.protect(simulator.cloud)
        yield simulator


@pytest.fixture
async def session() -> AsyncGenerator[ClientSession]:
    """Return a plain session."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def tokens(cloud: Cloud, house: DemoHouse) -> Tokens:
    """Return the owner's tokens."""
    return Tokens(cloud, house.owner)


@pytest.fixture
def client(
    session: ClientSession, simulator: Simulator, tokens: Tokens
) -> ParqExClient:
    """Return the owner's client."""
    return ParqExClient(session, URL(simulator.base_url), tokens)
