"""ParqEx's own pages, as the simulator shows them."""

from playwright.async_api import Locator, Page

from tests.simulator import Cloud


class ConsentPage:
    """Where ParqEx asks whether Home Assistant may open and close."""

    def __init__(self, page: Page) -> None:
        """Take the tab that Home Assistant opened."""
        self.page = page

    async def allow(self) -> None:
        """Let Home Assistant in."""
        await self._press("Allow")

    async def deny(self) -> None:
        """Keep Home Assistant out."""
        await self._press("Deny")

    async def _press(self, name: str) -> None:
        """Press a button; the tab closes itself once it is back in Home Assistant."""
        async with self.page.expect_event("close"):
            await self.page.get_by_role("button", name=name).click()


class ParqEx:
    """The doors in the cloud, with hands to lay on."""

    def __init__(self, page: Page, cloud: Cloud) -> None:
        """Take the tab."""
        self.page = page
        self._cloud = cloud

    def door(self, name: str) -> Locator:
        """Return a door; its attribute data-state says what it is."""
        return self.page.locator(f'[data-door="{self._cloud.door(name).id}"]')

    async def open_by_hand(self, name: str) -> None:
        """Open a door by hand."""
        await self._press(f"Open {name} by hand")

    async def close_by_hand(self, name: str) -> None:
        """Close a door by hand."""
        await self._press(f"Close {name} by hand")

    async def unplug(self, controller: str) -> None:
        """Unplug a controller."""
        await self.page.get_by_role("switch", name=f"Unplug {controller}").click()

    async def _press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name).click()
