"""Issues appear and vanish with their reason, and with their account."""

import pytest

from custom_components.parqex.issues import (
    CREDENTIALS_DELETED,
    MAY_NOT,
    WEBHOOK_UNREACHABLE,
    async_raise_issue,
)
from homeassistant.components.cloud import (
    SIGNAL_CLOUD_CONNECTION_STATE,
    CloudConnectionState,
)
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers.dispatcher import async_dispatcher_send
from tests.common import Home
from tests.conftest import settle
from tests.dialogs import PUBLIC, choose, turn_on
from tests.nabu_casa import NabuCasa

KINDS = {CREDENTIALS_DELETED, *MAY_NOT.values(), WEBHOOK_UNREACHABLE}


async def test_unreachable_webhook_follows_the_external_url(home: Home) -> None:
    """It vanishes once there is one, or when the webhook is turned off."""
    await home.hass.config.async_update(external_url=PUBLIC)
    await turn_on(home.hass, home.entry)
    for url in (None, PUBLIC, None):
        await home.hass.config.async_update(external_url=url)
        await settle(home.hass)
        assert home.issues == ([] if url else [WEBHOOK_UNREACHABLE])
    home.fail("sync", status=500)
    await choose(home.hass, home.entry, webhook=False)
    assert not home.issues


async def test_unreachable_webhook_follows_home_assistant_cloud(home: Home) -> None:
    """It vanishes when the subscription is back."""
    nabu_casa = NabuCasa(home.hass)
    await turn_on(home.hass, home.entry)
    for is_logged_in in (False, True):
        nabu_casa.is_logged_in = is_logged_in
        state = CloudConnectionState.CLOUD_CONNECTED
        async_dispatcher_send(home.hass, SIGNAL_CLOUD_CONNECTION_STATE, state)
        await settle(home.hass)
        assert home.issues == ([] if is_logged_in else [WEBHOOK_UNREACHABLE])


@pytest.mark.parametrize("how", ["disabled", "removed"])
async def test_issues_vanish_with_their_account(home: Home, how: str) -> None:
    """There is nothing left to resolve, whatever is found out later."""
    for kind in KINDS:
        async_raise_issue(home.hass, home.entry, kind)
    assert {*home.issues} == KINDS
    entries, entry_id = home.hass.config_entries, home.entry.entry_id
    if how == "disabled":
        await entries.async_set_disabled_by(entry_id, ConfigEntryDisabler.USER)
    else:
        await entries.async_remove(entry_id)
    await settle(home.hass)
    assert not home.issues
    for kind in KINDS:
        async_raise_issue(home.hass, home.entry, kind)
    assert not home.issues
