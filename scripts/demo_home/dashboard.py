"""A dashboard for the linked account: its gates and doors, and all that is shown of them."""

from collections import defaultdict
from typing import Any

from .browser import DOMAIN, Browser
from .wait import until

PATH = "parqex-demo"

# The options of the account: the dashboard has neither switches nor door sensors.
OPTIONS = {"show_as": "covers", "record_names": True}

# What is no gate, as its cover's "Show as" in Home Assistant.
SHOW_AS = {
    "Pedestrian door": "door",
    "Elevator": "door",
    "Garage left": "garage",
    "Garage right": "garage",
}


async def show_everything(browser: Browser) -> None:
    """Enable what no option disables, and make the dashboard."""
    await browser.log_entities()
    names = {
        one["id"]: one["name_by_user"] or one["name"] for one in await browser.devices()
    }
    await until(lambda: _has_covers(browser), 30, "The option enables no covers")
    entities = [
        one
        for one in await browser.entities()
        if one["options"].get(DOMAIN, {}).get("enabled", True)
    ]
    for one in entities:
        device_class = SHOW_AS.get(names[one["device_id"]])
        if device_class and _domain(one) == "cover":
            await browser.call(
                "config/entity_registry/update",
                entity_id=one["entity_id"],
                device_class=device_class,
            )
    await browser.enable(*entities)
    await browser.call(
        "lovelace/dashboards/create",
        url_path=PATH,
        title="ParqEx",
        icon="mdi:gate",
        mode="storage",
    )
    views = [_doors(entities, names), _all_entities(entities, names)]
    await browser.call("lovelace/config/save", url_path=PATH, config={"views": views})


async def _has_covers(browser: Browser) -> bool:
    """Return whether the option has enabled the covers."""
    return not any(
        one["disabled_by"]
        for one in await browser.entities()
        if _domain(one) == "cover"
    )


def _doors(entities: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    """Return the view for every day: to open, to close, and to see who did."""
    covers = {
        one["entity_id"]: names[one["device_id"]]
        for one in entities
        if _domain(one) == "cover"
    }
    close_all = {
        "type": "button",
        "name": "Close all",
        "show_icon": False,
        "grid_options": {"columns": "full", "rows": 1},
        "tap_action": {
            "action": "perform-action",
            "perform_action": "cover.close_cover",
            "target": {"entity_id": [*covers]},
            "confirmation": {"text": "Close all gates and doors?"},
        },
    }
    logbook = {
        "type": "logbook",
        "target": {"entity_id": [*covers]},
        "hours_to_show": 24,
        "grid_options": {"rows": 13},
    }
    controls = [_control(entity_id, name) for entity_id, name in covers.items()]
    sections = [
        _section("Gates and doors", *controls, close_all),
        _section("Who opened what", logbook),
    ]
    return {"title": "Gates and doors", "type": "sections", "sections": sections}


def _all_entities(
    entities: list[dict[str, Any]], names: dict[str, str]
) -> dict[str, Any]:
    """Return the view with every entity, a card each device."""
    by_device: defaultdict[str, list[str]] = defaultdict(list)
    for one in entities:
        by_device[names[one["device_id"]]].append(one["entity_id"])
    cards = [
        {"type": "entities", "title": name, "entities": sorted(ids)}
        for name, ids in by_device.items()
    ]
    return {"title": "All entities", "cards": cards}


def _section(title: str, *cards: dict[str, Any]) -> dict[str, Any]:
    return {"type": "grid", "cards": [{"type": "heading", "heading": title}, *cards]}


def _control(entity_id: str, name: str) -> dict[str, Any]:
    """Return the card that operates a cover: buttons, and a symbol that asks first."""
    toggle = {"action": "toggle", "confirmation": {"text": f"Open or close {name}?"}}
    return {
        "type": "tile",
        "entity": entity_id,
        "icon_tap_action": toggle,
        "features": [{"type": "cover-open-close"}],
        "features_position": "inline",
        "grid_options": {"columns": "full"},
    }


def _domain(entity: dict[str, Any]) -> str:
    domain: str = entity["entity_id"].partition(".")[0]
    return domain
