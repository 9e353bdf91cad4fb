"""The demo's dashboard, with all entities of the account in one place."""

from playwright.async_api import expect

from scripts.demo_home.dashboard import PATH, show_everything
from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import HomeAssistant
from .pictures import Pictures


async def test_a_dashboard_shows_every_access_point_and_who_used_it(
    home_assistant: HomeAssistant,
    account_to_spoil: LinkedAccount,
    cloud: Cloud,
    pictures: Pictures,
) -> None:
    """No card is broken, and the accesses are listed beside the doors."""
    browser, page = account_to_spoil.browser, home_assistant.page
    await show_everything(browser)
    await account_to_spoil.let_in(main_gate="Vera Visitor")
    await home_assistant.open(f"/{PATH}")
    headings = page.locator("hui-heading-card")
    for door in cloud.doors:
        await expect(headings.get_by_text(door.name, exact=True)).to_be_visible()
        await expect(home_assistant.card(door.name).tile).to_be_visible()
    await expect(home_assistant.card("Main gate").state).to_have_text("Open")
    await pictures.take_by_day_and_night(page, "dashboard")
    await headings.get_by_text("Who opened what").scroll_into_view_if_needed()
    logbook = page.locator("hui-logbook-card")
    await expect(logbook.get_by_text("opened by Vera Visitor")).to_be_visible()
    await expect(page.locator("hui-error-card")).to_have_count(0)
    for one in await browser.call("lovelace/dashboards/list"):
        if one["url_path"] == PATH:
            await browser.call("lovelace/dashboards/delete", dashboard_id=one["id"])
