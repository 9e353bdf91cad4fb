"""The guard of every test finds what is planted, and a whole life shows nothing."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import product
import json
import logging
from typing import Any, NamedTuple

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigFlowContext,
)
from homeassistant.const import ATTR_ENTITY_ID, MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.conftest import Advance, settle
from tests.linking import Browser
from tests.secrecy import Secrecy
from tests.simulator import Cloud, DemoHouse, Fault

GATE = "switch.main_gate"


class Where(NamedTuple):
    """Everything that something can be planted in."""

    hass: HomeAssistant
    files: dict[str, Any]
    entry: MockConfigEntry


def log(where: Where, private: str) -> None:
    """Log a line at debug level."""
    logging.getLogger("custom_components.parqex.api").debug("Token %s", private)


def log_by_a_library(where: Where, private: str) -> None:
    """Log a line as a library would."""
    logging.getLogger("aiohttp.client").debug("GET /token?code=%s", private)


def log_a_traceback(where: Where, private: str) -> None:
    """Log an error that quotes it."""
    logger = logging.getLogger("homeassistant.helpers")
    logger.error("Unexpected", exc_info=KeyError(private))


def show(where: Where, private: str) -> None:
    """Show it as an attribute."""
    where.hass.states.async_set(GATE, "on", {"token": private})


def repair(where: Where, private: str) -> None:
    """Have it in a repair."""
    ir.async_create_issue(
        where.hass,
        DOMAIN,
        "planted",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="may_not_open",
        translation_placeholders={"account": private},
    )


def diagnose(where: Where, private: str) -> None:
    """Have it among the last errors."""
    where.entry.runtime_data.coordinator.last_errors.append(private)


def keep(where: Where, private: str) -> None:
    """Keep it beside the tokens."""
    data = {**where.entry.data, "pin_code": private}
    where.hass.config_entries.async_update_entry(where.entry, data=data)


def store(where: Where, private: str) -> None:
    """Store it with the access log, where only names may be."""
    where.files[f"{DOMAIN}.access_log.{where.entry.entry_id}"] = {"data": private}


PLANTS = [log, log_by_a_library, log_a_traceback, show, repair, diagnose, keep, store]
PLANTED = [
    *((plant, "secret") for plant in PLANTS),
    *((plant, "name") for plant in PLANTS if plant is not store),
    *((log, "PIN"), (store, "e-mail")),
]


@pytest.mark.parametrize(("plant", "kind"), PLANTED)
async def test_the_guard_finds_what_is_planted(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    linked: MockConfigEntry,
    plant: Callable[[Where, str], None],
    kind: str,
) -> None:
    """What is planted is of a cloud that this test's own guard does not know."""
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

        async def check() -> None:
            await secrecy.async_check(hass, hass_storage)
            secrecy.check_log()

        await check()
        plant(Where(hass, hass_storage, linked), private)
        with pytest.raises(AssertionError, match=private):
            await check()


ERRORS = [
    Fault(reset=True),
    Fault(status=302, headers={"Location": "https://parqex.test/"}),
    *(Fault(status=status) for status in (200, 400, 401, 403, 429, 500)),
]


async def use_the_gate(hass: HomeAssistant, cloud: Cloud) -> None:
    """Have a visitor and Home Assistant use the gate, and ask for its access log."""
    gate = cloud.door("Main gate")
    gate.close_by_hand()
    gate.open_as(cloud.visitor("Vera Visitor"))
    for domain, service, response in (
        ("switch", "turn_on", False),
        ("switch", "turn_off", False),
        (DOMAIN, "get_access_history", True),
    ):
        with suppress(HomeAssistantError):
            await hass.services.async_call(
                domain,
                service,
                {ATTR_ENTITY_ID: GATE},
                blocking=True,
                return_response=response,
            )


