"""Access tokens are renewed in time, once, and no login is lost on the way."""

import asyncio
from typing import cast

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.parqex.tokens import AccountTokens
from homeassistant.core import HomeAssistant
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_get_config_entry_implementation,
)
from tests.conftest import Advance, set_up, until
from tests.simulator import Cloud, DemoHouse, Fault


def refreshes(cloud: Cloud) -> int:
    """Return how often tokens were asked for."""
    return sum(one.endpoint == "token" for one in cloud.requests)


async def tokens_of(hass: HomeAssistant, entry: MockConfigEntry) -> AccountTokens:
    """Return the tokens of an entry as setting it up would."""
    implementation = await async_get_config_entry_implementation(hass, entry)
    return AccountTokens(hass, entry, implementation)


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
