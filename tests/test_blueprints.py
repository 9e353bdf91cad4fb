"""The blueprints, as Home Assistant runs them: with a phone and the simulated doors."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.components.mobile_app.const import DATA_PUSH_CHANNEL
from homeassistant.components.mobile_app.push_notification import PushChannel
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
from tests.simulator import Cloud, DemoHouse, Door, Fault

FOLDER = Path(__file__).parents[1] / "blueprints" / "automation"
BLUEPRINTS = sorted(one.name for one in (FOLDER / "parqex").glob("*.yaml"))
REPOSITORY = "https://github.com/parqex-home-assistant/parqex/blob/main"

# Everything is in this process, so whatever goes on takes a turn of the loop a step.
QUIET_TURNS = 150

CLEARED = "clear_notification"

type Automate = Callable[..., Awaitable[None]]
type LetPass = Callable[[float], Awaitable[None]]


class Phone:
    """A phone with Home Assistant's app, and what it was sent."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Connect it, as the app does when it is at home."""
        self._entry = entry
        self.webhook_id: str = entry.data["webhook_id"]
        self.sent: list[dict[str, Any]] = []
        hass.data["mobile_app"][DATA_PUSH_CHANNEL][self.webhook_id] = PushChannel(
            hass, self.webhook_id, False, self.sent.append, lambda: None
        )
        device = dr.async_get(hass).async_get_device_by_identifier(
            ("mobile_app", entry.data["device_id"]), entry.entry_id
        )
        assert device
        self.device_id = device.id

    @property
    def messages(self) -> list[str]:
        """Return what was said, in order."""
        return [one["message"] for one in self.sent]

    @property
    def button(self) -> str:
        """Return the action of the only button of the last message."""
        (button,) = self.sent[-1]["data"]["actions"]
        action: str = button["action"]
        return action

    @property
    def has_button(self) -> bool:
        """Whether the last message can be answered."""
        return "actions" in self.sent[-1].get("data", {})


@pytest.fixture
async def phones(hass: HomeAssistant, linked: MockConfigEntry) -> list[Phone]:
    """Return two phones: Jane's, and somebody else's."""
    assert await async_setup_component(hass, "zone", {})
    people = [
        {"id": "jane", "name": "Jane", "device_trackers": ["device_tracker.phone_0"]}
    ]
    assert await async_setup_component(hass, "person", {"person": people})
    found = []
    for number in range(2):
        entry = MockConfigEntry(
            domain="mobile_app",
            data={
                "app_data": {"push_websocket_channel": True},
                "app_id": "io.robbie.HomeAssistant",
                "app_name": "Home Assistant",
                "app_version": "2026.10",
                "device_id": f"phone-{number}",
                "device_name": f"Phone {number}",
                "manufacturer": "Fairphone",
                "model": "5",
                "os_name": "Android",
                "os_version": "16",
                "supports_encryption": False,
                "user_id": "nobody",
                "webhook_id": f"webhook-{number}",
            },
        )
        entry.add_to_hass(hass)
        if not number:
            assert await async_setup_component(hass, "mobile_app", {})
        else:
            await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        found.append(Phone(hass, entry))
    return found


@pytest.fixture
def phone(phones: list[Phone]) -> Phone:
    """Return the phone that is told."""
    return phones[0]


@pytest.fixture
async def settle(cloud: Cloud) -> Callable[[], Awaitable[None]]:
    """Return a function that lets everything go on until only automations wait.

    They are why nothing here can wait for all of Home Assistant.
    """

    async def settle() -> None:
        quiet, asked = 0, len(cloud.requests)
        while quiet < QUIET_TURNS:
            await asyncio.sleep(0)
            answered = all(one.status for one in cloud.requests)
            quiet = quiet + 1 if answered and len(cloud.requests) == asked else 0
            asked = len(cloud.requests)

    return settle


@pytest.fixture
def let_pass(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    settle: Callable[[], Awaitable[None]],
) -> LetPass:
    """Return a function that lets seconds pass, at most half a minute at a time."""

    async def let_pass(seconds: float) -> None:
        while seconds > 0:
            freezer.tick(timedelta(seconds=min(seconds, 30)))
            async_fire_time_changed(hass)
            await settle()
            seconds -= 30

    return let_pass


