"""The simulator: the cloud on loopback HTTP."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import gzip
import json
import socket
import struct
from typing import Any, Final, Self
import zlib

from aiohttp import web
from multidict import CIMultiDict

from . import admin, admin_state, endpoints
from .answers import Answer, errors, html, redirect
from .authorize import authorize
from .cloud import Cloud, Request
from .faults import Fault
from .webhooks import Announcer

HOST: Final = "127.0.0.1"

# The name of an endpoint, and the function that answers it.
type Route = tuple[str, Callable[[Cloud, Request], Answer]]


def _routes(cloud: Cloud) -> dict[str, dict[str, Route]]:
    """Return the documented paths, with the methods each one takes."""
    data = "/oauth/v1/endpoints/"
    return {
        "/oauth/v2/endpoints/authorization/": {
            "GET": ("authorize", authorize),
            "POST": ("authorize", authorize),
        },
        "/oauth/v2/endpoints/token/": {cloud.token_method: ("token", endpoints.token)},
        data + "sync": {cloud.sync_method: ("sync", endpoints.sync)},
        f"/oauth/v1/{cloud.toggle_path}/toggle": {"POST": ("toggle", endpoints.toggle)},
        data + "toggle-history": {"GET": ("history", endpoints.history)},
        data + "user-info": {
            "GET": ("user_info", endpoints.user_info),
            "POST": ("user_settings", endpoints.user_settings),
        },
    }


def _spelled(cloud: Cloud, path: str) -> tuple[str, str | None]:
    """Return the documented path, and the one to be used instead of this one."""
    bare = path.rstrip("/")
    if cloud.slash == "documented" or bare.endswith("authorization"):
        return path, None
    wanted = f"{bare}/" if cloud.slash == "always" else bare
    documented = f"{bare}/" if bare.endswith("token") else bare
    return documented, wanted if wanted != path else None


class Simulator:
    """A ParqEx cloud that listens on loopback."""

    def __init__(self, cloud: Cloud | None = None) -> None:
        """Initialize with a cloud, by default an empty one."""
        self.cloud = cloud or Cloud()
        self.announcer = Announcer(self.cloud)
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

    @property
    def base_url(self) -> str:
        """Return the address, without a slash at the end."""
        return f"http://{HOST}:{self.cloud.port}"

    def endpoint(self, method: str, path: str) -> str | None:
        """Return the endpoint that a request is for, None if there is none."""
        path, _ = _spelled(self.cloud, path)
        route = _routes(self.cloud).get(path, {}).get(method)
        return route[0] if route else None

    async def start(self, port: int = 0) -> None:
        """Listen; without a port, on the previous one or else on any free one."""
        self._stopping.clear()
        app = web.Application()
        app.router.add_get("/", admin.page)
        app.router.add_get("/simulator/state", self._admin_state)
        app.router.add_post("/simulator/act", self._admin_act)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=1, handler_cancellation=True
        )
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, HOST, port or self.cloud.port).start()
        self.cloud.port = runner.addresses[0][1]

    async def stop(self) -> None:
        """End every answer that hangs, then stop listening."""
        self._stopping.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        await self.stop()

    async def _admin_state(self, _: web.Request) -> web.Response:
        return web.json_response(admin_state.state(self.cloud, self.base_url))

    async def _admin_act(self, request: web.Request) -> web.Response:
        # A form of another site cannot send this type, so it cannot act here.
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            admin.act(self.cloud, await request.json())
        except (KeyError, TypeError, ValueError) as err:
            raise web.HTTPBadRequest(text=f"Cannot do this: {err!r}") from err
        return await self._admin_state(request)

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        path, moved = _spelled(self.cloud, http.path)
        routes = _routes(self.cloud).get(path, {})
        route = routes.get(http.method)
        request = await self._receive(http, _endpoint(http, routes))
        if routes and moved:
            location = str(http.rel_url.with_path(moved, keep_query=True))
            answer, fault = redirect(location, self.cloud.slash_status), None
        elif route is None:
            answer, fault = self._nothing_here(routes), None
        else:
            fault = self.cloud.faults.take(request.endpoint)
            answer = await self._answer(route, request, fault)
        if not (fault and fault.silent):
            request.status = answer.status
        return await self._send(http, answer, fault)

    def _nothing_here(self, routes: dict[str, Route]) -> Answer:
        if routes:
            allowed = {"Allow": ", ".join(routes)}
            return errors(self.cloud.wrong_method, "This method is not known.", allowed)
        # As a web server answers that has no API.
        return html("<!doctype html><title>404</title><h1>404 Not Found</h1>", 404)

    async def _receive(self, http: web.Request, endpoint: str) -> Request:
        body = await http.text()
        parsed: Any = None
        with suppress(ValueError):
            parsed = json.loads(body)
        token = endpoints.bearer(http.headers.get("Authorization", ""))
        grant = self.cloud.oauth.grant(token)
        request = Request(
            endpoint=endpoint,
            method=http.method,
            path=http.path,
            query=http.query,
            headers=http.headers,
            body=body,
            json=parsed,
            account_id=grant.account_id if grant else None,
            when=self.cloud.now(),
        )
        self.cloud.requests.append(request)
        return request

    async def _answer(
        self, route: Route, request: Request, fault: Fault | None
    ) -> Answer:
        _, work = route
        if fault is None:
            return work(self.cloud, request)
        done = work(self.cloud, request) if fault.after else None
        if fault.delay:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), fault.delay)
        if done is None and (fault.silent or fault.status is not None):
            done = errors(500, "This is never sent.")
        return fault.apply(done or work(self.cloud, request))

    async def _send(
        self, http: web.Request, answer: Answer, fault: Fault | None
    ) -> web.StreamResponse:
        if fault and fault.silent:
            if fault.hang:
                await self._stopping.wait()
            _reset(http)
            return web.Response()

        body, headers = answer.body, CIMultiDict(answer.headers)
        headers.setdefault("Content-Type", f"{answer.content_type}; charset=utf-8")
        if self.cloud.sets_cookies:
            headers["Set-Cookie"] = f"session={self.cloud.random.getrandbits(64):x}"
        zips = "gzip" in http.headers.get("Accept-Encoding", "")
        encoding, pack = _PACKING[self.cloud.compression]
        if body and zips and encoding and "Content-Encoding" not in headers:
            body = pack(body)
            headers["Content-Encoding"] = encoding
        if not (fault and fault.hang == "body"):
            return web.Response(status=answer.status, body=body, headers=headers)

        headers["Content-Length"] = str(len(body))
        response = web.StreamResponse(status=answer.status, headers=headers)
        await response.prepare(http)
        await response.write(body[: len(body) // 2])
        await self._stopping.wait()
        _reset(http)
        return response


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


# By setting the encoding and how to pack.
_PACKING: Final[dict[str, tuple[str, Callable[[bytes], bytes]]]] = {
    "gzip": ("gzip", _gzip),
    "members": ("gzip", lambda body: _gzip(body[:9]) + _gzip(body[9:])),
    "zlib": ("deflate", zlib.compress),
    "deflate": ("deflate", lambda body: zlib.compress(body, wbits=-zlib.MAX_WBITS)),
    "none": ("", bytes),
}


def _endpoint(http: web.Request, routes: dict[str, Route]) -> str:
    """Return the endpoint that a request was meant for, even if nothing answers it."""
    if routes:
        return routes.get(http.method, next(iter(routes.values())))[0]
    return "toggle" if http.path.endswith("/toggle") else "unknown"


def _reset(http: web.Request) -> None:
    """End the connection with a reset instead of a regular close."""
    if (transport := http.transport) is None:
        return
    if (sock := transport.get_extra_info("socket")) is not None:
        linger = struct.pack("ii", 1, 0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
