"""Setting up an account: what fails, and what every entity shows meanwhile."""

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.setup import async_setup_component
from tests.common import GATE, Home
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


async def test_what_operates_is_there_before_what_may_start_it(unlinked: Home) -> None:
    """Also where the account loads late, and nothing else has brought switches along."""
    assert await async_setup_component(unlinked.hass, "binary_sensor", {})
    changes = async_capture_events(unlinked.hass, EVENT_STATE_CHANGED)
    await set_up(unlinked.hass, unlinked.entry)
    shown = [change.data["entity_id"] for change in changes]
    assert shown.index(GATE) < shown.index("binary_sensor.main_gate_left_open")


async def test_every_entity_is_unavailable_during_an_outage(home: Home) -> None:
    """Those that are disabled at first, too."""
    await enable_all(home.hass, home.entry)
    before = {one.entity_id for one in home.hass.states.async_all()}
    home.fail("sync", status=500)
    await home.advance(30)
    states = home.hass.states.async_all()
    assert {one.entity_id for one in states} == before
    assert {one.state for one in states} == {STATE_UNAVAILABLE}
