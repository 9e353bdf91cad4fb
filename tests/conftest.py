"""Fixtures: a simulated ParqEx cloud on loopback, and an account linked to it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.parqex.const import DOMAIN
from custom_components.parqex.tokens import AccountTokens
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
from tests.secrecy import Secrecy
from tests.simulator import Account, Cloud, DemoHouse, Simulator, build_demo_house

pytest.register_assert_rewrite("tests.reliability")

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

type Advance = Callable[[float], Awaitable[None]]


@pytest.fixture
def clock(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock; `advance` moves it."""
    freezer.move_to(NOW)


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
        yield simulator
        await hass.async_block_till_done(wait_background_tasks=True)
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
    application = cloud.application
    await async_import_client_credential(
        hass,
        DOMAIN,
        ClientCredential(application.client_id, application.client_secret),
        DOMAIN,
    )


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
                "expires_at": time() + tokens["expires_in"],
                **token,
            },
        },
    )


@pytest.fixture
def entry(hass: HomeAssistant, cloud: Cloud, house: DemoHouse) -> MockConfigEntry:
    """Return the entry of the owner's account, not set up yet."""
    entry = entry_for(cloud, house.owner)
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def linked(
    hass: HomeAssistant, entry: MockConfigEntry, credentials: None
) -> MockConfigEntry:
    """Return the entry of the owner's account, set up."""
    await set_up(hass, entry)
    return entry


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up an entry."""
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def tokens_of(hass: HomeAssistant, entry: MockConfigEntry) -> AccountTokens:
    """Return the tokens of an entry as setting it up would."""
    implementation = await async_get_config_entry_implementation(hass, entry)
    return AccountTokens(hass, entry, implementation)


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
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
def advance(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Advance:
    """Return a function that lets seconds pass, and what is due in them happen."""

    async def advance(seconds: float) -> None:
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return advance


async def until(condition: Callable[[], object]) -> None:
    """Let everything else go on until a condition is met; pytest's timeout is ours."""
    while not condition():  # noqa: ASYNC110  # nothing here knows whom to wake
        await asyncio.sleep(0)


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
