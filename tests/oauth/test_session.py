"""Access tokens are renewed in time, once, and no login is lost on the way."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from tests.common import Home, begin, turns
from tests.conftest import entry_for, session_of, set_up, settle, until
from tests.simulator import Account, Cloud


def refreshes(home: Home) -> int:
    """Return how often tokens were requested."""
    return home.endpoints.count("token")


def has_newest_tokens(home: Home, entry: MockConfigEntry, account: Account) -> bool:
    """Return whether an entry has the tokens that ParqEx issued last."""
    newest = home.cloud.oauth.grants(account)[-1].refresh_token
    return bool(entry.data["token"]["refresh_token"] == newest)


def login_is_kept(home: Home) -> bool:
    """Return whether the owner's entry has the newest tokens, and works."""
    return (
        has_newest_tokens(home, home.entry, home.house.owner)
        and home.coordinator.last_update_success
        and not home.hass.config_entries.flow.async_progress()
    )


def expired(home: Home) -> MockConfigEntry:
    """Return an entry of the owner whose access token has expired."""
    entry = entry_for(home.cloud, home.house.owner, expires_at=0)
    home.hass.config_entries.async_update_entry(home.entry, data=entry.data)
    return home.entry


async def test_what_is_not_sent_needs_no_token(home: Home) -> None:
    """Home Assistant stops, and might not keep it."""
    expired(home)
    home.hass.set_state(CoreState.stopping)
    with pytest.raises(HomeAssistantError, match="was not operated"):
        await home.turn("turn_on")
    home.hass.set_state(CoreState.running)
    assert refreshes(home) == 0


async def test_token_is_renewed_before_it_expires(home: Home) -> None:
    """The service never sees an expired one, and nothing is left of the renewal."""
    stopping = home.hass.bus.async_listeners()[EVENT_HOMEASSISTANT_STOP]
    await home.advance(30, times=125)
    assert refreshes(home) == 1
    assert home.hass.bus.async_listeners()[EVENT_HOMEASSISTANT_STOP] == stopping
    assert {one.status for one in home.cloud.requests} == {200}


async def test_token_that_was_rejected_by_mistake_is_renewed_once(home: Home) -> None:
    """ParqEx may answer with the same one as long as that is valid."""
    home.cloud.oauth.keeps_access_token = True
    home.fail("sync", times=1, status=401)
    await home.advance(30, times=3)
    assert refreshes(home) == 1
    assert login_is_kept(home)


async def test_concurrent_callers_refresh_once(unlinked: Home) -> None:
    """Also from before and after a reload: a refresh token works once."""
    hass, entry = unlinked.hass, unlinked.entry
    before, after = await session_of(hass, entry), await session_of(hass, entry)
    rejected: str = entry.data["token"]["access_token"]
    renewed = await asyncio.gather(
        before.async_renewed_access_token(rejected),
        before.async_renewed_access_token(rejected),
        after.async_renewed_access_token(rejected),
    )
    assert refreshes(unlinked) == 1
    assert set(renewed) == {entry.data["token"]["access_token"]} != {rejected}


async def test_refresh_outlives_its_caller(unlinked: Home) -> None:
    """ParqEx has replaced the tokens by then."""
    session = await session_of(unlinked.hass, unlinked.entry)
    unlinked.fail("token", times=1, after=True, delay=1)
    rejected: str = unlinked.entry.data["token"]["access_token"]
    waiting = asyncio.ensure_future(session.async_renewed_access_token(rejected))
    await until(lambda: refreshes(unlinked))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await unlinked.advance(2)
    await set_up(unlinked.hass, unlinked.entry)
    assert login_is_kept(unlinked)


async def test_a_failed_renewal_is_shared_by_all_who_wait_for_it(home: Home) -> None:
    """Each asking again would keep the account from being unloaded."""
    home.fail("token", status=500, delay=8)
    home.freezer.tick(3590)
    presses = [
        await begin(home.turn("turn_on", f"switch.{name}"))
        for name in ("main_gate", "elevator", "garage_left")
    ]
    await until(lambda: refreshes(home))
    unloading = await begin(home.unload())
    home.freezer.tick(9)
    await until(lambda: unloading.done() and all(one.done() for one in presses))
    assert all(one.exception() for one in presses)
    assert refreshes(home) == 1


