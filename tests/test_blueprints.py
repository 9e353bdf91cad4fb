"""Tests of the blueprints, as Home Assistant runs them: a phone and the simulated doors."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
import re
from typing import Any
from unittest.mock import AsyncMock

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component import common

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.components.notify.const import NOTIFY_SERVICE_SCHEMA
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CoreState, HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify
from homeassistant.util.yaml import load_yaml_dict
from tests.common import GATE, Home as LinkedHome, turns
from tests.dialogs import choose
from tests.simulator import Cloud, Fault

FOLDER = Path(__file__).parents[1] / "blueprints" / "automation"
REPOSITORY = "https://github.com/parqex-home-assistant/parqex/blob/main"

# A request and its answer take fewer turns of the event loop.
QUIET_TURNS = 150

CLEARED = "clear_notification"
PHONES = "Maker of phones"
OUTAGE = Fault(status=500)
AJAR = Fault(rewrite=lambda body: body.replace(b"OPEN", b"AJAR"))
DOOR = "binary_sensor.main_gate_door"
COVER = "cover.main_gate"
LEFT_OPEN = {"sensor": "binary_sensor.main_gate_left_open"}
ARRIVAL = {"person": "person.jane", "access_point": "switch.main_gate"}
NIGHT = {
    "access_points": ["switch.main_gate", "switch.elevator", "switch.pedestrian_door"],
    "close_at": "04:30:00",  # half an hour after the tests begin
}


@pytest.fixture
def advance(
    hass: HomeAssistant, cloud: Cloud, freezer: FrozenDateTimeFactory
) -> Callable[[float], Awaitable[None]]:
    """Return a function that lets seconds pass; the common one waits for automations."""

    async def advance(seconds: float) -> None:
        while seconds >= 0:
            freezer.tick(timedelta(seconds=min(seconds, 30)))
            common.async_fire_time_changed(hass)
            seconds = seconds - 30 or -1
            quiet, requests = 0, cloud.requests
            while quiet < QUIET_TURNS:
                asked = len(requests)
                await asyncio.sleep(0)
                pending = any(request.status is None for request in requests[-9:])
                quiet = 0 if pending or asked != len(requests) else quiet + 1

    return advance


@dataclass(frozen=True)
class Home(LinkedHome):
    """The demo house with Jane, her phone, and automations from a blueprint."""

    reachable: asyncio.Event = field(default_factory=asyncio.Event)
    received: list[dict[str, Any]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    async def notify(self, call: ServiceCall) -> None:
        """Receive a message, once the phone can be reached."""
        await self.reachable.wait()
        self.received.append(call.data.get("data", {}))
        self.messages.append(call.data["message"])

    @property
    def buttons(self) -> list[str]:
        """The actions of the buttons of the last message."""
        return [it["action"] for it in self.received[-1].get("actions", [])]

    async def automate(self, blueprint: str, *inputs: dict[str, Any]) -> None:
        """Make an automation from a blueprint for each of the inputs."""
        phones = [
            device.id
            for device in dr.async_get(self.hass).devices
            if device.manufacturer == PHONES
        ]
        path, notify = f"parqex/{blueprint}.yaml", {"notify_devices": phones}
        uses = [{"path": path, "input": notify | given} for given in inputs]
        config = {"automation": [{"use_blueprint": use} for use in uses]}
        assert await async_setup_component(self.hass, "automation", config)
        assert {it.state for it in self.hass.states.async_all("automation")} == {"on"}

    async def add_phone(
        self,
        name: str,
        notify: Callable[[ServiceCall], Coroutine[Any, Any, None]] | None,
    ) -> str:
        """Let a phone have Home Assistant's app, and return its device."""
        keys = ("app_name", "model", "os_version", "user_id")
        data: dict[str, Any] = dict.fromkeys(keys, "any")
        data |= dict.fromkeys(("device_id", "webhook_id", "device_name"), name)
        data |= {"app_data": {"push_websocket_channel": bool(notify)}}
        data |= {"manufacturer": PHONES}
        entry = common.MockConfigEntry(domain="mobile_app", data=data)
        entry.add_to_hass(self.hass)
        assert await async_setup_component(self.hass, "mobile_app", {})
        if entry.state is not ConfigEntryState.LOADED:
            assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        if notify:
            service = slugify(f"mobile_app_{name}")
            assert self.hass.services.has_service("notify", service)
            self.hass.services.async_register(
                "notify", service, notify, NOTIFY_SERVICE_SCHEMA
            )
        registry = dr.async_get(self.hass)
        (device,) = dr.async_entries_for_config_entry(registry, entry.entry_id)
        return device.id

    async def disable(self, entity_id: str) -> None:
        """Disable an entity as a user does."""
        by = er.RegistryEntryDisabler.USER
        er.async_get(self.hass).async_update_entity(entity_id, disabled_by=by)
        await self.advance(0)

    async def press(self, button: str) -> None:
        """Press a button of a notification."""
        self.hass.bus.async_fire("mobile_app_notification_action", {"action": button})
        await self.advance(0)

    async def ask(self, **inputs: Any) -> str:
        """Let Jane come home, so that her phone asks; return the button."""
        await self.arrive(False)
        await self.automate("open_on_arrival", ARRIVAL | inputs)
        await self.arrive()
        assert self.messages == ["Open Main gate?"]
        return self.buttons[0]

    async def arrive(self, at_home: bool = True) -> None:
        """Let Jane arrive at home, or leave."""
        longitude = self.hass.config.longitude + (not at_home)
        where = {"latitude": self.hass.config.latitude, "longitude": longitude}
        state = "home" if at_home else "not_home"
        self.hass.states.async_set("person.jane", state, where)
        await self.advance(0)


