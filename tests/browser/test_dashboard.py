"""The demo's dashboard: gates and doors as covers, and all entities of the account."""

from playwright.async_api import ViewportSize, expect

from scripts.demo_home.dashboard import OPTIONS, PATH, show_everything
from tests.simulator import Cloud

from .account import LinkedAccount
from .chromium import WINDOW
from .pages import HomeAssistant, ParqEx
from .pictures import Pictures

DOOR = "Elevator"  # no other test operates it


async def test_a_dashboard_opens_after_asking_and_shows_who_came(
    home_assistant: HomeAssistant,
    account_to_spoil: LinkedAccount,
    cloud: Cloud,
    parqex: ParqEx,
    pictures: Pictures,
) -> None:
    """No card is broken, and the accesses are listed beside the doors."""
    browser, page = account_to_spoil.browser, home_assistant.page
    await browser.set_options(**OPTIONS, webhook=False)
    await show_everything(browser)
    await account_to_spoil.let_in(garage_left="Fiona Friend", main_gate="Vera Visitor")
    await home_assistant.open(f"/{PATH}")
    for door in cloud.doors:
        await expect(home_assistant.card(door.name).tile).to_be_visible()
    await expect(home_assistant.card("Main gate").state).to_have_text("Open")
    logbook = page.locator("hui-logbook-card")
    await expect(logbook.get_by_text("opened by Vera Visitor")).to_be_visible()
    await page.set_viewport_size(ViewportSize(width=WINDOW["width"], height=560))
    await pictures.take_by_day_and_night(page, "dashboard")

    sent = len(cloud.commands)
    await home_assistant.card(DOOR).toggle()
    question = page.locator("dialog-box")
    await expect(question).to_contain_text(f"Open or close {DOOR}?")
    assert len(cloud.commands) == sent
    await question.get_by_role("button", name="OK").click()
    await expect(parqex.door(DOOR)).to_have_attribute("data-state", "OPEN")
    await expect(home_assistant.card(DOOR).state).to_have_text("Open")

    await home_assistant.open(f"/{PATH}/1")
    cards = page.locator("hui-entities-card")
    for door in cloud.doors:
        await expect(cards.get_by_text(door.name, exact=True).first).to_be_visible()
    await expect(page.locator("hui-error-card")).to_have_count(0)
    # Its page has an error while the dashboard goes.
    await home_assistant.open("/home/overview")
    for one in await browser.call("lovelace/dashboards/list"):
        if one["url_path"] == PATH:
            await browser.call("lovelace/dashboards/delete", dashboard_id=one["id"])
