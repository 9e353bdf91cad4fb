"""Fixtures: a simulated ParqEx cloud on loopback, and an account linked to it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

from aiohttp import TraceConfig
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.parqex.const import DOMAIN
from custom_components.parqex.data import account_state, process_state
from custom_components.parqex.entity import ParqExAccessLogEntity
from custom_components.parqex.oauth import ParqExSession
from homeassistant import runner
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.core import HassJob, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_get_config_entry_implementation,
)
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
from tests.common import Advance, Home
from tests.linking import Browser
from tests.secrecy import Secrecy
from tests.simulator import Account, Cloud, DemoHouse, Simulator, build_demo_house
from tests.simulator.oauth import Application

pytest.register_assert_rewrite("tests.reliability")

# Turns of the event loop in which nothing is sent, the most in which something that was
# sent does not arrive, and the most to wait for anything.
QUIET_TURNS = 10
MOST_TURNS_ON_THE_WAY = 200
MOST_TURNS = 5000

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class Traffic(TraceConfig):
    """The requests of Home Assistant to a simulated cloud, as both sides see them."""

    def __init__(self, cloud: Cloud) -> None:
        """Initialize with the cloud that the requests are for."""
        super().__init__()
        self._cloud = cloud
        self._begun = self._ended = 0
        self.on_request_start.append(self._begin)
        self.on_request_end.append(self._end)
        self.on_request_exception.append(self._end)
        self.freeze()

    async def _begin(self, *_: object) -> None:
        self._begun += 1

    async def _end(self, *_: object) -> None:
        self._ended += 1

    @property
    def _answered(self) -> int:
        return sum(one.status is not None for one in self._cloud.requests[-50:])

    @property
    def progress(self) -> tuple[int, ...]:
        """What changes with every step of a request."""
        return self._begun, self._ended, len(self._cloud.requests), self._answered

    @property
    def on_its_way(self) -> bool:
        """Whether a request or its answer was sent and is not received yet."""
        unanswered = len(self._cloud.requests[-50:]) - self._answered
        return self._begun - self._ended > unanswered


# Requests that have to be answered before a test goes on.
_traffic: list[Traffic] = []


@pytest.fixture
def clock(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock; `advance` moves it."""
    freezer.move_to(NOW)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave the event loop's debug mode off: its tracebacks take half of the time."""


@pytest.fixture(autouse=True)
async def configure_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the loop one worker thread, so that its jobs are done in turn: see `turn`."""
    monkeypatch.setattr(runner, "MAX_EXECUTOR_WORKERS", 1)
    runner.configure_event_loop(asyncio.get_running_loop())


@pytest.fixture(autouse=True)
def secrecy() -> Generator[Secrecy]:
    """See that no test, whatever it is about, makes anything private known."""
    with Secrecy() as secrecy:
        yield secrecy
    secrecy.check_log()


@pytest.fixture
async def simulator(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    secrecy: Secrecy,
    socket_enabled: None,
    enable_custom_integrations: None,
    clock: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Simulator]:
    """Return a ParqEx cloud that Home Assistant takes for the real one."""
    async with Simulator() as simulator:
        monkeypatch.setenv("PARQEX_BASE_URL", simulator.base_url)
        secrecy.protect(simulator.cloud)
        traffic = Traffic(simulator.cloud)
        process_state(hass).session.trace_configs.append(traffic)
        _traffic.append(traffic)
        yield simulator
        await settle(hass)
        _traffic.clear()
        await secrecy.async_check(hass, hass_storage)


@pytest.fixture
def cloud(simulator: Simulator) -> Cloud:
    """Return what the simulator knows."""
    return simulator.cloud


@pytest.fixture
def house(cloud: Cloud) -> DemoHouse:
    """Return two controllers with five access points, an owner and a guest."""
    return build_demo_house(cloud, travel_seconds=4)


@pytest.fixture
async def credentials(hass: HomeAssistant, cloud: Cloud) -> None:
    """Give Home Assistant the client id and secret."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "application_credentials", {})
    await add_credentials(hass, cloud.application)


async def add_credentials(
    hass: HomeAssistant, application: Application, auth_domain: str = DOMAIN
) -> None:
    """Add the application credentials."""
    credential = ClientCredential(application.client_id, application.client_secret)
    await async_import_client_credential(hass, DOMAIN, credential, auth_domain)


