"""What docs/security.md promises of a whole life, on a disk of its own."""

import asyncio
from asyncio import IncompleteReadError, StreamReader, StreamWriter, start_server
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
import logging
from pathlib import Path
import re
import ssl
from typing import Any

from aiohttp import ThreadedResolver
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.parqex.const import DOMAIN, EVENT_ACCESS
from custom_components.parqex.data import process_state
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.restore_state import RestoreStateData
from homeassistant.setup import async_setup_component
from tests.common import Home, refused
from tests.conftest import set_up, settle
from tests.dialogs import PUBLIC, choose, submit, turn_on
from tests.linking import Browser
from tests.secrecy import revealed
from tests.simulator import Simulator

pytestmark = pytest.mark.usefixtures("log_entities", "current_request_with_host")

DOCS = Path(__file__).parents[1] / "docs" / "security.md"

# Home Assistant's own debug lines that name the address of every webhook.
NAME_WEBHOOKS = {"homeassistant.components.webhook", "homeassistant.helpers.http"}

SENT = {
    *("Accept", "Accept-Encoding", "Content-Length", "Content-Type", "Host"),
    *("Accept-Charset", "Authorization", "Connection", "User-Agent"),
}


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Let Home Assistant write to a folder of its own."""
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Let it really write: the disk is part of this."""
    return {}