@pytest.fixture
async def automate(
    hass: HomeAssistant,
    phone: Phone,
    settle: Callable[[], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Automate]:
    """Return a function that makes automations from blueprints."""
    monkeypatch.setattr(DomainBlueprints, "blueprint_folder", FOLDER)
    made: list[dict[str, Any]] = []

    async def automate(blueprint: str, **inputs: Any) -> None:
        made.append(
            {
                "alias": f"Made {len(made)}",
                "use_blueprint": {
                    "path": f"parqex/{blueprint}.yaml",
                    "input": {"notify_device": phone.device_id, **inputs},
                },
            }
        )

        async def load(_hass: HomeAssistant) -> dict[str, Any]:
            return {"automation": made}

        if len(made) == 1:
            assert await async_setup_component(hass, "automation", await load(hass))
        else:
            monkeypatch.setattr(
                "homeassistant.helpers.entity_component.conf_util.async_hass_config_yaml",
                load,
            )
            await hass.services.async_call("automation", "reload", blocking=True)
        await settle()
        for number in range(len(made)):
            state = hass.states.get(f"automation.made_{number}")
            assert state
            assert state.state == "on"

    yield automate
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )


@pytest.fixture
async def press(
    hass_client_no_auth: ClientSessionGenerator,
    phones: list[Phone],
    settle: Callable[[], Awaitable[None]],
) -> Callable[[Phone, str], Awaitable[None]]:
    """Return a function that presses a button, as the app tells it."""
    client = await hass_client_no_auth()

    async def press(phone: Phone, button: str) -> None:
        response = await client.post(
            f"/api/webhook/{phone.webhook_id}",
            json={
                "type": "fire_event",
                "data": {
                    "event_type": "mobile_app_notification_action",
                    "event_data": {"action": button},
                },
            },
        )
        assert response.ok
        await settle()

    return press


@pytest.fixture
async def gate_left_open(cloud: Cloud, automate: Automate, let_pass: LetPass) -> Door:
    """Return the main gate, open for so long that the phone was told of it."""
    await automate("left_open", sensor="binary_sensor.main_gate_left_open")
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await let_pass(930)
    return gate


type Press = Callable[[Phone, str], Awaitable[None]]


def commands(cloud: Cloud) -> list[tuple[str, str]]:
    """Return what was asked of which door."""
    return [(cloud.door(one.door_id).name, one.state) for one in cloud.commands]


@pytest.mark.parametrize("name", BLUEPRINTS)
async def test_a_blueprint_is_one_and_explains_itself(name: str) -> None:
    """It names its own file, and every input has a name, a description and a selector."""
    path = FOLDER / "parqex" / name
    blueprint = Blueprint(
        load_yaml_dict(str(path)),
        path=name,
        expected_domain="automation",
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )
    assert blueprint.validate() is None
    metadata = blueprint.metadata
    assert metadata["source_url"] == f"{REPOSITORY}/blueprints/automation/parqex/{name}"
    assert metadata["homeassistant"] == {"min_version": "2026.10.0"}
    assert metadata["name"].startswith("ParqEx: ")
    assert metadata["description"]
    assert metadata["author"]
    for one in blueprint.inputs.values():
        assert one["name"]
        assert one["description"]
        assert one["selector"]


async def test_the_button_closes_what_was_left_open(
    hass: HomeAssistant,
    cloud: Cloud,
    phone: Phone,
    automate: Automate,
    let_pass: LetPass,
    press: Press,
) -> None:
    """Once; and the notification goes when it is closed."""
    await automate("left_open", sensor="binary_sensor.main_gate_left_open")
    cloud.door("Main gate").open_by_hand()
    await let_pass(870)
    assert not phone.sent
    await let_pass(60)
    assert phone.messages == ["Main gate was left open."]
    button = phone.button
    await let_pass(60)
    assert not cloud.commands
    await press(phone, button)
    assert commands(cloud) == [("Main gate", "CLOSED")]
    await press(phone, button)
    await let_pass(30)
    assert cloud.door("Main gate").state == "CLOSED"
    assert phone.messages[1:] == ["Main gate is closed."]
    assert not phone.has_button
    assert len({one["data"]["tag"] for one in phone.sent}) == 1
    assert len(cloud.commands) == 1