async def link(
    hass: HomeAssistant, browser: Browser, house: DemoHouse, context: ConfigFlowContext
) -> None:
    """Link the account: denied, then allowed."""
    flows = hass.config_entries.flow
    for allowed in (False, True):
        flow = await flows.async_init(DOMAIN, context=context)
        if allowed:
            await browser.allow(flow, house.owner)
        else:
            await browser.deny(flow)
        await flows.async_configure(flow["flow_id"])
        await settle(hass)


async def test_a_whole_life_in_every_state(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    credentials: None,
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    secrecy: Secrecy,
    hass_admin_user: MockUser,
    hass_client: ClientSessionGenerator,
    current_request_with_host: None,
) -> None:
    """Linking, all errors at all endpoints, linking again, options and removal."""
    for component in ("http", "auth", "diagnostics", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    events = async_capture_events(hass, MATCH_ALL)
    house.owner.details.update(phone="+1 555 0100", email="olivia@example.org")
    browser, entries = Browser(hass, client), hass.config_entries
    await link(hass, browser, house, ConfigFlowContext(source=SOURCE_USER))
    (entry,) = entries.async_entries(DOMAIN)
    downloads: list[str] = []

    async def check(state: ConfigEntryState) -> None:
        """Check everything, and download the diagnostics."""
        assert entry.state is state
        await secrecy.async_check(hass, hass_storage)
        # The client's own token expires in half an hour.
        (refresh_token,) = hass_admin_user.refresh_tokens.values()
        token = hass.auth.async_create_access_token(refresh_token)
        response = await client.get(
            f"/api/diagnostics/config_entry/{entry.entry_id}",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert response.status == 200
        downloads.append(await response.text())

    await check(ConfigEntryState.LOADED)
    for endpoint, fault in product(
        ("sync", "token", "toggle", "history", "user_settings"), ERRORS
    ):
        if entry.state is not ConfigEntryState.LOADED:
            await entries.async_reload(entry.entry_id)
        private = " ".join(sorted(cloud.issued_secrets() | cloud.personal_data()))
        body = json.dumps({"success": False, "message": private, "error": private})
        cloud.faults.add(endpoint, replace(fault, body=body))
        if endpoint == "token":
            cloud.oauth.expire(house.owner)
        await advance(130)
        await use_the_gate(hass, cloud)
        await check(entry.state)
        if endpoint in ("sync", "token"):
            await entries.async_reload(entry.entry_id)
            await check(entry.state)
            assert entry.state is not ConfigEntryState.LOADED
        cloud.faults.clear()
        await advance(1000)

    cloud.faults.add("sync", Fault(status=500))
    await entries.async_reload(entry.entry_id)
    await check(ConfigEntryState.SETUP_RETRY)
    cloud.faults.clear()
    await entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await check(ConfigEntryState.NOT_LOADED)
    await entries.async_set_disabled_by(entry.entry_id, None)
    await use_the_gate(hass, cloud)
    await check(ConfigEntryState.LOADED)

    cloud.oauth.revoke(house.owner)
    await advance(1000)
    (flow,) = entries.flow.async_progress()
    await check(ConfigEntryState.LOADED)
    entries.flow.async_abort(flow["flow_id"])
    again = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    await link(hass, browser, house, again)
    await check(ConfigEntryState.LOADED)

    options = await entries.options.async_init(entry.entry_id)
    await entries.options.async_configure(options["flow_id"], {"record_names": False})
    await use_the_gate(hass, cloud)
    await advance(130)
    await check(ConfigEntryState.LOADED)
    await entries.async_unload(entry.entry_id)
    await check(ConfigEntryState.NOT_LOADED)
    await entries.async_remove(entry.entry_id)
    assert not [name for name in hass_storage if name.startswith(DOMAIN)]

    secrets = cloud.issued_secrets()
    assert len(secrets) > 40
    private_data = secrets | cloud.personal_data()
    assert not [one for one in private_data if one in "".join(downloads)]
    fired = str([event.data for event in events])
    assert not [one for one in secrets if not one.isdecimal() and one in fired]
