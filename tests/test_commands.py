"""Commands: sent once and in time, followed until confirmed, kept over reloads."""

import asyncio
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.parqex.data import account_state
from homeassistant.const import ATTR_ENTITY_ID, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.common import GATE, Home, begin, gate_with, refused, turns
from tests.conftest import settle, until

OPEN, CLOSE = ("Main gate", "OPEN"), ("Main gate", "CLOSED")
DOOR = "binary_sensor.main_gate_door"
LOST: dict[str, Any] = {"reset": True, "after": True}


async def press(home: Home, entity_id: str = GATE, **fault: Any) -> asyncio.Task[None]:
    """Turn a switch on; return while its answer is on the way."""
    home.fail("toggle", 1, **fault)
    before = len(home.sent)
    task = await begin(home.turn("turn_on", entity_id))
    await until(lambda: len(home.sent) > before)
    return task


async def outcomes(home: Home, seconds: float, *tasks: asyncio.Task[None]) -> list[str]:
    """Return what becomes of presses that are answered in so many seconds."""
    home.freezer.tick(seconds)
    await until(lambda: all(task.done() for task in tasks))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await settle(home.hass)
    kinds = HomeAssistantError | asyncio.CancelledError | None
    assert all(isinstance(result, kinds) for result in results)
    return [str(result) for result in results]


async def test_one_call_for_all_opens_each_once(home: Home) -> None:
    """All access points of both controllers."""
    await home.turn("turn_on", "all")
    assert sorted(home.sent) == sorted((door.name, "OPEN") for door in home.cloud.doors)
    await home.advance(4)
    assert home.switches == {"on"}


async def test_a_controller_gets_one_command_at_a_time(home: Home) -> None:
    """The second is sent when the first is answered; other controllers do not wait."""
    first = await press(home, delay=1)
    second = await begin(home.turn("turn_on", "switch.elevator"))
    await home.turn("turn_on", "switch.garage_left")
    assert home.sent == [OPEN, ("Garage left", "OPEN")]
    assert await outcomes(home, 2, first, second) == ["None", "None"]
    assert home.sent[2:] == [("Elevator", "OPEN")]


async def test_a_command_waits_at_most_20_seconds_for_its_turn(home: Home) -> None:
    """Then it ends in an error, and is not sent later either."""
    home.cloud.add_door(home.house.entrance, "Roof")
    await home.advance(30)
    first = await press(home, "switch.elevator", hang="headers")
    home.fail("toggle", hang="headers")
    others = [
        await begin(home.turn("turn_on", f"switch.{name}"))
        for name in ("pedestrian_door", "roof")
    ]
    pressed = await begin(home.turn("turn_on"))
    seconds = 0
    while not pressed.done() and seconds < 60:
        home.freezer.tick(1)
        seconds += 1
        await turns(200)
    assert seconds in (20, 21)
    with refused("Main gate was not operated"):
        await pressed
    home.cloud.faults.clear()
    for _ in range(4):
        home.freezer.tick(10)
        await turns(200)
    await outcomes(home, 0, first, *others)
    assert OPEN not in home.sent
    assert home.shown() == "off"


@pytest.mark.parametrize("how", ["too late", "unloaded"])
async def test_what_was_rejected_is_not_sent_again_too_late(
    home: Home, how: str
) -> None:
    """The access token is rejected and takes long to renew, or the account goes."""
    queue = await press(home, "switch.elevator", delay=8)
    home.fail("toggle", 1, status=401, delay=8)
    home.fail("token", 1, delay=8)
    pressed = await begin(home.turn("turn_on"))
    home.freezer.tick(9)
    await until(lambda: OPEN in home.sent)
    if how == "unloaded":
        unloading = await begin(home.unload())
        await until(unloading.done)
    home.freezer.tick(9)
    await until(lambda: "token" in home.endpoints)
    results = await outcomes(home, 9, queue, pressed)
    assert home.sent.count(OPEN) == 1
    assert "was not operated" in results[1]


