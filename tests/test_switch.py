"""The switch: what it shows, what it says when a command fails, and who asked."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from tests.common import Home, begin, gate_with, refused
from tests.conftest import until
from tests.simulator import Fault


@pytest.mark.parametrize("state", ["MOVING", "", None, 7])
async def test_an_unknown_state_is_unknown_and_not_toggled(
    home: Home, state: Any
) -> None:
    """Finding 17: it is neither open nor closed, so there is no opposite."""
    home.fail("sync", edit=gate_with(state=state))
    await home.advance(30)
    assert (home.shown(), home.shown("switch.elevator")) == ("unknown", "off")
    with pytest.raises(ServiceValidationError, match="not known whether Main gate"):
        await home.turn("toggle")
    assert not home.sent


@pytest.mark.parametrize("what", ["access point", "active", "registered"])
async def test_what_is_out_of_service_is_unavailable(home: Home, what: str) -> None:
    """Until ParqEx switches it on again."""
    holder = home.gate if what == "access point" else home.house.entrance
    flag = "registered" if what == "registered" else "active"
    setattr(holder, flag, False)
    await home.advance(30)
    assert home.switches == {"unavailable", "off"}
    assert home.shown() == "unavailable"
    setattr(holder, flag, True)
    await home.advance(30)
    assert home.switches == {"off"}


async def test_it_shows_the_wish_until_the_service_confirms_it(home: Home) -> None:
    """Then the report again, and the next toggle closes."""
    await home.turn("toggle")
    assert (home.shown(), home.gate.state) == ("on", "CLOSED")
    await home.advance(2, times=2)
    assert (home.shown(), home.gate.state) == ("on", "OPEN")
    await home.close(16)
    await home.advance(14)
    assert home.shown() == "off"
    await home.open()
    await home.turn("toggle")
    await home.advance(4)
    assert home.gate.state == "CLOSED"


REFUSALS = {
    400: "refused the command",
    401: "refused the command",
    404: "Check its power and network",
    428: "needs a door sensor",
    501: "does not support",
}
UNSURE = "Main gate may or may not move"
# A page that begins with a mark of the encoding; a controller that did not respond.
PAGE = Fault(
    status=200,
    body=b"\xef\xbb\xbf<!doctype html><h1>Maintenance</h1>",
    headers={"Content-Type": "text/html"},
)
SILENT = Fault(status=200, body='{"message": "Your ParqEx didn\'t respond. Wait."}')
FAILURES = [
    ("may not operate Main gate", Fault(status=403)),
    ("asks to wait", Fault(status=429)),
    *((UNSURE, one) for one in (Fault(status=500), Fault(reset=True, after=True))),
    *((UNSURE, one) for one in (PAGE, SILENT)),
    ("could not be understood", Fault(status=200, body="<html>")),
    ("no longer accepts the login", Fault(status=401)),
]


@pytest.mark.parametrize(("refusal", "words"), REFUSALS.items())
async def test_a_refusal_says_what_to_do(home: Home, refusal: int, words: str) -> None:
    """With the name that the user gave it; and the next try may follow at once."""
    gate = home.device(home.gate.id)
    dr.async_get(home.hass).async_update_device(gate.id, name_by_user="Tor")
    home.house.entrance.refusal = refusal
    with refused(words) as caught:
        await home.turn("turn_on")
    assert "Tor" in str(caught.value)
    assert (home.shown(), len(home.sent)) == ("off", 1)
    home.house.entrance.refusal = None
    await home.turn("turn_on")
    assert (home.shown(), len(home.sent)) == ("on", 2)


@pytest.mark.parametrize(("words", "fault"), FAILURES)
async def test_a_failure_says_what_is_known(
    home: Home, fault: Fault, words: str
) -> None:
    """Among it whether the access point may move in spite of it."""
    home.cloud.faults.add("toggle", fault)
    with refused(words):
        await home.turn("turn_on")
    assert home.shown() == "off"


async def test_what_fails_is_logged_for_each_of_several_targets(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant says the first error only."""
    home.fail("sync", edit=gate_with(state=None))
    await home.advance(30)
    home.house.garage.refusal = 404
    with pytest.raises(HomeAssistantError):
        await home.turn("toggle", ["switch.main_gate", "switch.garage_left"])
    assert "not known whether Main gate" in caplog.text
    assert "Garage left" in caplog.text


@pytest.mark.parametrize("shown", ["off", "unavailable"])
async def test_a_wish_is_taken_back_by_nobody(
    home: Home, hass_admin_user: MockUser, shown: str
) -> None:
    """Who asked for the opposite is not shown as who did that, or let ParqEx fail."""
    home.gate.stuck = True
    await home.turn("turn_on", context=Context(user_id=hass_admin_user.id))
    if shown == "unavailable":
        home.fail("sync", status=500)
    await home.advance(2, times=40)
    state = home.state()
    assert (state.state, state.context.user_id) == (shown, None)


@pytest.mark.parametrize("how", ["refused", "closed already"])
async def test_what_is_done_by_hand_is_nobodys(
    home: Home, hass_admin_user: MockUser, how: str
) -> None:
    """Also in the 5 s in which Home Assistant remembers who called an action."""
    context = Context(user_id=hass_admin_user.id)
    home.gate.travel_seconds = 0
    if how == "refused":
        await home.advance(27)
        home.house.entrance.refusal = 404
        with refused("Check its power"):
            await home.turn("turn_on", context=context)
    else:
        # That one is followed every 2 s.
        await home.turn("turn_on", "switch.garage_left")
        await home.turn("turn_off", context=context)
    home.gate.open_by_hand()
    await home.advance(4)
    state = home.state()
    assert (state.state, state.context.user_id) == ("on", None)


async def test_who_asked_is_known_however_long_the_answer_takes(
    home: Home, hass_admin_user: MockUser
) -> None:
    """Nor is it who was refused meanwhile; Home Assistant forgets both after 5 s."""
    home.fail("toggle", 1, delay=8, after=True)
    context = Context(user_id=hass_admin_user.id)
    call = await begin(home.turn("turn_on", context=context))
    await until(lambda: home.sent)
    with refused("a moment ago"):
        await home.turn("turn_off", context=Context())
    home.freezer.tick(9)
    await call
    state = home.state()
    assert (state.state, state.context.user_id) == ("on", hass_admin_user.id)
