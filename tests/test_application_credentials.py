"""The application credentials of ParqEx."""

import pytest

from custom_components.parqex.application_credentials import (
    async_get_description_placeholders,
)
from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from tests.common import Home
from tests.conftest import set_up


async def test_unsafe_address_is_not_used(
    unlinked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens and commands travel over it, while linking and later."""
    hass, entry = unlinked.hass, unlinked.entry
    monkeypatch.setenv("PARQEX_BASE_URL", "http://192.0.2.1")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not unlinked.endpoints
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["reason"] == "oauth_implementation_unavailable"


async def test_dialog_says_where_to_get_credentials(hass: HomeAssistant) -> None:
    """And which redirect URL to ask for."""
    assert await async_get_description_placeholders(hass) == {
        "redirect_url": "https://my.home-assistant.io/redirect/oauth",
        "support_email": "support@parqex.com",
    }
