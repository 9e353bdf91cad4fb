"""The linked demo house in one object, and helpers that several modules share."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.parqex.api import Snapshot
from custom_components.parqex.coordinator import ParqExCoordinator
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from tests.simulator import Cloud, DemoHouse, Door, Fault

GATE = "switch.main_gate"


@dataclass(frozen=True)
class Home:
    """The demo house, Home Assistant and the entry that links the two."""

    hass: HomeAssistant
    cloud: Cloud
    house: DemoHouse
    entry: MockConfigEntry
    advance: Callable[[float], Awaitable[None]]
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

    @property
    def switches(self) -> set[str]:
        """The states that switches have."""
        return {state.state for state in self.hass.states.async_all("switch")}

    async def turn(self, service: str, entity_id: str = GATE, **kwargs: Any) -> None:
        """Call turn_on, turn_off or toggle of switches as a person would."""
        data = {ATTR_ENTITY_ID: entity_id}
        await self.hass.services.async_call(
            "switch", service, data, blocking=True, **kwargs
        )

    async def unload(self) -> None:
        """Unload the entry."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)

    async def reload(self) -> None:
        """Reload the entry, or load it again."""
        await self.hass.config_entries.async_reload(self.entry.entry_id)

    async def prove_zone(self) -> None:
        """Move the elevator: that shows in which zone ParqEx writes times."""
        await self.advance(30)
        self.cloud.door("Elevator").open_by_hand()
        await self.advance(30)

    def fail(self, endpoint: str, times: int | None = None, **fault: Any) -> None:
        """Make an endpoint fail, for ever or so many times."""
        self.cloud.faults.add(endpoint, Fault(**fault), times)


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


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the errors that were logged."""
    return [one.message for one in caplog.records if one.levelname == "ERROR"]
