"""The linked demo house in one object, and helpers that several modules share."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.parqex.api import Snapshot
from custom_components.parqex.const import DOMAIN
from custom_components.parqex.coordinator import ParqExCoordinator
from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
)
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from tests.simulator import Cloud, DemoHouse, Door, Fault

GATE = "switch.main_gate"
SHOWN = {"OPEN": "on", "CLOSED": "off"}


class Advance(Protocol):
    """Lets seconds pass, so many times, and what is due in them happen each time."""

    async def __call__(self, seconds: float, times: int = 1) -> None:
        """Advance."""


@dataclass(frozen=True)
class Home:
    """The demo house, Home Assistant and the entry that links the two."""

    hass: HomeAssistant
    cloud: Cloud
    house: DemoHouse
    entry: MockConfigEntry
    advance: Advance
    freezer: FrozenDateTimeFactory

    @property
    def gate(self) -> Door:
        """The main gate, which takes 4 s to move."""
        return self.cloud.door("Main gate")

    @property
    def coordinator(self) -> ParqExCoordinator:
        """The coordinator of the entry."""
        coordinator: ParqExCoordinator = self.entry.runtime_data.coordinator
        return coordinator

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshot."""
        return self.coordinator.data

    @property
    def endpoints(self) -> list[str]:
        """The endpoints that requests came to."""
        return [request.endpoint for request in self.cloud.requests]

    @property
    def syncs(self) -> int:
        """How often controllers and access points were asked for."""
        return self.endpoints.count("sync")

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The access points and states of all commands, also of refused ones."""
        return [
            (self.cloud.door(request.json["door_id"]).name, request.json["door_state"])
            for request in self.cloud.requests
            if request.endpoint == "toggle"
        ]

    def shown(self, entity_id: str = GATE) -> str | None:
        """Return the state of an entity, None if there is no such entity."""
        state = self.hass.states.get(entity_id)
        return state.state if state else None

    def state(self, entity_id: str = GATE) -> State:
        """Return the state of an entity that there is, with its attributes."""
        state = self.hass.states.get(entity_id)
        assert state
        return state

    def device(
        self, listed_id: str, entry: MockConfigEntry | None = None
    ) -> dr.DeviceEntry:
        """Return the device of a controller or an access point, of an account."""
        device = dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, listed_id), (entry or self.entry).entry_id
        )
        assert device
        return device

    @property
    def issues(self) -> list[str | None]:
        """The kinds of the issues that are shown."""
        issues = ir.async_get(self.hass).issues.values()
        return [one.translation_key for one in issues if one.domain == DOMAIN]

    @property
    def switches(self) -> set[str]:
        """The states that switches have."""
        return {state.state for state in self.hass.states.async_all("switch")}

    @property
    def logins(self) -> list[ConfigFlowResult]:
        """The flows that ask for a new login."""
        flows = self.hass.config_entries.flow.async_progress()
        return [flow for flow in flows if flow["context"]["source"] == SOURCE_REAUTH]

    def shows_the_truth(self) -> bool:
        """Return whether all access points are shown as ParqEx reports them."""
        return all(
            self.shown(entity_id) == SHOWN[door.state]
            for door in self.cloud.doors
            for entity_id in entities_of(door)
        )

    async def turn(
        self, service: str, entity_id: str | list[str] = GATE, **kwargs: Any
    ) -> None:
        """Call turn_on, turn_off or toggle of switches as a person would."""
        await self.act("switch", service, entity_id, **kwargs)

    async def act(
        self, domain: str, service: str, entity_id: str | list[str], **kwargs: Any
    ) -> None:
        """Perform an action on entities as a person would."""
        data = {ATTR_ENTITY_ID: entity_id}
        await self.hass.services.async_call(
            domain, service, data, blocking=True, **kwargs
        )

    async def history(self, entity_id: str = GATE, **data: Any) -> list[Any]:
        """Return the events that the action get_access_history answers."""
        response: Any = await self.hass.services.async_call(
            DOMAIN,
            "get_access_history",
            {ATTR_ENTITY_ID: entity_id, **data},
            blocking=True,
            return_response=True,
        )
        events: list[Any] = response[entity_id]["events"]
        return events

    async def open(self, then: float = 30, name: str = "Main gate") -> None:
        """Open an access point by hand, and let seconds pass."""
        self.cloud.door(name).open_by_hand()
        await self.advance(then)

    async def close(self, then: float = 30) -> None:
        """Close the main gate by hand, and let seconds pass."""
        self.gate.close_by_hand()
        await self.advance(then)

    async def move(self, then: float = 30) -> datetime:
        """Open what is closed or close what is open; return when that was."""
        at, is_open = datetime.now(UTC), self.gate.state == "OPEN"
        await (self.close(then) if is_open else self.open(then))
        return at

    async def unload(self) -> None:
        """Unload the entry."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)

    async def reload(self) -> None:
        """Reload the entry, or load it again."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)

    async def remove(self) -> None:
        """Remove the entry."""
        await self.hass.config_entries.async_remove(self.entry.entry_id)

    async def prove_zone(self) -> None:
        """Move the elevator: that shows in which zone ParqEx writes times."""
        await self.advance(30)
        await self.open(name="Elevator")

    def fail(self, endpoint: str, times: int | None = None, **fault: Any) -> None:
        """Make an endpoint fail, for ever or so many times."""
        self.cloud.faults.add(endpoint, Fault(**fault), times)


def name_of(door: Door) -> str:
    """Return the name of an access point as entity ids spell it."""
    return door.name.lower().replace(" ", "_")


def entities_of(door: Door) -> tuple[str, str]:
    """Return the entities that show whether an access point is open."""
    return f"switch.{name_of(door)}", f"binary_sensor.{name_of(door)}_door"


def refused(words: str) -> pytest.RaisesExc[HomeAssistantError]:
    """Expect an action to fail with an error that has these words."""
    return pytest.raises(HomeAssistantError, match=words)


async def begin[T](waiting: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task that Home Assistant does not wait for; go on when it waits."""
    task = asyncio.ensure_future(waiting)
    await turns()
    return task


