"""A Home Assistant next to a service in trouble, and what must be true there always."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final, TypeIs
from unittest.mock import patch

from aiohttp import ClientResponse, ClientSession
from aiohttp.resolver import AsyncResolver
import pytest
from yarl import URL

from custom_components.parqex.const import DOMAIN
from custom_components.parqex.diagnostics import async_get_config_entry_diagnostics
from custom_components.parqex.oauth import TokenStore
from custom_components.parqex.oauth.implementation import SECONDS_FOR_TOKENS
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.json import json_bytes
from tests.common import SHOWN, Home, entities_of, name_of
from tests.conftest import entry_for, set_up, settle
from tests.simulator import Simulator
from tests.simulator.trouble import kinds

# Longer than the client waits for any answer.
PATIENCE: Final = timedelta(seconds=11)

# What the service cannot do itself. Nothing listens on tcpmux; the name does not exist;
# the simulator speaks no TLS.
UNREACHABLE: Final[dict[str, Callable[[URL], URL]]] = {
    "refused connection": lambda url: url.with_port(1),
    "DNS failure": lambda url: url.with_host("parqex.invalid"),
    "TLS failure": lambda url: url.with_scheme("https"),
}


def is_known(shown: str | None) -> TypeIs[str]:
    """Return whether a state says something."""
    return shown not in (None, STATE_UNAVAILABLE, STATE_UNKNOWN)


@dataclass(frozen=True)
class TroubledHome(Home):
    """The demo house, whose entry is not linked yet.

    `requested`: the switches that may show what was asked for. `unsent`: the endpoints
    of the requests that could not arrive.
    """

    simulator: Simulator
    caplog: pytest.LogCaptureFixture
    accesses: list[Event[Any]]
    requested: set[str] = field(default_factory=set)
    unsent: list[str] = field(default_factory=list)

    async def link(self) -> None:
        """Set up the owner's account."""
        self.entry.add_to_hass(self.hass)
        await set_up(self.hass, self.entry)

    async def link_again(self) -> None:
        """Give the account new tokens, as signing in does."""
        for flow in self.logins:
            self.hass.config_entries.flow.async_abort(flow["flow_id"])
        data = entry_for(self.cloud, self.house.owner).data
        await TokenStore(self.hass, self.entry).async_replace(data)
        await self.reload()
        await settle(self.hass)

    def tried(self, endpoint: str) -> int:
        """Return how often an endpoint was asked, or was to be."""
        return [*self.endpoints, *self.unsent].count(endpoint)

    @asynccontextmanager
    async def trouble(
        self, endpoint: str, kind: str, **changes: Any
    ) -> AsyncGenerator[None]:
        """Let an endpoint fail; the time of requests that hang passes at once."""
        if kind in UNREACHABLE:
            with self._unreachable(endpoint, UNREACHABLE[kind]):
                yield
            return
        fault = replace(kinds(self.cloud)[kind], **changes)
        self.cloud.faults.add(endpoint, fault)
        passing = asyncio.create_task(self._pass_time(endpoint))
        if not fault.hang:
            passing.cancel()
        yield
        self.cloud.faults.clear()
        passing.cancel()

    async def _pass_time(self, endpoint: str) -> None:
        """Let time pass after each request to an endpoint."""
        waited = self.tried(endpoint)
        while True:
            await asyncio.sleep(0)
            if self.tried(endpoint) > waited:
                waited = self.tried(endpoint)
                # Tokens are waited for longer.
                tokens = SECONDS_FOR_TOKENS + 1
                self.freezer.tick(tokens if endpoint == "token" else PATIENCE)

    @contextmanager
    def _unreachable(
        self, endpoint: str, mislead: Callable[[URL], URL]
    ) -> Iterator[None]:
        """Send what is meant for an endpoint where it cannot arrive."""
        send = ClientSession._request

        async def misled(
            session: ClientSession, method: str, url: str | URL, **kwargs: Any
        ) -> ClientResponse:
            url = URL(url)
            if self.simulator.endpoint(method, url.path) == endpoint:
                self.unsent.append(endpoint)
                url = mislead(url)
            return await send(session, method, url, **kwargs)

        no_name = OSError(None, "no such name")
        with (
            patch.object(ClientSession, "_request", misled),
            patch.object(AsyncResolver, "resolve", side_effect=no_name),
        ):
            yield

    async def check(self) -> None:
        """Assert what is true in all troubles."""
        self._check_states()
        for request in self.cloud.requests:
            assert request.path != "/elsewhere"
            assert request.headers["Host"] == URL(self.simulator.base_url).authority
        sent = [(command.door_id, command.state) for command in self.cloud.commands]
        assert len(sent) == len(set(sent)), "a command was sent twice"
        assert not [
            record.getMessage()
            for record in self.caplog.records
            # The web server of the tests cannot time its answers with a stopped clock.
            if record.exc_info
            and record.levelno > logging.DEBUG
            and record.name != "aiohttp.access"
        ]
        listed = {door.id for door in self.cloud.doors}
        listed |= {controller.id for controller in self.cloud.controllers}
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            devices = dr.async_entries_for_config_entry(
                dr.async_get(self.hass), entry.entry_id
            )
            assert {one for it in devices for _, one in it.identifiers} == listed
            # All of this can be written to disk and sent to browsers.
            json_bytes([device.dict_repr for device in devices])
            json_bytes(entry.as_dict())
            json_bytes(await async_get_config_entry_diagnostics(self.hass, entry))
        json_bytes([state.as_dict() for state in self.hass.states.async_all()])
        issues = ir.async_get(self.hass).issues.values()
        json_bytes([issue.to_json() for issue in issues])

    def _check_states(self) -> None:
        """Assert that nothing is shown that is not so."""
        times = {self._told(event.at) for event in self.cloud.log}
        for door in self.cloud.doors:
            for entity_id in entities_of(door):
                self._check_state(entity_id, SHOWN[door.state])
            open_for = self.cloud.now() - door.last_toggled
            alert = timedelta(seconds=door.controller.time_before_door_open_alert)
            if door.state == "CLOSED" or open_for < alert:
                self._check_state(f"binary_sensor.{name_of(door)}_left_open", "off")
            last_access = self.shown(f"sensor.{name_of(door)}_last_access")
            if is_known(last_access):
                assert self._told(datetime.fromisoformat(last_access)) in times
        self._check_state("sensor.garage_left_battery", "87")
        for access in self.accesses:
            occurred_at = datetime.fromisoformat(access.data["occurred_at"])
            assert self._told(occurred_at) in times

    def _told(self, time: datetime) -> datetime:
        """Return what the access log says of a time, which may be the day alone."""
        written = self.cloud.local(time).strftime(self.cloud.history_time_format)
        return datetime.fromisoformat(written)

    def _check_state(self, entity_id: str, *truth: str) -> None:
        """Assert that a state is true, or unknown."""
        # A switch shows what was accepted, for a minute at most.
        claimed = {"on"} if entity_id in self.requested else set()
        if is_known(self.shown(entity_id)):
            assert self.shown(entity_id) in {*truth, *claimed}, f"{entity_id} lies"
