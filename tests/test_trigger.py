"""The trigger "Access point used", in automations, without any entity of the log."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_mock_service,
)

from custom_components.parqex.const import DOMAIN
from custom_components.parqex.trigger import AccessedTrigger
from homeassistant.components.websocket_api.automation import (
    async_get_triggers_for_target,
)
from homeassistant.core import ServiceCall
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.helpers.trigger import (
    TriggerConfig,
    async_get_all_descriptions,
    async_validate_trigger_config,
)
from homeassistant.setup import async_setup_component
from tests.common import GATE, Home
from tests.conftest import enable_all

TRIGGER = f"{DOMAIN}.accessed"
ELEVATOR = "switch.elevator"


async def automate(home: Home, **config: Any) -> list[ServiceCall]:
    """Make an automation with the trigger; return what it calls from now on."""
    calls = async_mock_service(home.hass, "test", "used")
    says = "{{ trigger.name }} {{ trigger.event_type }} {{ trigger.user }}"
    automation = {
        "triggers": {"trigger": TRIGGER, **config},
        "actions": {"action": "test.used", "data": {"says": says}},
        "mode": "queued",
    }
    config = {"automation": automation}
    assert await async_setup_component(home.hass, "automation", config)
    assert [it.state for it in home.hass.states.async_all("automation")] == ["on"]
    return calls


def said(calls: list[ServiceCall]) -> list[str]:
    """Return what was said in the calls."""
    return [call.data["says"] for call in calls]


def device_of(home: Home, entity_id: str) -> str:
    """Return the id of the device of an entity."""
    entity = er.async_get(home.hass).async_get(entity_id)
    assert entity
    assert entity.device_id
    return entity.device_id


async def use(home: Home) -> None:
    """Let Vera open the gate in 4 s, a hand the elevator, and a hand close the gate."""
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    home.cloud.door("Elevator").open_by_hand()
    await home.advance(30)
    await home.close()


VERA = "Main gate opened Vera Visitor"
UP = "Elevator opened None"
SHUT = "Main gate closed None"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [UP, VERA, SHUT]),
        ({"event_type": "closed"}, [SHUT]),
        ({"event_type": ["failed", "closed"]}, [SHUT]),
        ({"person": " vera VISITOR "}, [VERA]),
        ({"person": "Vera"}, []),
        ({"person": "", "channel": ""}, [UP, VERA, SHUT]),
        ({"channel": "door sensor"}, [UP, SHUT]),
        ({"not_older_than": {"seconds": 0}}, [UP, VERA, SHUT]),
    ],
)
async def test_options(
    home: Home, options: dict[str, Any], expected: list[str]
) -> None:
    """An access starts it that is what all options ask for."""
    calls = await automate(home, options=options)
    await use(home)
    assert said(calls) == expected


@pytest.mark.parametrize("kind", ["entity_id", "device_id", "area_id", "label_id"])
async def test_target(home: Home, kind: str) -> None:
    """Areas and labels count as they are when it happens."""
    area = ar.async_get(home.hass).async_create("Yard").id
    label = lr.async_get(home.hass).async_create("Ours").label_id
    gate = device_of(home, GATE)
    ids = {"entity_id": GATE, "device_id": gate, "area_id": area, "label_id": label}
    calls = await automate(home, target={kind: ids[kind]})
    if kind == "area_id":
        dr.async_get(home.hass).async_update_device(gate, area_id=area)
    er.async_get(home.hass).async_update_entity(GATE, labels={label})
    await use(home)
    assert said(calls) == [VERA, SHUT]


@pytest.mark.parametrize("kind", ["entity_id", "device_id"])
async def test_exclude(home: Home, kind: str) -> None:
    """What a target of 2026.11 excludes does not start it."""
    devices = [device_of(home, entity_id) for entity_id in (GATE, ELEVATOR)]
    exclude = {"entity_id": ELEVATOR, "device_id": devices[1]}
    target = {"device_id": devices, "exclude": {kind: [exclude[kind]]}}
    config = {"options": {"event_type": "opened"}}
    config = await AccessedTrigger.async_validate_config(home.hass, config)
    trigger = AccessedTrigger(
        home.hass, TriggerConfig(TRIGGER, target, config["options"])
    )
    names = []
    home.entry.async_on_unload(
        await trigger.async_attach_runner(
            lambda access, *_: names.append(access["name"])  # type: ignore[arg-type]  # nothing to run
        )
    )
    await use(home)
    assert names == ["Main gate"]


@pytest.mark.parametrize(("minutes", "expected"), [(None, [SHUT]), (30, [VERA, SHUT])])
async def test_what_is_published_late(
    home: Home, minutes: int | None, expected: list[str]
) -> None:
    """After an outage it starts nothing, unless it may be that old."""
    target = {"entity_id": GATE}
    options = {"not_older_than": {"minutes": minutes}} if minutes else {}
    calls = await automate(home, target=target, options=options)
    await home.prove_zone()
    home.fail("sync", status=500)
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(600)
    home.cloud.faults.clear()
    await home.advance(120)
    await home.close()
    assert said(calls) == expected


async def test_the_editor_writes_no_age_into_a_new_trigger(home: Home) -> None:
    """It would be that of what succeeds, and what failed is found later."""
    described: Any = (await async_get_all_descriptions(home.hass))[TRIGGER]
    assert not any("default" in field for field in described["fields"].values())


async def test_failed_attempts_are_found_later(home: Home) -> None:
    """So they may be older, without an option."""
    calls = await automate(home, options={"event_type": "failed"})
    home.gate.refusal = 400
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(15 * 60)
    assert said(calls) == ["Main gate failed Vera Visitor"]


async def test_context(home: Home) -> None:
    """The context of what follows leads to it."""
    calls = await automate(home, options={"person": "Vera Visitor"})
    events = async_capture_events(home.hass, "parqex_access")
    await use(home)
    assert [call.context.parent_id for call in calls] == [events[1].context.id]


async def test_the_editor_offers_it(home: Home) -> None:
    """For an access point's device, its area, its switch and its cover."""
    await enable_all(home.hass, home.entry)
    assert await async_setup_component(home.hass, "automation", {})
    area, gate = ar.async_get(home.hass).async_create("Yard").id, device_of(home, GATE)
    dr.async_get(home.hass).async_update_device(gate, area_id=area)
    (cover,) = (it for it in home.hass.states.async_entity_ids("cover") if "main" in it)
    targets: list[dict[str, list[str]]] = [
        {"device_id": [gate]},
        {"area_id": [area]},
        {"entity_id": [GATE]},
        {"entity_id": [cover]},
        {"entity_id": ["event.main_gate_access"]},
    ]
    for target in targets:
        offered = await async_get_triggers_for_target(home.hass, target, True)
        assert TRIGGER in offered
    other = {"entity_id": ["zone.home"]}
    assert TRIGGER not in await async_get_triggers_for_target(home.hass, other, True)


@pytest.mark.parametrize(
    "options",
    [
        {"event_type": []},
        {"event_type": "moved"},
        {"not_older_than": "-00:05:00"},
        {"user": "Vera Visitor"},
    ],
)
async def test_what_cannot_be_meant_is_refused(
    home: Home, options: dict[str, Any]
) -> None:
    """As the automation is saved."""
    config = [{"platform": TRIGGER, "options": options}]
    with pytest.raises(Exception, match=next(iter(options))):
        await async_validate_trigger_config(home.hass, config)
