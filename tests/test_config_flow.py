"""Linking an account, through the real pages."""

from http import HTTPStatus

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
from tests.conftest import entry_for, set_up, tokens_of, until
from tests.linking import Browser
from tests.simulator import Account, Cloud, DemoHouse, Fault, Simulator

pytestmark = pytest.mark.usefixtures("current_request_with_host")


@pytest.fixture
async def browser(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> Browser:
    """Return a person's browser."""
    assert await async_setup_component(hass, "webhook", {})
    assert await async_setup_component(hass, "auth", {})
    return Browser(hass, await hass_client_no_auth())


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Add the integration from the user interface."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def go_on(
    hass: HomeAssistant,
    result: ConfigFlowResult,
    user_input: dict[str, str] | None = None,
) -> ConfigFlowResult:
    """Go on after the browser came back, or with what a form asks for."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], user_input)


async def link(
    hass: HomeAssistant, browser: Browser, account: Account
) -> ConfigFlowResult:
    """Add the integration and allow it."""
    result = await start(hass)
    assert result["type"] is FlowResultType.EXTERNAL_STEP
    await browser.allow(result, account)
    return await go_on(hass, result)


async def test_an_account_is_linked(
    hass: HomeAssistant,
    credentials: None,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """Under the person's name, and its access points are there."""
    result = await start(hass)
    query = URL(result["url"]).query
    assert query["scope"] == "OPENDOOR,CLOSEDOOR"
    assert query["response_type"] == "code"
    assert query["client_id"] == cloud.application.client_id
    await browser.allow(result, house.owner)
    result = await go_on(hass, result)
    await hass.async_block_till_done(wait_background_tasks=True)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Olivia Ownerby"
    entry = result["result"]
    assert entry.unique_id == house.owner.id
    assert entry.state is ConfigEntryState.LOADED
    assert set(entry.data["token"]) == {
        "access_token",
        "refresh_token",
        "expires_in",
        "expires_at",
    }
    assert len(hass.states.async_all("switch")) == 5


