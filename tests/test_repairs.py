"""Repairs: what a person can do, and gone when it is done."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_add_implementation_provider,
)
from homeassistant.setup import async_setup_component
from tests.common import Home, refused
from tests.conftest import add_credentials, set_up, settle
from tests.dialogs import PUBLIC
from tests.simulator import Cloud


class Repairs:
    """The repairs as a person sees them."""

    def __init__(self, hass: HomeAssistant, browser: Any) -> None:
        """Initialize with the client of Home Assistant's own pages."""
        self._hass = hass
        self._browser = browser

    @property
    def issues(self) -> list[str]:
        """The ids of the issues that are shown."""
        issues = ir.async_get(self._hass).issues.values()
        return [one.issue_id for one in issues if one.domain == DOMAIN and one.active]

    async def begin(self) -> Any:
        """Open the only repair."""
        (issue_id,) = self.issues
        return await self._post("", {"handler": DOMAIN, "issue_id": issue_id})

    async def submit(self, flow: Any) -> Any:
        """Press Submit."""
        return await self._post(f"/{flow['flow_id']}", {})

    async def _post(self, path: str, data: Any) -> Any:
        """Send what a person has done."""
        headers = {"HA-Frontend-Base": "https://example.com"}
        response = await self._browser.post(
            f"/api/repairs/issues/fix{path}", json=data, headers=headers
        )
        assert response.status == 200
        await settle(self._hass)
        return await response.json()


@pytest.fixture
async def repairs(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Repairs:
    """Return the repairs."""
    for component in ("homeassistant", "application_credentials", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    return Repairs(hass, await hass_client())


def allow(home: Home, *scopes: str) -> None:
    """Take rights from the account, or give them back."""
    (grant,) = home.cloud.oauth.grants(home.house.owner)
    grant.scopes = frozenset(scopes)


@pytest.mark.parametrize("auth_domain", [DOMAIN, "others"])
async def test_deleted_credentials_can_be_added_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    cloud: Cloud,
    repairs: Repairs,
    auth_domain: str,
) -> None:
    """The same ones work at once, others lead to linking again."""
    await set_up(hass, entry)
    assert repairs.issues == [f"credentials_deleted_{entry.entry_id}"]
    flow = await repairs.begin()
    assert flow["description_placeholders"] == {"account": "Olivia Ownerby"}
    flow = await repairs.submit(flow)
    assert flow["errors"] == {"base": "still_missing"}
    await add_credentials(hass, cloud.application, auth_domain)
    flow = await repairs.submit(flow)
    assert flow["type"] == "create_entry"
    if auth_domain == DOMAIN:
        assert entry.state is ConfigEntryState.LOADED
        assert not repairs.issues
    else:
        linking = hass.config_entries.flow.async_get(flow["next_flow"][1])
        assert linking["context"]["source"] == SOURCE_REAUTH


@pytest.mark.parametrize("how", ["disabled", "removed"])
async def test_repair_of_an_account_that_is_gone_ends(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    cloud: Cloud,
    repairs: Repairs,
    how: str,
) -> None:
    """Neither is it loaded again nor a login asked for."""
    await set_up(hass, entry)
    flow = await repairs.begin()
    await add_credentials(hass, cloud.application, "others")
    if how == "removed":
        await hass.config_entries.async_remove(entry.entry_id)
    else:
        by_user = ConfigEntryDisabler.USER
        await hass.config_entries.async_set_disabled_by(entry.entry_id, by_user)
    flow = await repairs.submit(flow)
    assert flow["type"] == "create_entry"
    assert not hass.config_entries.flow.async_progress()


async def test_credentials_that_cannot_be_read_are_tried_again(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud, repairs: Repairs
) -> None:
    """Home Assistant Cloud's account linking may be down."""

    async def fail(_hass: HomeAssistant, _domain: str) -> Any:
        raise ImplementationUnavailableError

    await set_up(hass, entry)
    flow = await repairs.begin()
    async_add_implementation_provider(hass, "cloud", fail)
    flow = await repairs.submit(flow)
    assert flow["errors"] == {"base": "not_available"}
    await add_credentials(hass, cloud.application)
    await repairs.submit(flow)
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("scope", "service", "kind"),
    [
        ("CLOSEDOOR", SERVICE_TURN_ON, "may_not_open"),
        ("OPENDOOR", SERVICE_TURN_OFF, "may_not_close"),
    ],
)
async def test_missing_right_leads_to_linking_again(
    home: Home, repairs: Repairs, scope: str, service: str, kind: str
) -> None:
    """The issue vanishes when a command is accepted."""
    if service == SERVICE_TURN_OFF:
        await home.open()
    allow(home, scope)
    next_flows = set()
    for _ in range(2):
        with refused("may not operate"):
            await home.turn(service)
        assert repairs.issues == [f"{kind}_{home.entry.entry_id}"]
        flow = await repairs.submit(await repairs.begin())
        next_flows.add(flow["next_flow"][1])
    (flow_id,) = next_flows
    linking = home.hass.config_entries.flow.async_get(flow_id)
    assert linking["step_id"] == "reauth_confirm"
    with refused("may not operate"):
        await home.turn(service)
    allow(home, "OPENDOOR", "CLOSEDOOR")
    await home.turn(service)
    assert not repairs.issues


async def test_abandoned_repair_does_not_suppress_authentication_expired(
    home: Home, repairs: Repairs
) -> None:
    """The login is lost after a repair was begun and its dialog closed."""
    allow(home, "CLOSEDOOR")
    with refused("may not operate"):
        await home.turn(SERVICE_TURN_ON)
    await repairs.submit(await repairs.begin())
    home.cloud.oauth.revoke(home.house.owner)
    await home.advance(30)
    assert not home.coordinator.last_update_success
    expired = f"config_entry_reauth_{DOMAIN}_{home.entry.entry_id}"
    assert ("homeassistant", expired) in ir.async_get(home.hass).issues


@pytest.mark.parametrize("turned_off", [True, False])
async def test_unreachable_webhook_waits_for_an_address(
    home: Home, repairs: Repairs, turned_off: bool
) -> None:
    """The repair says so until there is one, or the webhook is turned off."""
    entries = home.hass.config_entries
    entries.async_update_entry(home.entry, options={"webhook_id": "secret"})
    await entries.async_reload(home.entry.entry_id)
    assert repairs.issues == [f"webhook_unreachable_{home.entry.entry_id}"]
    flow = await repairs.submit(await repairs.begin())
    assert flow["errors"] == {"base": "still_not_reachable"}
    if turned_off:
        entries.async_update_entry(home.entry, options={})
        await entries.async_reload(home.entry.entry_id)
    else:
        home.hass.config.external_url = PUBLIC
    flow = await repairs.submit(flow)
    assert flow["type"] == "create_entry"
    assert not repairs.issues
