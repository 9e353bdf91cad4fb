"""A dashboard that shows every entity of the linked account, a section each device."""

from collections import defaultdict
from typing import Any

from .browser import DOMAIN, Browser

PATH = "parqex-demo"

# What one operates stands first, what one only reads after it.
ORDER = ("switch", "binary_sensor", "event", "sensor")


async def show_everything(browser: Browser) -> None:
    """Enable what is disabled at first, and make the dashboard."""
    entities = [
        entity
        for entity in await browser.call("config/entity_registry/list")
        if entity["platform"] == DOMAIN
    ]
    for entity in entities:
        if entity["disabled_by"]:
            await browser.call(
                "config/entity_registry/update",
                entity_id=entity["entity_id"],
                disabled_by=None,
            )
    await browser.reload(entities[0]["config_entry_id"])
    devices = await browser.call("config/device_registry/list")
    names = {one["id"]: one["name_by_user"] or one["name"] for one in devices}
    await browser.call(
        "lovelace/dashboards/create",
        url_path=PATH,
        title="ParqEx",
        icon="mdi:gate",
        mode="storage",
    )
    await browser.call(
        "lovelace/config/save", url_path=PATH, config=dashboard(entities, names)
    )


def dashboard(entities: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    """Return a dashboard of these entities; `names` are those of the devices."""
    by_device: defaultdict[str, list[str]] = defaultdict(list)
    for entity in entities:
        by_device[entity["device_id"]].append(entity["entity_id"])
    sections = [
        _section(names[device_id], sorted(entity_ids, key=_place))
        for device_id, entity_ids in by_device.items()
    ]
    # Access points have more to show than controllers.
    sections.sort(key=lambda section: len(section["cards"]) < 4)
    # The sentences of the logbook stand under the access point's own name: its switch.
    who = [
        one["entity_id"] for one in entities if one["entity_id"].startswith("switch")
    ]
    logbook = {"type": "logbook", "target": {"entity_id": who}, "hours_to_show": 24}
    sections.append({"type": "grid", "cards": [_heading("Who opened what"), logbook]})
    return {"views": [{"title": "ParqEx", "type": "sections", "sections": sections}]}


def _section(title: str, entity_ids: list[str]) -> dict[str, Any]:
    """Return the section of one device."""
    cards = [_tile(entity_id) for entity_id in entity_ids]
    return {"type": "grid", "cards": [_heading(title), *cards]}


def _heading(text: str) -> dict[str, Any]:
    """Return a heading."""
    return {"type": "heading", "heading": text}


def _tile(entity_id: str) -> dict[str, Any]:
    """Return the card of an entity; a switch's is operated with a button."""
    card = {"type": "tile", "entity": entity_id}
    if not entity_id.startswith("switch."):
        # Under the heading of the device, the entity's own name is enough.
        return {**card, "name": {"type": "entity"}}
    return {
        **card,
        "features": [{"type": "toggle"}],
        "grid_options": {"columns": "full"},
    }


def _place(entity_id: str) -> tuple[int, str]:
    """Return where an entity stands in its section."""
    return ORDER.index(entity_id.partition(".")[0]), entity_id