async def test_numbers_may_come_as_text(
    hass: HomeAssistant,
    credentials: None,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """The lifetime of a token is a number afterwards."""
    cloud.oauth.expires_in_as_text = True
    result = await link(hass, browser, house.owner)
    assert result["result"].data["token"]["expires_in"] == 3600


async def test_the_same_account_twice_is_refused(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """But its new tokens are kept: ParqEx may have replaced the old ones."""
    result = await link(hass, browser, house.owner)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    await hass.async_block_till_done(wait_background_tasks=True)
    newest = cloud.oauth.grants(house.owner)[-1]
    assert linked.data["token"]["refresh_token"] == newest.refresh_token
    assert linked.state is ConfigEntryState.LOADED
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_new_tokens_are_not_replaced_by_a_refresh_of_the_old(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The refresh was under way when the same account was linked once more."""
    result = await start(hass)
    await browser.allow(result, house.owner)
    tokens = await tokens_of(hass, linked)
    asked = len(cloud.requests)
    cloud.faults.add("token", Fault(after=True, delay=1), times=1)
    rejected = linked.data["token"]["access_token"]
    refresh = hass.async_create_task(tokens.async_renewed_access_token(rejected))
    await until(lambda: len(cloud.requests) > asked)
    linking = hass.async_create_task(go_on(hass, result))
    await until(lambda: cloud.requests[-1].endpoint == "user_info")
    await until(lambda: cloud.requests[-1].status)
    freezer.tick(2)
    await refresh
    assert (await linking)["reason"] == "already_configured"
    newest = cloud.oauth.grants(house.owner)[-1]
    assert linked.data["token"]["refresh_token"] == newest.refresh_token
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_linking_a_rejected_account_once_more_repairs_it(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """Whoever does not see the notification adds the integration again."""
    cloud.oauth.revoke(house.owner)
    await hass.config_entries.async_reload(linked.entry_id)
    assert linked.state is ConfigEntryState.SETUP_ERROR
    result = await link(hass, browser, house.owner)
    assert result["reason"] == "already_configured"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert {state.state for state in hass.states.async_all("switch")} == {"off"}
    assert not hass.config_entries.flow.async_progress()


async def test_a_second_account_is_linked_beside_the_first(
    hass: HomeAssistant, linked: MockConfigEntry, browser: Browser, house: DemoHouse
) -> None:
    """Each with its own name."""
    result = await link(hass, browser, house.guest)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Gustav Guestfield"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 2


async def test_without_credentials_it_says_so(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """And they can be added then."""
    assert await async_setup_component(hass, "application_credentials", {})
    result = await start(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_credentials"


async def test_denying_ends_it_and_it_can_be_tried_again(
    hass: HomeAssistant, credentials: None, browser: Browser, house: DemoHouse
) -> None:
    """A person changes their mind."""
    result = await start(hass)
    await browser.deny(result)
    result = await go_on(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "user_rejected_authorize"
    result = await link(hass, browser, house.owner)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_closing_the_dialog_ends_it_and_it_can_be_tried_again(
    hass: HomeAssistant, credentials: None, browser: Browser, house: DemoHouse
) -> None:
    """What comes back from ParqEx later changes nothing."""
    result = await start(hass)
    hass.config_entries.flow.async_abort(result["flow_id"])
    assert not hass.config_entries.flow.async_progress()
    result = await link(hass, browser, house.owner)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_another_state_than_ours_stops_it(
    hass: HomeAssistant, credentials: None, browser: Browser, house: DemoHouse
) -> None:
    """A code that somebody else sends us links nothing."""
    result = await start(hass)
    forged = URL("/auth/external/callback").with_query(code="code-1", state="forged")
    assert await browser.come_back(forged) == HTTPStatus.BAD_REQUEST
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["flow_id"] == result["flow_id"]
    assert not hass.config_entries.async_entries(DOMAIN)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(status=400, body='{"error": "invalid_grant"}'), "oauth_unauthorized"),
        (Fault(status=401, body='{"error": "invalid_client"}'), "oauth_unauthorized"),
        (Fault(status=200, body='{"error": "invalid_grant"}'), "oauth_unauthorized"),
        (Fault(status=500), "oauth_failed"),
        (Fault(status=429), "oauth_failed"),
        (Fault(status=200, body="<html>"), "oauth_failed"),
        (Fault(status=200, body='{"access_token": "x"}'), "oauth_failed"),
        (
            Fault(status=200, body='{"access_token": "x", "expires_in": 60}'),
            "oauth_failed",
        ),
        (Fault(reset=True), "oauth_failed"),
    ],
)
async def test_a_failing_token_endpoint_ends_it_and_it_can_be_tried_again(
    hass: HomeAssistant,
    credentials: None,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
    fault: Fault,
    reason: str,
) -> None:
    """With a message of Home Assistant's own."""
    cloud.faults.add("token", fault)
    result = await link(hass, browser, house.owner)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason
    cloud.faults.clear()
    result = await link(hass, browser, house.owner)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=500), "cannot_connect"),
        (Fault(reset=True), "cannot_connect"),
        (Fault(status=403), "forbidden"),
        (Fault(status=404), "refused"),
        (Fault(status=429), "rate_limited"),
        (Fault(status=200, body="[]"), "invalid_answer"),
        (Fault(status=200, body='{"data": {"id": ""}}'), "invalid_answer"),
    ],
)
async def test_the_new_tokens_are_kept_while_nobody_says_whose_they_are(
    hass: HomeAssistant,
    credentials: None,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
    fault: Fault,
    error: str,
) -> None:
    """Asking can be repeated, without going to ParqEx's page again."""
    cloud.faults.add("user_info", fault)
    result = await link(hass, browser, house.owner)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    cloud.faults.clear()
    result = await go_on(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(cloud.oauth.grants(house.owner)) == 1


async def test_the_question_can_be_looked_at_again(
    hass: HomeAssistant,
    credentials: None,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """A dialog that is opened anew shows where it stood."""
    cloud.faults.add("user_info", Fault(status=500), times=1)
    result = await link(hass, browser, house.owner)
    result = await go_on(hass, result)
    assert result["type"] is FlowResultType.FORM
    result = await go_on(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_new_tokens_that_are_rejected_end_it(
    hass: HomeAssistant,
    credentials: None,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """There is nothing to renew yet."""
    cloud.faults.add("user_info", Fault(status=401), times=1)
    result = await link(hass, browser, house.owner)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "oauth_unauthorized"


async def test_a_person_without_a_name_is_parqex(
    hass: HomeAssistant,
    credentials: None,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """The entry needs a title."""
    cloud.faults.add("user_info", Fault(status=200, body='{"data": {"id": "7"}}'))
    result = await link(hass, browser, house.owner)
    assert result["title"] == "ParqEx"


async def again(
    hass: HomeAssistant, entry: MockConfigEntry, source: str
) -> ConfigFlowResult:
    """Start linking an account again, as the notification or the menu would."""
    if source == "reconfigure":
        return await entry.start_reconfigure_flow(hass)
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_confirm"
    return await go_on(hass, result, {})


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_the_same_account_is_linked_again(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
    source: str,
) -> None:
    """Its entities stay, its tokens are new, and it works."""
    cloud.oauth.revoke(house.owner)
    result = await again(hass, linked, source)
    await browser.allow(result, house.owner)
    result = await go_on(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == f"{source}_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    (grant,) = cloud.oauth.grants(house.owner)
    assert linked.data["token"]["refresh_token"] == grant.refresh_token
    assert linked.state is ConfigEntryState.LOADED
    assert {state.state for state in hass.states.async_all("switch")} == {"off"}


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_another_account_is_refused(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    browser: Browser,
    house: DemoHouse,
    source: str,
) -> None:
    """The link there is stays as it is."""
    before = dict(linked.data)
    result = await again(hass, linked, source)
    await browser.allow(result, house.guest)
    result = await go_on(hass, result)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_account"
    assert dict(linked.data) == before


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_another_account_that_is_linked_too_keeps_working(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    browser: Browser,
    cloud: Cloud,
    house: DemoHouse,
    source: str,
) -> None:
    """ParqEx may have replaced its tokens by the new ones, so it gets those."""
    guest = entry_for(cloud, house.guest)
    guest.add_to_hass(hass)
    await set_up(hass, guest)
    before = dict(linked.data)
    cloud.oauth.revoke(house.guest)
    result = await again(hass, linked, source)
    await browser.allow(result, house.guest)
    result = await go_on(hass, result)
    assert result["reason"] == "wrong_account"
    await hass.async_block_till_done(wait_background_tasks=True)
    (grant,) = cloud.oauth.grants(house.guest)
    assert guest.data["token"]["refresh_token"] == grant.refresh_token
    assert guest.state is ConfigEntryState.LOADED
    assert guest.runtime_data.last_update_success
    assert dict(linked.data) == before


async def test_an_unsafe_address_is_not_used(
    hass: HomeAssistant, credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens and commands travel over it."""
    monkeypatch.setenv("PARQEX_BASE_URL", "http://192.0.2.1")
    result = await start(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "oauth_implementation_unavailable"
