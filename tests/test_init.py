"""Setting up an account: what fails, and what every entity shows meanwhile."""

import pytest

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from tests.common import Home
from tests.conftest import enable_all, set_up
from tests.simulator import Fault


@pytest.mark.parametrize(
    ("endpoint", "fault", "state"),
    [
        ("sync", Fault(status=500), ConfigEntryState.SETUP_RETRY),
        ("sync", Fault(status=429), ConfigEntryState.SETUP_RETRY),
        ("sync", Fault(status=401), ConfigEntryState.SETUP_ERROR),
        ("token", Fault(status=500), ConfigEntryState.SETUP_RETRY),
        ("token", Fault(reset=True), ConfigEntryState.SETUP_RETRY),
        ("token", Fault(status=400), ConfigEntryState.SETUP_ERROR),
    ],
)
async def test_set_up_that_fails_is_retried_or_asks_for_a_login(
    unlinked: Home, endpoint: str, fault: Fault, state: ConfigEntryState
) -> None:
    """Only a rejected login needs the user."""
    hass, cloud, entry = unlinked.hass, unlinked.cloud, unlinked.entry
    cloud.faults.add(endpoint, fault)
    if endpoint == "token":
        cloud.oauth.expire(unlinked.house.owner)
    await set_up(hass, entry)
    assert entry.state is state
    asked = any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
    assert asked is (state is ConfigEntryState.SETUP_ERROR)
    cloud.faults.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)


async def test_every_entity_is_unavailable_during_an_outage(home: Home) -> None:
    """Those that are disabled at first, too."""
    await enable_all(home.hass, home.entry)
    before = {one.entity_id for one in home.hass.states.async_all()}
    home.fail("sync", status=500)
    await home.advance(30)
    states = home.hass.states.async_all()
    assert {one.entity_id for one in states} == before
    assert {one.state for one in states} == {STATE_UNAVAILABLE}
