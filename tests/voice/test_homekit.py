"""HomeKit, with the accessories of HomeKit Bridge."""

from typing import Any, override
from unittest.mock import patch

from homeassistant.components.homekit.accessories import HomeDriver, get_accessory
from homeassistant.components.homekit.iidmanager import AccessoryIIDStorage
from homeassistant.helpers import entity_registry as er
from tests.common import GATE
from tests.conftest import settle

from .conftest import COVER, Surface, report

# HomeKit's own numbers.
IS_OPEN, IS_CLOSED, OPENS = range(3)


class TestHomeKit(Surface):
    """It keeps what it shows while that is unknown, and undoes what is refused."""

    # HomeKit's doors have positions, which a door here has not.
    kinds = ("Switch", "GarageDoorOpener", "GarageDoorOpener", "WindowCovering")
    closed = (IS_CLOSED, IS_CLOSED), False
    opening = (OPENS, IS_OPEN), True
    opened = unknown = (IS_OPEN, IS_OPEN), True
    unavailable = None, None
    done, refused, skipped = "done", "undone", "done"

    async def accessory(self, entity_id: str) -> Any:
        """Return the accessory of an entity, in a bridge that nobody can reach."""
        hass = self.home.hass
        with patch("pyhap.accessory_driver.AsyncZeroconf"):
            storage = AccessoryIIDStorage(hass, "entry")
            driver = HomeDriver(
                *(hass, "entry", "bridge", "title", storage),
                address="127.0.0.1",
                loop=hass.loop,
            )
        state = hass.states.get(entity_id)
        assert state
        await storage.async_initialize()
        accessory: Any = get_accessory(hass, driver, state, 1, {})
        with patch.object(driver, "persist"):
            driver.add_accessory(accessory)
        accessory.run()
        return accessory

    @override
    async def set_up(self) -> None:
        self.all = {one: await self.accessory(one) for one in (COVER, GATE)}

    @override
    async def kind(self, entity_id: str) -> Any:
        return (await self.accessory(entity_id)).services[-1].display_name

    @override
    async def see(self, entity_id: str) -> Any:
        it = self.all[entity_id]
        if not it.available:
            return None
        if entity_id == GATE:
            return it.char_on.value
        return it.char_current_state.value, it.char_target_state.value

    @override
    async def turn(self, entity_id: str, to_open: bool) -> str:
        it, wanted = (
            self.all[entity_id],
            int(not to_open) if entity_id == COVER else to_open,
        )
        target = it.char_target_state if entity_id == COVER else it.char_on
        target.client_update_value(wanted)
        await settle(self.home.hass)
        return "done" if target.value == wanted else "undone"

    async def test_a_door_shows_what_was_asked_for(self) -> None:
        """Until ParqEx reports it, or a minute is over; at first closed."""
        er.async_get(self.home.hass).async_update_entity(COVER, device_class="door")
        await report(self.home, "unknown")
        position = (it := await self.accessory(COVER)).char_current_position
        self.home.gate.stuck, shown = True, [position.value]
        await report(self.home, "open")
        it.char_target_position.client_update_value(0)
        await settle(self.home.hass)
        shown.append(position.value)
        await self.home.advance(90)
        assert [*shown, position.value] == [0, 0, 100]

    async def test_what_is_unknown_from_the_start(self) -> None:
        """A cover is open, a switch off."""
        await report(self.home, "unknown")
        await self.set_up()
        assert (await self.see(COVER), await self.see(GATE)) == ((0, 0), False)
