"""What becomes of an answer that does not come, does not end, or leads elsewhere."""

from contextlib import suppress
import tracemalloc
import zlib

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.parqex.api import (
    CannotConnect,
    InvalidAnswer,
    ParqExClient,
    transport,
)
from tests.simulator import Cloud, Fault, Simulator

from .conftest import CALLS, Tokens, listening

MIB = 1024 * 1024


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for answers only a moment."""
    monkeypatch.setattr(transport, "TIMEOUT", ClientTimeout(total=0.1))


def test_patience_ends() -> None:
    """Long before the next poll."""
    assert transport.TIMEOUT.total is not None
    assert 0 < transport.TIMEOUT.total < 30


@pytest.mark.parametrize("endpoint", CALLS)
async def test_nobody_listens(
    client: ParqExClient, simulator: Simulator, endpoint: str
) -> None:
    """The connection is refused."""
    await simulator.stop()
    with pytest.raises(CannotConnect):
        await CALLS[endpoint](client)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize(
    "fault", [Fault(reset=True), Fault(hang="headers"), Fault(hang="body")], ids=str
)
async def test_an_answer_does_not_come(
    client: ParqExClient, cloud: Cloud, endpoint: str, fault: Fault
) -> None:
    """Not at all, or not to its end."""
    cloud.faults.add(endpoint, fault)
    with pytest.raises(CannotConnect):
        await CALLS[endpoint](client)


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_10.0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: all\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nall\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_an_answer_cannot_be_read(
    session: ClientSession, tokens: Tokens, endpoint: str, answer: bytes
) -> None:
    """Something else listens there, or the answer is cut off."""
    async with listening(answer) as url:
        client = ParqExClient(session, url, tokens)
        with pytest.raises(CannotConnect):
            await CALLS[endpoint](client)


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(
    client: ParqExClient, cloud: Cloud, endpoint: str, status: int
) -> None:
    """The token and the command are for ParqEx alone."""
    async with Simulator() as elsewhere:
        location = {"Location": f"{elsewhere.base_url}/oauth/v1/endpoints/sync"}
        cloud.faults.add(endpoint, Fault(status=status, headers=location))
        with pytest.raises(InvalidAnswer):
            await CALLS[endpoint](client)
        assert elsewhere.cloud.requests == []
    assert len(cloud.requests) == 1


async def test_eight_mebibytes_are_read(client: ParqExClient, cloud: Cloud) -> None:
    """More than a hundred controllers need."""
    body = b'{"devices": []}'.ljust(8 * MIB)
    cloud.faults.add("sync", Fault(status=200, body=body))
    assert (await client.async_sync()).controllers == {}


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize("status", [200, 500])
async def test_one_byte_more_is_not(
    client: ParqExClient, cloud: Cloud, endpoint: str, status: int
) -> None:
    """Counted after unpacking: the simulator zips it."""
    body = b'{"devices": []}'.ljust(8 * MIB + 1)
    cloud.faults.add(endpoint, Fault(status=status, body=body))
    with pytest.raises(InvalidAnswer):
        await CALLS[endpoint](client)


async def test_a_huge_answer_is_cut_off(session: ClientSession, tokens: Tokens) -> None:
    """The service cannot get rid of what nobody will read."""
    sent = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(256):
                await response.write(bytes(MIB))
                sent += MIB
        return response

    app = web.Application()
    app.router.add_get("/oauth/v1/endpoints/sync", flood)
    async with TestServer(app) as server:
        with pytest.raises(InvalidAnswer):
            await ParqExClient(session, server.make_url("/"), tokens).async_sync()
    assert sent < 64 * MIB


async def test_a_gzip_bomb_is_not_unpacked(client: ParqExClient, cloud: Cloud) -> None:
    """One mebibyte that would become a whole gibibyte."""
    packer = zlib.compressobj(wbits=31)
    # A full flush makes blocks that can be repeated.
    start = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = start + block * 1023
    headers = {"Content-Encoding": "gzip"}
    cloud.faults.add("sync", Fault(status=200, body=bomb, headers=headers))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidAnswer):
            await client.async_sync()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 32 * MIB
