"""ParqEx's webhook: a hint to look at once, and never more than that."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
import gzip
import json
import logging
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from hass_nabucasa.cloudhooks import CloudhookApiError
from hass_nabucasa.iot_base import NotConnected
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.parqex.const import DOMAIN, EVENT_ACCESS
from custom_components.parqex.webhook import MAX_BODY
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.conftest import Advance, entry_for, our_timers, set_up, until
from tests.nabu_casa import NabuCasa
from tests.simulator import SENSOR, Cloud, DemoHouse, Event, Fault, Simulator, Webhook
from tests.simulator.webhooks import body

GATE = "switch.main_gate"
PUBLIC = "https://home.example.com"

type Announce = Callable[[], Awaitable[None]]


@pytest.fixture
async def home(
    hass: HomeAssistant,
    credentials: None,
    hass_client_no_auth: ClientSessionGenerator,
) -> TestClient[Any, Any]:
    """Return Home Assistant as the internet sees it: behind a public address."""
    # It cannot write a time while the clock stands still.
    logging.getLogger("aiohttp.access").disabled = True
    assert await async_setup_component(hass, "webhook", {})
    await hass.config.async_update(external_url=PUBLIC)
    return await hass_client_no_auth()


async def choose(
    hass: HomeAssistant, entry: MockConfigEntry, webhook: bool
) -> ConfigFlowResult:
    """Open the options and turn the webhook on or off."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    return await hass.config_entries.options.async_configure(
        flow["flow_id"], {"record_names": True, "webhook": webhook}
    )


