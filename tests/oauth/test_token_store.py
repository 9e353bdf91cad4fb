"""New tokens are on disk before they are used, at whatever moment the power fails."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.parqex.oauth import TokenStore
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.helpers.storage import Store
from tests.common import Home
from tests.conftest import entry_for, session_of, set_up, settle, until
from tests.secrecy import revealed


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Let Home Assistant write to a folder of its own."""
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Let it really write: the disk is part of this."""
    return {}


async def refresh(home: Home) -> None:
    """Have the tokens of the owner's account renewed."""
    home.cloud.oauth.expire(home.house.owner)
    await home.coordinator.async_refresh()
    await settle(home.hass)


def copy_of(home: Home) -> Path:
    """Return the path of the copy of the tokens."""
    name = f"parqex.tokens.{home.entry.entry_id}"
    return Path(home.hass.config.path(".storage", name))


async def restart(home: Home, entry: MockConfigEntry, **data: Any) -> str:
    """Start with an entry as Home Assistant stored it; return its refresh token."""
    await home.hass.config_entries.async_unload(entry.entry_id)
    home.hass.config_entries.async_update_entry(entry, data=data)
    await set_up(home.hass, entry)
    return str(entry.data["token"]["refresh_token"])


def newest(home: Home) -> str:
    """Return the newest refresh token of the owner."""
    return home.cloud.oauth.grants(home.house.owner)[-1].refresh_token


@pytest.mark.parametrize("refreshes", [1, 2, 12])
async def test_login_outlives_what_home_assistant_did_not_store(
    home: Home, refreshes: int
) -> None:
    """It starts with a refresh token that is spent, and has a newer one."""
    stored = dict(home.entry.data)
    for _ in range(refreshes):
        await refresh(home)
    assert await restart(home, home.entry, **stored) == newest(home)
    await refresh(home)
    assert home.coordinator.last_update_success
    assert not home.hass.config_entries.flow.async_progress()


async def test_no_token_is_used_before_it_is_on_disk(home: Home) -> None:
    """A token that ParqEx has seen used is not lost any more."""
    seen: list[tuple[str, bool]] = []

    def note(answer: Any) -> Any:
        header = home.cloud.requests[-1].headers["Authorization"]
        token = header.removeprefix("Bearer ")
        seen.append((token, token in copy_of(home).read_text("utf-8")))
        return answer

    await refresh(home)
    home.fail("sync", edit=note)
    first = home.entry.data["token"]["access_token"]
    await refresh(home)
    second = home.entry.data["token"]["access_token"]
    assert seen == [(first, True), (second, True)]


