"""Fixtures: Home Assistant with a public address."""

import logging
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.common import Home
from tests.dialogs import PUBLIC


@pytest.fixture
async def internet(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return a client of the public address that Home Assistant has now."""
    # It cannot write a time while the clock stands still.
    logging.getLogger("aiohttp.access").disabled = True
    await home.hass.config.async_update(external_url=PUBLIC)
    return await hass_client_no_auth()