async def turn_on(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Turn the webhook on; return the address that is shown."""
    flow = await choose(hass, entry, webhook=True)
    assert flow["step_id"] == "webhook"
    shown: Mapping[str, Any] | None = flow["description_placeholders"]
    assert shown
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], {})
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    return str(shown["address"])


@pytest.fixture
async def webhook(
    hass: HomeAssistant,
    home: TestClient[Any, Any],
    linked: MockConfigEntry,
    cloud: Cloud,
) -> Webhook:
    """Return the owner's webhook: turned on, and known to ParqEx."""
    address = await turn_on(hass, linked)
    webhook = cloud.add_webhook(str(home.make_url(address.removeprefix(PUBLIC))))
    cloud.requests.clear()
    return webhook


@pytest.fixture
def announce(hass: HomeAssistant, simulator: Simulator) -> Announce:
    """Return a function that has ParqEx say what happened."""

    async def announce() -> None:
        await simulator.announcer.announce()
        await hass.async_block_till_done(wait_background_tasks=True)

    return announce


@pytest.fixture
def post(webhook: Webhook) -> Callable[..., Awaitable[int]]:
    """Return a function that sends anything to the address; it returns the status."""

    async def post(data: Any, method: str = "POST", **kwargs: Any) -> int:
        async with (
            ClientSession() as session,
            session.request(method, webhook.address, data=data, **kwargs) as answer,
        ):
            assert await answer.read() == b""
            return answer.status

    return post


def asked(cloud: Cloud) -> list[str]:
    """Return what ParqEx was asked for, and forget it."""
    endpoints = [request.endpoint for request in cloud.requests]
    cloud.requests.clear()
    return endpoints


def shown(hass: HomeAssistant, entity_id: str = GATE) -> str:
    """Return a state."""
    state = hass.states.get(entity_id)
    assert state
    return state.state


def repairs(hass: HomeAssistant) -> set[str]:
    """Return the kinds of what is to be repaired."""
    return {
        str(issue.translation_key)
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    }


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what Home Assistant logged of it, the web server aside."""
    return [
        record.getMessage()
        for record in caplog.records
        if not record.name.startswith(("aiohttp", "asyncio"))
    ]


# What a hint does.


@pytest.mark.parametrize("brand", ["parqex", "beam"])
async def test_what_moved_shows_at_once(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    brand: Any,
) -> None:
    """Without a second passing: the clock stands still here. And who did it, too."""
    webhook.brand = brand
    accesses = async_capture_events(hass, EVENT_ACCESS)
    gate = cloud.door("Main gate")
    gate.travel_seconds = 0
    gate.open_as(cloud.visitor("Vera Visitor"))
    await announce()
    assert webhook.last_status == 200
    assert shown(hass) == "on"
    assert [access.data["user"] for access in accesses] == ["Vera Visitor"]
    assert asked(cloud) == ["sync", "history"]


async def test_what_is_hinted_at_and_seen_by_a_poll_is_told_once(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
) -> None:
    """Whichever comes first, and however often ParqEx says it."""
    accesses = async_capture_events(hass, EVENT_ACCESS)
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await advance(30)
    await announce()
    gate.close_by_hand()
    await announce()
    webhook.trouble("repeated", cloud.log[-1])
    await announce()
    await advance(300)
    await advance(900)
    assert [access.data["event_type"] for access in accesses] == ["opened", "closed"]


async def test_an_attempt_that_failed_is_found_by_a_hint(
    hass: HomeAssistant, webhook: Webhook, cloud: Cloud, post: Any
) -> None:
    """It moves nothing, so only the access log knows of it."""
    accesses = async_capture_events(hass, EVENT_ACCESS)
    gate = cloud.door("Main gate")
    gate.refusal = 400
    gate.open_as(cloud.visitor("Vera Visitor"))
    await post(body(cloud.log[-1]))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [access.data["event_type"] for access in accesses] == ["failed"]


@pytest.mark.parametrize(
    "spell",
    [
        lambda one: {"doorID": one.id},
        lambda one: {"doorID": one.id.replace("-", "").upper()},
        lambda one: {"doorID": f"{one.id[:8]}-{one.id[8:]}"},
        lambda one: {"deviceID": one.controller.id},
        lambda one: {"doorID": "new", "deviceID": one.controller.id},
        lambda one: {"doorID": None, "deviceID": one.controller.id.swapcase()},
    ],
)
async def test_a_door_or_a_controller_may_be_spelled_in_any_way(
    hass: HomeAssistant, webhook: Webhook, cloud: Cloud, post: Any, spell: Any
) -> None:
    """ParqEx writes ids with dashes or without, in capitals or not."""
    cloud.door("Main gate").open_by_hand()
    assert await post(json.dumps(spell(cloud.door("Main gate")))) == 200
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass) == "on"


async def test_many_hints_make_few_requests(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    post: Any,
    advance: Advance,
) -> None:
    """At most one look is under way and one waits, with a rest between them."""
    cloud.faults.add("sync", Fault(delay=1))
    hint = json.dumps({"doorID": cloud.door("Main gate").id})
    for _ in range(10):
        assert await post(hint) == 200
    await until(lambda: cloud.requests)
    cloud.door("Main gate").open_by_hand()
    for _ in range(10):
        assert await post(hint) == 200
    assert asked(cloud) == ["sync"]
    cloud.faults.clear()
    await advance(1)
    assert "sync" not in asked(cloud)
    await advance(0.5)
    assert asked(cloud).count("sync") == 1
    assert shown(hass) == "on"
    await advance(10)
    assert asked(cloud) == []


async def test_a_hint_does_not_disturb_a_service_that_fails(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    post: Any,
    advance: Advance,
) -> None:
    """The next look comes when it is due, and finds what was announced."""
    cloud.faults.add("sync", Fault(status=500), times=1)
    await advance(30)
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    assert await post(json.dumps({"doorID": cloud.door("Main gate").id})) == 200
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(cloud) == []
    await advance(30)
    assert shown(hass) == "on"
    assert not repairs(hass)


# What a stranger can do.


@pytest.mark.parametrize("kind", ["forged", "malformed"])
async def test_a_lie_changes_nothing(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
    kind: Any,
) -> None:
    """It makes Home Assistant look, if it names a door, and no more."""
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    accesses = async_capture_events(hass, EVENT_ACCESS)
    gate = cloud.door("Main gate")
    person = gate.controller.owner.person
    webhook.trouble(kind, Event(gate, "CLOSED", SENSOR, person, True, cloud.now()))
    await announce()
    await advance(10)
    assert webhook.last_status == 200
    assert not changes
    assert not accesses
    assert asked(cloud) == (["sync", "history"] if kind == "forged" else [])


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_other_methods_are_turned_away(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    post: Any,
    caplog: pytest.LogCaptureFixture,
    method: str,
) -> None:
    """Without a line in the log for each of them."""
    caplog.set_level(logging.INFO)
    hint = json.dumps({"doorID": cloud.door("Main gate").id})
    assert await post(hint, method) == 405
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(cloud) == []
    assert not logged(caplog)


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (b'{"doorID": "ID", "more": "' + b"x" * MAX_BODY + b'"}', {}),
        (gzip.compress(b'{"doorID": "ID"' + b" " * 10_000_000 + b"}"), "gzip"),
        (b"this is no gzip", "gzip"),
        (b"[" * 60_000, {}),
        (b'{"doorID": "' + b"x" * 60_000 + b'"}', {}),
        (b"doorID=ID", {"Content-Type": "application/x-www-form-urlencoded"}),
        (json.dumps({"eventType": "user_added", "userID": "ID"}).encode(), {}),
        (json.dumps({"doorID": {"$ne": None}, "deviceID": [1]}).encode(), {}),
    ],
)
async def test_what_is_no_hint_is_ignored(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    post: Any,
    caplog: pytest.LogCaptureFixture,
    data: bytes,
    headers: Any,
) -> None:
    """Too large, packed, of another kind, or of nothing we know."""
    caplog.set_level(logging.INFO)
    if headers == "gzip":
        headers = {"Content-Encoding": "gzip"}
    door_id = cloud.door("Main gate").id.encode()
    assert await post(data.replace(b"ID", door_id), headers=headers) in (200, 500)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(cloud) == []
    assert not logged(caplog)


async def test_a_body_that_never_ends_is_not_waited_for(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    freezer: FrozenDateTimeFactory,
    home: TestClient[Any, Any],
) -> None:
    """Nor does anything of it stay."""

    async def endless() -> Any:
        yield b'{"doorID": '
        freezer.tick(6)
        yield b" "
        await hass.async_block_till_done()

    async with (
        ClientSession() as session,
        session.post(webhook.address, data=endless()) as answer,
    ):
        assert answer.status == 200
    assert asked(cloud) == []


async def test_a_body_that_breaks_off_is_ignored(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever sent it has hung up."""
    caplog.set_level(logging.INFO)
    address = URL(webhook.address)
    _, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(
        f"POST {address.path} HTTP/1.1\r\nHost: home\r\n"
        'Content-Length: 99\r\n\r\n{"doorID": "'.encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(cloud) == []
    assert not logged(caplog)


# How far hints are relied upon.


async def syncs_in(cloud: Cloud, advance: Advance, seconds: int) -> int:
    """Let time pass; return how often ParqEx was asked for states."""
    cloud.requests.clear()
    for _ in range(seconds // 30):
        await advance(30)
    return asked(cloud).count("sync")


async def test_polling_relaxes_while_hints_come_and_nothing_is_lost(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
) -> None:
    """Every five minutes is enough then; the access log stays complete."""
    accesses = async_capture_events(hass, EVENT_ACCESS)
    assert await syncs_in(cloud, advance, 600) == 20
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await announce()
    assert await syncs_in(cloud, advance, 600) == 2
    gate.close_by_hand()
    await announce()
    assert shown(hass) == "off"
    gate.refusal = 400
    gate.open_as(cloud.visitor("Vera Visitor"))
    assert await syncs_in(cloud, advance, 1200) == 4
    assert [one.data["event_type"] for one in accesses] == [
        "opened",
        "closed",
        "failed",
    ]


async def test_a_hint_that_came_too_early_is_followed_up(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
    post: Any,
) -> None:
    """ParqEx's list may be a moment behind its webhook."""
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await announce()
    await post(json.dumps({"doorID": gate.id}))
    await hass.async_block_till_done(wait_background_tasks=True)
    await advance(1)
    gate.close_by_hand()
    await advance(30)
    assert shown(hass) == "off"


async def test_a_change_that_nobody_announced_ends_it(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
) -> None:
    """Polling is as it was, until that access point is announced again."""
    gate, left = cloud.door("Main gate"), cloud.door("Garage left")
    gate.open_by_hand()
    await announce()
    webhook.told.update(cloud.log)
    gate.close_by_hand()
    webhook.told.update(cloud.log)
    await advance(300)
    assert shown(hass) == "off"
    assert await syncs_in(cloud, advance, 600) == 20
    left.open_by_hand()
    await announce()
    assert await syncs_in(cloud, advance, 600) == 20
    gate.open_by_hand()
    await announce()
    assert await syncs_in(cloud, advance, 600) == 2
    assert not repairs(hass)


async def test_a_hint_may_come_after_the_poll_that_saw_the_change(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
) -> None:
    """That is chance, and no reason to distrust it."""
    cloud.door("Main gate").open_by_hand()
    await advance(30)
    assert shown(hass) == "on"
    await announce()
    assert await syncs_in(cloud, advance, 600) == 2


async def test_a_webhook_that_stays_silent_is_to_be_repaired(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
) -> None:
    """Once it has gone on for a while, until a hint comes."""
    gate = cloud.door("Main gate")
    for move in (gate.open_by_hand, gate.close_by_hand, gate.open_by_hand):
        assert not repairs(hass)
        move()
        await advance(30)
    webhook.told.update(cloud.log)
    assert repairs(hass) == {"webhook_silent"}
    gate.close_by_hand()
    await announce()
    assert not repairs(hass)


async def test_a_webhook_that_was_silent_has_to_prove_itself_again(
    hass: HomeAssistant,
    webhook: Webhook,
    linked: MockConfigEntry,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
) -> None:
    """Its repair is done, but that a mail was sent relaxes no polling."""
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await announce()
    for move in (gate.close_by_hand, gate.open_by_hand, gate.close_by_hand):
        assert not repairs(hass)
        move()
        webhook.told.update(cloud.log)
        await advance(300)
    assert repairs(hass) == {"webhook_silent"}
    linked.runtime_data.hints.begin_anew()
    assert await syncs_in(cloud, advance, 600) == 20
    assert not repairs(hass)
    gate.open_by_hand()
    await announce()
    assert await syncs_in(cloud, advance, 600) == 2


async def test_without_a_webhook_nothing_is_missed(
    hass: HomeAssistant, linked: MockConfigEntry, cloud: Cloud, advance: Advance
) -> None:
    """Whoever did not turn it on hears nothing of it."""
    gate = cloud.door("Main gate")
    for move in (gate.open_by_hand, gate.close_by_hand) * 3:
        move()
        await advance(30)
    assert not repairs(hass)


async def test_an_access_point_that_is_gone_is_not_waited_for(
    hass: HomeAssistant,
    webhook: Webhook,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
) -> None:
    """Polling relaxes without it."""
    left = cloud.door("Garage left")
    left.open_by_hand()
    await advance(30)
    webhook.told.update(cloud.log)
    cloud.remove_door(left)
    cloud.door("Main gate").open_by_hand()
    await announce()
    assert await syncs_in(cloud, advance, 600) == 2


# The address.


async def test_the_dialog_shows_the_address_and_the_email(
    hass: HomeAssistant, home: TestClient[Any, Any], linked: MockConfigEntry
) -> None:
    """Also later, unchanged; it is public, and nobody can guess it."""
    flow = await choose(hass, linked, webhook=True)
    placeholders: Any = flow["description_placeholders"]
    address = placeholders["address"]
    assert address.startswith(f"{PUBLIC}/api/webhook/")
    assert len(address) >= len(f"{PUBLIC}/api/webhook/") + 64
    assert placeholders["support_email"] == "support@parqex.com"
    assert address in placeholders["email"]
    await hass.config_entries.options.async_configure(flow["flow_id"], {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await turn_on(hass, linked) == address


@pytest.mark.parametrize("url", [None, "http://home.example.com"])
async def test_without_a_public_address_the_option_says_so(
    hass: HomeAssistant,
    home: TestClient[Any, Any],
    linked: MockConfigEntry,
    url: str | None,
) -> None:
    """And nothing changes; the dialog can go on without it."""
    await hass.config.async_update(external_url=url)
    flow = await choose(hass, linked, webhook=True)
    assert flow["step_id"] == "init"
    assert flow["errors"] == {"base": "not_reachable"}
    assert linked.state is ConfigEntryState.LOADED
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"record_names": False, "webhook": False}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert dict(linked.options) == {"record_names": False}


async def test_two_accounts_have_two_addresses(
    hass: HomeAssistant,
    home: TestClient[Any, Any],
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """A hint at one makes the other ask nothing."""
    guest = entry_for(cloud, house.guest)
    guest.add_to_hass(hass)
    await set_up(hass, guest)
    address = await turn_on(hass, linked)
    assert await turn_on(hass, guest) != address
    cloud.requests.clear()
    await home.post(
        address.removeprefix(PUBLIC), json={"doorID": cloud.door("Main gate").id}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {request.account_id for request in cloud.requests} == {house.owner.id}


async def test_the_address_survives_a_reload(
    hass: HomeAssistant,
    webhook: Webhook,
    linked: MockConfigEntry,
    cloud: Cloud,
    announce: Announce,
) -> None:
    """ParqEx knows only this one."""
    await hass.config_entries.async_reload(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    cloud.door("Main gate").open_by_hand()
    await announce()
    assert shown(hass) == "on"


@pytest.mark.parametrize("how", ["off", "removed", "unloaded"])
async def test_the_address_is_gone_when_it_is_not_wanted(
    hass: HomeAssistant,
    webhook: Webhook,
    linked: MockConfigEntry,
    cloud: Cloud,
    announce: Announce,
    how: str,
) -> None:
    """A hint that comes nevertheless does nothing."""
    if how == "off":
        await choose(hass, linked, webhook=False)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert dict(linked.options) == {"record_names": True}
    elif how == "removed":
        await hass.config_entries.async_remove(linked.entry_id)
    else:
        await hass.config_entries.async_unload(linked.entry_id)
    cloud.requests.clear()
    cloud.door("Main gate").open_by_hand()
    await announce()
    assert webhook.last_status == 200
    assert asked(cloud) == []


async def test_a_log_that_failed_is_read_again_long_before_the_next_look(
    hass: HomeAssistant,
    webhook: Webhook,
    linked: MockConfigEntry,
    cloud: Cloud,
    announce: Announce,
    advance: Advance,
) -> None:
    """It has a clock of its own."""
    told = async_capture_events(hass, EVENT_ACCESS)
    gate = cloud.door("Main gate")
    gate.open_by_hand()
    await announce()
    await advance(60)
    cloud.faults.add("history", Fault(status=500), times=1)
    gate.close_by_hand()
    await announce()
    assert len(told) == 1
    cloud.requests.clear()
    await advance(31)
    assert asked(cloud) == ["history"]
    assert len(told) == 2


@pytest.mark.parametrize("how", ["async_unload", "async_reload", "async_remove"])
async def test_an_account_is_unloaded_while_a_hint_is_followed(
    hass: HomeAssistant,
    webhook: Webhook,
    linked: MockConfigEntry,
    cloud: Cloud,
    post: Any,
    advance: Advance,
    how: str,
) -> None:
    """Nothing of it goes on, but loading again works."""
    hint = json.dumps({"doorID": cloud.door("Main gate").id})
    cloud.faults.add("sync", Fault(delay=1), times=1)
    await post(hint)
    await until(lambda: cloud.requests)
    await post(hint)
    await getattr(hass.config_entries, how)(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert f"{DOMAIN} hint" not in our_timers(hass)
    cloud.requests.clear()
    await advance(10)
    assert asked(cloud) == []
    await works_again(hass, linked, cloud, post, how)


@pytest.mark.parametrize("how", ["async_unload", "async_reload", "async_remove"])
async def test_an_account_is_unloaded_while_a_hint_arrives(
    hass: HomeAssistant,
    webhook: Webhook,
    linked: MockConfigEntry,
    cloud: Cloud,
    post: Any,
    how: str,
) -> None:
    """Its second half comes to nobody."""
    begun, unloaded = asyncio.Event(), asyncio.Event()
    hint = json.dumps({"doorID": cloud.door("Main gate").id}).encode()

    async def halves() -> Any:
        yield hint[:10]
        begun.set()
        await unloaded.wait()
        yield hint[10:]

    posting = asyncio.create_task(post(halves()))
    await begun.wait()
    await getattr(hass.config_entries, how)(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    cloud.requests.clear()
    unloaded.set()
    assert await posting == 200
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked(cloud) == []
    await works_again(hass, linked, cloud, post, how)


async def works_again(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud, post: Any, how: str
) -> None:
    """Load the account if it is there, and see that a hint is followed."""
    if how == "async_remove":
        return
    if how == "async_unload":
        await set_up(hass, entry)
    cloud.door("Main gate").open_by_hand()
    await post(json.dumps({"doorID": cloud.door("Main gate").id}))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass) == "on"


# An address that no longer works.


async def test_an_account_without_a_public_address_any_more_is_to_be_repaired(
    hass: HomeAssistant,
    webhook: Webhook,
    linked: MockConfigEntry,
) -> None:
    """It is gone by itself once there is one, or when the webhook is turned off."""
    await hass.config.async_update(external_url=None)
    await hass.async_block_till_done()
    assert repairs(hass) == {"webhook_unreachable"}
    await hass.config.async_update(external_url=PUBLIC)
    await hass.async_block_till_done()
    assert not repairs(hass)
    await hass.config.async_update(external_url=None)
    await hass.async_block_till_done()
    assert repairs(hass)
    await choose(hass, linked, webhook=False)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not repairs(hass)


# Home Assistant Cloud.


@pytest.fixture
def nabu_casa(hass: HomeAssistant, home: TestClient[Any, Any]) -> NabuCasa:
    """Return a subscription to Home Assistant Cloud."""
    return NabuCasa(hass)


@pytest.mark.parametrize("how", ["off", "removed"])
async def test_a_subscriber_gets_a_cloudhook(
    hass: HomeAssistant, nabu_casa: NabuCasa, linked: MockConfigEntry, how: str
) -> None:
    """One, which stays as long as the webhook does."""
    address = await turn_on(hass, linked)
    assert address == "https://hooks.example/1"
    assert await turn_on(hass, linked) == address
    assert list(nabu_casa.hooks) == [linked.options[CONF_WEBHOOK_ID]]
    assert not repairs(hass)
    if how == "off":
        await choose(hass, linked, webhook=False)
        await hass.async_block_till_done(wait_background_tasks=True)
    else:
        await hass.config_entries.async_remove(linked.entry_id)
    assert not nabu_casa.hooks


async def test_a_dialog_that_is_left_leaves_no_cloudhook(
    hass: HomeAssistant, nabu_casa: NabuCasa, linked: MockConfigEntry
) -> None:
    """The webhook was never turned on."""
    flow = await choose(hass, linked, webhook=True)
    assert nabu_casa.hooks
    hass.config_entries.options.async_abort(flow["flow_id"])
    await hass.async_block_till_done()
    assert not nabu_casa.hooks
    assert not linked.options


async def test_a_cloud_that_cannot_be_reached_gives_no_address_now(
    hass: HomeAssistant, nabu_casa: NabuCasa, linked: MockConfigEntry
) -> None:
    """Another address would work as well, but not be the one the user expects."""
    nabu_casa.iot.connected = False
    flow = await choose(hass, linked, webhook=True)
    assert flow["errors"] == {"base": "not_reachable"}
    nabu_casa.iot.connected = True
    assert await turn_on(hass, linked) == "https://hooks.example/1"


# What Home Assistant Cloud's library raises, with an address that nobody may read.
CLOUD_ERRORS = [
    CloudhookApiError("https://hooks.example/secret"),
    NotConnected("https://hooks.example/secret"),
    TimeoutError(),
    ConnectionResetError(),
]


@pytest.mark.parametrize("error", CLOUD_ERRORS, ids=type)
async def test_a_cloud_that_fails_gives_no_address_now(
    hass: HomeAssistant,
    nabu_casa: NabuCasa,
    linked: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    """The dialog says so, and the log what kind of failure it was."""
    nabu_casa.error = error
    flow = await choose(hass, linked, webhook=True)
    assert flow["errors"] == {"base": "not_reachable"}
    assert f"gave no address for the webhook: {type(error).__name__}" in caplog.text
    assert "hooks.example" not in caplog.text
    nabu_casa.error = None
    assert await turn_on(hass, linked) == "https://hooks.example/1"


@pytest.mark.parametrize("error", CLOUD_ERRORS, ids=type)
@pytest.mark.parametrize("how", ["off", "removed"])
async def test_a_cloud_that_fails_keeps_no_webhook_on(
    hass: HomeAssistant,
    nabu_casa: NabuCasa,
    linked: MockConfigEntry,
    cloud: Cloud,
    advance: Advance,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    how: str,
) -> None:
    """Nor a repair of it; that the address may still be there is in the log."""
    await turn_on(hass, linked)
    gate = cloud.door("Main gate")
    for move in (gate.open_by_hand, gate.close_by_hand, gate.open_by_hand):
        move()
        await advance(30)
    assert repairs(hass) == {"webhook_silent"}
    nabu_casa.error = error
    if how == "off":
        await choose(hass, linked, webhook=False)
        assert CONF_WEBHOOK_ID not in linked.options
    else:
        await hass.config_entries.async_remove(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not repairs(hass)
    assert f"the address of the webhook: {type(error).__name__}" in caplog.text
    assert "hooks.example" not in caplog.text


async def test_without_a_subscription_the_external_address_counts(
    hass: HomeAssistant, nabu_casa: NabuCasa, linked: MockConfigEntry
) -> None:
    """And a cloudhook that was never made is none that must be removed."""
    nabu_casa.subscription_expired = True
    assert (await turn_on(hass, linked)).startswith(PUBLIC)
    await hass.config_entries.async_remove(linked.entry_id)
    assert not nabu_casa.hooks
