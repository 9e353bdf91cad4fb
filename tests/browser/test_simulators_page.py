"""The page of the simulator, by mouse, keyboard and screen reader."""

from collections.abc import Generator
import re

from playwright.async_api import Locator, Page, expect
import pytest

from tests.simulator import Cloud
from tests.simulator.admin import act

from .pages import ParqEx

GATE = "Main gate"

# A control as a screen reader lists it; the name comes in quotes.
CONTROL = re.compile(
    r"- '?(button|combobox|link|region|switch|textbox)\b(?: (\".*?[^\\]\"))?"
)


@pytest.fixture
def tab(cloud: Cloud, parqex: ParqEx) -> Generator[Page]:
    """Return the tab with the page, of a cloud with all doors closed and all well."""
    yield parqex.page
    act(cloud, {"act": "end_troubles"})


@pytest.fixture
def trouble(tab: Page) -> Locator:
    """Return the bar that tells which trouble is on."""
    return tab.get_by_role("region", name="Trouble that is on")


async def test_everything_fails_at_once_and_works_again(
    tab: Page, trouble: Locator
) -> None:
    """One choice for all endpoints, which says so where they differ."""
    everything = tab.get_by_label("Everything at once")
    choices = tab.locator("#faults select")
    await everything.select_option("reset")
    await expect(trouble).to_contain_text("7 troubles are on")
    for choice in await choices.all():
        await expect(choice).to_have_value("reset")
    await tab.get_by_label("Commands toggle").select_option("401")
    await expect(everything).to_have_value("each its own")
    await everything.select_option("works")
    await expect(trouble).to_contain_text("All is well")
    for choice in await choices.all():
        await expect(choice).to_have_value("")


async def test_trouble_is_told_at_the_top_and_ended_there(
    tab: Page, parqex: ParqEx, trouble: Locator
) -> None:
    """One by one or all at once, and the keyboard stays where it was."""
    await tab.get_by_text("Habits and trouble of Main gate").click()
    await tab.get_by_role("switch", name="Stuck (Main gate)").check()
    await tab.get_by_role("switch", name="Requires a sensor (Main gate)").check()
    await parqex.unplug("ParqEx Garage Controller")
    await expect(trouble).to_contain_text("3 troubles are on")
    await expect(parqex.door(GATE)).to_have_attribute("data-stuck", "")

    await trouble.get_by_role("button", name="Main gate is stuck").press("Enter")
    await expect(trouble).to_contain_text("2 troubles are on")
    await expect(parqex.door(GATE)).not_to_have_attribute("data-stuck", "")
    await trouble.get_by_role("button", name="End all trouble").press("Enter")
    await expect(trouble).to_contain_text("All is well")
    await expect(trouble.get_by_text("All is well")).to_be_focused()
    await expect(tab.get_by_role("switch", name="Stuck (Main gate)")).to_be_visible()


async def test_every_control_has_a_name_of_its_own(tab: Page, parqex: ParqEx) -> None:
    """A screen reader can tell all of them apart, without seeing where they stand."""
    await parqex.unplug("ParqEx Gate Controller")
    await expect(tab.get_by_role("button", name="End all trouble")).to_be_visible()
    for part in await tab.locator("summary").all():
        await part.click()
    controls = CONTROL.findall(await tab.locator("body").aria_snapshot())
    assert len(controls) > 60
    assert [control for control in controls if not control[1]] == []
    assert [one for one in controls if controls.count(one) > 1] == []
