"""Linking an account, through the real pages."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from freezegun.api import FrozenDateTimeFactory
import pytest
from yarl import URL

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from tests.common import Home, begin, refused
from tests.conftest import add_credentials, link as linked, settle, until
from tests.linking import Browser
from tests.simulator import Account, Cloud, DemoHouse, Fault, Simulator

pytestmark = pytest.mark.usefixtures("current_request_with_host")

type Link = Callable[[Account], Awaitable[ConfigFlowResult]]


@pytest.fixture
def link(hass: HomeAssistant, browser: Browser) -> Link:
    """Return a function that adds the integration and allows it."""

    async def link(account: Account) -> ConfigFlowResult:
        result = await start(hass)
        assert result["type"] is FlowResultType.EXTERNAL_STEP
        return await sign_in(hass, browser, result, account)

    return link


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Add the integration from the user interface."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, user_input: Any = None
) -> ConfigFlowResult:
    """Continue after the browser came back, or with what a form asks for."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], user_input)


async def sign_in(
    hass: HomeAssistant, browser: Browser, result: ConfigFlowResult, account: Account
) -> ConfigFlowResult:
    """Sign in to ParqEx, allow, and let everything happen that follows."""
    await browser.allow(result, account)
    result = await submit(hass, result)
    await settle(hass)
    return result


async def test_account_is_linked(
    hass: HomeAssistant, browser: Browser, cloud: Cloud, house: DemoHouse
) -> None:
    """Under the person's name, and its access points are there."""
    result = await start(hass)
    query = URL(result["url"]).query
    assert query["scope"] == "OPENDOOR,CLOSEDOOR"
    assert query["response_type"] == "code"
    assert query["client_id"] == cloud.application.client_id
    result = await sign_in(hass, browser, result, house.owner)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Olivia Ownerby"
    entry = result["result"]
    assert entry.unique_id == house.owner.id
    assert entry.state is ConfigEntryState.LOADED
    assert set(entry.data["token"]) == {
        *("access_token", "refresh_token", "expires_in", "expires_at")
    }
    assert len(hass.states.async_all("switch")) == 5


@pytest.mark.parametrize("rejected", [False, True])
async def test_same_account_twice_keeps_the_new_tokens(
    home: Home, link: Link, rejected: bool
) -> None:
    """However its id is spelled; it also repairs a rejected account."""

    def respelled(body: Any) -> Any:
        body["data"]["id"] = UUID(body["data"]["id"]).hex.upper()
        return body

    home.fail("user_info", edit=respelled)
    if rejected:
        home.cloud.oauth.revoke(home.house.owner)
        await home.hass.config_entries.async_reload(home.entry.entry_id)
        assert home.entry.state is ConfigEntryState.SETUP_ERROR
    result = await link(home.house.owner)
    assert result["reason"] == "already_configured"
    assert_linked_anew(home)


def assert_linked_anew(home: Home) -> None:
    """Assert that the owner's entry is the only one, has the newest tokens, works."""
    assert home.hass.config_entries.async_entries(DOMAIN) == [home.entry]
    newest = home.cloud.oauth.grants(home.house.owner)[-1]
    assert home.entry.data["token"]["refresh_token"] == newest.refresh_token
    assert home.entry.state is ConfigEntryState.LOADED
    assert home.switches == {"off"}
    assert not home.hass.config_entries.flow.async_progress()


async def test_two_flows_for_one_account_keep_the_newest_tokens(
    hass: HomeAssistant, browser: Browser, cloud: Cloud, house: DemoHouse
) -> None:
    """Both come back at the same time."""
    flows = [await start(hass), await start(hass)]
    for flow in flows:
        await browser.allow(flow, house.owner)
    results = await asyncio.gather(*(submit(hass, flow) for flow in flows))
    await settle(hass)
    assert {result["type"] for result in results} == {
        *(FlowResultType.CREATE_ENTRY, FlowResultType.ABORT)
    }
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    newest = cloud.oauth.grants(house.owner)[-1]
    assert entry.data["token"]["refresh_token"] == newest.refresh_token


