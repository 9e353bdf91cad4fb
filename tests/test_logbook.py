"""An access reads as a sentence in Activity."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.components.recorder.core import Recorder
from homeassistant.setup import async_setup_component
from tests.common import Home
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def recorder(recorder_mock: Recorder) -> None:
    """Record what happens, from before the first entity."""


async def test_accesses_read_as_sentences(
    home: Home, hass_client: ClientSessionGenerator
) -> None:
    """With names and channels where ParqEx has them."""
    assert await async_setup_component(home.hass, "logbook", {})
    await home.hass.async_block_till_done()
    gate, visitor = home.gate, home.cloud.visitor("Vera Visitor")
    gate.open_as(visitor)
    await home.advance(30)
    gate.close_by_hand()
    await home.advance(30)
    home.house.entrance.refusal = 400
    gate.open_as(visitor)
    gate.command("CLOSED", home.house.entrance.sensor, "")
    await home.advance(15 * 60)
    await async_wait_recording_done(home.hass)

    client = await hass_client()
    response = await client.get(
        f"/api/logbook/{NOW - timedelta(hours=1):%FT%TZ}",
        params={"end_time": f"{NOW + timedelta(hours=1):%FT%TZ}"},
    )
    ours = [one for one in await response.json() if one.get("domain") == "parqex"]
    assert {one["entity_id"] for one in ours} == {"switch.main_gate"}
    assert [f"{one['name']} {one['message']}" for one in ours] == [
        "Main gate was opened by Vera Visitor (ParqEx Web)",
        "Main gate was closed (Door Sensor)",
        "Main gate failed to open for Vera Visitor (ParqEx Web)",
        "Main gate failed to close",
    ]
