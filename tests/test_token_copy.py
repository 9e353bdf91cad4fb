"""New tokens are on disk before they are used, whoever is killed when."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.setup import async_setup_component
from tests.conftest import entry_for, set_up, tokens_of
from tests.linking import Browser
from tests.secrecy import revealed
from tests.simulator import Cloud, DemoHouse, Fault

type Refresh = Callable[[], Awaitable[None]]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Let Home Assistant write to a folder of its own."""
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Let it really write: the disk is part of this."""
    return {}


@pytest.fixture
def refresh(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, house: DemoHouse
) -> Refresh:
    """Return a function that has the tokens of the owner's account renewed."""

    async def refresh() -> None:
        cloud.oauth.expire(house.owner)
        await linked.runtime_data.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)

    return refresh


def copy_of(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    """Return where the copy of an entry's tokens lies."""
    return Path(hass.config.path(".storage", f"parqex.tokens.{entry.entry_id}"))


async def come_back(
    hass: HomeAssistant, entry: MockConfigEntry, **data: Any
) -> dict[str, Any]:
    """Start anew with an entry as Home Assistant wrote it last; return its tokens."""
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, data=data)
    await set_up(hass, entry)
    tokens: dict[str, Any] = entry.data["token"]
    return tokens


@pytest.mark.parametrize("refreshes", [1, 2, 8])
async def test_a_login_outlives_what_home_assistant_did_not_write(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    refresh: Refresh,
    refreshes: int,
) -> None:
    """It comes back with a refresh token that is spent, and has a newer one."""
    written = dict(linked.data)
    for _ in range(refreshes):
        await refresh()
    tokens = await come_back(hass, linked, **written)
    (grant,) = cloud.oauth.grants(house.owner)
    assert tokens["refresh_token"] == grant.refresh_token
    assert linked.state is ConfigEntryState.LOADED
    cloud.oauth.expire(house.owner)
    await linked.runtime_data.async_refresh()
    assert linked.runtime_data.last_update_success
    assert not hass.config_entries.flow.async_progress()


async def test_no_token_is_used_before_it_is_on_disk(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, refresh: Refresh
) -> None:
    """What ParqEx sees used, a power cut no longer takes away."""
    seen: list[tuple[str, bool]] = []

    def look(answer: Any) -> Any:
        token = cloud.requests[-1].headers["Authorization"].removeprefix("Bearer ")
        seen.append((token, token in copy_of(hass, linked).read_text("utf-8")))
        return answer

    await refresh()
    cloud.faults.add("sync", Fault(edit=look))
    first = linked.data["token"]["access_token"]
    await refresh()
    second = linked.data["token"]["access_token"]
    assert seen == [(first, True), (second, True)]


async def test_whoever_comes_while_tokens_are_written_waits_for_it(
    hass: HomeAssistant, entry: MockConfigEntry, credentials: None
) -> None:
    """The entry has them before the disk does."""
    tokens = await tokens_of(hass, entry)
    came: list[asyncio.Task[str]] = []
    at_once: list[bool] = []

    @callback
    def come(_change: ConfigEntryChange, _entry: ConfigEntry) -> None:
        came.append(hass.async_create_task(tokens.async_access_token()))
        at_once.append(came[-1].done())

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, come)
    await tokens.async_renewed_access_token(entry.data["token"]["access_token"])
    assert at_once == [False]
    assert await came[0] in copy_of(hass, entry).read_text("utf-8")


async def test_a_link_renewed_by_its_user_outlives_it_too(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    current_request_with_host: None,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """ParqEx may have replaced the tokens of the old link."""
    assert await async_setup_component(hass, "http", {})
    assert await async_setup_component(hass, "auth", {})
    written = dict(linked.data)
    cloud.oauth.revoke(house.owner)
    result = await linked.start_reconfigure_flow(hass)
    await Browser(hass, await hass_client_no_auth()).allow(result, house.owner)
    await hass.config_entries.flow.async_configure(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    tokens = await come_back(hass, linked, **written)
    (grant,) = cloud.oauth.grants(house.owner)
    assert tokens["refresh_token"] == grant.refresh_token
    assert linked.state is ConfigEntryState.LOADED


async def test_an_account_linked_again_keeps_its_new_tokens(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    refresh: Refresh,
) -> None:
    """Also where the disk has an older copy: a backup came back, or writing failed."""
    await refresh()
    relinked = dict(entry_for(cloud, house.owner).data)
    tokens = await come_back(hass, linked, **relinked)
    assert tokens == relinked["token"]
    assert linked.state is ConfigEntryState.LOADED


async def test_a_copy_is_for_its_own_account(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    refresh: Refresh,
) -> None:
    """Two accounts renew their tokens, and each comes back with its own."""
    other = entry_for(cloud, house.guest)
    other.add_to_hass(hass)
    await set_up(hass, other)
    written = dict(linked.data), dict(other.data)
    cloud.oauth.expire(house.guest)
    await refresh()
    await other.runtime_data.async_refresh()
    for entry, data, account in zip(
        (linked, other), written, (house.owner, house.guest), strict=True
    ):
        (grant,) = cloud.oauth.grants(account)
        tokens = await come_back(hass, entry, **data)
        assert tokens["refresh_token"] == grant.refresh_token
        assert tokens["refresh_token"] != data["token"]["refresh_token"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "7",
        '{"version": 1}',
        '{"version": 2, "minor_version": 1, "key": "k", "data": {}}',
        '{"version": 1, "data": []}',
        '{"version": 1, "data": {"replaced": 7, "data": {}}}',
        '{"version": 1, "data": {"replaced": [], "data": {"token": []}}}',
        '{"version": 1, "data": {"replaced": [], "data": {"token": {}}}}',
        None,
    ],
)
async def test_a_copy_that_cannot_be_read_costs_nothing(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    refresh: Refresh,
    caplog: pytest.LogCaptureFixture,
    content: str | None,
) -> None:
    """The tokens of the entry are used, and renewed as ever."""
    copy = copy_of(hass, linked)
    copy.parent.mkdir(exist_ok=True)
    if content is None:
        copy.mkdir()
    else:
        copy.write_text(content, "utf-8")
    tokens = await come_back(hass, linked, **linked.data)
    assert linked.state is ConfigEntryState.LOADED
    await refresh()
    (grant,) = cloud.oauth.grants(house.owner)
    assert linked.data["token"]["refresh_token"] == grant.refresh_token
    assert linked.data["token"] != tokens
    assert linked.runtime_data.last_update_success
    assert not revealed(cloud.issued_secrets(), caplog.text)


async def test_a_copy_is_for_home_assistant_alone_and_goes_with_the_entry(
    hass: HomeAssistant, linked: MockConfigEntry, refresh: Refresh
) -> None:
    """It is a secret."""
    await refresh()
    assert copy_of(hass, linked).stat().st_mode & 0o777 == 0o600
    await hass.config_entries.async_remove(linked.entry_id)
    assert not copy_of(hass, linked).exists()


async def test_a_copy_holds_no_token_that_was_replaced(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, refresh: Refresh
) -> None:
    """However often; it knows them by their marks, and not more than it needs."""
    for _ in range(10):
        await refresh()
    text = copy_of(hass, linked).read_text("utf-8")
    secrets = set(revealed(cloud.issued_secrets(), text))
    token = linked.data["token"]
    assert secrets == {token["access_token"], token["refresh_token"]}
    assert len(text) < 1500