@pytest.mark.parametrize(
    "how", ["cancel", "async_unload", "async_remove", "async_stop"]
)
async def test_a_queued_command_is_called_off(home: Home, how: str) -> None:
    """By its caller, with its account, or when Home Assistant stops."""
    first = await press(home, "switch.elevator", delay=8)
    queued = await begin(home.turn("turn_on"))
    if how == "cancel":
        ending = await begin(turns())
        queued.cancel()
    elif how == "async_stop":

        async def wait(_event: Event) -> None:
            """Take long to stop, as integrations do."""
            await asyncio.wait([first])

        home.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, wait)
        ending = await begin(home.hass.async_stop())
    else:
        end = getattr(home.hass.config_entries, how)
        ending = await begin(end(home.entry.entry_id))
    results = await outcomes(home, 9, first, queued)
    await until(ending.done)
    assert results[0] == "None"
    assert ("Main gate was not operated" in results[1]) is (how != "cancel")
    assert home.sent == [("Elevator", "OPEN")]


async def test_a_script_that_restarts_sends_it_once(home: Home) -> None:
    """What was sent is not cancelled with its caller."""
    action = {"action": "switch.turn_on", "target": {"entity_id": GATE}}
    script = {"gate": {"mode": "restart", "sequence": [action]}}
    assert await async_setup_component(home.hass, "script", {"script": script})
    home.fail("toggle", 1, after=True, delay=1)
    for _ in range(2):
        await home.hass.services.async_call(
            "script", "turn_on", {ATTR_ENTITY_ID: "script.gate"}
        )
        await until(lambda: home.sent)
    await outcomes(home, 2)
    assert home.sent == [OPEN]
    assert home.shown() == "on"


async def test_retry_after_stops_what_is_queued(home: Home) -> None:
    """One request, and an error for each."""
    first = await press(home, status=429, headers={"Retry-After": "300"}, delay=1)
    second = await begin(home.turn("turn_on", "switch.elevator"))
    results = await outcomes(home, 2, first, second)
    assert ["asks to wait" in result for result in results] == [True, True]
    assert home.sent == [OPEN]


@pytest.mark.parametrize("fault", [{"after": True}, LOST], ids=["accepted", "lost"])
@pytest.mark.parametrize("service", ["turn_on", "toggle", "turn_off"])
async def test_a_press_while_another_is_under_way_sends_nothing(
    home: Home, service: str, fault: dict[str, Any]
) -> None:
    """An equal one shares the outcome; the opposite, not shown yet, is refused."""
    first = await press(home, delay=1, **fault)
    home.freezer.tick(0.1)
    second = await begin(home.turn(service))
    assert second.done() is (service == "turn_off")
    results = await outcomes(home, 2, first, second)
    assert (results[0] == "None") is (fault is not LOST)
    if service == "turn_off":
        assert "a moment ago" in results[1]
    else:
        assert results[1] == results[0]
    assert home.sent == [OPEN]


async def test_the_same_again_is_sent_only_where_it_may_be_needed(home: Home) -> None:
    """Not while it is under way, or confirmed and still so; after 20 s it is."""
    for seconds in (3, 4, 12):
        await home.turn("turn_on")
        await home.advance(seconds)
    assert home.shown(DOOR) == "on"
    assert home.sent == [OPEN]
    await home.advance(1)
    await home.turn("turn_on")
    assert home.sent == [OPEN, OPEN]


@pytest.mark.parametrize(
    ("fault", "by_hand", "shown"),
    [
        ({"status": 400}, True, "off"),
        ({"status": 400}, False, "on"),
        (LOST, False, "on"),
    ],
)
async def test_a_command_that_fails_changes_nothing_of_the_one_before(
    home: Home, fault: dict[str, Any], by_hand: bool, shown: str
) -> None:
    """What that asked for is shown until it is confirmed, and not after."""
    home.gate.stuck = True
    await home.turn("turn_on")
    await home.advance(25)
    pressed = await press(home, delay=5, **fault)
    if by_hand:
        home.gate.stuck = False
        for move in (home.gate.open_by_hand, home.gate.close_by_hand):
            move()
            home.freezer.tick(1)
            await home.coordinator.async_refresh()
    await outcomes(home, 6, pressed)
    assert home.shown() == shown


