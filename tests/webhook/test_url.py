"""The address of a webhook exists as long as it is needed, and no longer."""

import asyncio
from collections.abc import Awaitable, Callable

from hass_nabucasa.cloudhooks import CloudhookApiError
from hass_nabucasa.iot_base import NotConnected
import pytest

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.data_entry_flow import UnknownFlow
from tests.common import Home
from tests.conftest import set_up, settle, until
from tests.dialogs import PUBLIC, address_in, choose, submit, turn_on
from tests.nabu_casa import NabuCasa


@pytest.fixture
def nabu_casa(home: Home) -> NabuCasa:
    """Return a subscription to Home Assistant Cloud."""
    return NabuCasa(home.hass)


async def close(home: Home, flow: ConfigFlowResult) -> None:
    """Close a dialog."""
    home.hass.config_entries.options.async_abort(flow["flow_id"])
    await settle(home.hass)


async def end(home: Home, how: str) -> None:
    """Turn the webhook off, or remove the account."""
    if how == "off":
        await choose(home.hass, home.entry, webhook=False)
        assert CONF_WEBHOOK_ID not in home.entry.options
    else:
        await home.hass.config_entries.async_remove(home.entry.entry_id)


@pytest.mark.parametrize("how", ["off", "removed"])
async def test_subscriber_has_one_cloudhook(
    home: Home, nabu_casa: NabuCasa, how: str
) -> None:
    """It stays as long as the webhook is on."""
    for _ in range(2):
        address = await turn_on(home.hass, home.entry)
        assert address == "https://hooks.example/1"
    assert list(nabu_casa.hooks) == [home.entry.options[CONF_WEBHOOK_ID]]
    await end(home, how)
    assert not nabu_casa.hooks


@pytest.mark.parametrize("how", ["off", "removed"])
async def test_cloudhook_is_deleted_after_a_restart(unlinked: Home, how: str) -> None:
    """The webhook was turned on before it."""
    nabu_casa, entry = NabuCasa(unlinked.hass), unlinked.entry
    nabu_casa.hooks["x"] = {"cloudhook_url": "https://hooks.example/1"}
    unlinked.hass.config_entries.async_update_entry(entry, options={"webhook_id": "x"})
    await set_up(unlinked.hass, entry)
    await end(unlinked, how)
    assert not nabu_casa.hooks


async def close_it(home: Home, nabu_casa: NabuCasa) -> None:
    """Close the dialog that shows an address."""
    await close(home, await choose(home.hass, home.entry, webhook=True))


async def close_it_early(home: Home, nabu_casa: NabuCasa) -> None:
    """Close the dialog while the cloudhook is being made."""
    nabu_casa.answers.clear()
    waiting = asyncio.create_task(choose(home.hass, home.entry, webhook=True))
    await until(lambda: nabu_casa.created)
    (flow,) = home.hass.config_entries.options.async_progress()
    home.hass.config_entries.options.async_abort(flow["flow_id"])
    nabu_casa.answers.set()
    with pytest.raises(UnknownFlow):
        await waiting


async def save_two(home: Home, nabu_casa: NabuCasa) -> None:
    """Save two dialogs that were open at the same time."""
    flows = [await choose(home.hass, home.entry, webhook=True) for _ in range(2)]
    assert address_in(flows[0]) == address_in(flows[1])
    for flow in flows:
        await submit(home.hass, flow)


async def save_one_of_two(home: Home, nabu_casa: NabuCasa) -> None:
    """Close one of two dialogs, and save the other."""
    flows = [await choose(home.hass, home.entry, webhook=True) for _ in range(2)]
    await close(home, flows[0])
    await submit(home.hass, flows[1])


async def remove_account(home: Home, nabu_casa: NabuCasa) -> None:
    """Remove the account while a dialog shows its address."""
    flow = await choose(home.hass, home.entry, webhook=True)
    await end(home, "removed")
    await close(home, flow)