@pytest.fixture
async def home(
    home: LinkedHome, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Home]:
    """Return a home in which the phone has Home Assistant's app."""
    monkeypatch.setattr(DomainBlueprints, "blueprint_folder", FOLDER)
    assert await async_setup_component(home.hass, "zone", {})
    with_phone = Home(**vars(home))
    with_phone.reachable.set()
    await with_phone.add_phone("Jane's phone", with_phone.notify)
    yield with_phone
    with_phone.reachable.set()
    await with_phone.act("automation", "turn_off", "all")


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.yaml")))
def test_valid_and_explained(path: Path) -> None:
    """A blueprint names its own file, and every input has a name and a description."""
    content, schema = load_yaml_dict(str(path)), AUTOMATION_BLUEPRINT_SCHEMA
    blueprint = Blueprint(content, expected_domain="automation", schema=schema)
    assert blueprint.validate() is None
    metadata, place = blueprint.metadata, path.relative_to(FOLDER).as_posix()
    assert metadata["source_url"] == f"{REPOSITORY}/blueprints/automation/{place}"
    assert metadata["homeassistant"] == {"min_version": "2026.10.0"}
    assert metadata["name"].startswith("ParqEx: ")
    assert metadata["description"]
    for given in blueprint.inputs.values():
        assert all(given[key] for key in ("name", "description", "selector"))


@pytest.mark.parametrize("show_as", ["switches", "covers"])
async def test_left_open_button(home: Home, show_as: str) -> None:
    """It closes its access point, after an outage too, and then says so."""
    await choose(home.hass, home.entry, webhook=False, show_as=show_as)
    elevator = {"sensor": "binary_sensor.elevator_left_open"}
    await home.automate("left_open", LEFT_OPEN, elevator)
    home.freezer.tick(1)
    await home.open()
    await home.open(840, "Elevator")
    assert not home.messages
    await home.advance(30)
    assert home.messages == ["Main gate was left open."]
    (button,) = home.buttons
    await home.advance(60)
    assert home.messages[1:] == ["Elevator was left open."]
    for other in ("parqex_close_", "parqex_close_other", f"{button}0"):
        await home.press(other)
    home.fail("sync", status=500)
    await home.advance(60)
    assert home.shown(LEFT_OPEN["sensor"]) == "unavailable"
    home.cloud.faults.clear()
    await home.advance(300)
    assert not home.sent
    await home.press(button)
    await home.press(button)
    await home.advance(30)
    assert home.sent == [("Main gate", "CLOSED")]
    assert home.messages[2:] == ["Main gate is closed."]
    assert not home.buttons
    opened, other, closed = (data["tag"] for data in home.received)
    assert opened == closed != other


