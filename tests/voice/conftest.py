"""Fixtures: an account that shows its access points as gates and as switches."""

import pytest

from tests.common import Home
from tests.dialogs import choose


@pytest.fixture
async def both(home: Home) -> Home:
    """Show access points as covers and as switches."""
    await choose(home.hass, home.entry, webhook=False, show_as="both")
    return home
