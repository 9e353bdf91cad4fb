"""The demo's dashboard, where everything of the account is in one place."""

from collections.abc import AsyncGenerator

from playwright.async_api import expect
import pytest

from scripts.demo_home.dashboard import PATH, show_everything
from scripts.demo_home.demo import Demo
from tests.simulator import Cloud

from .account import LinkedAccount
from .pages import HomeAssistant
from .pictures import Pictures


@pytest.fixture
async def dashboard_path(
    account_to_spoil: LinkedAccount, demo: Demo
) -> AsyncGenerator[str]:
    """Return where the dashboard is."""
    await show_everything(demo.browser)
    yield PATH
    for one in await demo.browser.call("lovelace/dashboards/list"):
        if one["url_path"] == PATH:
            await demo.browser.call(
                "lovelace/dashboards/delete", dashboard_id=one["id"]
            )


async def test_a_dashboard_shows_every_access_point_and_who_used_it(
    home_assistant: HomeAssistant,
    account_to_spoil: LinkedAccount,
    dashboard_path: str,
    cloud: Cloud,
    pictures: Pictures,
) -> None:
    """No card is broken, and what happened is told beside the doors."""
    await account_to_spoil.let_in(main_gate="Vera Visitor")
    dashboard = await home_assistant.open_dashboard(dashboard_path)
    for door in cloud.doors:
        await expect(dashboard.heading(door.name)).to_be_visible()
        await expect(dashboard.card(door.name).tile).to_be_visible()
    await expect(dashboard.card("Main gate").state).to_have_text("On")
    await pictures.take_by_day_and_night(home_assistant.page, "dashboard")
    await dashboard.heading("Who opened what").scroll_into_view_if_needed()
    await expect(dashboard.sentence("opened by Vera Visitor")).to_be_visible()
    await expect(dashboard.broken_cards).to_have_count(0)
