"""A Home Assistant next to a service in trouble, and what must be true there always."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
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
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.json import json_bytes
from tests.conftest import Advance, entry_for, set_up
from tests.secrecy import revealed
from tests.simulator import Cloud, DemoHouse, Fault, Simulator
from tests.simulator.house import Door
from tests.simulator.trouble import kinds

from .unreachable import UNREACHABLE, unreachable

# Longer than any answer is waited for.
PATIENCE: Final = 11

_SHOWN: Final = {"OPEN": "on", "CLOSED": "off"}
_UNKNOWN: Final = {STATE_UNAVAILABLE, STATE_UNKNOWN}
_CHATTY: Final = (
    "aiohttp.client",
    "asyncio",
    "custom_components",
    "homeassistant.config_entries",
    "homeassistant.helpers",
)


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
    told: list[Event] = field(default_factory=list)
    wished: set[str] = field(default_factory=set)
    unreachable: bool = False

    def __post_init__(self) -> None:
        """Listen to every access, and to every logger that hears of the service."""
        self.told = async_capture_events(self.hass, EVENT_ACCESS)
        for name in _CHATTY:
            self.caplog.set_level(logging.DEBUG, logger=name)
        # The storage of the tests quotes what it keeps.
        self.caplog.set_level(
            logging.INFO, logger="pytest_homeassistant_custom_component"
        )
        self.caplog.handler.setLevel(logging.DEBUG)

    @property
    def cloud(self) -> Cloud:
        """Return what the service knows."""
        return self.simulator.cloud

    async def link(self) -> None:
        """Set up the owner's account."""
        self.entry = entry_for(self.cloud, self.house.owner)
        self.entry.add_to_hass(self.hass)
        await set_up(self.hass, self.entry)
        self.devices = self._devices()
        self.told.clear()

    async def link_again(self) -> None:
        """Give the account new tokens, as signing in does."""
        assert self.entry
        for flow in self.logins():
            self.hass.config_entries.flow.async_abort(flow["flow_id"])
        token = self.cloud.oauth.link(self.house.owner)
        expires_at = self.cloud.now().timestamp() + token["expires_in"]
        self.hass.config_entries.async_update_entry(
            self.entry,
            data={**self.entry.data, "token": {**token, "expires_at": expires_at}},
        )
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)

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
        """Let an endpoint fail in one way; whoever waits in vain waits no time."""
        self.cloud.faults.add(endpoint, fault)
        waiting = asyncio.create_task(self._async_wait(endpoint, fault))
        try:
            yield
        finally:
            self.cloud.faults.clear()
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting

    async def _async_wait(self, endpoint: str, fault: Fault) -> None:
        """Let the time of every request pass that hangs."""
        waited = self.asked(endpoint)
        while fault.hang:
            if self.asked(endpoint) == waited:
                await asyncio.sleep(0)
                continue
            waited = self.asked(endpoint)
            self.freezer.tick(timedelta(seconds=PATIENCE))

    def asked(self, endpoint: str) -> int:
        """Return how often the service was asked at an endpoint."""
        return sum(one.endpoint == endpoint for one in self.cloud.requests)

    def shown(self) -> set[str]:
        """Return what the switches show."""
        return {state.state for state in self.hass.states.async_all("switch")}

    def state(self, entity_id: str) -> str:
        """Return the state of an entity."""
        state = self.hass.states.get(entity_id)
        assert state, entity_id
        return state.state

    def logins(self) -> list[Any]:
        """Return the new logins that are asked for."""
        return [
            flow
            for flow in self.hass.config_entries.flow.async_progress()
            if flow["context"]["source"] == SOURCE_REAUTH
        ]

    def tells_the_truth(self) -> bool:
        """Tell whether every door is shown as it is: nothing is unknown."""
        return all(
            {self.state(f"switch.{_slug(door)}"), self.state(_door_sensor(door))}
            == {_SHOWN[door.state]}
            for door in self.cloud.doors
        )

    async def check(self) -> None:
        """Assert what is true whatever happens."""
        self._check_states()
        self._check_requests()
        self._check_log()
        assert self._devices() == self.devices, "a device came or went"
        await self._check_what_is_written()

    def _check_states(self) -> None:
        """Nothing is shown that is not so."""
        for door in self.cloud.doors:
            for entity_id in (f"switch.{_slug(door)}", _door_sensor(door)):
                self._check_state(entity_id, _SHOWN[door.state])
            open_for = self.cloud.now() - door.last_toggled
            alert = timedelta(seconds=door.controller.time_before_door_open_alert)
            if door.state == "CLOSED" or open_for < alert:
                self._check_state(f"binary_sensor.{_slug(door)}_left_open", "off")
        self._check_state("sensor.garage_left_battery", "87")
        times = {event.at for event in self.cloud.log}
        for door in self.cloud.doors:
            self._check_state(
                f"sensor.{_slug(door)}_last_access", *(at.isoformat() for at in times)
            )
        for event in self.told:
            assert datetime.fromisoformat(event.data["occurred_at"]) in times

    def _check_state(self, entity_id: str, *truth: str) -> None:
        """What is shown is true, or nothing is."""
        if entity_id in self.wished:
            # A switch shows what was accepted, for a minute at most.
            truth = (*truth, "on")
        if state := self.hass.states.get(entity_id):
            assert state.state in {*truth, *_UNKNOWN}, f"{entity_id} lies"

    def _check_requests(self) -> None:
        """Nobody else hears of us, and no command is carried out twice."""
        host = URL(self.simulator.base_url).authority
        for request in self.cloud.requests:
            assert request.path != "/elsewhere"
            assert request.headers["Host"] == host
        sent = [(one.door_id, one.state) for one in self.cloud.commands]
        assert len(sent) == len(set(sent)), "a command was sent twice"

    def _check_log(self) -> None:
        """No secret, nobody's data, nothing unforeseen."""
        private = self.cloud.issued_secrets() | self.cloud.personal_data()
        private |= {door.id for door in self.cloud.doors}
        assert revealed(private, self.caplog.text) == [], "the log tells"
        unforeseen = [
            one.getMessage()
            for one in self.caplog.records
            # The web server of the tests cannot tell how long it took without a clock.
            if one.exc_info
            and one.levelno > logging.DEBUG
            and one.name != "aiohttp.access"
        ]
        assert unforeseen == []

    async def _check_what_is_written(self) -> None:
        """What lies on the disk and goes to browsers can be written, without secrets."""
        written = json_bytes(
            [
                [state.as_dict() for state in self.hass.states.async_all()],
                [device.dict_repr for device in self._all_devices()],
                [issue.to_json() for issue in ir.async_get(self.hass).issues.values()],
            ]
        )
        if self.entry:
            json_bytes(self.entry.as_dict())
            if self.entry.state is ConfigEntryState.LOADED:
                written += json_bytes(
                    await async_get_config_entry_diagnostics(self.hass, self.entry)
                )
        assert revealed(self.cloud.issued_secrets(), written.decode()) == []

    def _all_devices(self) -> list[dr.DeviceEntry]:
        """Return the devices of the account."""
        if self.entry is None:
            return []
        registry = dr.async_get(self.hass)
        return dr.async_entries_for_config_entry(registry, self.entry.entry_id)

    def _devices(self) -> set[str]:
        """Return the ids of the devices."""
        return {device.id for device in self._all_devices()}


def _slug(door: Door) -> str:
    """Return how entity ids spell a door."""
    return door.name.lower().replace(" ", "_")


def _door_sensor(door: Door) -> str:
    """Return the sensor of a door."""
    return f"binary_sensor.{_slug(door)}_door"
