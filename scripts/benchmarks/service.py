"""A service that answers with prepared bodies, in a process of its own.

It is no simulator: it costs as little as it can, and nothing on Home Assistant's loop.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import gzip
import json
from pathlib import Path
import sys
import time
from typing import Any

from aiohttp import ClientSession, web

PREFIX = "/oauth/v1/endpoints"
TOGGLED = b'{"success": true, "timestamp": null, "data": {"message": "200"}}'
ROOT = Path(__file__).parents[2]


class _Answers:
    """What the service answers, and what it was asked."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self._body = b""
        self._devices: dict[str, Any] = {}
        self._requests: Counter[str] = Counter()
        self._toggled_at = 0

    async def sync(self, _: web.Request) -> web.Response:
        """List the devices, gzipped once and for all."""
        self._requests["sync"] += 1
        return web.Response(
            body=self._body,
            content_type="application/json",
            headers={"Content-Encoding": "gzip"},
        )

    async def history(self, request: web.Request) -> web.Response:
        """Tell of the last time that anything of a controller moved."""
        self._requests["toggle-history"] += 1
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

    async def toggle(self, request: web.Request) -> web.Response:
        """Accept a command and note when it came; every process reads this clock."""
        self._toggled_at = time.monotonic_ns()
        self._requests["toggle"] += 1
        await request.read()
        return web.Response(body=TOGGLED, content_type="application/json")

    async def prepare(self, request: web.Request) -> web.Response:
        """Answer `sync` with this body from now on."""
        self._body = await request.read()
        devices = json.loads(gzip.decompress(self._body))["devices"]
        self._devices = {device["id"]: device for device in devices}
        return web.Response()

    async def asked(self, _: web.Request) -> web.Response:
        """Tell what was asked since the last time, and when the last toggle came."""
        told = {"requests": self._requests, "toggled_at": self._toggled_at}
        self._requests = Counter()
        return web.json_response(told)


async def _serve() -> None:
    """Serve until nobody needs it any more; print the address first."""
    answers = _Answers()
    app = web.Application(client_max_size=2**26)
    app.add_routes(
        [
            web.get(f"{PREFIX}/sync", answers.sync),
            web.get(f"{PREFIX}/toggle-history", answers.history),
            web.post(f"{PREFIX}/toggle", answers.toggle),
            web.put("/body", answers.prepare),
            web.get("/asked", answers.asked),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site.name.rpartition("//")[2] and runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


class Service:
    """The running service, as those who measure see it."""

    def __init__(self, url: str, session: ClientSession) -> None:
        """Take its address and a session for what is not measured."""
        self.url = url
        self.sync_url = f"{url}{PREFIX}/sync"
        self.toggle_url = f"{url}{PREFIX}/toggle"
        self._session = session

    async def prepare(self, body: bytes) -> None:
        """Have it answer `sync` with this body."""
        packed = gzip.compress(body, 6, mtime=0)
        async with self._session.put(f"{self.url}/body", data=packed) as answer:
            answer.raise_for_status()

    async def requests(self) -> dict[str, int]:
        """Return what it was asked since the last time, by endpoint."""
        requests: dict[str, int] = (await self._asked())["requests"]
        return requests

    async def toggled_at(self) -> int:
        """Return when the last toggle came, in nanoseconds of `time.monotonic_ns`."""
        return int((await self._asked())["toggled_at"])

    async def _asked(self) -> dict[str, Any]:
        """Return what it tells of itself."""
        async with self._session.get(f"{self.url}/asked") as answer:
            told: dict[str, Any] = json.loads(await answer.read())
            return told


@asynccontextmanager
async def running_service() -> AsyncGenerator[Service]:
    """Run the service."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "scripts.benchmarks.service",
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