async def test_somebody_elses_button_closes_nothing(
    cloud: Cloud,
    phones: list[Phone],
    automate: Automate,
    let_pass: LetPass,
    press: Press,
) -> None:
    """Two access points left open have two buttons, and each closes its own."""
    for name in ("main_gate", "elevator"):
        await automate("left_open", sensor=f"binary_sensor.{name}_left_open")
    cloud.door("Main gate").open_by_hand()
    await let_pass(30)
    cloud.door("Elevator").open_by_hand()
    await let_pass(870)
    phone, other = phones
    assert phone.messages == ["Main gate was left open."]
    gate = phone.button
    await let_pass(60)
    assert phone.messages[1:] == ["Elevator was left open."]
    elevator = phone.button
    for button in ("parqex_close_", "parqex_close_other", f"{gate}0"):
        await press(other, button)
    await let_pass(60)
    assert not cloud.commands
    await press(phone, elevator)
    await let_pass(30)
    assert commands(cloud) == [("Elevator", "CLOSED")]
    assert cloud.door("Main gate").state == "OPEN"


async def test_the_button_goes_when_it_is_closed_otherwise(
    gate_left_open: Door, cloud: Cloud, phone: Phone, let_pass: LetPass, press: Press
) -> None:
    """And closes nothing then, even if it is open again."""
    button = phone.button
    gate_left_open.close_by_hand()
    await let_pass(30)
    assert phone.messages[1:] == [CLEARED]
    assert phone.sent[0]["data"]["tag"] == phone.sent[1]["data"]["tag"]
    gate_left_open.open_by_hand()
    await let_pass(30)
    await press(phone, button)
    await let_pass(30)
    assert not cloud.commands


async def test_the_button_works_for_its_time_only(
    cloud: Cloud, phone: Phone, automate: Automate, let_pass: LetPass, press: Press
) -> None:
    """Afterwards one is told that it is still open, without a button."""
    await automate(
        "left_open",
        sensor="binary_sensor.main_gate_left_open",
        button_for={"minutes": 10},
    )
    cloud.door("Main gate").open_by_hand()
    await let_pass(930)
    button = phone.button
    await let_pass(600)
    assert phone.messages[1:] == ["Main gate is still open."]
    assert not phone.has_button
    await press(phone, button)
    await let_pass(3600)
    assert not cloud.commands
    assert len(phone.sent) == 2


async def test_while_the_button_works_an_outage_tells_nothing_again(
    hass: HomeAssistant,
    gate_left_open: Door,
    cloud: Cloud,
    phone: Phone,
    let_pass: LetPass,
    press: Press,
) -> None:
    """Out of reach nothing is sent; the button works again when it is over."""
    button = phone.button
    cloud.faults.add("sync", Fault(status=500))
    await let_pass(60)
    state = hass.states.get("binary_sensor.main_gate_left_open")
    assert state
    assert state.state == "unavailable"
    cloud.faults.clear()
    await let_pass(300)
    assert len(phone.sent) == 1
    await press(phone, button)
    assert commands(cloud) == [("Main gate", "CLOSED")]


async def test_a_time_of_ones_own_counts_from_when_it_opened(
    cloud: Cloud, phone: Phone, automate: Automate, let_pass: LetPass
) -> None:
    """With the door sensor; who closes in time is not told."""
    await automate(
        "left_open", sensor="binary_sensor.main_gate_door", open_for={"minutes": 5}
    )
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await let_pass(240)
    gate.close_by_hand()
    await let_pass(600)
    assert not phone.sent
    gate.open_by_hand()
    await let_pass(300)
    assert not phone.sent
    await let_pass(60)
    assert phone.messages == ["Main gate is open."]
    assert phone.has_button


