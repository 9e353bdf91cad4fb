"""A dashboard that shows every entity of the linked account, a section each device."""

from collections import defaultdict
from typing import Any

from .browser import Browser

PATH = "parqex-demo"

# Controls come first.
ORDER = ("switch", "binary_sensor", "event", "sensor")


async def show_everything(browser: Browser) -> None:
    """Enable what is disabled by default, and make the dashboard."""
    await browser.log_entities()
    # A cover shows what the switch shows.
    entities = [
        entity
        for entity in await browser.entities()
        if not entity["entity_id"].startswith("cover.")
    ]
    await browser.enable(*entities)
    names = {
        one["id"]: one["name_by_user"] or one["name"] for one in await browser.devices()
    }
    await browser.call(
        "lovelace/dashboards/create",
        url_path=PATH,
        title="ParqEx",
        icon="mdi:gate",
        mode="storage",
    )
    await browser.call(
        "lovelace/config/save", url_path=PATH, config=_dashboard(entities, names)
    )


def _dashboard(entities: list[dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    by_device: defaultdict[str, list[str]] = defaultdict(list)
    for entity in entities:
        by_device[entity["device_id"]].append(entity["entity_id"])
    sections = [
        _section(names[device_id], *map(_tile, sorted(entity_ids, key=_place)))
        for device_id, entity_ids in by_device.items()
    ]
    # Access points have more to show than controllers.
    sections.sort(key=lambda section: len(section["cards"]) < 4)
    # The logbook's sentences are those of the switches.
    who = [one["entity_id"] for one in entities if _place(one["entity_id"])[0] == 0]
    logbook = {"type": "logbook", "target": {"entity_id": who}, "hours_to_show": 24}
    sections.append(_section("Who opened what", logbook))
    return {"views": [{"title": "ParqEx", "type": "sections", "sections": sections}]}


def _section(title: str, *cards: dict[str, Any]) -> dict[str, Any]:
    return {"type": "grid", "cards": [{"type": "heading", "heading": title}, *cards]}


def _tile(entity_id: str) -> dict[str, Any]:
    """Return the card of an entity; a switch has a button."""
    card = {"type": "tile", "entity": entity_id}
    if not entity_id.startswith("switch."):
        # The heading already has the name of the device.
        return {**card, "name": {"type": "entity"}}
    columns = {"grid_options": {"columns": "full"}}
    return {**card, "features": [{"type": "toggle"}], **columns}


def _place(entity_id: str) -> tuple[int, str]:
    return ORDER.index(entity_id.partition(".")[0]), entity_id