@pytest.mark.parametrize("slow", [False, True])
async def test_left_open_closed_otherwise(home: Home, slow: bool) -> None:
    """The button goes with its opening, also if that ended while notifying.

    The name is the access point's, also where the switch is disabled.
    """
    await home.automate("left_open", LEFT_OPEN)
    if slow:
        await home.disable(GATE)
        home.reachable.clear()
    await home.open(930)
    await home.close()
    home.reachable.set()
    await home.advance(0)
    assert home.messages == ["Main gate was left open.", CLEARED]
    opened, cleared = home.received
    assert opened["tag"] == cleared["tag"]
    await home.open()
    await home.press(opened["actions"][0]["action"])
    await home.advance(30)
    assert not home.sent


@pytest.mark.parametrize("sensor", [DOOR, COVER])
async def test_left_open_own_time(home: Home, sensor: str) -> None:
    """With the door sensor or the cover, the time counts from the opening."""
    await choose(home.hass, home.entry, webhook=False, show_as="both")
    await home.automate("left_open", {"sensor": sensor, "open_for": {"minutes": 5}})
    await home.open(240)
    await home.close(600)
    await home.open(300)
    assert not home.messages
    await home.advance(60)
    assert home.messages == ["Main gate is open."]


@pytest.mark.parametrize("end", ["expired", "refused", "stuck"])
@pytest.mark.parametrize("kind", ["garage_door", "opening", "cover", "left open"])
async def test_left_open_stays_open(home: Home, end: str, kind: str) -> None:
    """Whatever reports it: another notification says so; the old button is dead."""
    if kind == "cover":
        await choose(home.hass, home.entry, webhook=False, show_as="both")
    if kind in ("cover", "left open"):
        await home.disable(DOOR)
    else:
        er.async_get(home.hass).async_update_entity(DOOR, device_class=kind)
    await home.automate("left_open", LEFT_OPEN | {"button_for": {"minutes": 10}})
    await home.open(930)
    (button,) = home.buttons
    home.gate.stuck = end == "stuck"
    home.gate.refusal = 400 if end == "refused" else None
    if end == "expired":
        await home.advance(570)
    else:
        await home.press(button)
    await home.advance(150)
    home.gate.refusal = None
    await home.press(button)
    await home.advance(3600)
    first, last = home.messages
    assert first == "Main gate was left open."
    assert re.fullmatch("At [0-9:]{5} Main gate was still open.", last)
    assert not home.buttons
    assert len(home.sent) == (end != "expired")


@pytest.mark.parametrize("is_gone", [True, False])
@pytest.mark.parametrize(
    ("blueprint", "inputs"),
    [
        *(("left_open", LEFT_OPEN), ("access_notification", {})),
        *(("close_at_night", NIGHT), ("open_on_arrival", ARRIVAL)),
    ],
)
async def test_a_phone_that_was_replaced_silences_no_other(
    home: Home, blueprint: str, inputs: dict[str, Any], is_gone: bool
) -> None:
    """Nor does one that takes no notifications, or that has another name now."""
    registry, reachable = dr.async_get(home.hass), home.notify
    lost = await home.add_phone("Old", home.notify if is_gone else None)
    symbol = await home.add_phone("\N{MOBILE PHONE}", reachable)
    named = await home.add_phone("Jöhn's  2nd phone", reachable)
    registry.async_update_device(named, name_by_user="John")
    await home.arrive(False)
    await home.automate(blueprint, inputs | {"notify_devices": [lost, symbol, named]})
    if is_gone:
        registry.async_remove_device(lost)
        home.hass.services.async_remove("notify", "mobile_app_old")
    home.gate.refusal = 400
    await home.arrive()
    await home.open(35 * 60)
    assert len(home.messages) > 1