async def test_credentials_are_needed(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """They can be added then."""
    assert await async_setup_component(hass, "application_credentials", {})
    result = await start(hass)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_credentials"


@pytest.mark.parametrize("how", ["denied", "closed"])
async def test_abandoned_flow_can_be_started_again(
    hass: HomeAssistant, browser: Browser, link: Link, house: DemoHouse, how: str
) -> None:
    """A person changes their mind."""
    result = await start(hass)
    if how == "closed":
        hass.config_entries.flow.async_abort(result["flow_id"])
    else:
        await browser.deny(result)
        result = await submit(hass, result)
        assert result["reason"] == "user_rejected_authorize"
    assert not hass.config_entries.flow.async_progress()
    assert (await link(house.owner))["type"] is FlowResultType.CREATE_ENTRY


async def test_forged_state_links_nothing(
    hass: HomeAssistant, browser: Browser, house: DemoHouse
) -> None:
    """Anybody can send a code."""
    result = await start(hass)
    forged = URL("/auth/external/callback").with_query(code="code-1", state="forged")
    assert await browser.come_back(forged) == HTTPStatus.BAD_REQUEST
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["flow_id"] == result["flow_id"]
    assert not hass.config_entries.async_entries(DOMAIN)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(status=400, body='{"error": "invalid_grant"}'), "credentials_rejected"),
        (Fault(status=401, body='{"error": "invalid_client"}'), "credentials_rejected"),
        (Fault(status=500), "oauth_failed"),
        (Fault(status=200, body='{"access_token": "x"}'), "oauth_failed"),
        (Fault(reset=True), "oauth_failed"),
    ],
)
async def test_failing_token_endpoint_aborts_the_flow(
    link: Link, cloud: Cloud, house: DemoHouse, fault: Fault, reason: str
) -> None:
    """With a message that says what to do; a second try succeeds."""
    cloud.faults.add("token", fault)
    result = await link(house.owner)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason
    cloud.faults.clear()
    assert (await link(house.owner))["type"] is FlowResultType.CREATE_ENTRY


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
async def test_new_tokens_are_kept_until_the_account_is_known(
    hass: HomeAssistant,
    link: Link,
    cloud: Cloud,
    house: DemoHouse,
    fault: Fault,
    error: str,
) -> None:
    """The request can be repeated, also after the dialog was opened again."""
    cloud.faults.add("user_info", fault)
    result = await link(house.owner)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    result = await submit(hass, result)
    assert result["step_id"] == "identify"
    cloud.faults.clear()
    result = await submit(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(cloud.oauth.grants(house.owner)) == 1


async def test_waiting_as_told_costs_no_login(
    hass: HomeAssistant,
    link: Link,
    cloud: Cloud,
    house: DemoHouse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The access token expires meanwhile, and is renewed: when told, and only once."""
    cloud.oauth.access_lifetime = 60
    limit = Fault(status=429, headers={"Retry-After": "60"})
    cloud.faults.add("user_info", limit, times=1)
    result = await link(house.owner)
    freezer.tick(61)
    limit = Fault(status=429, headers={"Retry-After": "100"})
    cloud.faults.add("token", limit, times=1)
    cloud.requests.clear()
    for _ in range(2):
        again = await submit(hass, result, {})
        assert again["errors"] == {"base": "rate_limited"}
    assert [one.endpoint for one in cloud.requests] == ["token"]
    freezer.tick(101)
    both = (submit(hass, result, {}) for _ in range(2))
    # To Home Assistant, the flow of the second one has ended.
    await asyncio.gather(*both, return_exceptions=True)
    (grant,) = cloud.oauth.grants(house.owner)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.data["token"]["refresh_token"] == grant.refresh_token


async def test_account_without_a_name_gets_a_title(
    link: Link, cloud: Cloud, house: DemoHouse
) -> None:
    """The entry needs one."""
    cloud.faults.add("user_info", Fault(status=200, body='{"data": {"id": "7"}}'))
    assert (await link(house.owner))["title"] == "ParqEx"


async def again(home: Home, source: str) -> ConfigFlowResult:
    """Start linking an account again, as the notification or the menu would."""
    if source == "reconfigure":
        return await home.entry.start_reconfigure_flow(home.hass)
    result = await home.entry.start_reauth_flow(home.hass)
    assert result["step_id"] == "reauth_confirm"
    return await submit(home.hass, result, {})


def why(result: ConfigFlowResult) -> str:
    """Return why the account was not linked: the flow ended, or offers another try."""
    return result.get("reason") or (result["errors"] or {})["base"]


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
@pytest.mark.parametrize("has_new_credentials", [False, True])
async def test_account_is_linked_again(
    home: Home, browser: Browser, source: str, has_new_credentials: bool
) -> None:
    """Its entities stay, its tokens are new, and it works.

    Also if the credentials it was linked with are there still, and worthless.
    """
    if has_new_credentials:
        fresh = replace(home.cloud.application, client_id="new", client_secret="fresh")
        home.cloud.oauth.applications[:] = [fresh]
        await add_credentials(home.hass, fresh, "new")
    home.cloud.oauth.revoke(home.house.owner)
    result = await again(home, source)
    if has_new_credentials:
        assert result["step_id"] == "pick_implementation"
        result = await submit(home.hass, result, {"implementation": "new"})
    result = await sign_in(home.hass, browser, result, home.house.owner)
    assert result["reason"] == f"{source}_successful"
    used = "new" if has_new_credentials else DOMAIN
    assert home.entry.data["auth_implementation"] == used
    assert_linked_anew(home)


@pytest.mark.parametrize(
    "mistake", ["denied", "wrong_account", "credentials_rejected", "not_linked"]
)
async def test_repair_stays_until_the_account_is_linked(
    home: Home, browser: Browser, mistake: str
) -> None:
    """It says what was wrong, and the next sign-in succeeds."""
    home.cloud.oauth.revoke(home.house.owner)
    result = await again(home, "reauth")
    if mistake == "denied":
        await browser.deny(result)
        result = await submit(home.hass, result)
    elif mistake == "wrong_account":
        result = await sign_in(home.hass, browser, result, home.house.guest)
    else:
        status = 401 if mistake == "credentials_rejected" else 500
        home.cloud.faults.add("token", Fault(status=status))
        result = await sign_in(home.hass, browser, result, home.house.owner)
    assert result["step_id"] == "reauth_confirm"
    assert result["errors"] == {"base": mistake.replace("denied", "not_linked")}
    assert home.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    home.cloud.faults.clear()
    result = await submit(home.hass, result, {})
    result = await sign_in(home.hass, browser, result, home.house.owner)
    assert result["reason"] == "reauth_successful"
    assert_linked_anew(home)


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
@pytest.mark.parametrize("is_linked", [False, True])
async def test_another_account_is_refused_and_gets_its_new_tokens(
    home: Home, browser: Browser, source: str, is_linked: bool
) -> None:
    """If it is linked: its old ones may be worthless now. The first stays as it is."""
    hass, other = home.hass, home.house.guest
    guest = await linked(hass, home.cloud, other) if is_linked else None
    before = dict(home.entry.data)
    home.cloud.oauth.revoke(other)
    result = await again(home, source)
    result = await sign_in(hass, browser, result, other)
    assert why(result) == "wrong_account"
    assert dict(home.entry.data) == before
    if guest:
        (grant,) = home.cloud.oauth.grants(other)
        assert guest.data["token"]["refresh_token"] == grant.refresh_token
        assert guest.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("at_the_start", [False, True])
async def test_a_reconfiguration_that_is_broken_off_hides_no_lost_login(
    home: Home, at_the_start: bool
) -> None:
    """Somebody changed the password, began to link again, and closed the dialog."""
    if at_the_start:
        home.fail("sync", 1, status=500)
        await home.reload()
    home.cloud.oauth.revoke(home.house.owner)
    flow = await home.entry.start_reconfigure_flow(home.hass)
    await home.advance(30)
    assert not home.logins
    home.hass.config_entries.flow.async_abort(flow["flow_id"])
    await home.advance(30, times=2)
    assert home.switches <= {"unavailable"}
    assert home.logins


async def test_browser_that_goes_early_costs_no_code(
    home: Home, browser: Browser
) -> None:
    """A phone is locked while the account is identified: then the tokens are there."""
    home.cloud.oauth.revoke(home.house.owner)
    result = await again(home, "reauth")
    await browser.allow(result, home.house.owner)
    home.fail("user_info", 1, delay=3)
    waiting = await begin(submit(home.hass, result))
    await until(lambda: "user_info" in home.endpoints)
    waiting.cancel()
    await asyncio.wait([waiting])
    home.freezer.tick(4)
    assert why(await submit(home.hass, result)) == "reauth_successful"


async def test_a_right_that_is_there_again_needs_no_repair(
    home: Home, browser: Browser
) -> None:
    """The error says: link the account again and allow both opening and closing."""
    (grant,) = home.cloud.oauth.grants(home.house.owner)
    grant.scopes = frozenset({"CLOSEDOOR"})
    with refused("link the account again and allow both"):
        await home.turn("turn_on")
    assert ir.async_get(home.hass).issues
    flow = await again(home, "reconfigure")
    flow = await sign_in(home.hass, browser, flow, home.house.owner)
    assert flow["reason"] == "reconfigure_successful"
    assert not ir.async_get(home.hass).issues


async def test_another_account_is_linked_beside_the_first_and_ends_no_repair(
    home: Home, browser: Browser, link: Link
) -> None:
    """Each has its own name; nothing else says that the login of the first is lost."""
    home.cloud.oauth.revoke(home.house.owner)
    result = await again(home, "reauth")
    await sign_in(home.hass, browser, result, home.house.guest)
    assert (await link(home.house.guest))["title"] == "Gustav Guestfield"
    assert len(home.hass.config_entries.async_entries(DOMAIN)) == 2
    assert home.logins


@pytest.mark.parametrize("source", ["reauth", "reconfigure", "user"])
async def test_a_dialog_that_is_open_twice_loses_no_login(
    home: Home, browser: Browser, source: str
) -> None:
    """Each page goes on when the browser comes back; the code works once."""
    result = await (start(home.hass) if source == "user" else again(home, source))
    await browser.allow(result, home.house.owner)
    home.cloud.requests.clear()
    results = await asyncio.gather(*(submit(home.hass, result) for _ in range(2)))
    await settle(home.hass)
    assert home.endpoints.count("token") == 1
    assert {one["reason"] for one in results} <= {
        *("already_configured", f"{source}_successful")
    }
    await home.reload()
    assert home.entry.state is ConfigEntryState.LOADED
    await home.advance(30)
    assert home.coordinator.last_update_success


async def test_a_first_dialog_that_is_open_twice_links_once(
    hass: HomeAssistant, cloud: Cloud, house: DemoHouse, browser: Browser
) -> None:
    """Home Assistant ends the dialog with the answer that is there first."""
    result = await start(hass)
    await browser.allow(result, house.owner)
    results = await asyncio.gather(
        *(submit(hass, result) for _ in range(2)), return_exceptions=True
    )
    await settle(hass)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.state is ConfigEntryState.LOADED
    assert [one["reason"] for one in results if isinstance(one, dict)] == [
        "already_configured"
    ]
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize("source", ["reauth", "reconfigure"])
async def test_a_rejected_login_that_is_submitted_twice_is_said_twice(
    home: Home, browser: Browser, source: str
) -> None:
    """On two devices, where the account could not be identified at first."""
    home.cloud.oauth.revoke(home.house.owner)
    home.fail("user_info", 1, status=500)
    flow = await again(home, source)
    flow = await sign_in(home.hass, browser, flow, home.house.owner)
    assert flow["step_id"] == "identify"
    home.fail("user_info", status=401)
    results = await asyncio.gather(*(submit(home.hass, flow, {}) for _ in range(2)))
    for result in results:
        said = result.get("errors") or {"base": result["reason"]}
        assert said == {"base": "credentials_rejected"}


@pytest.mark.parametrize("twice", ["answered", "submitted"])
async def test_what_is_done_twice_does_no_harm(
    home: Home, browser: Browser, twice: str
) -> None:
    """A page is denied, back in the browser allowed; a notice is open on two devices."""
    home.cloud.oauth.revoke(home.house.owner)
    result = page = await again(home, "reauth")
    if twice == "answered":
        await browser.deny(page)
        result = await submit(home.hass, page)
        await browser.allow(page, home.house.owner)
    result = await submit(home.hass, result, {})
    assert result["step_id"] == "auth"
    result = await sign_in(home.hass, browser, result, home.house.owner)
    assert result["reason"] == "reauth_successful"