async def turned_off(home: Home) -> ConfigFlowResult:
    """Return a dialog that shows the address, after another one has turned it off."""
    await turn_on(home.hass, home.entry)
    flow = await choose(home.hass, home.entry, webhook=True)
    await end(home, "off")
    return flow


async def save_what_was_turned_off(home: Home, nabu_casa: NabuCasa) -> None:
    """Save such a dialog, which shows another address first."""
    old = await turned_off(home)
    assert not nabu_casa.hooks
    new = await submit(home.hass, old)
    assert address_in(new) != address_in(old)
    await submit(home.hass, new)


async def close_what_was_turned_off(home: Home, nabu_casa: NabuCasa) -> None:
    """Close such a dialog."""
    await close(home, await turned_off(home))


async def save_after_an_error(home: Home, nabu_casa: NabuCasa) -> None:
    """Submit once more after the cloudhook was made, but its answer lost."""
    nabu_casa.error = TimeoutError()
    flow = await choose(home.hass, home.entry, webhook=True)
    assert flow["errors"] == {"base": "not_reachable"}
    nabu_casa.error = None
    flow = await submit(home.hass, flow, record_names=True, webhook=True)
    await submit(home.hass, flow)


@pytest.mark.parametrize(
    "leave",
    [
        *(close_it, close_it_early, save_two, save_one_of_two, remove_account),
        *(save_what_was_turned_off, close_what_was_turned_off, save_after_an_error),
    ],
)
async def test_no_cloudhook_is_left_behind_or_lost(
    home: Home, nabu_casa: NabuCasa, leave: Callable[[Home, NabuCasa], Awaitable[None]]
) -> None:
    """However the dialog ends."""
    await leave(home, nabu_casa)
    await settle(home.hass)
    assert not home.hass.config_entries.options.async_progress()
    saved = home.entry.options.get(CONF_WEBHOOK_ID)
    assert bool(saved) is leave.__name__.startswith("save")
    assert list(nabu_casa.hooks) == ([saved] if saved else [])


async def test_unreachable_cloud_gives_no_address(
    home: Home, nabu_casa: NabuCasa
) -> None:
    """The external URL would work as well, but not be the one the user expects."""
    await home.hass.config.async_update(external_url=PUBLIC)
    nabu_casa.iot.connected = False
    flow = await choose(home.hass, home.entry, webhook=True)
    assert flow["errors"] == {"base": "not_reachable"}


@pytest.mark.parametrize(
    "error",
    [
        CloudhookApiError("https://hooks.example/secret"),
        NotConnected("https://hooks.example/secret"),
        TimeoutError(),
        ConnectionResetError(),
    ],
    ids=type,
)
@pytest.mark.parametrize("how", ["off", "removed"])
async def test_failing_cloud_is_logged_without_the_address(
    home: Home,
    nabu_casa: NabuCasa,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    how: str,
) -> None:
    """It keeps no webhook on."""
    line = "Home Assistant Cloud may not have {} the address of the webhook: {}"
    nabu_casa.error = error
    flow = await choose(home.hass, home.entry, webhook=True)
    assert flow["errors"] == {"base": "not_reachable"}
    assert line.format("created", type(error).__name__) in caplog.text
    nabu_casa.error = None
    await submit(home.hass, flow, record_names=True, webhook=True)
    await submit(home.hass, flow)
    nabu_casa.error = error
    await end(home, how)
    assert line.format("deleted", type(error).__name__) in caplog.text
    assert "hooks.example" not in caplog.text


async def test_external_url_counts_without_a_subscription(
    home: Home, nabu_casa: NabuCasa
) -> None:
    """There is no cloudhook to delete then."""
    await home.hass.config.async_update(external_url=PUBLIC)
    nabu_casa.subscription_expired = True
    assert (await turn_on(home.hass, home.entry)).startswith(PUBLIC)
    await end(home, "removed")
    assert not nabu_casa.created