@pytest.mark.parametrize("fault", [{}, LOST], ids=["accepted", "lost"])
async def test_the_opposite_is_refused_while_it_may_move(
    home: Home, fault: dict[str, Any]
) -> None:
    """Also after a lost answer; the error names the time to wait.

    So is the same then: an opener that knows only one impulse would stop.
    """
    await outcomes(home, 0, await press(home, **fault))
    if fault:
        await home.advance(1)
        with refused("Try again in 19 seconds"):
            await home.turn("turn_on")
    home.gate.travel_seconds = 0
    await home.advance(4 if fault else 5)
    with refused("Try again in 15 seconds"):
        await home.turn("turn_off")
    assert home.shown() == "on"
    await home.turn("turn_on", "switch.elevator")
    await home.advance(15)
    await home.turn("turn_off")
    assert home.sent == [OPEN, ("Elevator", "OPEN"), CLOSE]


@pytest.mark.parametrize("is_listed", [True, False])
async def test_closing_what_was_opened_again_by_hand_is_sent(
    home: Home, is_listed: bool
) -> None:
    """Though it was closed by command a moment before, or the list does not show it."""
    home.gate.travel_seconds = 0
    await home.open()
    for _ in range(2):
        assert home.shown() == "on"
        await home.turn("turn_off")
        await home.advance(2)
        assert home.gate.state == "CLOSED"
        home.gate.open_by_hand()
        if not is_listed:
            break
        await home.coordinator.async_refresh()
    home.freezer.tick(3)
    await home.turn("turn_off")
    assert home.gate.state == "CLOSED"
    assert home.sent == [CLOSE] * (3 if is_listed else 2)


@pytest.mark.parametrize("polling", [True, False])
@pytest.mark.parametrize("fault", [{}, LOST, {"status": 503, "after": True}], ids=str)
async def test_what_may_move_is_followed_every_2_seconds(
    home: Home, fault: dict[str, Any], polling: bool
) -> None:
    """Until it is confirmed, also with polling turned off."""
    home.hass.config_entries.async_update_entry(
        home.entry, pref_disable_polling=not polling
    )
    await home.reload()
    home.gate.travel_seconds = 45
    await outcomes(home, 0, await press(home, **fault))
    home.cloud.requests.clear()
    for second in range(2, 46, 2):
        assert (home.syncs, home.shown(DOOR)) == (second / 2 - 1, "off")
        await home.advance(2)
    await home.advance(2)
    assert (home.shown(), home.shown(DOOR)) == ("on", "on")
    home.cloud.requests.clear()
    await home.advance(4)
    assert not home.syncs


async def test_who_asked_to_wait_is_asked_every_10_seconds(home: Home) -> None:
    """It may ask for the same again, and all would be unavailable after each command."""
    home.fail("history", 1, status=429)
    with refused("asks to wait"):
        await home.history()
    home.gate.stuck = True
    await home.turn("turn_on")
    home.cloud.requests.clear()
    await home.advance(2, times=29)
    assert 4 <= home.syncs <= 6


@pytest.mark.parametrize("fault", [{}, LOST], ids=["accepted", "lost"])
async def test_what_does_not_move_is_followed_for_a_minute(
    home: Home, fault: dict[str, Any]
) -> None:
    """From then on the report counts again: it is not shown as open for ever."""
    home.gate.stuck = True
    await outcomes(home, 0, await press(home, **fault))
    home.cloud.requests.clear()
    for _ in range(29):
        await home.advance(2)
        assert home.shown() == ("off" if fault else "on")
    assert home.syncs == 29
    home.fail("sync", 1, delay=9)
    await home.advance(2)
    assert home.shown() == "off"
    home.cloud.requests.clear()
    await home.advance(28)
    assert home.syncs <= 1


@pytest.mark.parametrize("delay", [0, 5])
async def test_a_reload_forgets_no_command(home: Home, delay: int) -> None:
    """Nor what it is to be shown, and to follow it, also while it is not answered."""
    home.gate.travel_seconds = 40
    pressed = await press(home, after=True, delay=delay)
    if not delay:
        await pressed
    await home.reload()
    assert await outcomes(home, delay + 1, pressed) == ["None"]
    home.cloud.requests.clear()
    await home.advance(2)
    assert home.syncs == 1
    home.cloud.requests.clear()
    assert home.shown() == "on"
    await home.turn("turn_on")
    with refused("a moment ago"):
        await home.turn("turn_off")
    assert not home.sent
    await home.advance(2, times=30)
    assert (home.shown(), home.shown(DOOR)) == ("on", "on")


