"""What a person's browser does while an account is linked."""

from urllib.parse import parse_qsl

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient
from yarl import URL

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from tests.simulator import Account


class Browser:
    """Visits ParqEx's page and comes back to Home Assistant."""

    def __init__(
        self,
        hass: HomeAssistant,
        home_assistant: TestClient[web.Request, web.Application],
    ) -> None:
        """Initialize with the client of Home Assistant's own pages."""
        self._hass = hass
        self._home_assistant = home_assistant

    async def allow(self, result: ConfigFlowResult, account: Account) -> None:
        """Press Allow as this account, and come back."""
        await self._decide(result, decision="allow", account=account.id)

    async def deny(self, result: ConfigFlowResult) -> None:
        """Press Deny, and come back."""
        await self._decide(result, decision="deny")

    async def _decide(self, result: ConfigFlowResult, **answer: str) -> None:
        """Send the form of ParqEx's page, and follow where it leads."""
        address = URL(result["url"])
        async with (
            ClientSession() as session,
            session.post(
                address.with_query(None),
                data={**address.query, **answer},
                allow_redirects=False,
            ) as response,
        ):
            assert response.status == 302
            back = URL(response.headers["Location"])
        assert await self.come_back(back) == 200
        await self._hass.async_block_till_done()

    async def come_back(self, back: URL) -> int:
        """Open the address that ParqEx led to; return Home Assistant's status."""
        response = await self._home_assistant.get(
            back.path, params=parse_qsl(back.query_string)
        )
        return response.status
