"""The page of the simulator, by mouse, keyboard, screen reader and phone."""

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

# What of that which has the focus is seen at its middle, below the bar at the top.
FOCUSED = """
    () => {
        const focused = document.activeElement;
        if (focused === document.body) return "nothing";
        const { left, top, width } = focused.getBoundingClientRect();
        const seen = document.elementFromPoint(left + width / 2, top + 5);
        return focused.contains(seen) ? "seen" : focused.outerHTML;
    }
"""

# What does not fit into the bar at the top; its list of trouble scrolls.
CUT_OFF = """
    (bar) => [...bar.querySelectorAll(":scope > :not(ul)")]
        .filter((one) => one.scrollWidth > one.clientWidth
            || one.getBoundingClientRect().right > bar.getBoundingClientRect().right)
        .map((one) => one.textContent)
"""


@pytest.fixture
def tab(cloud: Cloud, parqex: ParqEx) -> Generator[Page]:
    """Return the tab with the page, of a cloud with all doors closed and all well."""
    yield parqex.page
    act(cloud, {"act": "end_troubles"})


@pytest.fixture
def trouble(tab: Page) -> Locator:
    """Return the bar that tells which trouble is on."""
    return tab.get_by_role("region", name="Trouble that is on")


async def test_focus_and_selection_stay_while_doors_move(
    tab: Page, parqex: ParqEx
) -> None:
    """Who reads or presses keys is not thrown out by what happens meanwhile."""
    await parqex.move_by_hand("Open", GATE)
    newest = tab.locator("#log li").first
    await expect(newest).to_contain_text("Main gate opened")
    await newest.locator("span").first.select_text()

    button = tab.get_by_role("button", name="Close Main gate by hand")
    await button.press("Enter")
    await expect(newest).to_contain_text("Main gate closed")
    await expect(button).to_be_focused()
    assert await tab.evaluate("String(getSelection())") == "Main gate opened"


async def test_trouble_lasts_as_long_as_chosen_and_says_so(
    tab: Page, cloud: Cloud, trouble: Locator
) -> None:
    """It is switched on by keys alone, and gone when it has been met."""
    await tab.get_by_label("New trouble lasts").press("End")
    choice = tab.get_by_label("Sign-in page authorize")
    await choice.focus()
    await tab.keyboard.type("gzip")
    await expect(choice).to_have_value("gzip bomb")
    chip = trouble.get_by_role("button", name="authorize: gzip bomb")
    await chip.focus()
    for left in ("3 more requests", "2 more requests", "1 more request "):
        await expect(chip).to_contain_text(f"for {left}")
        await expect(chip).to_be_focused()
        cloud.faults.take("authorize")
    await expect(trouble.get_by_text("All is well")).to_be_focused()
    await expect(choice).to_have_value("")


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


async def test_visitor_brings_in_no_markup(tab: Page) -> None:
    """A name is text, wherever it stands."""
    name = "<img src=x onerror=alert(1)>"
    await tab.get_by_label("Visitor").fill(name)
    await tab.get_by_role("button", name=f"Visit Elevator as {name}").click()
    await expect(tab.locator("#log li").first).to_contain_text(name)
    await expect(tab.locator("img")).to_have_count(0)


async def test_what_happens_is_said(tab: Page) -> None:
    """A screen reader hears of moves and of trouble, politely, and in words."""
    said = tab.get_by_role("status")
    await tab.get_by_role("button", name="Visit Garage left as Vera Visitor").click()
    await expect(said).to_have_text("Garage left is opening")
    await expect(said).to_have_text("Garage left opened, Vera Visitor")
    await tab.get_by_label("Tokens token").select_option("null")
    await expect(said).to_have_text("1 trouble is on")


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


@pytest.mark.parametrize("width", [320, 1280])
async def test_what_has_the_focus_is_seen(
    tab: Page, parqex: ParqEx, width: int
) -> None:
    """Whoever goes through the page by the keyboard, there and back again."""
    await tab.set_viewport_size({"width": width, "height": 640})
    await parqex.unplug("ParqEx Gate Controller")
    await expect(tab.get_by_role("button", name="End all trouble")).to_be_visible()
    for key in ("Tab", "Shift+Tab"):
        visited = 0
        await tab.keyboard.press(key)
        while (focused := await tab.evaluate(FOCUSED)) != "nothing":
            assert focused == "seen"
            visited += 1
            await tab.keyboard.press(key)
        assert visited > 50


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_nothing_is_wider_than_the_window(
    tab: Page, trouble: Locator, width: int
) -> None:
    """A phone scrolls in one direction, whatever is open and on."""
    await tab.set_viewport_size({"width": width, "height": 800})
    await tab.get_by_label("Everything at once").select_option(
        "control characters in names"
    )
    for switch in await tab.get_by_role("switch", name="Unplug").all():
        await switch.check()
    for part in await tab.locator("summary").all():
        await part.click()
    await tab.get_by_role("switch", name="Stuck (Main gate)").check()
    await expect(trouble).to_contain_text("10 troubles are on")
    await tab.get_by_label("Visitor").fill("W" * 60)
    assert await tab.evaluate("document.documentElement.scrollWidth") == width
    assert await trouble.evaluate(CUT_OFF) == []
    await trouble.get_by_role("button", name="End all trouble").click()
    await expect(trouble).to_contain_text("All is well")