@pytest.mark.parametrize(
    "refusal", [{"status": 403}, {"status": 429, "headers": {"Retry-After": "3600"}}]
)
async def test_another_accounts_refusal_is_not_mine(
    home: Home, guest: MockConfigEntry, refusal: dict[str, Any]
) -> None:
    """Nor is its wait, or its issue."""
    first = await press(home, "switch.front_gate", delay=2, **refusal)
    results = await outcomes(home, 3, first, await begin(home.turn("turn_on")))
    assert (results[0] == "None", results[1]) == (False, "None")
    assert home.entry.entry_id not in str(ir.async_get(home.hass).issues)
    await home.advance(30)
    assert home.shown() == "on"


async def test_only_an_accepted_command_clears_an_issue(home: Home) -> None:
    """What sends nothing does not, nor a reload."""
    await home.open()
    await home.turn("turn_off")
    await home.advance(30)
    await home.open()
    home.fail("toggle", 1, status=403)
    with refused("may not operate"):
        await home.turn("turn_off")
    assert home.issues == ["may_not_close"]
    home.gate.close_by_hand()
    await home.reload()
    await home.turn("turn_off")
    await home.turn("turn_on")
    assert home.issues == ["may_not_close"]
    await home.advance(30)
    await home.turn("turn_off")
    assert not home.issues


@pytest.mark.parametrize(
    ("now", "shown"),
    [("OPEN", "off"), ("CLOSED", "off"), ("MOVING", "unknown"), (None, "off")],
)
async def test_before_closing_what_is_reported_closed_parqex_is_asked(
    home: Home, now: str | None, shown: str
) -> None:
    """It is sent if it is open now: a closed one could open. Else it is not sent."""
    await home.advance(1)
    home.cloud.requests.clear()
    if now == "OPEN":
        home.gate.open_by_hand()
    elif now == "MOVING":
        home.fail("sync", 1, edit=gate_with(state=now))
    elif now is None:
        home.fail("sync", 1, status=500)
    why = "no longer reports" if now else "Main gate was not operated"
    with nullcontext() if now in ("OPEN", "CLOSED") else refused(why):
        await home.turn("turn_off")
    assert home.endpoints[0] == "sync"
    assert home.sent == ([CLOSE] if now == "OPEN" else [])
    assert home.shown() == shown


@pytest.mark.parametrize("words", ["asks to wait", "no longer accepts the login"])
async def test_why_parqex_could_not_be_asked_before_closing_is_said(
    home: Home, words: str
) -> None:
    """So nobody is told to try again where that is of no use."""
    await home.advance(1)
    if "wait" in words:
        home.fail("sync", 1, status=429, headers={"Retry-After": "300"})
    else:
        home.cloud.oauth.revoke(home.house.owner)
    with refused(words):
        await home.turn("turn_off")
    assert not home.sent


async def test_what_is_never_known_is_closed_unless_it_is_closed_now(
    home: Home,
) -> None:
    """Nobody could close it otherwise."""
    home.fail("sync", edit=gate_with(state="MOVING"))
    await home.advance(30)
    await home.turn("turn_off")
    assert home.sent == [CLOSE]
    await home.advance(60)
    home.cloud.faults.clear()
    home.freezer.tick(1)
    await home.turn("turn_off")
    assert (home.sent, home.shown()) == ([CLOSE], "off")


@pytest.mark.parametrize("becomes", ["opened", "closed", "unknown"])
async def test_parqex_is_asked_when_the_turn_to_close_comes(
    home: Home, becomes: str
) -> None:
    """An answer while it was queued is too old; nothing is sent to what is unknown."""
    if becomes == "closed":
        await home.open()
    await home.advance(1)
    queue = await press(home, "switch.elevator", delay=8)
    closing = await begin(home.turn("turn_off"))
    home.freezer.tick(1)
    if becomes == "unknown":
        home.fail("sync", edit=gate_with(state="MOVING"))
    await home.coordinator.async_refresh()
    home.gate.close_by_hand() if becomes == "closed" else home.gate.open_by_hand()
    await outcomes(home, 8, queue, closing)
    assert home.sent[1:] == ([CLOSE] if becomes == "opened" else [])


async def test_parqex_is_asked_once_for_all_that_are_to_be_closed(home: Home) -> None:
    """A refresh that has not begun serves all who ask for one."""
    await home.advance(1)
    home.cloud.requests.clear()
    await home.turn("turn_off", "all")
    assert (home.sent, home.syncs) == ([], 1)