@pytest.mark.parametrize("own_time", [None, DOOR, COVER])
async def test_what_was_open_before_a_start_is_left_open(
    home: Home, own_time: str | None
) -> None:
    """The account comes first, automations later; an own time counts from the start."""
    inputs = {"sensor": own_time, "open_for": {"minutes": 5}} if own_time else LEFT_OPEN
    await choose(home.hass, home.entry, webhook=False, show_as="both")
    await home.prove_zone()
    await home.open(600)
    await home.unload()
    await home.advance(600)
    home.hass.set_state(CoreState.not_running)
    await home.automate("left_open", inputs)
    await home.reload()
    await home.hass.async_start()
    if own_time:
        await home.advance(200)
        assert not home.messages
        await home.advance(130)
    await home.advance(0)
    assert len(home.messages) == len(home.buttons) == 1
    await home.press(home.buttons[0])
    assert len(home.sent) == 1


@pytest.mark.parametrize("outage", [True, False])
@pytest.mark.parametrize("sensor", [DOOR, COVER])
async def test_what_does_not_stay_open_after_a_start_is_not_left_open(
    home: Home, sensor: str, outage: bool
) -> None:
    """It is closed, or ParqEx fails, while its own time is counted."""
    await choose(home.hass, home.entry, webhook=False, show_as="both")
    await home.open(600)
    await home.unload()
    home.hass.set_state(CoreState.not_running)
    inputs = {"sensor": sensor, "open_for": {"minutes": 5}}
    await home.automate("left_open", inputs)
    await home.reload()
    await home.hass.async_start()
    await home.advance(120)
    if outage:
        home.cloud.faults.add("sync", OUTAGE, 1)
        await home.advance(60)
    else:
        await home.close(60)
    await home.advance(200)
    assert not home.messages
    await home.advance(200)
    assert len(home.messages) == outage


@pytest.mark.parametrize("blueprint", ["left_open", "open_on_arrival"])
async def test_a_button_works_while_other_phones_are_notified(
    home: Home, blueprint: str
) -> None:
    """Also if one cannot be reached; afterwards all are told, once, how it ended."""
    reachable, told = asyncio.Event(), []

    async def notify(call: ServiceCall) -> None:
        await reachable.wait()
        told.append(call.data["message"])

    await home.add_phone("Tablet", notify)
    if blueprint == "left_open":
        await home.automate("left_open", LEFT_OPEN)
        await home.open(930)
        await home.press(home.buttons[0])
        await home.advance(30)
    else:
        await home.press(await home.ask())
    assert len(home.sent) == len(home.messages) == 1
    reachable.set()
    await home.advance(600)
    assert told == home.messages
    assert len(told) == 2
    assert len(home.sent) == 1


async def test_access_sentence(home: Home) -> None:
    """By default what opened or failed is sent: who, what, how and when."""
    await home.hass.config.async_set_time_zone("America/New_York")
    gate = {"access_points": {"entity_id": GATE}}
    await home.automate("access_notification", gate)
    visitor = home.cloud.visitor("Vera Visitor")
    home.gate.open_as(visitor)
    home.cloud.door("Elevator").open_as(visitor)
    await home.advance(30)
    await home.close(60)
    await home.open()
    home.gate.refusal = 400
    home.gate.close_as(visitor)
    await home.advance(15 * 60)
    assert home.messages == [
        "Main gate was opened by Vera Visitor (ParqEx Web) at 07:00.",
        "Main gate was opened (Door Sensor) at 07:01.",
        "Main gate failed to close for Vera Visitor (ParqEx Web) at 07:02.",
    ]


