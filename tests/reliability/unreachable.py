"""Trouble on the way to the service, which the service itself cannot make."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from aiohttp import ClientResponse, ClientSession
from aiohttp.resolver import AsyncResolver
from yarl import URL

from tests.simulator import Simulator

# Nothing listens on tcpmux; the name does not exist; the simulator speaks no TLS.
UNREACHABLE: Final[dict[str, Callable[[URL], URL]]] = {
    "refused connection": lambda url: url.with_port(1),
    "DNS failure": lambda url: url.with_host("parqex.invalid"),
    "TLS failure": lambda url: url.with_scheme("https"),
}


async def _no_such_name(*_: Any, **__: Any) -> list[Any]:
    """Resolve nothing, without asking anybody."""
    raise OSError(None, "no such name")


@contextmanager
def unreachable(simulator: Simulator, endpoint: str, kind: str) -> Iterator[None]:
    """Send what is meant for one endpoint where it cannot arrive."""
    request = ClientSession._request

    async def misled(
        self: ClientSession, method: str, url: str | URL, **kwargs: Any
    ) -> ClientResponse:
        url = URL(url)
        if simulator.endpoint(method, url.path) == endpoint:
            url = UNREACHABLE[kind](url)
        return await request(self, method, url, **kwargs)

    with (
        patch.object(ClientSession, "_request", misled),
        patch.object(AsyncResolver, "resolve", _no_such_name),
    ):
        yield