async def test_failing_disk_costs_no_login(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New tokens are used all the same: ParqEx has replaced the others."""

    async def fail(_store: object, _data: object) -> None:
        raise OSError("full")

    monkeypatch.setattr(Store, "async_save", fail)
    relinked = entry_for(home.cloud, home.house.owner).data
    with pytest.raises(OSError, match="full"):
        await TokenStore(home.hass, home.entry).async_replace(relinked)
    assert home.entry.data["token"]["refresh_token"] == newest(home)


async def test_what_a_full_disk_did_not_take_is_written_when_home_assistant_stops(
    home: Home,
) -> None:
    """Home Assistant raises nothing, and its own file may be as old."""
    stored = dict(home.entry.data)
    copy_of(home).mkdir(parents=True)  # nothing can be written in its place
    await refresh(home)
    await home.reload()
    await refresh(home)
    copy_of(home).rmdir()
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await settle(home.hass)
    assert await restart(home, home.entry, **stored) == newest(home)


async def test_removed_account_gets_no_tokens(home: Home) -> None:
    """Its login may be renewed at that moment."""
    await home.remove()
    renewed = entry_for(home.cloud, home.house.owner).data
    await TokenStore(home.hass, home.entry).async_replace(renewed)
    assert home.entry.data != renewed


async def test_new_login_is_not_replaced_by_a_refresh_of_the_old(
    unlinked: Home,
) -> None:
    """The refresh is under way when the account is linked again."""
    hass, entry = unlinked.hass, unlinked.entry
    session = await session_of(hass, entry)
    unlinked.fail("token", times=1, after=True, delay=1)
    rejected = entry.data["token"]["access_token"]
    renewal = asyncio.ensure_future(session.async_renewed_access_token(rejected))
    await until(lambda: unlinked.cloud.requests)
    relinked = entry_for(unlinked.cloud, unlinked.house.owner).data
    unlinked.freezer.tick(2)
    await asyncio.gather(renewal, TokenStore(hass, entry).async_replace(relinked))
    assert entry.data["token"] == relinked["token"]
    assert await restart(unlinked, entry, **relinked) == newest(unlinked)


async def test_login_that_is_being_replaced_is_not_renewed(unlinked: Home) -> None:
    """The new one is used, and no request is spent on the old."""
    hass, entry = unlinked.hass, unlinked.entry
    session = await session_of(hass, entry)
    rejected = entry.data["token"]["access_token"]
    relinked = entry_for(unlinked.cloud, unlinked.house.owner).data
    _, token = await asyncio.gather(
        TokenStore(hass, entry).async_replace(relinked),
        session.async_renewed_access_token(rejected),
    )
    assert token == relinked["token"]["access_token"]
    assert not unlinked.endpoints


async def test_account_linked_again_keeps_its_new_tokens(home: Home) -> None:
    """Also if the disk has an older copy, since writing failed."""
    await refresh(home)
    older = copy_of(home).read_text("utf-8")
    relinked = entry_for(home.cloud, home.house.owner).data
    await TokenStore(home.hass, home.entry).async_replace(relinked)
    copy_of(home).write_text(older, "utf-8")
    assert await restart(home, home.entry, **home.entry.data) == newest(home)
    assert home.coordinator.last_update_success


async def test_copy_is_for_its_own_account(home: Home, guest: MockConfigEntry) -> None:
    """Two accounts renew their tokens, and each restarts with its own."""
    stored = dict(home.entry.data), dict(guest.data)
    home.cloud.oauth.expire(home.house.guest)
    await refresh(home)
    await guest.runtime_data.coordinator.async_refresh()
    renewed: str = guest.data["token"]["refresh_token"]
    assert await restart(home, home.entry, **stored[0]) == newest(home)
    assert await restart(home, guest, **stored[1]) == renewed
    assert renewed != stored[1]["token"]["refresh_token"]


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", "7", '{"version": 1}'),
        '{"version": 2, "minor_version": 1, "key": "k", "data": {}}',
        '{"version": 0, "minor_version": 1, "key": "k", "data": {}}',
        '{"version": 1, "data": {"token": {}}}',
        '{"version": 1, "data": {"token": {"access_token": "", "refresh_token": ""}}}',
        None,
    ],
)
async def test_unreadable_copy_costs_nothing(
    home: Home, caplog: pytest.LogCaptureFixture, content: str | None
) -> None:
    """The tokens of the entry are used, and renewed."""
    copy = copy_of(home)
    copy.parent.mkdir(exist_ok=True)
    if content is None:
        copy.mkdir()
    else:
        copy.write_text(content, "utf-8")
    before = await restart(home, home.entry, **home.entry.data)
    await refresh(home)
    assert home.entry.data["token"]["refresh_token"] == newest(home) != before
    assert home.coordinator.last_update_success
    assert not revealed(home.cloud.issued_secrets(), caplog.text)


async def test_copy_holds_no_token_that_was_replaced(home: Home) -> None:
    """Only the newest."""
    for _ in range(10):
        await refresh(home)
    text = copy_of(home).read_text("utf-8")
    token = home.entry.data["token"]
    assert set(revealed(home.cloud.issued_secrets(), text)) == {
        token["access_token"],
        token["refresh_token"],
    }
    assert len(text) < 1500
