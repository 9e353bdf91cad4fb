"""What every test is watched for: the guard sees it, and a whole life shows nothing."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
import json
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.const import ATTR_ENTITY_ID, MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.conftest import Advance
from tests.linking import Browser
from tests.secrecy import Secrecy
from tests.simulator import Cloud, DemoHouse, Fault

GATE = "switch.main_gate"


def log(hass: HomeAssistant, entry: MockConfigEntry, private: str) -> None:
    """Log a line at debug level."""
    logging.getLogger("custom_components.parqex.api").debug("Token %s", private)


def log_what_others_know(
    hass: HomeAssistant, entry: MockConfigEntry, private: str
) -> None:
    """Let a library log it."""
    logging.getLogger("aiohttp.client").debug("GET /token?code=%s", private)


def log_a_traceback(hass: HomeAssistant, entry: MockConfigEntry, private: str) -> None:
    """Log an error of somebody else's, which quotes it."""
    nothing: dict[str, str] = {}
    try:
        assert nothing[private]
    except KeyError:
        logging.getLogger("homeassistant.helpers").exception("Unexpected")


def show(hass: HomeAssistant, entry: MockConfigEntry, private: str) -> None:
    """Show it as an attribute."""
    state = hass.states.get(GATE)
    assert state
    hass.states.async_set(GATE, state.state, {"token": private})


def repair(hass: HomeAssistant, entry: MockConfigEntry, private: str) -> None:
    """Have it in a repair."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        "told",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="may_not_open",
        translation_placeholders={"account": private},
    )


def diagnose(hass: HomeAssistant, entry: MockConfigEntry, private: str) -> None:
    """Have it among the last errors."""
    entry.runtime_data.last_errors.append(private)


def keep(hass: HomeAssistant, entry: MockConfigEntry, private: str) -> None:
    """Keep it beside the tokens."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "pin_code": private}
    )


@pytest.mark.parametrize(
    "tell", [log, log_what_others_know, log_a_traceback, show, repair, diagnose, keep]
)
@pytest.mark.parametrize("kind", ["secret", "PIN", "name", "e-mail"])
async def test_the_guard_sees_it(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    linked: MockConfigEntry,
    kind: str,
    tell: Callable[[HomeAssistant, MockConfigEntry, str], None],
) -> None:
    """Wherever it is planted: of a cloud that the guard of this test does not know."""
    cloud = Cloud(seed=1)
    account = cloud.add_account("Peter", "Planted")
    private = {
        "secret": cloud.application.client_secret,
        "PIN": account.pin_code,
        "name": "Planted",
        "e-mail": account.person.email,
    }[kind]
    with Secrecy() as secrecy:
        secrecy.protect(cloud)
        await secrecy.async_check(hass, hass_storage)
        secrecy.check_log()
        tell(hass, linked, private)

        async def check() -> None:
            await secrecy.async_check(hass, hass_storage)
            secrecy.check_log()

        with pytest.raises(AssertionError, match=private):
            await check()


ERRORS = [
    Fault(reset=True),
    Fault(status=302, headers={"Location": "https://parqex.test/"}),
    *(Fault(status=status) for status in (200, 400, 401, 403, 429, 500)),
]


class Life:
    """An account, and people who use it."""

    def __init__(
        self, hass: HomeAssistant, browser: Browser, cloud: Cloud, house: DemoHouse
    ) -> None:
        """Take what all of it takes place in."""
        self._hass, self._browser = hass, browser
        self._cloud, self._house = cloud, house

    async def link(self, context: ConfigFlowContext) -> None:
        """Deny, then allow."""
        flows = self._hass.config_entries.flow
        for decide in (self._browser.deny, self._allow):
            flow = await flows.async_init(DOMAIN, context=context)
            await decide(flow)
            await flows.async_configure(flow["flow_id"])
            await self._hass.async_block_till_done(wait_background_tasks=True)

    async def _allow(self, flow: ConfigFlowResult) -> None:
        await self._browser.allow(flow, self._house.owner)

    async def use(self) -> None:
        """Open and close the gate, and ask who did."""
        for service in ("turn_on", "turn_off"):
            with suppress(HomeAssistantError):
                await self._hass.services.async_call(
                    "switch", service, {ATTR_ENTITY_ID: GATE}, blocking=True
                )
        with suppress(HomeAssistantError):
            await self._hass.services.async_call(
                DOMAIN,
                "get_access_history",
                {ATTR_ENTITY_ID: GATE},
                blocking=True,
                return_response=True,
            )

    def visit(self) -> None:
        """Let somebody come by."""
        visitor = self._cloud.visitor("Vera Visitor")
        gate = self._cloud.door("Main gate")
        gate.close_by_hand()
        gate.open_as(visitor)

    def repeat_everything(self) -> str:
        """Return a body that says everything private there is."""
        private = self._cloud.issued_secrets() | self._cloud.personal_data()
        everything = " ".join(sorted(private))
        return json.dumps(
            {"success": False, "message": everything, "error": everything}
        )


async def test_a_whole_life(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    secrecy: Secrecy,
    hass_client: ClientSessionGenerator,
    current_request_with_host: None,
) -> None:
    """Linking, every trouble with everything, linking again, options and removal."""
    for component in ("http", "auth", "diagnostics", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    heard: list[str] = []

    @callback
    def hear(event: Event) -> None:
        heard.append(str(event.data))

    hass.bus.async_listen(MATCH_ALL, hear)
    house.owner.details.update(phone="+1 555 0100", email="olivia@example.org")
    life = Life(hass, Browser(hass, client), cloud, house)
    await life.link(ConfigFlowContext(source=SOURCE_USER))
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.state is ConfigEntryState.LOADED

    downloads: list[str] = []

    async def download() -> None:
        """Download the diagnostics, as a person would, and look everywhere else."""
        response = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")
        downloads.append(await response.text())
        await secrecy.async_check(hass, hass_storage)

    for endpoint in ("sync", "token", "toggle", "history", "user_settings"):
        for fault in ERRORS:
            if entry.state is not ConfigEntryState.LOADED:
                await hass.config_entries.async_reload(entry.entry_id)
            cloud.faults.add(endpoint, replace(fault, body=life.repeat_everything()))
            if endpoint == "token":
                cloud.oauth.expire(house.owner)
            life.visit()
            await advance(130)
            await life.use()
            if endpoint in ("sync", "token"):
                await hass.config_entries.async_reload(entry.entry_id)
            await secrecy.async_check(hass, hass_storage)
            cloud.faults.clear()
            await advance(1000)
    await hass.config_entries.async_reload(entry.entry_id)
    await life.use()
    await download()

    cloud.oauth.revoke(house.owner)
    await advance(1000)
    (flow,) = hass.config_entries.flow.async_progress()
    await secrecy.async_check(hass, hass_storage)
    hass.config_entries.flow.async_abort(flow["flow_id"])
    await life.link(
        ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    )
    assert entry.state is ConfigEntryState.LOADED
    options = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(
        options["flow_id"], {"record_names": False}
    )
    life.visit()
    await advance(130)
    await download()
    await hass.config_entries.async_unload(entry.entry_id)
    await secrecy.async_check(hass, hass_storage)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not [name for name in hass_storage if name.startswith(DOMAIN)]

    secrets = cloud.issued_secrets()
    assert len(secrets) > 50
    assert len(downloads) == 2
    private = secrets | cloud.personal_data()
    assert not [one for one in private if one in "".join(downloads)]
    tokens = {one for one in secrets if not one.isdecimal()}
    assert not [one for one in tokens if one in "".join(heard)]
