"""HomeKit, as Home Assistant's bridge shows an entity to it."""

from typing import Any
from unittest.mock import patch

import pytest

from homeassistant.components.homekit.accessories import HomeDriver, get_accessory
from homeassistant.components.homekit.iidmanager import AccessoryIIDStorage
from homeassistant.helpers import entity_registry as er
from tests.common import GATE, Home
from tests.conftest import settle

from .gate import BOTH, CLOSE, COVER, OPEN, report

# HomeKit's own numbers.
IS_OPEN, IS_CLOSED, OPENS, CLOSES = range(4)


async def accessory(home: Home, entity_id: str) -> Any:
    """Return the accessory of an entity, in a bridge that nobody can connect to."""
    with patch("pyhap.accessory_driver.AsyncZeroconf"):
        driver = HomeDriver(
            *(home.hass, "entry", "bridge", "title"),
            AccessoryIIDStorage(home.hass, "entry"),
            address="127.0.0.1",
            loop=home.hass.loop,
        )
    state = home.hass.states.get(entity_id)
    assert state
    await driver.iid_storage.async_initialize()
    shown: Any = get_accessory(home.hass, driver, state, 1, {})
    with patch.object(driver, "persist"):
        driver.add_accessory(shown)
    shown.run()
    return shown


def values(shown: Any) -> Any:
    """Return whether it is on, or the states it has and is to have."""
    if hasattr(shown, "char_on"):
        return shown.char_on.value
    return shown.char_current_state.value, shown.char_target_state.value


async def choose(home: Home, shown: Any, to_open: bool) -> None:
    """Open or close it, as the Home app does."""
    if hasattr(shown, "char_on"):
        shown.char_on.client_update_value(to_open)
    else:
        target = IS_OPEN if to_open else IS_CLOSED
        shown.char_target_state.client_update_value(target)
    await settle(home.hass)


@pytest.mark.parametrize(
    ("entity_id", "kind", "service"),
    [
        (GATE, None, "Switch"),
        (COVER, "gate", "GarageDoorOpener"),
        (COVER, "garage", "GarageDoorOpener"),
        (COVER, "door", "WindowCovering"),
    ],
)
async def test_what_it_is(
    both: Home, entity_id: str, kind: str | None, service: str
) -> None:
    """A cover shown as a door is a blind: HomeKit's doors have a position."""
    er.async_get(both.hass).async_update_entity(entity_id, device_class=kind)
    await settle(both.hass)
    shown = await accessory(both, entity_id)
    assert shown.get_service(service)


async def test_a_cover_moves_until_it_is_reported(both: Home) -> None:
    """And keeps what it showed while that is unknown."""
    shown = await accessory(both, COVER)
    assert values(shown) == (IS_CLOSED, IS_CLOSED)
    await choose(both, shown, True)
    assert values(shown) == (OPENS, IS_OPEN)
    await both.advance(30)
    assert values(shown) == (IS_OPEN, IS_OPEN)
    await choose(both, shown, False)
    assert values(shown) == (CLOSES, IS_CLOSED)
    await both.advance(30)
    assert values(shown) == (IS_CLOSED, IS_CLOSED)
    await report(both, "unknown")
    assert values(shown) == (IS_CLOSED, IS_CLOSED)
    assert both.sent == OPEN + CLOSE


async def test_a_switch_is_on_or_off(both: Home) -> None:
    """And keeps what it showed while that is unknown."""
    shown = await accessory(both, GATE)
    for to_open in (True, False):
        await choose(both, shown, to_open)
        assert values(shown) is to_open
        await both.advance(30)
    await report(both, "unknown")
    assert values(shown) is False
    assert both.sent == OPEN + CLOSE


@pytest.mark.parametrize(("entity_id", "at_first"), [(COVER, (0, 0)), (GATE, False)])
async def test_unknown_from_the_start(
    both: Home, entity_id: str, at_first: Any
) -> None:
    """HomeKit is shown an open cover, but a switch that is off."""
    await report(both, "unknown")
    assert values(await accessory(both, entity_id)) == at_first


@pytest.mark.parametrize("entity_id", BOTH)
async def test_a_refusal(both: Home, entity_id: str) -> None:
    """It goes back, without a reason; what is unavailable does not answer."""
    both.house.entrance.refusal = 428
    shown = await accessory(both, entity_id)
    before = values(shown)
    await choose(both, shown, True)
    assert values(shown) == before
    assert both.sent == OPEN
    await report(both, "unavailable")
    assert not shown.available