async def test_what_may_still_begin_to_open_is_not_taken_for_closed(home: Home) -> None:
    """Nor is another impulse sent to it; when it has not begun in a minute, it is."""
    home.gate.stuck = True
    await home.turn("turn_on")
    await home.advance(25)
    with refused("Try again in 35 seconds"):
        await home.turn("turn_off")
    await home.advance(35)
    await home.turn("turn_off")
    assert home.sent == [OPEN]


async def test_an_answer_from_before_a_command_confirms_nothing(home: Home) -> None:
    """It shows the state of before."""
    home.gate.open_by_hand()
    home.cloud.requests.clear()
    home.fail("sync", 1, after=True, delay=1)
    fetch = await begin(home.coordinator.async_refresh())
    await until(lambda: home.cloud.requests)
    home.gate.close_by_hand()
    home.freezer.tick(0.5)
    await home.turn("turn_on")
    home.freezer.tick(1)
    await fetch
    home.gate.stuck = True
    for _ in range(3):
        await home.advance(2)
        assert (home.shown(), home.shown(DOOR)) == ("on", "off")


async def test_following_asks_a_rejected_login_only_once(home: Home) -> None:
    """Only a new login changes the answer."""
    home.gate.stuck = True
    await home.turn("turn_on")
    home.cloud.oauth.expire(home.house.owner)
    home.fail("token", status=400)
    await home.advance(2, times=5)
    assert home.endpoints.count("token") == 1
    assert len(home.logins) == 1


async def test_no_command_is_remembered_for_ever(home: Home) -> None:
    """Access points that come and go do not fill the memory; one answer may lack them."""
    commands = account_state(home.hass, home.entry.entry_id).commands
    await home.turn("turn_on", "switch.elevator")
    await home.turn("turn_on")
    home.cloud.remove_door(home.cloud.door("Elevator"))
    await home.advance(2)
    assert len(commands) == 2
    await home.advance(30, times=3)
    assert not commands


@pytest.mark.parametrize("service", ["turn_on", "turn_off"])
async def test_what_is_unknown_was_not_undone_by_hand(home: Home, service: str) -> None:
    """Docs: the same sends nothing for 20 s unless it was undone by hand since."""
    home.gate.travel_seconds = 0
    if service == "turn_off":
        home.gate.open_by_hand()
    await home.advance(30)
    await home.turn(service)
    await home.advance(2)
    assert home.shown(DOOR) == ("on" if service == "turn_on" else "off")
    home.fail("sync", edit=gate_with(state="MOVING"))
    await home.advance(5)
    assert home.shown() == "unknown"
    # An error would be fine, too.
    with suppress(HomeAssistantError):
        await home.turn(service)
    assert home.sent == [OPEN if service == "turn_on" else CLOSE]


@pytest.mark.parametrize("fault", [LOST, {"delay": 9}], ids=["lost", "under way"])
async def test_a_repetition_prolongs_no_wish(home: Home, fault: dict[str, Any]) -> None:
    """Docs: what was asked for is shown for at most a minute."""
    home.gate.stuck = True
    await home.turn("turn_on")
    await home.advance(5, times=11)
    pressed = await press(home, **fault)
    assert home.shown() == "on"
    for _ in range(4):
        home.freezer.tick(2)
        await turns(300)
    assert pressed.done() is (fault is LOST)
    # 63 s after the only command that was accepted.
    shown = home.shown()
    await outcomes(home, 2, pressed)
    assert shown == "off"


@pytest.mark.parametrize("fault", [{"reset": True}, {"status": 500}], ids=str)
async def test_what_was_open_before_proves_nothing_of_a_lost_command(
    home: Home, fault: dict[str, Any]
) -> None:
    """An elevator may be reported open for ever: a press is not dropped in silence."""
    home.cloud.door("Elevator").open_by_hand()
    await home.advance(30)
    lost = await press(home, "switch.elevator", **fault)
    (result,) = await outcomes(home, 0, lost)
    assert "may or may not move" in result
    assert not home.cloud.commands
    await home.advance(2)
    # An error with the time to wait would be fine, and so would be a command.
    try:
        await home.turn("turn_on", "switch.elevator")
    except HomeAssistantError:
        return
    assert home.cloud.commands


