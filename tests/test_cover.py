"""The cover, beside its switch, and the option that enables one, the other or both."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import Context
from homeassistant.exceptions import ServiceNotSupported, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from tests.common import GATE, Home, gate_with, refused
from tests.conftest import link
from tests.dialogs import choose

COVER = "cover.main_gate"
DOOR = "binary_sensor.main_gate_door"
USER = er.RegistryEntryDisabler.USER


async def show_as(home: Home, choice: str) -> None:
    """Choose what shows access points."""
    await choose(home.hass, home.entry, webhook=False, show_as=choice)


async def disable(home: Home, entity_id: str, by: Any = USER) -> None:
    """Disable an entity as a user does, or enable it."""
    er.async_get(home.hass).async_update_entity(entity_id, disabled_by=by)
    await home.advance(30)


def enabled(home: Home) -> set[str]:
    """Return which of these entities are enabled and have a state."""
    shown = {GATE, COVER, DOOR} & {*home.hass.states.async_entity_ids()}
    registry = er.async_get(home.hass).entities
    assert shown == {it for it in (GATE, COVER, DOOR) if not registry[it].disabled}
    return shown


@pytest.fixture
async def both(home: Home) -> Home:
    """Show access points as covers and as switches."""
    await show_as(home, "both")
    return home


async def test_it_moves_until_the_service_confirms_it(both: Home) -> None:
    """It is never open or closed because that was asked for, however it was asked."""
    await both.act("cover", "open_cover", COVER)
    assert (both.shown(COVER), both.shown(), both.gate.state) == (
        "opening",
        "on",
        "CLOSED",
    )
    await both.advance(2)
    await both.advance(2)
    assert (both.shown(COVER), both.gate.state) == ("open", "OPEN")
    await both.advance(20)
    both.gate.stuck = True
    await both.turn("turn_off")
    assert both.shown(COVER) == "closing"
    await both.advance(61)
    assert (both.shown(COVER), both.shown()) == ("open", "on")


async def test_toggle_does_the_opposite_of_what_it_shows(both: Home) -> None:
    """Also of what was closed from here and opened by hand since."""
    await both.open()
    await both.act("cover", "toggle", COVER)
    await both.advance(4)
    assert both.shown(COVER) == "closed"
    await both.open()
    await both.act("cover", "toggle", COVER)
    assert both.sent == [("Main gate", "CLOSED")] * 2


async def test_unknown_is_neither_closed_nor_toggled(both: Home) -> None:
    """With the sentence of the switch."""
    both.fail("sync", edit=gate_with(state="MOVING"))
    await both.advance(30)
    assert both.shown(COVER) == "unknown"
    assert both.state(COVER).attributes["is_closed"] is None
    with pytest.raises(ServiceValidationError, match="not known whether Main gate"):
        await both.act("cover", "toggle", COVER)
    assert not both.sent


async def test_a_refusal_says_what_to_do(both: Home) -> None:
    """And nothing moves."""
    both.house.entrance.refusal = 428
    with refused("Main gate needs a door sensor"):
        await both.act("cover", "open_cover", COVER)
    with pytest.raises(ServiceNotSupported):
        await both.act("cover", "stop_cover", COVER)
    assert both.shown(COVER) == "closed"


async def test_who_asked_is_known(both: Home, hass_admin_user: MockUser) -> None:
    """Of the cover and of the switch beside it."""
    context = Context(user_id=hass_admin_user.id)
    await both.act("cover", "open_cover", COVER, context=context)
    for entity_id in (COVER, GATE):
        state = both.state(entity_id)
        assert state.context.user_id == hass_admin_user.id


async def test_the_refused_is_not_who_opened(
    both: Home, hass_admin_user: MockUser
) -> None:
    """The state that confirms a command is shown as of who asked for that one."""
    await both.advance(30)
    context = Context(user_id=hass_admin_user.id)
    await both.act("cover", "open_cover", COVER, context=context)
    both.freezer.tick(3)
    with refused("a moment ago"):
        await both.act("cover", "close_cover", COVER, context=Context())
    await both.advance(2)
    state = both.state(COVER)
    assert (state.state, state.context.user_id) == ("open", hass_admin_user.id)


async def test_the_option_enables_and_disables(home: Home) -> None:
    """What there is, at once, and what comes later."""
    assert enabled(home) == {GATE, DOOR}
    await show_as(home, "covers")
    assert enabled(home) == {COVER}
    home.cloud.add_door(home.house.garage, "Cellar")
    await home.advance(30)
    assert home.shown("cover.cellar") == "closed"
    assert home.shown("switch.cellar") is None
    assert home.shown("binary_sensor.cellar_door") is None
    await show_as(home, "both")
    assert enabled(home) == {GATE, COVER, DOOR}
    names = [it.name for it in home.hass.states.async_all(["cover", "switch"])]
    assert len({*names}) == len(names) == 12
    await show_as(home, "switches")
    assert enabled(home) == {GATE, DOOR}
    assert home.shown("switch.cellar") == "off"
    assert home.shown("binary_sensor.cellar_door") == "off"
    assert home.shown("cover.cellar") is None


@pytest.mark.parametrize("changed", [GATE, DOOR])
async def test_the_option_leaves_alone_what_was_changed_by_hand(
    home: Home, changed: str
) -> None:
    """However often it is changed."""
    await disable(home, COVER, None)
    for choice in ("covers", "switches"):
        await show_as(home, choice)
        assert COVER in enabled(home)
    await disable(home, changed)
    for choice in ("covers", "both", "switches", "covers"):
        await show_as(home, choice)
        assert enabled(home) & {changed, COVER} == {COVER}
    await disable(home, changed, None)
    for choice in ("covers", "switches", "covers"):
        await show_as(home, choice)
        assert changed in enabled(home)
    assert enabled(home) == {changed, COVER}


@pytest.mark.parametrize("disabled", [False, True])
async def test_an_account_that_is_linked_again_has_its_switches(
    home: Home, caplog: pytest.LogCaptureFixture, disabled: bool
) -> None:
    """It comes back with its entities, but without its options; nothing fails."""
    await show_as(home, "covers")
    if disabled:
        by_user, entries = ConfigEntryDisabler.USER, home.hass.config_entries
        await entries.async_set_disabled_by(home.entry.entry_id, by_user)
    await home.remove()
    await link(home.hass, home.cloud, home.house.owner)
    assert enabled(home) == {GATE, DOOR}
    assert "Traceback" not in caplog.text


async def test_without_a_switch_the_cover_stands_in(home: Home) -> None:
    """For the access history; for the sentence in Activity, too: see there."""
    await show_as(home, "covers")
    await home.open()
    assert len(await home.history(COVER)) == 1
