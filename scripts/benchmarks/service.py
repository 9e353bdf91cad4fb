"""A service that answers with prepared bodies, in a process of its own.

It costs as little as it can, and nothing on Home Assistant's loop.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import gzip
import json
from pathlib import Path
import sys
from typing import Any

from aiohttp import ClientSession, web

PREFIX = "/oauth/v1/endpoints"
ROOT = Path(__file__).parents[2]


class _Answers:
    """The answers of the service, and a count of its requests."""

    def __init__(self) -> None:
        self._body = b""
        self._devices: dict[str, Any] = {}
        self._requests = 0

    async def sync(self, _: web.Request) -> web.Response:
        """List the devices, compressed in advance."""
        self._requests += 1
        return web.Response(
            body=self._body,
            content_type="application/json",
            headers={"Content-Encoding": "gzip"},
        )

    async def history(self, request: web.Request) -> web.Response:
        """List the newest movement of each access point of a controller."""
        self._requests += 1
        events = [
            {
                "door_id": door["id"],
                "door_state": door["state"],
                "toggle_date_time": door["last_toggled"],
                "channel": "Door Sensor",
                "was_success": True,
            }
            for door in self._devices[request.query["device_id"]]["doors"]
        ]
        return web.json_response({"success": True, "data": {"toggle_events": events}})

    async def prepare(self, request: web.Request) -> web.Response:
        """Set the body of `sync`."""
        self._body = await request.read()
        devices = json.loads(gzip.decompress(self._body))["devices"]
        self._devices = {device["id"]: device for device in devices}
        return web.Response()

    async def asked(self, _: web.Request) -> web.Response:
        return web.json_response(self._requests)


async def _serve() -> None:
    """Print the port, and serve until the standard input is closed."""
    answers = _Answers()
    app = web.Application(client_max_size=2**26)
    app.add_routes(
        [
            web.get(f"{PREFIX}/sync", answers.sync),
            web.get(f"{PREFIX}/toggle-history", answers.history),
            web.put("/body", answers.prepare),
            web.get("/asked", answers.asked),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


class Service:
    """The running service, as the measuring process sees it."""

    def __init__(self, url: str, session: ClientSession) -> None:
        """Initialize with its address and a session for what is not measured."""
        self.url = url
        self.sync_url = f"{url}{PREFIX}/sync"
        self._session = session

    async def prepare(self, body: bytes) -> None:
        """Set the body of `sync`."""
        packed = gzip.compress(body, 6, mtime=0)
        async with self._session.put(f"{self.url}/body", data=packed) as answer:
            answer.raise_for_status()

    async def requests(self) -> int:
        """Return the number of requests so far."""
        async with self._session.get(f"{self.url}/asked") as answer:
            return int(await answer.text())

    async def be_quiet(self) -> None:
        """Wait until no more requests arrive."""
        before = -1
        while before != (now := await self.requests()):
            before = now
            await asyncio.sleep(0.1)


@asynccontextmanager
async def running_service() -> AsyncGenerator[Service]:
    """Run the service."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "scripts.benchmarks.service"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipes")
    try:
        port = int(await process.stdout.readline())
        async with ClientSession() as session:
            yield Service(f"http://127.0.0.1:{port}", session)
    finally:
        process.stdin.close()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