async def turns(number: int = 100) -> None:
    """Let everything else go on that waits for neither time nor network."""
    for _ in range(number):
        await asyncio.sleep(0)


def gate_with(**fields: Any) -> Callable[[Any], Any]:
    """Return an edit of `sync`: other values of the gate, or of its controller."""

    def edit(body: Any) -> Any:
        controller = body["devices"][0]
        for key, value in fields.items():
            (controller if key in controller else controller["doors"][0])[key] = value
        return body

    return edit


def detours(here: str, elsewhere: str, path: str) -> list[str]:
    """Return addresses of another origin that may be taken for the one that was asked."""
    host, other = here.removeprefix("http://"), elsewhere.removeprefix("http://")
    return [
        *(f"{elsewhere}{path}", f"https://{host}{path}", f"ws://{host}{path}"),
        *(f"http://{host}{at}{other}{path}" for at in ("@", "%40", "\\@", "#@")),
        *(f"{slash}{other}{path}" for slash in ("//", "\\\\", "/\\", "///")),
        *(f"http://127.0.0.1.nip.test{path}", f"http://2130706433{path}", "http://[/"),
        *(f"javascript:{path}", f"file://{path}", f"http://{host}.{path}"),
    ]


def written_states(hass: HomeAssistant) -> list[tuple[str, str]]:
    """Return all states that are written from now on, also where they stay the same."""
    states: list[tuple[str, str]] = []

    @callback
    def note(data: Mapping[str, Any]) -> bool:
        states.append((data["entity_id"], data["new_state"].state))
        return False

    hass.bus.async_listen(EVENT_STATE_CHANGED, lambda _: None, event_filter=note)
    hass.bus.async_listen(EVENT_STATE_REPORTED, lambda _: None, event_filter=note)
    return states


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the errors that were logged."""
    return [one.message for one in caplog.records if one.levelname == "ERROR"]