async def test_access_of_a_person(home: Home) -> None:
    """A person is chosen by the full name, in capitals or not, at all access points."""
    inputs = {"person": " vera visitor", "event_types": ["opened", "closed"]}
    await home.automate("access_notification", inputs)
    cloud, garage = home.cloud, home.cloud.door("Garage left")
    vera, other = cloud.visitor("Vera Visitor"), cloud.visitor("Other Visitor")
    home.gate.open_as(vera)
    garage.open_as(other)
    await home.open(60, "Elevator")
    home.gate.close_as(other)
    garage.close_as(vera)
    await home.advance(60)
    assert [message.split(" (")[0] for message in home.messages] == [
        "Main gate was opened by Vera Visitor",
        "Garage left was closed by Vera Visitor",
    ]


async def test_accesses_all_at_once(home: Home) -> None:
    """However many come at once to a slow phone, each is sent, in order."""
    await home.automate("access_notification", {})
    home.reachable.clear()
    for _ in range(150):
        home.gate.open_by_hand()
        home.freezer.tick(1)
        home.gate.close_by_hand()
        home.freezer.tick(61)
    await home.advance(30)
    home.reachable.set()
    await home.advance(30)
    assert [message[-6:-1] for message in home.messages] == [
        f"{4 + at // 3600:02}:{at // 60 % 60:02}" for at in range(0, 150 * 62, 62)
    ]


async def test_access_after_outage(home: Home) -> None:
    """A known access is not sent again; a missed one is sent with its day."""
    entries = home.hass.config_entries
    await home.automate("access_notification", {})
    await home.open()
    await entries.async_reload(home.entry.entry_id)
    home.fail("sync", status=500)
    await home.advance(60)
    assert home.shown() == "unavailable"
    home.cloud.faults.clear()
    await home.advance(300)
    assert home.shown() != "unavailable"
    assert len(home.received) == 1

    await entries.async_unload(home.entry.entry_id)
    await home.close(0)
    home.gate.open_by_hand()
    home.freezer.tick(timedelta(hours=20))
    await entries.async_setup(home.entry.entry_id)
    await home.advance(30)
    assert len(home.received) == 2
    assert home.messages[1].endswith(" on 2026-11-02 at 04:06.")


@pytest.mark.parametrize("access_point", [GATE, COVER])
async def test_arrival_button(home: Home, access_point: str) -> None:
    """It opens after the button was pressed, once, and unless it is open already."""
    await choose(home.hass, home.entry, webhook=False, show_as="both")
    button = await home.ask(access_point=access_point)
    assert home.received[0]["actions"][0]["authenticationRequired"] is True
    await home.advance(60)
    assert not home.sent
    await home.press(button)
    await home.advance(30)
    assert home.sent == [("Main gate", "OPEN")]
    assert home.messages[1:] == [CLEARED]
    await home.close(60)
    await home.press(button)
    await home.arrive(False)
    await home.arrive()
    (button,) = home.buttons
    await home.open()
    await home.press(button)
    sentence = (
        "Main gate was shown as open, so nothing was sent. If it is not, open it from"
        " Home Assistant."
    )
    assert home.messages[2:] == ["Open Main gate?", sentence]
    assert len(home.sent) == 1


@pytest.mark.parametrize("minutes", [5, 1])
async def test_arrival_without_button(home: Home, minutes: int) -> None:
    """Another button, or the right one too late, opens nothing."""
    inputs = {} if minutes == 5 else {"confirm_within": {"minutes": minutes}}
    button = await home.ask(**inputs)
    await home.advance(60 * minutes - 30)
    assert len(home.received) == 1
    for other in ("parqex_open_", "parqex_open_other", f"{button}0"):
        await home.press(other)
    await home.advance(60)
    assert home.messages[1:] == [CLEARED]
    await home.press(button)
    await home.advance(60)
    assert not home.sent