@pytest.fixture
async def browser(
    hass: HomeAssistant, credentials: None, hass_client_no_auth: ClientSessionGenerator
) -> Browser:
    """Return a person's browser."""
    assert await async_setup_component(hass, "webhook", {})
    assert await async_setup_component(hass, "auth", {})
    return Browser(hass, await hass_client_no_auth())


def entry_for(cloud: Cloud, account: Account, **token: Any) -> MockConfigEntry:
    """Return an entry as linking this account would have made it."""
    tokens = cloud.oauth.link(account)
    return MockConfigEntry(
        domain=DOMAIN,
        title=account.name,
        unique_id=account.id,
        data={
            "auth_implementation": DOMAIN,
            "token": {
                **tokens,
                "expires_at": time() + float(tokens.get("expires_in", 3600)),
                **token,
            },
        },
    )


@pytest.fixture
def log_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the entities of the access log from the beginning."""
    monkeypatch.setattr(ParqExAccessLogEntity, "entity_registry_enabled_default", True)


@pytest.fixture
def entry(hass: HomeAssistant, cloud: Cloud, house: DemoHouse) -> MockConfigEntry:
    """Return the entry of the owner's account, not set up yet."""
    entry = entry_for(cloud, house.owner)
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def unlinked(
    hass: HomeAssistant,
    cloud: Cloud,
    house: DemoHouse,
    entry: MockConfigEntry,
    credentials: None,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
) -> Home:
    """Return the demo house with an entry that is not set up yet."""
    return Home(hass, cloud, house, entry, advance, freezer)


@pytest.fixture
async def home(unlinked: Home) -> Home:
    """Return the demo house with the owner's account linked."""
    await set_up(unlinked.hass, unlinked.entry)
    return unlinked


@pytest.fixture
async def guest(
    hass: HomeAssistant, cloud: Cloud, house: DemoHouse, credentials: None
) -> MockConfigEntry:
    """Return the entry of the guest, whose front gate is the main gate, set up."""
    return await link(hass, cloud, house.guest)


async def link(hass: HomeAssistant, cloud: Cloud, account: Account) -> MockConfigEntry:
    """Link an account; return its entry, set up."""
    entry = entry_for(cloud, account)
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    return entry


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up an entry."""
    await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)


async def session_of(hass: HomeAssistant, entry: MockConfigEntry) -> ParqExSession:
    """Return the OAuth session of an entry as setting it up would."""
    implementation = await async_get_config_entry_implementation(hass, entry)
    rate_limit = account_state(hass, entry.entry_id).rate_limit
    return ParqExSession(hass, entry, implementation, rate_limit)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots as Home Assistant writes them: without what chance decides."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


async def enable_all(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Enable every entity that is not, as a user would."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.disabled_by:
            registry.async_update_entity(entity.entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)


@pytest.fixture
def advance(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Advance:
    """Return a function that lets seconds pass, and what is due in them happen."""

    async def advance(seconds: float, times: int = 1) -> None:
        for _ in range(times):
            freezer.tick(timedelta(seconds=seconds))
            async_fire_time_changed(hass)
            await settle(hass)

    return advance


async def settle(hass: HomeAssistant) -> None:
    """Let everything happen that needs no time to pass.

    The integration's loops never end, so waiting for background tasks would not either.
    """
    quiet = waited = 0
    while quiet < QUIET_TURNS and waited < MOST_TURNS_ON_THE_WAY:
        before = [traffic.progress for traffic in _traffic]
        await hass.async_block_till_done()
        await turn()
        if before != [traffic.progress for traffic in _traffic]:
            quiet = waited = 0
        elif any(traffic.on_its_way for traffic in _traffic):
            waited += 1
        else:
            quiet += 1


async def until(condition: Callable[[], object]) -> None:
    """Let everything else go on until a condition is met, but not for ever."""
    for _ in range(MOST_TURNS):
        if condition():
            return
        await turn()
    pytest.fail("what was waited for did not happen")


async def turn() -> None:
    """Give every task and every socket its turn."""
    for _ in range(3):
        await asyncio.sleep(0)
    # What other threads were given before is done when this is.
    await asyncio.to_thread(int)


def our_timers(hass: HomeAssistant) -> list[str | None]:
    """Return the names of the integration's timers.

    Home Assistant's fixtures let those pass that end when it stops, as ours do.
    """
    jobs = [
        handle._args[-1]  # there is no other way to its name
        for handle in get_scheduled_timer_handles(hass.loop)
        if not handle.cancelled() and handle._args
    ]
    return [
        job.name
        for job in jobs
        if isinstance(job, HassJob) and DOMAIN in str(job.name).lower()
    ]
