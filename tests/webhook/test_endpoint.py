"""ParqEx's webhook: a request to refresh, and never more than that."""

import asyncio
from collections.abc import Awaitable, Callable
import gzip
import logging
import tracemalloc
from types import SimpleNamespace
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.components.cloud.client import CloudClient
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_STATE_CHANGED
from tests.common import Home
from tests.conftest import settle, until
from tests.dialogs import PUBLIC, choose, turn_on
from tests.nabu_casa import NabuCasa
from tests.simulator import Simulator, Webhook

type Post = Callable[..., Awaitable[int]]


@pytest.fixture
async def internet(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return a client of the public address that Home Assistant has now."""
    # It cannot write a time while the clock stands still.
    logging.getLogger("aiohttp.access").disabled = True
    await home.hass.config.async_update(external_url=PUBLIC)
    return await hass_client_no_auth()


@pytest.fixture
async def webhook(home: Home, internet: TestClient[Any, Any]) -> Webhook:
    """Return the owner's webhook: turned on, and known to ParqEx."""
    address = await turn_on(home.hass, home.entry)
    address = str(internet.make_url(address.removeprefix(PUBLIC)))
    home.cloud.requests.clear()
    return home.cloud.add_webhook(address)


@pytest.fixture
def post(home: Home, webhook: Webhook) -> Post:
    """Return a function that sends anything to the address; it returns the status."""

    async def post(data: Any = b"{}", method: str = "POST", **kwargs: Any) -> int:
        async with (
            ClientSession() as session,
            session.request(method, webhook.address, data=data, **kwargs) as answer,
        ):
            assert await answer.read() == b""
        await settle(home.hass)
        return answer.status

    return post


async def test_movement_shows_at_once(
    home: Home, simulator: Simulator, webhook: Webhook
) -> None:
    """Within the same second: the clock stands still."""
    home.gate.open_by_hand()
    await simulator.announcer.announce()
    await settle(home.hass)
    assert webhook.last_status == 200
    assert home.shown() == "on"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"", "identity"),
        (b'{"doorID": "x", "doorState": "OPEN"}', "identity"),
        (gzip.compress(b" " * 10_000_000), "gzip"),
        (b"this is no gzip", "gzip"),
    ],
    ids=("empty", "a lie", "packed", "broken"),
)
async def test_body_is_not_believed(
    home: Home, post: Post, caplog: pytest.LogCaptureFixture, data: bytes, encoding: str
) -> None:
    """Whatever it is, it makes Home Assistant refresh, and no more."""
    caplog.set_level(logging.INFO)
    changes = async_capture_events(home.hass, EVENT_STATE_CHANGED)
    assert await post(data, headers={"Content-Encoding": encoding}) == 200
    assert home.endpoints == ["sync"]
    assert not changes
    assert not [one for one in caplog.records if one.name.startswith("homeassistant")]


