"""The system health page."""

from datetime import timedelta
from typing import Any

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from homeassistant.setup import async_setup_component
from tests.common import Home
from tests.conftest import NOW
from tests.simulator import Simulator


async def health(home: Home) -> dict[str, Any]:
    """Return what the page shows."""
    assert await async_setup_component(home.hass, "system_health", {})
    await home.hass.async_block_till_done()
    info: dict[str, Any] = await get_system_health_info(home.hass, "parqex")
    info["api_reachable"] = await info["api_reachable"]
    return info


async def test_it_counts_all_accounts(home: Home, guest: MockConfigEntry) -> None:
    """And what they can reach."""
    assert await health(home) == {
        "api_reachable": "ok",
        "linked_accounts": 2,
        "access_points": 7,
        "last_answer": NOW,
    }


async def test_it_shows_since_when_parqex_is_gone(
    home: Home, simulator: Simulator
) -> None:
    """By the time of its last answer."""
    await simulator.stop()
    await home.advance(30)
    info = await health(home)
    assert info["api_reachable"]["type"] == "failed"
    assert info["last_answer"] == NOW


async def test_one_rejected_account_hides_no_answer(
    home: Home, guest: MockConfigEntry
) -> None:
    """ParqEx answers the other one."""
    home.cloud.oauth.revoke(home.house.guest)
    await home.advance(30)
    assert (await health(home))["last_answer"] == NOW + timedelta(seconds=30)


async def test_it_works_while_no_account_is_loaded(home: Home) -> None:
    """There is no last answer then."""
    await home.unload()
    info = await health(home)
    assert (info["linked_accounts"], info["last_answer"]) == (1, None)