@pytest.mark.parametrize("stuck", [True, False])
async def test_one_is_told_if_it_did_not_close(
    gate_left_open: Door,
    house: DemoHouse,
    phone: Phone,
    let_pass: LetPass,
    press: Press,
    stuck: bool,
) -> None:
    """Whether ParqEx refused, or the door did not move."""
    gate_left_open.stuck = stuck
    house.entrance.refusal = None if stuck else 400
    await press(phone, phone.button)
    await let_pass(150)
    assert phone.messages[1:] == ["Main gate is still open."]
    assert not phone.has_button


async def test_an_access_is_told_in_a_sentence(
    hass: HomeAssistant,
    cloud: Cloud,
    house: DemoHouse,
    phone: Phone,
    automate: Automate,
    let_pass: LetPass,
) -> None:
    """Who, what, how and when; by default what was opened, or failed."""
    await hass.config.async_set_time_zone("America/New_York")
    await automate("access_notification", access_points=["event.main_gate_access"])
    gate, visitor = cloud.door("Main gate"), cloud.visitor("Vera Visitor")
    gate.open_as(visitor)
    cloud.door("Elevator").open_as(visitor)
    await let_pass(30)
    gate.close_by_hand()
    await let_pass(60)
    gate.open_by_hand()
    await let_pass(30)
    house.entrance.refusal = 400
    gate.close_as(visitor)
    await let_pass(15 * 60)
    assert phone.messages == [
        "Main gate was opened by Vera Visitor (ParqEx Web) at 07:00.",
        "Main gate was opened (Door Sensor) at 07:01.",
        "Main gate failed to close for Vera Visitor (ParqEx Web) at 07:02.",
    ]


async def test_a_person_is_told_alone(
    cloud: Cloud, phone: Phone, automate: Automate, let_pass: LetPass
) -> None:
    """By the full name, in capitals or not; at all access points if none is chosen."""
    await automate(
        "access_notification", person=" vera visitor", event_types=["opened", "closed"]
    )
    vera, victor = cloud.visitor("Vera Visitor"), cloud.visitor("Victor Visitor")
    cloud.door("Main gate").open_as(vera)
    cloud.door("Garage left").open_as(victor)
    cloud.door("Elevator").open_by_hand()
    await let_pass(60)
    cloud.door("Main gate").close_as(victor)
    cloud.door("Garage left").close_as(vera)
    await let_pass(60)
    assert [one.split(" (")[0] for one in phone.messages] == [
        "Main gate was opened by Vera Visitor",
        "Garage left was closed by Vera Visitor",
    ]


async def test_what_comes_all_at_once_is_told_each(
    cloud: Cloud,
    phone: Phone,
    automate: Automate,
    let_pass: LetPass,
    freezer: FrozenDateTimeFactory,
) -> None:
    """In its order, though Home Assistant hears of it in the same moment."""
    await automate("access_notification")
    gate = cloud.door("Main gate")
    for _ in range(10):
        gate.open_by_hand()
        freezer.tick(1)
        gate.close_by_hand()
        freezer.tick(61)
    await let_pass(30)
    assert [one[-6:-1] for one in phone.messages] == [
        f"{4 + n // 60:02}:{n % 60:02}" for n in range(10)
    ]


async def test_a_restart_or_an_outage_is_no_access(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    phone: Phone,
    automate: Automate,
    let_pass: LetPass,
    freezer: FrozenDateTimeFactory,
    settle: Callable[[], Awaitable[None]],
) -> None:
    """What was told is not told again; what was missed is, with its day."""
    await automate("access_notification")
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await let_pass(30)
    assert len(phone.sent) == 1
    await hass.config_entries.async_reload(linked.entry_id)
    await settle()
    cloud.faults.add("sync", Fault(status=500))
    await let_pass(60)
    state = hass.states.get("event.main_gate_access")
    assert state
    assert state.state == "unavailable"
    cloud.faults.clear()
    await let_pass(300)
    state = hass.states.get("event.main_gate_access")
    assert state
    assert state.attributes["event_type"] == "opened"
    assert len(phone.sent) == 1

    await hass.config_entries.async_unload(linked.entry_id)
    gate.close_by_hand()
    gate.open_by_hand()
    freezer.tick(timedelta(hours=20))
    await hass.config_entries.async_setup(linked.entry_id)
    await settle()
    assert [one.split(") ")[1] for one in phone.messages[1:]] == [
        "on 2026-11-02 at 04:06."
    ]