async def test_what_the_first_answer_after_a_reload_confirms_is_confirmed(
    home: Home,
) -> None:
    """Docs: the wish is shown until ParqEx reports it, from then on the report is."""
    home.gate.travel_seconds = 0
    await home.turn("turn_on")
    home.freezer.tick(1)
    await home.reload()
    assert (home.shown(), home.shown(DOOR)) == ("on", "on")
    await home.close()
    assert (home.shown(), home.shown(DOOR)) == ("off", "off")


@pytest.mark.parametrize(
    ("closed", "fault"), [(True, {}), (False, {}), (False, LOST)], ids=str
)
async def test_what_somebody_closed_since_is_opened_again(
    home: Home, closed: bool, fault: dict[str, Any]
) -> None:
    """Nothing is sent to what is still open, nor where that cannot be known."""
    home.gate.travel_seconds = 0
    await outcomes(home, 0, await press(home, **fault))
    await home.advance(2)
    if closed:
        home.gate.close_by_hand()
    home.freezer.tick(3)
    await home.turn("turn_on")
    assert (home.gate.state, len(home.sent)) == ("OPEN", 2 if closed else 1)
    await home.advance(2)
    home.freezer.tick(3)
    home.fail("sync", status=500)
    with refused("was not operated"):
        await home.turn("turn_on")
    assert len(home.sent) == (2 if closed else 1)


@pytest.mark.parametrize("service", ["turn_off", "toggle"])
async def test_what_somebody_closed_since_is_not_closed_again(
    home: Home, service: str
) -> None:
    """With the opener in the car, a few seconds before everything is closed."""
    await home.open()
    home.freezer.tick(10)
    home.gate.close_by_hand()
    home.freezer.tick(10)
    await home.turn(service)
    assert (home.gate.state, home.sent) == ("CLOSED", [])


async def test_no_wish_outlasts_a_standstill(home: Home) -> None:
    """Of several at once, after a time in which Home Assistant did not run."""
    switches = "switch.garage_left", "switch.main_gate"
    home.cloud.door("Garage left").stuck = home.gate.stuck = True
    for switch in switches:
        await home.turn("turn_on", switch)
    assert [*map(home.shown, switches)] == ["on", "on"]
    await home.advance(130)
    assert [*map(home.shown, switches)] == ["off", "off"]


@pytest.mark.parametrize("hangs_already", [False, True])
async def test_all_that_stands_open_is_closed_though_the_list_hangs(
    home: Home, hangs_already: bool
) -> None:
    """After 5 seconds, one after the other."""
    names = ("Main gate", "Elevator", "Pedestrian door")
    for name in names:
        home.cloud.door(name).open_by_hand()
    await home.advance(30)
    home.freezer.tick(1)
    home.fail("sync", hang="headers")
    home.cloud.requests.clear()
    if hangs_already:
        await begin(home.coordinator.async_refresh())
        await until(lambda: home.cloud.requests)
        home.freezer.tick(1)
    switches = [f"switch.{name.lower().replace(' ', '_')}" for name in names]
    closing = [await begin(home.turn("turn_off", switch)) for switch in switches]
    for _ in range(6):
        home.freezer.tick(1)
        await turns(300)
    await outcomes(home, 0, *closing)
    assert sorted(home.sent) == sorted((name, "CLOSED") for name in names)


async def test_a_failed_question_stops_no_script(home: Home) -> None:
    """It closes the second, too: what is unavailable would be skipped without a word."""
    for name in ("Main gate", "Elevator"):
        home.cloud.door(name).open_by_hand()
    await home.advance(30)
    home.freezer.tick(1)
    home.fail("sync", status=500)
    await home.turn("turn_off")
    await home.advance(2)
    await home.advance(1)
    await home.turn("turn_off", "switch.elevator")
    assert home.sent == [CLOSE, ("Elevator", "CLOSED")]
    await home.advance(30)
    assert home.switches == {"unavailable"}


async def test_an_outage_shows_though_an_automation_keeps_asking(home: Home) -> None:
    """A question that fails stands for no refresh for longer than two minutes."""
    await home.open()
    home.fail("sync", status=500)
    for _ in range(7):
        home.freezer.tick(20)
        with suppress(HomeAssistantError):
            await home.turn("turn_off")
    assert home.shown() == "unavailable"
