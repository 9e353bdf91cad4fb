"""Repairs: what a person can do, and gone when it is done."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.parqex.const import DOMAIN
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify
from tests.conftest import Advance, entry_for, set_up
from tests.simulator import Cloud, DemoHouse


@pytest.fixture
async def browser(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Any:
    """Return what a person sees the repairs with."""
    for component in ("homeassistant", "application_credentials", "repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    return await hass_client()


async def begin(browser: Any, issue_id: str) -> Any:
    """Open a repair."""
    response = await browser.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id}
    )
    assert response.status == 200
    return await response.json()


async def submit(browser: Any, flow: Any) -> Any:
    """Press Submit."""
    response = await browser.post(
        f"/api/repairs/issues/fix/{flow['flow_id']}",
        json={},
        headers={"HA-Frontend-Base": "https://example.com"},
    )
    assert response.status == 200
    return await response.json()


def issues(hass: HomeAssistant) -> set[str]:
    """Return what is to be repaired."""
    return {
        issue.issue_id
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    }


@pytest.mark.parametrize("client_id", [None, "another.api.parqex.com"])
async def test_deleted_credentials_can_be_added_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    cloud: Cloud,
    browser: Any,
    client_id: str | None,
) -> None:
    """The same ones work at once, others lead to linking again."""
    await set_up(hass, entry)
    issue_id = f"credentials_deleted_{entry.entry_id}"
    assert issues(hass) == {issue_id}

    flow = await begin(browser, issue_id)
    assert flow["description_placeholders"] == {"account": "Olivia Ownerby"}
    flow = await submit(browser, flow)
    assert flow["errors"] == {"base": "still_missing"}

    await async_import_client_credential(
        hass,
        DOMAIN,
        ClientCredential(
            client_id or cloud.application.client_id, cloud.application.client_secret
        ),
        DOMAIN if client_id is None else "others",
    )
    flow = await submit(browser, flow)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert flow["type"] == "create_entry"
    if client_id is None:
        assert entry.state is ConfigEntryState.LOADED
        assert not issues(hass)
    else:
        kind, flow_id = flow["next_flow"]
        assert kind == "config_flow"
        linking = hass.config_entries.flow.async_get(flow_id)
        assert linking["context"]["source"] == SOURCE_RECONFIGURE


@pytest.mark.parametrize(
    ("scope", "service", "kind"),
    [
        ("CLOSEDOOR", SERVICE_TURN_ON, "may_not_open"),
        ("OPENDOOR", SERVICE_TURN_OFF, "may_not_close"),
    ],
)
async def test_a_missing_right_leads_to_linking_again(
    hass: HomeAssistant,
    cloud: Cloud,
    house: DemoHouse,
    credentials: None,
    browser: Any,
    advance: Advance,
    scope: str,
    service: str,
    kind: str,
) -> None:
    """And is gone when a command goes through."""
    entry = entry_for(cloud, house.owner)
    (grant,) = cloud.oauth.grants(house.owner)
    grant.scopes = frozenset({scope})
    entry.add_to_hass(hass)
    await set_up(hass, entry)

    async def turn() -> None:
        await hass.services.async_call(
            "switch", service, {ATTR_ENTITY_ID: "switch.main_gate"}, blocking=True
        )

    with pytest.raises(HomeAssistantError, match="may not operate"):
        await turn()
    issue_id = f"{kind}_{entry.entry_id}"
    assert issues(hass) == {issue_id}
    flow = await begin(browser, issue_id)
    flow = await submit(browser, flow)
    linking = hass.config_entries.flow.async_get(flow["next_flow"][1])
    assert linking["step_id"] == "auth"
    assert linking["context"]["source"] == SOURCE_RECONFIGURE

    with pytest.raises(HomeAssistantError, match="may not operate"):
        await turn()
    assert issues(hass) == {issue_id}
    grant.scopes = frozenset({"OPENDOOR", "CLOSEDOOR"})
    await turn()
    assert not issues(hass)


async def test_a_repair_says_so_if_linking_again_cannot_begin(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    house: DemoHouse,
    browser: Any,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """There are no credentials any more; once they are back, it goes on."""
    (grant,) = cloud.oauth.grants(house.owner)
    grant.scopes = frozenset({"CLOSEDOOR"})
    with pytest.raises(HomeAssistantError, match="may not operate"):
        await hass.services.async_call(
            "switch",
            SERVICE_TURN_ON,
            {ATTR_ENTITY_ID: "switch.main_gate"},
            blocking=True,
        )
    application = cloud.application
    settings = await hass_ws_client(hass)
    await settings.send_json_auto_id(
        {
            "type": "application_credentials/delete",
            "application_credentials_id": slugify(f"{DOMAIN}.{application.client_id}"),
        }
    )
    assert (await settings.receive_json())["success"]

    issue_id = f"may_not_open_{linked.entry_id}"
    flow = await submit(browser, await begin(browser, issue_id))
    assert flow["type"] == "abort"
    assert flow["reason"] == "cannot_link"
    assert issues(hass) == {issue_id}
    await async_import_client_credential(
        hass,
        DOMAIN,
        ClientCredential(application.client_id, application.client_secret),
        DOMAIN,
    )
    flow = await submit(browser, await begin(browser, issue_id))
    linking = hass.config_entries.flow.async_get(flow["next_flow"][1])
    assert linking["step_id"] == "auth"


@pytest.fixture
async def webhook(
    hass: HomeAssistant, credentials: None, browser: Any, linked: MockConfigEntry
) -> str:
    """Turn the webhook of the account on; return its address."""
    await hass.config.async_update(external_url="https://home.example.com")
    hass.config_entries.async_update_entry(linked, options={"webhook_id": "secret"})
    await hass.config_entries.async_reload(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return "https://home.example.com/api/webhook/secret"


async def test_a_webhook_that_cannot_be_reached_waits_for_an_address(
    hass: HomeAssistant, linked: MockConfigEntry, webhook: str, browser: Any
) -> None:
    """And the repair says so until there is one."""
    await hass.config.async_update(external_url=None)
    await hass.async_block_till_done()
    issue_id = f"webhook_unreachable_{linked.entry_id}"
    assert issues(hass) == {issue_id}
    flow = await begin(browser, issue_id)
    flow = await submit(browser, flow)
    assert flow["errors"] == {"base": "still_not_reachable"}
    hass.config.external_url = "https://home.example.com"
    flow = await submit(browser, flow)
    assert flow["type"] == "create_entry"
    assert not issues(hass)


async def test_a_silent_webhook_is_told_to_parqex_again(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    cloud: Cloud,
    webhook: str,
    browser: Any,
    advance: Advance,
) -> None:
    """The repair has the e-mail, and comes back if that does not help."""
    gate = cloud.door("Main gate")
    issue_id = f"webhook_silent_{linked.entry_id}"

    async def move_three_times() -> None:
        for _ in range(3):
            assert not issues(hass)
            (gate.close_by_hand if gate.state == "OPEN" else gate.open_by_hand)()
            await advance(30)
        assert issues(hass) == {issue_id}

    await move_three_times()
    flow = await begin(browser, issue_id)
    assert flow["description_placeholders"]["address"] == webhook
    assert webhook in flow["description_placeholders"]["email"]
    flow = await submit(browser, flow)
    assert flow["type"] == "create_entry"
    await move_three_times()
    await hass.config.async_update(external_url=None)
    flow = await begin(browser, issue_id)
    assert flow["reason"] == "not_reachable"


async def test_nothing_to_repair_is_left_of_a_removed_account(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud
) -> None:
    """There is nothing left to link."""
    assert await async_setup_component(hass, "application_credentials", {})
    await set_up(hass, entry)
    assert issues(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not issues(hass)