async def test_arrival_not_asked(home: Home) -> None:
    """Nobody is asked who is found at home, or while it is open or unavailable."""
    await home.automate("open_on_arrival", ARRIVAL)
    await home.arrive()
    await home.open()
    for _ in range(2):
        await home.arrive(False)
        await home.arrive()
        home.fail("sync", status=500)
        await home.advance(60)
    assert not home.messages


async def test_arrival_does_not_open(home: Home) -> None:
    """A command that fails ends in a notification."""
    home.gate.controller.unplugged = True
    await home.press(await home.ask())
    sentence = "Main gate may not have opened. Check it before you try again."
    assert home.messages[1:] == [sentence]


async def test_night_closes(home: Home) -> None:
    """What was chosen and is open is closed once; a notification of before goes."""
    await home.automate("close_at_night", NIGHT)
    doors = [home.cloud.door(it) for it in ("Main gate", "Elevator", "Garage right")]
    for door in doors:
        door.open_by_hand()
    await home.advance(29 * 60)
    assert not home.sent
    await home.advance(90)
    assert [door.state for door in doors] == ["CLOSED", "CLOSED", "OPEN"]
    await home.advance(600)
    await home.open(3600)
    assert len(home.sent) == 2
    assert home.messages == [CLEARED]


@pytest.mark.parametrize(
    ("show_as", "chosen"),
    [
        *(("switches", GATE), ("switches", DOOR), ("both", GATE)),
        *(("covers", GATE), ("covers", COVER)),
    ],
)
async def test_night_all_kinds(home: Home, show_as: str, chosen: str) -> None:
    """Each stands for its access point, also if disabled; what is gone is named.

    What is reported counts, not what was asked for a moment ago and did not happen.
    """
    await choose(home.hass, home.entry, webhook=False, show_as=show_as)
    if show_as == "both":
        await home.disable(DOOR)
    points = [chosen, "binary_sensor.elevator_door", "switch.gone"]
    await home.automate("close_at_night", NIGHT | {"access_points": points})
    close = ("switch", "turn_off", GATE)
    if show_as == "covers":
        close = ("cover", "close_cover", COVER)
    home.gate.stuck = True
    home.gate.open_by_hand()
    await home.open(29.5 * 60, "Elevator")
    await home.act(*close)
    await home.advance(60)
    gate = ("Main gate", "CLOSED")
    assert sorted(home.sent) == [("Elevator", "CLOSED"), gate, gate]
    await home.advance(120)
    await home.act(*close)
    await home.advance(60)
    gone = "ParqEx does not say whether closed: switch.gone."
    assert home.messages == [f"Still open: Main gate. {gone}"]


async def test_night_waits_for_a_slow_controller(home: Home) -> None:
    """It takes one command at a time, and each would be given up after 20 seconds."""
    names = ("Box 1", "Box 2", "Box 3")
    doors = [home.cloud.add_door(home.house.garage, name) for name in names]
    await home.advance(60)
    points = {"access_points": ["switch.box_1", "switch.box_2", "switch.box_3"]}
    await home.automate("close_at_night", NIGHT | points)
    for door in doors:
        door.open_by_hand()
    await home.advance(28.5 * 60)
    home.fail("toggle", delay=9)
    for _ in range(60):
        home.freezer.tick(2)
        common.async_fire_time_changed(home.hass)
        await turns()
    assert {door.state for door in doors} == {"CLOSED"}


