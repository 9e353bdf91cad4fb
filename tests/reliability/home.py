"""A Home Assistant next to a service in trouble, and what must be true there always."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from yarl import URL

from custom_components.parqex.const import EVENT_ACCESS
from custom_components.parqex.diagnostics import async_get_config_entry_diagnostics
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.json import json_bytes
from tests.conftest import Advance, entry_for, set_up, settle
from tests.simulator import Cloud, DemoHouse, Fault, Simulator
from tests.simulator.house import Door
from tests.simulator.trouble import kinds

from .unreachable import UNREACHABLE, unreachable

# Longer than the client waits for any answer.
PATIENCE: Final = timedelta(seconds=11)

_SHOWN: Final = {"OPEN": "on", "CLOSED": "off"}
_UNKNOWN: Final = {STATE_UNAVAILABLE, STATE_UNKNOWN}


@dataclass(eq=False, repr=False)
class Home:
    """A Home Assistant, the service, and its owner's account."""

    hass: HomeAssistant
    simulator: Simulator
    house: DemoHouse
    advance: Advance
    freezer: FrozenDateTimeFactory
    caplog: pytest.LogCaptureFixture
    entry: MockConfigEntry | None = None
    devices: set[str] = field(default_factory=set)
    accesses: list[Event] = field(default_factory=list)
    requested: set[str] = field(default_factory=set)
    unreachable: bool = False

    def __post_init__(self) -> None:
        """Capture all accesses."""
        self.accesses = async_capture_events(self.hass, EVENT_ACCESS)

    @property
    def cloud(self) -> Cloud:
        """Return what the service knows."""
        return self.simulator.cloud

    async def link(self) -> None:
        """Set up the owner's account."""
        self.entry = entry_for(self.cloud, self.house.owner)
        self.entry.add_to_hass(self.hass)
        await set_up(self.hass, self.entry)
        self.devices = {device.id for device in self._devices()}

    async def link_again(self) -> None:
        """Give the account new tokens, as signing in does."""
        assert self.entry
        for flow in self.logins():
            self.hass.config_entries.flow.async_abort(flow["flow_id"])
        data = entry_for(self.cloud, self.house.owner).data
        self.hass.config_entries.async_update_entry(self.entry, data=data)
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await settle(self.hass)

    @asynccontextmanager
    async def in_trouble(self, endpoint: str, kind: str) -> AsyncGenerator[None]:
        """Let an endpoint fail."""
        if kind in UNREACHABLE:
            self.unreachable = True
            with unreachable(self.simulator, endpoint, kind):
                yield
            self.unreachable = False
            return
        async with self.failing(endpoint, kinds(self.cloud)[kind]):
            yield

    @asynccontextmanager
    async def failing(self, endpoint: str, fault: Fault) -> AsyncGenerator[None]:
        """Let an endpoint fail in one way; the time of hanging requests passes at once."""
        self.cloud.faults.add(endpoint, fault)
        waiting = asyncio.create_task(self._async_wait(endpoint, fault))
        yield
        self.cloud.faults.clear()
        waiting.cancel()

    async def _async_wait(self, endpoint: str, fault: Fault) -> None:
        """Let the time of each request pass that hangs."""
        waited = self.requests(endpoint)
        while fault.hang:
            await asyncio.sleep(0)
            if self.requests(endpoint) > waited:
                waited = self.requests(endpoint)
                self.freezer.tick(PATIENCE)

    def requests(self, endpoint: str) -> int:
        """Return the number of requests to an endpoint."""
        return sum(request.endpoint == endpoint for request in self.cloud.requests)

    def shown(self) -> set[str]:
        """Return the states of all switches."""
        return {state.state for state in self.hass.states.async_all("switch")}

    def state(self, entity_id: str) -> str:
        """Return the state of an entity."""
        state = self.hass.states.get(entity_id)
        assert state, entity_id
        return state.state

    def logins(self) -> list[Any]:
        """Return the new logins that are asked for."""
        flows = self.hass.config_entries.flow.async_progress()
        return [flow for flow in flows if flow["context"]["source"] == SOURCE_REAUTH]

    def shows_the_truth(self) -> bool:
        """Return whether all doors are shown as they are, and none is unknown."""
        return all(
            self.state(entity_id) == _SHOWN[door.state]
            for door in self.cloud.doors
            for entity_id in _entities(door)
        )

    async def check(self) -> None:
        """Assert what is true in all troubles."""
        self._check_states()
        assert {device.id for device in self._devices()} == self.devices
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
        # All of this can be written to disk and sent to browsers.
        json_bytes([state.as_dict() for state in self.hass.states.async_all()])
        json_bytes([device.dict_repr for device in self._devices()])
        issues = ir.async_get(self.hass).issues.values()
        json_bytes([issue.to_json() for issue in issues])
        if entry := self.entry:
            json_bytes(entry.as_dict())
            json_bytes(await async_get_config_entry_diagnostics(self.hass, entry))

    def _check_states(self) -> None:
        """Assert that nothing is shown that is not so."""
        times = {event.at for event in self.cloud.log}
        for door in self.cloud.doors:
            name = _name(door)
            for entity_id in _entities(door):
                self._check_state(entity_id, _SHOWN[door.state])
            open_for = self.cloud.now() - door.last_toggled
            alert = timedelta(seconds=door.controller.time_before_door_open_alert)
            if door.state == "CLOSED" or open_for < alert:
                self._check_state(f"binary_sensor.{name}_left_open", "off")
            shown = (at.isoformat() for at in times)
            self._check_state(f"sensor.{name}_last_access", *shown)
        self._check_state("sensor.garage_left_battery", "87")
        for access in self.accesses:
            assert datetime.fromisoformat(access.data["occurred_at"]) in times

    def _check_state(self, entity_id: str, *truth: str) -> None:
        """Assert that a state is true, or unknown."""
        if entity_id in self.requested:
            # A switch shows what was accepted, for a minute at most.
            truth = (*truth, "on")
        if state := self.hass.states.get(entity_id):
            assert state.state in {*truth, *_UNKNOWN}, f"{entity_id} is not so"

    def _devices(self) -> list[dr.DeviceEntry]:
        """Return the devices of the account."""
        if self.entry is None:
            return []
        registry = dr.async_get(self.hass)
        return dr.async_entries_for_config_entry(registry, self.entry.entry_id)


def _name(door: Door) -> str:
    """Return the name of a door as entity ids spell it."""
    return door.name.lower().replace(" ", "_")


def _entities(door: Door) -> tuple[str, str]:
    """Return the entities that show whether a door is open."""
    return f"switch.{_name(door)}", f"binary_sensor.{_name(door)}_door"