async def test_one_failure_teaches_no_other_way_to_ask(home: Home) -> None:
    """What answers a POST only with a refusal says nothing of the login."""
    home.cloud.oauth.expire(home.house.owner)
    home.fail("token", times=1, status=501)
    await home.advance(30)
    await home.advance(60)
    assert login_is_kept(home)
    methods = [one.method for one in home.cloud.requests if one.endpoint == "token"]
    assert (methods[0], methods[-1]) == ("GET", "GET")


@pytest.mark.parametrize("wrong_method", [405, 501])
async def test_a_login_that_is_rejected_at_the_start(
    unlinked: Home, wrong_method: Any
) -> None:
    """Before it is known that tokens are asked for by POST."""
    cloud = unlinked.cloud
    cloud.token_method, cloud.wrong_method = "POST", wrong_method
    cloud.oauth.revoke(unlinked.house.owner)
    await set_up(unlinked.hass, unlinked.entry)
    assert unlinked.logins


@pytest.mark.parametrize("revoked", [False, True])
async def test_an_answer_that_comes_late_counts(home: Home, revoked: bool) -> None:
    """Tokens, since ParqEx has replaced the old ones by then, or a rejection."""
    home.cloud.oauth.expire(home.house.owner)
    if revoked:
        home.cloud.oauth.revoke(home.house.owner)
    home.fail("token", 1, after=True, delay=25)
    for _ in range(18):
        home.freezer.tick(5)
        async_fire_time_changed(home.hass)
        await turns(300)
    await home.advance(300)
    assert refreshes(home) == 1
    assert home.logins if revoked else login_is_kept(home)


async def test_two_accounts_renew_their_tokens_side_by_side(
    home: Home, guest: MockConfigEntry
) -> None:
    """Each its own."""
    for account in (home.house.owner, home.house.guest):
        home.cloud.oauth.expire(account)
    coordinators = (home.coordinator, guest.runtime_data.coordinator)
    await asyncio.gather(*(one.async_refresh() for one in coordinators * 3))
    await settle(home.hass)
    assert refreshes(home) == 2
    assert login_is_kept(home)
    assert has_newest_tokens(home, guest, home.house.guest)


@pytest.mark.parametrize(
    "jump", [timedelta(days=1), timedelta(hours=-1), timedelta(days=-400)], ids=str
)
@pytest.mark.parametrize("restarts", [False, True])
async def test_clock_that_jumps_costs_no_login(
    home: Home, jump: timedelta, restarts: bool
) -> None:
    """However long the token seems to be valid, ParqEx has the last word."""
    for _ in range(2):
        home.freezer.tick(jump)
        home.cloud.oauth.expire(home.house.owner)
        if restarts:
            await home.hass.config_entries.async_unload(home.entry.entry_id)
            await set_up(home.hass, home.entry)
        await home.coordinator.async_refresh()
        assert login_is_kept(home)
    assert refreshes(home) == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_rate_limit_of_the_token_endpoint_stops_everything(
    unlinked: Home, status: int
) -> None:
    """For as long as ParqEx asked, however often set-up is tried again."""
    unlinked.fail("token", times=1, status=status, headers={"Retry-After": "3600"})
    await set_up(unlinked.hass, expired(unlinked))
    await unlinked.advance(125, times=28)
    assert unlinked.endpoints == ["token"]
    assert unlinked.entry.state is ConfigEntryState.SETUP_RETRY
    await unlinked.advance(125, times=3)
    assert login_is_kept(unlinked)


async def test_deleted_credentials_ask_for_a_new_login(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud
) -> None:
    """Nothing can be refreshed without them."""
    assert await async_setup_component(hass, "application_credentials", {})
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert len(hass.config_entries.flow.async_progress()) == 1
    assert not cloud.requests