@pytest.fixture
async def arrive(
    hass: HomeAssistant,
    phone: Phone,
    hass_client_no_auth: ClientSessionGenerator,
    settle: Callable[[], Awaitable[None]],
) -> Callable[[bool], Awaitable[None]]:
    """Return a function with which Jane arrives at home, or leaves."""
    client = await hass_client_no_auth()

    async def arrive(at_home: bool) -> None:
        where = [hass.config.latitude, hass.config.longitude + (not at_home)]
        response = await client.post(
            f"/api/webhook/{phone.webhook_id}",
            json={
                "type": "update_location",
                "data": {"gps": where, "gps_accuracy": 10},
            },
        )
        assert response.ok
        await settle()

    return arrive


type Arrive = Callable[[bool], Awaitable[None]]

ARRIVAL = {"person": "person.jane", "access_point": "switch.main_gate"}


async def test_arriving_opens_after_the_button(
    cloud: Cloud,
    phone: Phone,
    automate: Automate,
    let_pass: LetPass,
    press: Press,
    arrive: Arrive,
) -> None:
    """Not before; and the button works once."""
    await arrive(False)
    await automate("open_on_arrival", **ARRIVAL)
    await let_pass(60)
    assert not phone.sent
    await arrive(True)
    assert phone.messages == ["Open Main gate?"]
    button = phone.button
    assert phone.sent[0]["data"]["actions"][0]["authenticationRequired"] is True
    await let_pass(60)
    assert not cloud.commands
    await press(phone, button)
    assert commands(cloud) == [("Main gate", "OPEN")]
    await let_pass(30)
    assert cloud.door("Main gate").state == "OPEN"
    assert phone.messages[1:] == [CLEARED]
    cloud.door("Main gate").close_by_hand()
    await let_pass(60)
    await press(phone, button)
    assert len(cloud.commands) == 1


@pytest.mark.parametrize("minutes", [5, 1])
async def test_without_the_button_nothing_opens(
    cloud: Cloud,
    phones: list[Phone],
    automate: Automate,
    let_pass: LetPass,
    press: Press,
    arrive: Arrive,
    minutes: int,
) -> None:
    """Nor with another one, nor with the right one too late."""
    phone, other = phones
    await arrive(False)
    await automate("open_on_arrival", confirm_within={"minutes": minutes}, **ARRIVAL)
    await arrive(True)
    button = phone.button
    await let_pass(60 * minutes - 30)
    assert phone.messages == ["Open Main gate?"]
    for wrong in ("parqex_open_", "parqex_open_other", button.lower() + "0"):
        await press(other, wrong)
    await let_pass(60)
    assert phone.messages[1:] == [CLEARED]
    await press(phone, button)
    await let_pass(60)
    assert not cloud.commands
    assert cloud.door("Main gate").state == "CLOSED"


async def test_nobody_is_asked_without_reason(
    hass: HomeAssistant,
    cloud: Cloud,
    phone: Phone,
    automate: Automate,
    let_pass: LetPass,
    arrive: Arrive,
) -> None:
    """Not for who is found at home, nor while it is open or out of reach."""
    await automate("open_on_arrival", **ARRIVAL)
    await arrive(True)
    state = hass.states.get("person.jane")
    assert state
    assert state.state == "home"
    assert not phone.sent
    cloud.door("Main gate").open_by_hand()
    await let_pass(30)
    await arrive(False)
    await arrive(True)
    cloud.faults.add("sync", Fault(status=500))
    await let_pass(60)
    await arrive(False)
    await arrive(True)
    assert not phone.sent