@pytest.fixture
async def lived(
    simulator: Simulator,
    home: Home,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Home:
    """Return a home whose account was used, lost and linked again, with all of it logged.

    ParqEx sets cookies, under a name: of bare addresses aiohttp would keep none.
    """
    for logger in (None, "homeassistant.core"):
        caplog.set_level(logging.DEBUG, logger)
    hass, cloud, owner = home.hass, home.cloud, home.house.owner
    hass.loop.set_debug(True)
    hass.loop.slow_callback_duration = 0
    cloud.sets_cookies = True
    address = simulator.base_url.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("PARQEX_BASE_URL", address)
    connector: Any = async_get_clientsession(hass).connector
    monkeypatch.setattr(connector, "_resolver", ThreadedResolver())
    for component in ("webhook", "auth"):
        assert await async_setup_component(hass, component, {})
    internet = await hass_client_no_auth()
    await hass.config.async_update(external_url=PUBLIC)
    webhook = (await turn_on(hass, home.entry)).removeprefix(PUBLIC)
    cloud.requests.clear()
    cloud.oauth.expire(owner)
    await home.advance(30)
    cloud.oauth.revoke(owner)
    await home.advance(30)
    (flow,) = home.logins
    flow = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    flow["url"] = flow["url"].replace("localhost", "127.0.0.1")
    await Browser(hass, internet).allow(flow, owner)
    await hass.config_entries.flow.async_configure(flow["flow_id"])
    await settle(hass)
    await home.turn("turn_on", "switch.garage_left")
    home.gate.open_as(cloud.visitor("Vera Visitor"))
    await internet.post(webhook, json={"doorState": "OPEN"})
    await home.advance(30, times=3)
    assert "Vera Visitor" in str(await home.history())
    assert home.shown("event.main_gate_access") not in (None, "unknown")
    return home


def private(home: Home) -> set[str]:
    """Return all that is secret, or tells a person, a place or a thing from others."""
    cloud, names = home.cloud, {door.name for door in home.cloud.doors}
    return cloud.issued_secrets() | cloud.personal_data() | names | cloud.ids()


async def save(home: Home) -> None:
    """Write everything that Home Assistant would write when it stops."""
    await RestoreStateData.async_save_persistent_states(home.hass)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await settle(home.hass)


def files(home: Home) -> dict[str, tuple[set[str], int]]:
    """Return what is private in the files that tell any of it, and their modes."""
    root = Path(home.hass.config.config_dir)
    return {
        str(path.relative_to(root)): (set(found), path.stat().st_mode & 0o777)
        for path in root.rglob("*")
        if path.is_file()
        and (found := revealed(private(home), path.read_text("utf-8", "replace")))
    }


async def test_requests_carry_what_they_need_and_no_more(lived: Home) -> None:
    """No cookie, no page that one came from, nothing of the house; the token to ParqEx."""
    requests = [one for one in lived.cloud.requests if one.endpoint != "authorize"]
    assert {one.endpoint for one in requests} == {
        *("token", "sync", "toggle", "history", "user_info", "user_settings")
    }
    for one in requests:
        assert set(one.headers) <= SENT
        assert ("Authorization" in one.headers) is (one.endpoint != "token")
        assert re.fullmatch(
            r"HomeAssistant/[\d.]+ aiohttp/[\d.]+ Python/[\d.]+",
            one.headers["User-Agent"],
        )
    assert not list(async_get_clientsession(lived.hass).cookie_jar)


async def test_a_connection_serves_one_request(home: Home) -> None:
    """On an old one, a command that failed could still arrive after an outage."""
    connections = 0

    async def keep_open(reader: StreamReader, writer: StreamWriter) -> None:
        nonlocal connections
        connections += 1
        with suppress(IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async with await start_server(keep_open, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        for _ in range(2):
            session = process_state(home.hass).session
            async with session.get(f"http://{host}:{port}") as answer:
                await answer.read()
    assert connections == 2


async def test_no_token_is_sent_to_an_unknown_certificate(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is right but for who signed it: its own key."""
    key, name = Ed25519PrivateKey.generate(), x509.Name([])
    address = x509.IPAddress(ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([address]), critical=True)
        .sign(key, None)
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (file := tmp_path / "pem").write_bytes(
        private + certificate.public_bytes(Encoding.PEM)
    )
    context, received = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), []
    context.load_cert_chain(file)

    async def receive(reader: StreamReader, writer: StreamWriter) -> None:
        received.append(await reader.read(1))
        writer.close()

    server = await asyncio.start_server(receive, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("PARQEX_BASE_URL", f"https://127.0.0.1:{port}")
        await home.reload()
    assert home.entry.state is ConfigEntryState.SETUP_RETRY
    assert not received


async def test_debug_lines_tell_no_secrets(
    lived: Home, caplog: pytest.LogCaptureFixture
) -> None:
    """Of nobody: also asyncio's, which quote every callback. The guard looks at names."""
    webhook_id: str = lived.entry.options["webhook_id"]
    lines = [*caplog.get_records("setup"), *caplog.records]
    assert {"asyncio", *NAME_WEBHOOKS} < {one.name for one in lines}
    secrets, naming = lived.cloud.issued_secrets(), set()
    for one in lines:
        text = caplog.handler.format(one)
        assert not revealed(secrets, text)
        if webhook_id in text:
            naming.add(one.name)
    assert naming == NAME_WEBHOOKS


async def test_what_is_stored_is_in_the_table(lived: Home) -> None:
    """Of docs/security.md; our own files are for nobody else; without names none names."""
    table = re.findall(r"^\| `([^`]+)` \|", DOCS.read_text("utf-8"), re.MULTILINE)
    named = {
        f".storage/{one.replace('<entry>', lived.entry.entry_id)}" for one in table
    }
    await save(lived)
    modes = {path: mode for path, (_, mode) in files(lived).items()}
    assert set(modes) == named
    ours = {path for path in named if f"/{DOMAIN}." in path}
    assert {path for path, mode in modes.items() if mode == 0o600} == ours

    flow = await choose(lived.hass, lived.entry, webhook=True, names=False)
    await submit(lived.hass, flow)
    await save(lived)
    people = lived.cloud.personal_data()
    naming = {path for path, (told, _) in files(lived).items() if told & people}
    assert naming == {".storage/core.config_entries"}


async def test_nobody_is_named_once_the_account_is_removed(lived: Home) -> None:
    """Home Assistant remembers ids for 30 days and events for a week, and we nothing."""
    await save(lived)
    await lived.remove()
    await save(lived)
    found = {path: told for path, (told, _) in files(lived).items()}
    secret = lived.cloud.application.client_secret
    assert found.pop(".storage/application_credentials") == {secret}
    del found[".storage/core.restore_state"]
    assert set(found) == {
        f".storage/core.{one}_registry" for one in ("device", "entity")
    }
    assert lived.cloud.ids() >= set().union(*found.values())
    state = process_state(lived.hass)
    assert not revealed(private(lived), f"{state} {state.dialect.report()}")


async def test_a_guest_has_what_was_shared_and_nothing_of_the_owner(
    home: Home, guest: MockConfigEntry
) -> None:
    """With both accounts in one Home Assistant; what is withdrawn is out of reach."""
    hass, cloud, house = home.hass, home.cloud, home.house
    home.gate.open_as(cloud.visitor("Vera Visitor"))
    await home.advance(30)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), guest.entry_id)
    entities = er.async_entries_for_config_entry(er.async_get(hass), guest.entry_id)
    states = [hass.states.get(one.entity_id) for one in entities]
    shown = f"{guest.as_dict()} {devices} {entities} {states}"
    hidden = [one for one in cloud.doors if house.guest.id not in one.guests]
    told = {"Main gate", *(text for one in hidden for text in (one.id, one.name))}
    own = {house.guest.name, *house.guest.name.split()}
    told |= {house.owner.id, *cloud.personal_data()} - own
    assert len(hidden) == 3
    assert not revealed(told, shown)

    await home.turn("turn_on", "switch.front_gate")
    assert cloud.commands[-1].account_id == house.guest.id
    home.gate.unshare(house.guest)
    sent = len(cloud.commands)
    with refused("."):
        await home.turn("turn_off", "switch.front_gate")
    assert len(cloud.commands) == sent
    await home.advance(30)
    assert home.shown("switch.front_gate") is None
    assert home.shown() == "on"


async def test_a_name_is_only_a_name(unlinked: Home) -> None:
    """One line, and neither a template nor a format; entity ids are made of letters."""
    home, gate = unlinked, unlinked.gate
    shown = "{user} {0.__class__} {{ 7 * 7 }} %s ## [x](//evil) <img src=//evil>"
    gate.rename(name := shown.replace(" ##", "\x00\u202e\n##"))
    accesses = async_capture_events(home.hass, EVENT_ACCESS)
    await set_up(home.hass, home.entry)
    await home.advance(30)
    visitor = home.cloud.visitor("V Visitor")
    gate.open_as(replace(visitor, first_name=name, last_name=""))
    await home.advance(60)
    (event,) = accesses
    assert (event.data["name"], event.data["user"]) == (shown, shown)
    control = event.data["entity_id"]
    assert re.fullmatch(r"switch\.[a-z0-9_]+", control)
    gate.refusal = 428
    with refused(re.escape(f"{shown} needs a door sensor")):
        await home.turn("turn_off", control)