@pytest.mark.parametrize("lasting", [True, False])
@pytest.mark.parametrize("fault", [OUTAGE, AJAR])
async def test_night_unclear(home: Home, fault: Fault, lasting: bool) -> None:
    """What is unavailable or unknown, at closing time or at the check, is named."""
    await home.automate("close_at_night", NIGHT | {"repeat_every": 20})
    await home.open(28 * 60)
    home.cloud.faults.add("sync", fault)
    await home.advance(150)
    if not lasting:
        home.cloud.faults.clear()
    await home.advance(180)
    assert not home.sent
    others = ", Elevator, Pedestrian door" if fault is OUTAGE else ""
    unclear = f"ParqEx does not say whether closed: Main gate{others}."
    assert home.messages == [unclear if lasting else "Still open: Main gate."]
    home.cloud.faults.clear()
    home.gate.refusal = 400
    await home.advance(25 * 60)
    assert home.messages[1:] == (["Still open: Main gate."] if lasting else [])


async def test_night_closes_what_was_asked_to_open(home: Home) -> None:
    """Though ParqEx does not say whether it is open."""
    await home.automate("close_at_night", NIGHT)
    home.cloud.faults.add("sync", AJAR)
    await home.open(29.5 * 60)
    await home.turn("turn_on")
    await home.advance(60)
    assert home.sent == [("Main gate", "OPEN"), ("Main gate", "CLOSED")]


@pytest.mark.parametrize(("until", "closes"), [("03:00:00", 0), ("05:30:00", 1)])
async def test_night_run_by_hand(home: Home, until: str, closes: int) -> None:
    """By night it goes on, by day it does not."""
    again = {"repeat_every": 20, "close_at": "22:00:00", "repeat_until": until}
    await home.automate("close_at_night", NIGHT | again)
    tried = {"entity_id": home.hass.states.async_entity_ids("automation")}
    await home.hass.services.async_call("automation", "trigger", tried)
    await home.advance(600)
    await home.open(1800)
    assert home.sent == [("Main gate", "CLOSED")] * closes


@pytest.mark.parametrize(
    ("until", "closes"), [("04:30:00", 0), ("4:30", 0), ("04:29:00", 1)]
)
async def test_night_ends(home: Home, until: str, closes: int) -> None:
    """Only an end that is earlier than "Close at" is that of the next day."""
    again = {"repeat_every": 50, "repeat_until": until}
    await home.automate("close_at_night", NIGHT | again)
    await home.advance(35 * 60)
    await home.open(3600, "Elevator")
    assert home.sent == [("Elevator", "CLOSED")] * closes


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=9)])
async def test_night_that_begins_late(home: Home, late: timedelta) -> None:
    """After midnight or its end, it ends this morning, and not tomorrow."""
    home.freezer.tick(timedelta(hours=19, minutes=58))
    await home.advance(0)
    night = {"close_at": "23:59:59", "repeat_every": 60, "repeat_until": "00:50:00"}
    await home.automate("close_at_night", NIGHT | night)
    await home.open(60)
    home.freezer.tick(late)
    await home.advance(0)
    await home.advance(90)
    await home.advance(3600)
    await home.open(7200)
    assert home.sent == [("Main gate", "CLOSED")]


async def test_night_again(home: Home) -> None:
    """Until morning it closes again; what stays open is sent once, and taken back.

    A phone that is removed meanwhile does not end it.
    """
    again = {"repeat_every": 20, "repeat_until": "05:15:00"}
    removed = await home.add_phone("Old", AsyncMock())
    await home.automate("close_at_night", NIGHT | again)
    elevator = home.cloud.door("Elevator")
    home.gate.refusal = 400
    await home.open(0)
    await home.open(31 * 60, "Elevator")
    dr.async_get(home.hass).async_remove_device(removed)
    home.hass.services.async_remove("notify", "mobile_app_old")
    assert not home.messages
    await home.advance(4 * 60)
    assert home.messages == ["Still open: Main gate."]
    await home.open(18 * 60, "Elevator")
    assert elevator.state == "CLOSED"
    home.gate.refusal = None
    await home.advance(23 * 60)
    assert home.gate.state == "CLOSED"
    assert home.messages[1:] == [CLEARED]
    sent = list(home.sent)
    await home.open(3600, "Elevator")
    assert home.sent == sent
    assert elevator.state == "OPEN"