async def test_what_is_open_already_is_not_opened(
    cloud: Cloud,
    phone: Phone,
    automate: Automate,
    let_pass: LetPass,
    press: Press,
    arrive: Arrive,
) -> None:
    """Somebody else was faster than the button."""
    await arrive(False)
    await automate("open_on_arrival", **ARRIVAL)
    await arrive(True)
    button = phone.button
    cloud.door("Main gate").open_by_hand()
    await let_pass(30)
    await press(phone, button)
    assert phone.messages[1:] == [CLEARED]
    assert not cloud.commands


async def test_one_is_told_if_it_may_not_have_opened(
    cloud: Cloud,
    house: DemoHouse,
    phone: Phone,
    automate: Automate,
    press: Press,
    arrive: Arrive,
) -> None:
    """Rather than waiting before a closed gate."""
    house.entrance.unplugged = True
    await arrive(False)
    await automate("open_on_arrival", **ARRIVAL)
    await arrive(True)
    await press(phone, phone.button)
    assert phone.messages[2:] == [
        "Main gate may not have opened. Look at it before you try again."
    ]


NIGHT = {
    "access_points": ["switch.main_gate", "switch.elevator", "switch.pedestrian_door"],
    "close_at": "04:30:00",  # half an hour after the tests begin
}


async def test_at_night_what_is_open_is_closed(
    cloud: Cloud, phone: Phone, automate: Automate, let_pass: LetPass
) -> None:
    """Of what was chosen, once, without a word if all went well."""
    await automate("close_at_night", **NIGHT)
    for name in ("Main gate", "Elevator", "Garage right"):
        cloud.door(name).open_by_hand()
    await let_pass(29 * 60)
    assert not cloud.commands
    await let_pass(60)
    assert sorted(commands(cloud)) == [
        ("Elevator", "CLOSED"),
        ("Main gate", "CLOSED"),
    ]
    await let_pass(600)
    cloud.door("Main gate").open_by_hand()
    await let_pass(3600)
    assert len(cloud.commands) == 2
    assert not phone.sent


async def test_at_night_one_is_told_what_is_still_open(
    cloud: Cloud, house: DemoHouse, phone: Phone, automate: Automate, let_pass: LetPass
) -> None:
    """One that refuses keeps no other from closing."""
    await automate("close_at_night", **NIGHT)
    gate, elevator = cloud.door("Main gate"), cloud.door("Elevator")
    door = cloud.door("Pedestrian door")
    door.auto_close(0)
    for one in (gate, elevator, door):
        one.open_by_hand()
    await let_pass(60)
    gate.stuck = True
    elevator.refusal = 400
    await let_pass(30 * 60)
    assert door.state == "CLOSED"
    assert not phone.sent
    await let_pass(180)
    assert phone.messages == ["Still open: Main gate, Elevator."]


async def test_at_night_one_is_told_what_is_not_known(
    cloud: Cloud, phone: Phone, automate: Automate, let_pass: LetPass
) -> None:
    """Out of reach may mean open."""
    await automate("close_at_night", **NIGHT)
    await let_pass(28 * 60)
    cloud.faults.add("sync", Fault(status=500))
    await let_pass(300)
    assert phone.messages == [
        "ParqEx does not say whether closed: Main gate, Elevator, Pedestrian door."
    ]


async def test_at_night_it_is_closed_again_until_morning(
    cloud: Cloud, phone: Phone, automate: Automate, let_pass: LetPass
) -> None:
    """What stays open is told once, and taken back when it is closed."""
    await automate("close_at_night", repeat_every=20, repeat_until="05:15:00", **NIGHT)
    gate, elevator = cloud.door("Main gate"), cloud.door("Elevator")
    gate.open_by_hand()
    await let_pass(60)
    gate.stuck = True
    await let_pass(34 * 60)
    elevator.open_by_hand()
    await let_pass(18 * 60)
    assert phone.messages == ["Still open: Main gate."]
    assert elevator.state == "CLOSED"
    gate.stuck = False
    await let_pass(23 * 60)
    assert gate.state == "CLOSED"
    assert phone.messages[1:] == [CLEARED]
    told = len(cloud.commands)
    elevator.open_by_hand()
    await let_pass(3600)
    assert len(cloud.commands) == told
    assert elevator.state == "OPEN"
