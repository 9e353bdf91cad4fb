"""Access tokens are renewed in time, once, and no login is lost on the way."""

import asyncio
from datetime import timedelta
from typing import cast

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from tests.conftest import Advance, entry_for, set_up, tokens_of, until
from tests.simulator import Cloud, DemoHouse, Fault


def refreshes(cloud: Cloud) -> int:
    """Return how often tokens were asked for."""
    return sum(one.endpoint == "token" for one in cloud.requests)


async def test_a_token_is_renewed_before_it_expires(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """The service never sees an expired one."""
    for _ in range(125):
        await advance(30)
    assert refreshes(cloud) == 1
    assert {one.status for one in cloud.requests} == {200}


async def test_many_who_need_a_token_refresh_it_once(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """Also from before and after a reload: a refresh token works once."""
    before, after = await tokens_of(hass, entry), await tokens_of(hass, entry)
    rejected = cast("str", entry.data["token"]["access_token"])
    cloud.oauth.expire(house.owner)
    renewed = await asyncio.gather(
        before.async_renewed_access_token(rejected),
        before.async_renewed_access_token(rejected),
        after.async_renewed_access_token(rejected),
    )
    assert refreshes(cloud) == 1
    assert set(renewed) == {entry.data["token"]["access_token"]}


async def test_a_refresh_outlives_whoever_waits_for_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Once asked, ParqEx has replaced the tokens; not to hear them is to lose them."""
    tokens = await tokens_of(hass, entry)
    rejected = cast("str", entry.data["token"]["access_token"])
    cloud.faults.add("token", Fault(after=True, delay=1), times=1)
    waiting = hass.async_create_task(tokens.async_renewed_access_token(rejected))
    await until(lambda: refreshes(cloud))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    freezer.tick(2)
    await hass.async_block_till_done()
    (grant,) = cloud.oauth.grants(house.owner)
    assert entry.data["token"]["refresh_token"] == grant.refresh_token
    await set_up(hass, entry)
    assert len(hass.states.async_all("switch")) == 5
    assert not hass.config_entries.flow.async_progress()


async def test_two_accounts_renew_their_tokens_side_by_side(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> None:
    """Each its own, and neither waits for the other."""
    other = entry_for(cloud, house.guest)
    other.add_to_hass(hass)
    await set_up(hass, other)
    for account in (house.owner, house.guest):
        cloud.oauth.expire(account)
    await asyncio.gather(
        *(
            entry.runtime_data.async_refresh()
            for entry in (linked, other)
            for _ in range(3)
        )
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert refreshes(cloud) == 2
    for entry, account in ((linked, house.owner), (other, house.guest)):
        (grant,) = cloud.oauth.grants(account)
        assert entry.data["token"]["refresh_token"] == grant.refresh_token
        assert entry.runtime_data.last_update_success
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize(
    "jump", [timedelta(days=1), timedelta(hours=-1), timedelta(days=-400)], ids=str
)
@pytest.mark.parametrize("restarts", [False, True])
async def test_a_clock_that_jumps_costs_no_login(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    freezer: FrozenDateTimeFactory,
    jump: timedelta,
    restarts: bool,
) -> None:
    """However long the token seems to be good, ParqEx has the last word."""
    for _ in range(2):
        freezer.tick(jump)
        cloud.oauth.expire(house.owner)
        if restarts:
            await hass.config_entries.async_unload(linked.entry_id)
            await set_up(hass, linked)
        await linked.runtime_data.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)
        (grant,) = cloud.oauth.grants(house.owner)
        assert linked.data["token"]["refresh_token"] == grant.refresh_token
        assert linked.runtime_data.last_update_success
    assert refreshes(cloud) == 2
    assert not hass.config_entries.flow.async_progress()