async def test_body_is_neither_waited_for_nor_kept(
    home: Home, webhook: Webhook
) -> None:
    """It may be huge, and never end."""
    chunks = 0

    async def endless() -> Any:
        nonlocal chunks
        for chunks in range(256):  # noqa: B007  # it is counted
            yield bytes(1024 * 1024)
        await until(lambda: home.syncs)

    tracemalloc.start()
    try:
        async with (
            ClientSession() as session,
            session.post(webhook.address, data=endless()) as answer,
        ):
            assert answer.status == 200
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (chunks < 64, peak < 16 * 1024 * 1024) == (True, True)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_other_methods_are_refused(
    home: Home, post: Post, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    """Without a line in the log for each of them."""
    caplog.set_level(logging.INFO)
    assert await post(method=method) == 405
    assert not home.endpoints
    assert not [one for one in caplog.records if one.name.startswith("homeassistant")]


async def test_refreshes_are_limited(home: Home, post: Post) -> None:
    """One is under way and one follows a second later, however many are requested."""
    home.fail("sync", times=1, delay=1)
    for _ in range(10):
        assert await post() == 200
    home.gate.open_by_hand()
    await post()
    assert home.syncs == 1
    await home.advance(1)
    assert home.syncs == 1
    await home.advance(1)
    assert home.syncs == 2
    assert home.shown() == "on"
    await home.advance(4)
    assert home.syncs == 2


@pytest.mark.parametrize("waits", [False, True])
async def test_flood_costs_parqex_and_home_assistant_little(
    home: Home, webhook: Webhook, caplog: pytest.LogCaptureFixture, waits: bool
) -> None:
    """60 requests a minute; 2, beside the usual 2, for an hour after ParqEx says stop."""
    if waits:
        home.fail("sync", times=1, status=429, headers={"Retry-After": "1"})
        await home.advance(30, times=2)
    caplog.set_level(logging.INFO)
    home.cloud.requests.clear()
    tasks = len(asyncio.all_tasks())
    for _ in range(60):
        async with ClientSession() as session:
            for _ in range(20):
                async with session.post(webhook.address) as answer:
                    assert answer.status == 200
        await home.advance(1)
    assert {*home.endpoints} == {"sync"}
    assert home.syncs <= (5 if waits else 61)
    assert len(asyncio.all_tasks()) <= tasks + 1
    assert not [one for one in caplog.records if one.name.startswith("homeassistant")]


async def test_pages_of_other_origins_do_and_learn_no_more(
    home: Home, post: Post
) -> None:
    """Home Assistant lets every page send to webhooks; asking whether does nothing."""
    origin = {"Origin": "https://example.org"}
    asks = {**origin, "Access-Control-Request-Method": "POST"}
    assert await post(None, "OPTIONS", headers=asks) == 200
    assert not home.endpoints
    assert await post(headers=origin) == 200
    assert home.endpoints == ["sync"]


async def test_without_polling_a_call_ends_a_failure(home: Home, post: Post) -> None:
    """Nothing else fetches again."""
    home.hass.config_entries.async_update_entry(home.entry, pref_disable_polling=True)
    await home.reload()
    home.fail("sync", 1, status=502)
    for expected in ("unavailable", "off"):
        await post()
        assert home.shown() == expected
        await home.advance(30)


async def test_failing_service_is_left_alone(home: Home, post: Post) -> None:
    """The next fetch comes when it is due."""
    home.fail("sync", times=1, status=500)
    await home.advance(30)
    home.gate.open_by_hand()
    assert await post() == 200
    assert home.syncs == 1
    await home.advance(30)
    assert home.shown() == "on"


async def test_each_account_has_its_own_address(
    home: Home, internet: TestClient[Any, Any], guest: MockConfigEntry
) -> None:
    """The other one is not refreshed."""
    address = await turn_on(home.hass, home.entry)
    assert await turn_on(home.hass, guest) != address
    home.cloud.requests.clear()
    await internet.post(address.removeprefix(PUBLIC))
    await settle(home.hass)
    assert {one.account_id for one in home.cloud.requests} == {home.house.owner.id}


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("how", ["off", "async_remove", "async_unload", "async_reload"])
async def test_webhook_ends_with_its_account(
    home: Home, post: Post, busy: bool, how: str
) -> None:
    """Also while it refreshes; after a reload it goes on."""
    if busy:
        home.fail("sync", times=1, delay=1)
        await post()
        await post()
    if how == "off":
        await choose(home.hass, home.entry, webhook=False)
    else:
        await getattr(home.hass.config_entries, how)(home.entry.entry_id)
    await home.advance(5)
    home.cloud.requests.clear()
    assert await post() == 200
    assert bool(home.syncs) is (how == "async_reload")


async def test_home_assistant_cloud_carries_webhooks(home: Home) -> None:
    """Its requests are not aiohttp's."""
    hooks = NabuCasa(home.hass).hooks
    await turn_on(home.hass, home.entry)
    webhook_id = home.entry.options[CONF_WEBHOOK_ID]
    hook = {**hooks[webhook_id], "webhook_id": webhook_id}
    client: Any = SimpleNamespace(
        _hass=home.hass, _prefs=SimpleNamespace(cloudhooks={webhook_id: hook})
    )
    home.gate.open_by_hand()
    message = {"method": "POST", "body": "{}", "headers": {}, "query": ""}
    answer = await CloudClient.async_webhook_message(
        client, {**message, "cloudhook_id": hook["cloudhook_id"]}
    )
    await settle(home.hass)
    assert answer["status"] == 200
    assert home.shown() == "on"
