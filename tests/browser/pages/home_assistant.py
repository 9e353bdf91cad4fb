"""Home Assistant: logging in, and the way to its pages."""

import re

from playwright.async_api import Page, expect

from scripts.demo_home.browser import PASSWORD, USER

from .activity import Activity
from .assist import Assist, Exposed
from .automations import Blueprints
from .dashboards import Dashboard
from .integrations import Integration, Integrations
from .tools import Actions


class HomeAssistant:
    """A tab with Home Assistant's pages."""

    def __init__(self, page: Page) -> None:
        """Take the tab."""
        self.page = page

    async def log_in(self) -> None:
        """Log in, and stay so."""
        await self.page.goto("/")
        await self.page.get_by_label("Username").fill(USER)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await self.page.wait_for_url(re.compile("/home"))

    async def open_area(self, area: str) -> Dashboard:
        """Open an area on the dashboard that every user has from the start."""
        return await self.open_dashboard(f"home/areas-{area.lower()}")

    async def open_dashboard(self, path: str) -> Dashboard:
        """Open a dashboard."""
        await self._open(f"/{path}")
        return Dashboard(self.page)

    async def open_activity(self, *entities: str) -> Activity:
        """Open the logbook, of some entities or else of all."""
        of = f"?entity_id={','.join(entities)}" if entities else ""
        await self._open(f"/logbook{of}")
        return Activity(self.page)

    async def open_integrations(self) -> Integrations:
        """Open Settings > Devices & services."""
        await self._open("/config/integrations/dashboard")
        return Integrations(self.page)

    async def open_integration(self) -> Integration:
        """Open Settings > Devices & services > ParqEx."""
        await self._open("/config/integrations/integration/parqex")
        return Integration(self.page)

    async def open_actions(self) -> Actions:
        """Open the developer tools for actions."""
        await self._open("/config/developer-tools/action")
        return Actions(self.page)

    async def open_exposed(self) -> Exposed:
        """Open Settings > Voice assistants > Expose."""
        await self._open("/config/voice-assistants/expose")
        return Exposed(self.page)

    async def open_assist(self) -> Assist:
        """Open the dialog in which one types to Assist."""
        await self._open("/home/overview")
        await self.page.get_by_role("button", name="Assist (A)").click()
        return Assist(self.page)

    async def open_blueprints(self) -> Blueprints:
        """Open Settings > Automations & scenes > Blueprints."""
        await self._open("/config/blueprint/dashboard")
        return Blueprints(self.page)

    async def _open(self, path: str) -> None:
        """Open a page, and wait until it is there."""
        await self.page.goto(path)
        await expect(self.page.locator("#ha-launch-screen")).to_have_count(0)
