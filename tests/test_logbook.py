"""An access reads as a sentence in Activity."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.components.recorder.core import Recorder
from homeassistant.setup import async_setup_component
from tests.common import Home
from tests.conftest import NOW, enable_all
from tests.dialogs import choose

type Activity = Callable[[], Awaitable[list[dict[str, Any]]]]


@pytest.fixture(autouse=True)
def recorder(recorder_mock: Recorder) -> None:
    """Record what happens, from before the first entity."""


@pytest.fixture
async def activity(home: Home, hass_client: ClientSessionGenerator) -> Activity:
    """Return a function that returns the rows of two hours in Activity."""
    assert await async_setup_component(home.hass, "logbook", {})
    await home.hass.async_block_till_done()
    client = await hass_client()

    async def rows() -> list[dict[str, Any]]:
        await async_wait_recording_done(home.hass)
        response = await client.get(
            f"/api/logbook/{NOW - timedelta(hours=1):%FT%TZ}",
            params={"end_time": f"{NOW + timedelta(hours=1):%FT%TZ}"},
        )
        found: list[dict[str, Any]] = await response.json()
        return found

    return rows


async def test_accesses_read_as_sentences(home: Home, activity: Activity) -> None:
    """With names and channels where ParqEx has them."""
    gate, visitor = home.gate, home.cloud.visitor("Vera Visitor")
    gate.open_as(visitor)
    await home.advance(30)
    gate.close_by_hand()
    await home.advance(30)
    home.house.entrance.refusal = 400
    gate.open_as(visitor)
    gate.command("CLOSED", home.house.entrance.sensor, "")
    await home.advance(15 * 60)
    ours = [one for one in await activity() if one.get("domain") == "parqex"]
    assert {one["entity_id"] for one in ours} == {"switch.main_gate"}
    assert [f"{one['name']} {one['message']}" for one in ours] == [
        "Main gate was opened by Vera Visitor (ParqEx Web)",
        "Main gate was closed (Door Sensor)",
        "Main gate failed to open for Vera Visitor (ParqEx Web)",
        "Main gate failed to close",
    ]


@pytest.mark.parametrize("by_hand", [True, False])
@pytest.mark.parametrize("show_as", ["switches", "covers"])
async def test_an_opening_makes_at_most_three_rows(
    home: Home, activity: Activity, show_as: str, by_hand: bool
) -> None:
    """The switch and what the door did, or the cover alone; and who it was."""
    await choose(home.hass, home.entry, webhook=False, show_as=show_as)
    await home.advance(30)
    before = len(await activity())
    if by_hand:
        home.gate.open_by_hand()
    elif show_as == "covers":
        await home.act("cover", "open_cover", "cover.main_gate")
    else:
        await home.turn("turn_on")
    for _ in range(4):
        await home.advance(30)
    rows = (await activity())[before:]
    shown = sorted(f"{row['entity_id']} {row.get('state', 'who')}" for row in rows)
    if show_as == "covers":
        on_its_way = [] if by_hand else ["cover.main_gate opening"]
        assert shown == ["cover.main_gate open", *on_its_way, "cover.main_gate who"]
    else:
        door = "binary_sensor.main_gate_door on"
        assert shown == [door, "switch.main_gate on", "switch.main_gate who"]


async def test_enabling_an_entity_looks_like_no_access(
    home: Home, activity: Activity
) -> None:
    """Neither does the reload that comes with it, nor the next one."""
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30)
    await enable_all(home.hass, home.entry)
    await home.reload()
    await home.advance(30)
    rows = await activity()
    assert [row["message"] for row in rows if "message" in row] == [
        "was opened by Vera Visitor (ParqEx Web)"
    ]
    states = {row["state"] for row in rows if row["entity_id"].startswith("event.")}
    assert states == {"unavailable", "unknown"}
