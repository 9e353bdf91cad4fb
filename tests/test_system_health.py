"""The system health page."""

from typing import Any

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.conftest import NOW, Advance, entry_for, set_up
from tests.simulator import Cloud, DemoHouse, Simulator


async def health(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the page shows."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info: dict[str, Any] = await get_system_health_info(hass, "parqex")
    info["api_reachable"] = await info["api_reachable"]
    return info


async def test_it_counts_all_accounts(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> None:
    """And what they can reach."""
    guest = entry_for(cloud, house.guest)
    guest.add_to_hass(hass)
    await set_up(hass, guest)
    assert await health(hass) == {
        "api_reachable": "ok",
        "linked_accounts": 2,
        "access_points": 7,
        "last_answer": NOW,
    }


async def test_it_says_when_parqex_is_gone(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    simulator: Simulator,
    advance: Advance,
) -> None:
    """And since when."""
    await simulator.stop()
    await advance(30)
    info = await health(hass)
    assert info["api_reachable"]["type"] == "failed"
    assert info["last_answer"] == NOW


async def test_it_works_without_an_account(
    hass: HomeAssistant, entry: MockConfigEntry, credentials: None
) -> None:
    """None is loaded."""
    assert await async_setup_component(hass, "parqex", {})
    await hass.config_entries.async_unload(entry.entry_id)
    info = await health(hass)
    assert (info["linked_accounts"], info["last_answer"]) == (1, None)
