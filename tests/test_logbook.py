"""An access reads as a sentence."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.conftest import NOW, Advance
from tests.simulator import Cloud, DemoHouse


@pytest.fixture(autouse=True)
def recorder(recorder_mock: Recorder) -> None:
    """Record what happens, from before the first entity."""


async def test_accesses_read_as_sentences(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    hass_client: ClientSessionGenerator,
) -> None:
    """On Home Assistant's own page, with names and channels."""
    assert await async_setup_component(hass, "logbook", {})
    await hass.async_block_till_done()
    gate, visitor = cloud.door("Main gate"), cloud.visitor("Vera Visitor")
    gate.open_as(visitor)
    await advance(30)
    gate.close_by_hand()
    await advance(30)
    house.entrance.refusal = 400
    gate.open_as(visitor)
    gate.command("CLOSED", house.entrance.sensor, "Door Sensor")
    await advance(15 * 60)
    await async_wait_recording_done(hass)

    client = await hass_client()
    response = await client.get(
        f"/api/logbook/{NOW - timedelta(hours=1):%FT%TZ}",
        params={"end_time": f"{NOW + timedelta(hours=1):%FT%TZ}"},
    )
    of_parqex = [one for one in await response.json() if one.get("domain") == "parqex"]
    sentences = [f"{one['name']} {one['message']}" for one in of_parqex]
    assert {one["entity_id"] for one in of_parqex} == {"switch.main_gate"}
    assert sentences == [
        "Main gate was opened by Vera Visitor (ParqEx Web)",
        "Main gate was closed (Door Sensor)",
        "Main gate failed to open for Vera Visitor (ParqEx Web)",
        "Main gate failed to close (Door Sensor)",
    ]
