"""The main gate, shown as a cover and as a switch, and what shows it to others."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from homeassistant.helpers import entity_registry as er
from tests.common import GATE, Home, gate_with
from tests.conftest import settle
from tests.dialogs import choose

COVER = "cover.main_gate"
BOTH = (COVER, GATE)

OPEN, CLOSE = [("Main gate", "OPEN")], [("Main gate", "CLOSED")]


async def report(home: Home, state: str) -> None:
    """Let the main gate be reported as open, closed, unknown or not at all."""
    home.cloud.faults.clear()
    match state:
        case "open":
            home.gate.open_by_hand()
        case "closed":
            home.gate.close_by_hand()
        case "unknown":
            home.fail("sync", edit=gate_with(state="MOVING"))
        case "unavailable":
            home.fail("sync", status=500)
    await home.advance(90)


class Surface:
    """What every surface is asked; the subclasses of this know the answers."""

    home: Home
    user: str

    # What it takes the switch for; and the cover, shown as a gate, garage door, door.
    kinds: tuple[Any, Any, Any, Any]
    # What it shows of the cover and of the switch.
    closed: tuple[Any, Any]
    opening: tuple[Any, Any]
    opened: tuple[Any, Any]
    unknown: tuple[Any, Any]
    unavailable: tuple[Any, Any]
    # What it says of a command that was sent, was refused, and was not sent.
    done: str
    refused: str
    skipped: str

    @pytest.fixture(autouse=True)
    async def prepare(self, home: Home, hass_admin_user: MockUser) -> None:
        """Show the access points as both."""
        self.home, self.user = home, hass_admin_user.id
        await choose(home.hass, home.entry, webhook=False, show_as="both")
        await self.set_up()

    async def set_up(self) -> None:
        """Set up what is asked."""

    async def kind(self, entity_id: str) -> Any:
        """Return what it takes an entity for."""
        raise NotImplementedError

    async def see(self, entity_id: str) -> Any:
        """Return what it shows of an entity."""
        raise NotImplementedError

    async def turn(self, entity_id: str, to_open: bool) -> str:
        """Open or close, and return what it says."""
        raise NotImplementedError

    async def test_what_it_is(self) -> None:
        """Whatever the user shows the cover as."""
        kinds = [await self.kind(GATE)]
        for kind in ("gate", "garage", "door"):
            registry = er.async_get(self.home.hass)
            registry.async_update_entity(COVER, device_class=kind)
            await settle(self.home.hass)
            kinds.append(await self.kind(COVER))
        assert (*kinds,) == self.kinds

    async def test_what_it_shows(self) -> None:
        """Of the same gate."""
        shown = []
        for state in ("closed", "open", "unknown", "unavailable"):
            await report(self.home, state)
            shown.append((await self.see(COVER), await self.see(GATE)))
        assert shown == [self.closed, self.opened, self.unknown, self.unavailable]

    @pytest.mark.parametrize("entity_id", BOTH)
    async def test_open_and_close(self, entity_id: str) -> None:
        """Also what is unknown; then be refused, and be skipped while unavailable."""
        assert await self.turn(entity_id, True) == self.done
        assert await self.see(entity_id) == self.opening[BOTH.index(entity_id)]
        await self.home.advance(30)
        assert await self.turn(entity_id, False) == self.done
        await report(self.home, "unknown")
        await self.turn(entity_id, False)
        assert self.home.sent == OPEN + CLOSE + CLOSE
        self.home.house.entrance.refusal = 428
        await report(self.home, "closed")
        assert await self.turn(entity_id, True) == self.refused
        assert self.home.sent == OPEN + CLOSE + CLOSE + OPEN
        await report(self.home, "unavailable")
        assert await self.turn(entity_id, True) == self.skipped
        assert self.home.sent == OPEN + CLOSE + CLOSE + OPEN
