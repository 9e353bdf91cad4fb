"""Tokens by GET, and no secret in anything that goes wrong with them."""

import logging
import traceback
from typing import Any

from aiohttp import ClientTimeout
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.parqex import application_credentials
from custom_components.parqex.application_credentials import (
    ParqExImplementation,
    async_get_auth_implementation,
    async_get_description_placeholders,
)
from custom_components.parqex.const import DOMAIN
from homeassistant.components.application_credentials import ClientCredential
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component
from tests.conftest import set_up
from tests.secrecy import revealed
from tests.simulator import Cloud, DemoHouse, Fault, Simulator
from tests.simulator.oauth import Consent

BACK = "https://my.home-assistant.io/redirect/oauth"
RFC_6749 = '{"error": "invalid_grant", "error_description": "gone"}'

# Everything a token endpoint may do, and what it means for the login.
FAILURES: list[tuple[Fault, type[OAuth2TokenRequestBaseError]]] = [
    (Fault(status=400, body=RFC_6749), OAuth2TokenRequestReauthError),
    (Fault(status=400, body=""), OAuth2TokenRequestReauthError),
    (Fault(status=401, body="no"), OAuth2TokenRequestReauthError),
    (Fault(status=403, body=RFC_6749), OAuth2TokenRequestReauthError),
    (Fault(status=200, body=RFC_6749), OAuth2TokenRequestReauthError),
    (
        Fault(status=400, body='{"error": "temporarily_unavailable"}'),
        OAuth2TokenRequestTransientError,
    ),
    (Fault(status=403, body="<html>"), OAuth2TokenRequestTransientError),
    (Fault(status=404, body="<html>"), OAuth2TokenRequestTransientError),
    (Fault(status=405), OAuth2TokenRequestTransientError),
    (Fault(status=408), OAuth2TokenRequestTransientError),
    (Fault(status=418), OAuth2TokenRequestTransientError),
    (Fault(status=429, body=RFC_6749), OAuth2TokenRequestTransientError),
    (Fault(status=500, body=RFC_6749), OAuth2TokenRequestTransientError),
    (Fault(status=501), OAuth2TokenRequestTransientError),
    (Fault(status=502, body="<html>"), OAuth2TokenRequestTransientError),
    (Fault(status=503), OAuth2TokenRequestTransientError),
    (
        Fault(status=302, headers={"Location": "/oauth/v2/endpoints/token/"}),
        OAuth2TokenRequestConnectionError,
    ),
    (Fault(status=204, body=""), OAuth2TokenRequestConnectionError),
    (Fault(status=200, body=""), OAuth2TokenRequestConnectionError),
    (Fault(status=200, body="null"), OAuth2TokenRequestConnectionError),
    (Fault(status=200, body='["x"]'), OAuth2TokenRequestConnectionError),
    (Fault(status=200, body='{"access_token": "x'), OAuth2TokenRequestConnectionError),
    (Fault(status=200, body=b"\xff\xfe"), OAuth2TokenRequestConnectionError),
    (
        Fault(status=200, body='{"access_token": "x\\ny", "expires_in": 1}'),
        OAuth2TokenRequestConnectionError,
    ),
    (
        Fault(status=200, body='{"refresh_token": "x", "expires_in": 60}'),
        OAuth2TokenRequestConnectionError,
    ),
    (
        Fault(status=200, body="x", headers={"Content-Encoding": "gzip"}),
        OAuth2TokenRequestConnectionError,
    ),
    (
        Fault(status=200, body=b" " * (8 * 1024 * 1024 + 1)),
        OAuth2TokenRequestConnectionError,
    ),
    (Fault(reset=True), OAuth2TokenRequestConnectionError),
    (Fault(hang="headers"), OAuth2TokenRequestConnectionError),
    (Fault(hang="body"), OAuth2TokenRequestConnectionError),
]
KINDS = [f"{number}-{fault}" for number, (fault, _) in enumerate(FAILURES)]


@pytest.fixture
def clock() -> None:
    """Let the clock run: a server that hangs is part of this."""


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait ten seconds for a server that hangs."""
    monkeypatch.setattr(application_credentials, "TIMEOUT", ClientTimeout(total=0.2))


@pytest.fixture
async def implementation(hass: HomeAssistant, cloud: Cloud) -> ParqExImplementation:
    """Return the implementation with good credentials."""
    credential = ClientCredential(
        cloud.application.client_id, cloud.application.client_secret
    )
    implementation = await async_get_auth_implementation(hass, DOMAIN, credential)
    assert isinstance(implementation, ParqExImplementation)
    return implementation


def told(err: BaseException | None) -> str:
    """Return everything an exception could tell anybody, its whole chain included."""
    text = ""
    while err is not None:
        text += "".join(traceback.format_exception(err, chain=False))
        text += f"{err!s} {err!r} {vars(err)!r}"
        err = err.__cause__ or err.__context__
    return text


def code_for(cloud: Cloud, house: DemoHouse) -> dict[str, Any]:
    """Return what comes back from ParqEx's page after Allow."""
    consent = Consent(cloud.application, BACK, frozenset({"OPENDOOR"}), None)
    code = URL(cloud.oauth.allow(consent, house.owner)).query["code"]
    return {"code": code, "state": {"redirect_uri": BACK}}


async def test_the_code_is_exchanged_by_get(
    implementation: ParqExImplementation, cloud: Cloud, house: DemoHouse
) -> None:
    """With all parameters in the query, as documented."""
    token = await implementation.async_resolve_external_data(code_for(cloud, house))
    assert set(token) == {"access_token", "refresh_token", "expires_in"}
    (request,) = cloud.requests
    assert request.method == "GET"
    assert set(request.query) == {
        "client_id",
        "client_secret",
        "grant_type",
        "code",
        "redirect_uri",
    }


async def test_a_refresh_replaces_both_tokens(
    implementation: ParqExImplementation, cloud: Cloud, house: DemoHouse
) -> None:
    """And the next one uses the newest."""
    first = {**cloud.oauth.link(house.owner), "expires_at": 0}
    second = await implementation.async_refresh_token(first)
    third = await implementation.async_refresh_token(second)
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    assert [one.query["refresh_token"] for one in cloud.requests] == [
        first["refresh_token"],
        second["refresh_token"],
    ]


async def test_a_refresh_without_a_new_refresh_token_keeps_the_old(
    implementation: ParqExImplementation, cloud: Cloud, house: DemoHouse
) -> None:
    """It is not lost for want of another."""
    cloud.faults.add(
        "token", Fault(status=200, body='{"access_token": "new", "expires_in": "60"}')
    )
    token = await implementation.async_refresh_token({"refresh_token": "old"})
    assert (token["access_token"], token["refresh_token"]) == ("new", "old")
    assert token["expires_in"] == 60


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        *[("60", 60), ('"60"', 60), ("60.9", 60), ("0", 0)],
        *[("null", 3600), ('"soon"', 3600), ("[]", 3600), ("-5", 3600)],
        *[("NaN", 3600), ("1e400", 3600), ("1e30", 3600), ("9" * 400, 3600)],
    ],
)
async def test_no_tokens_are_lost_for_an_odd_lifetime(
    implementation: ParqExImplementation, cloud: Cloud, written: str, seconds: int
) -> None:
    """They replace the old ones; and what is kept can be written down."""
    body = f'{{"access_token": "a", "refresh_token": "r", "expires_in": {written}}}'
    cloud.faults.add("token", Fault(status=200, body=body))
    token = await implementation.async_refresh_token({"refresh_token": "old"})
    assert (token["access_token"], token["refresh_token"]) == ("a", "r")
    assert token["expires_in"] == seconds
    json_bytes(token)


async def test_a_server_that_wants_post_gets_post(
    hass: HomeAssistant,
    implementation: ParqExImplementation,
    cloud: Cloud,
    house: DemoHouse,
) -> None:
    """GET is tried once, and not again in this run."""
    cloud.token_method = "POST"
    token = {**cloud.oauth.link(house.owner), "expires_at": 0}
    token = await implementation.async_refresh_token(token)
    assert [one.method for one in cloud.requests] == ["GET", "POST"]
    cloud.requests.clear()
    await implementation.async_refresh_token(token)
    assert [one.method for one in cloud.requests] == ["POST"]
    assert not cloud.requests[0].query


@pytest.mark.parametrize(("fault", "error"), FAILURES, ids=KINDS)
async def test_no_failure_tells_a_secret(
    implementation: ParqExImplementation,
    cloud: Cloud,
    house: DemoHouse,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    error: type[Exception],
) -> None:
    """Neither in a refresh nor in the exchange of a code, and each has its meaning."""
    caplog.set_level(logging.DEBUG)
    cloud.faults.add("token", fault)
    tokens = cloud.oauth.link(house.owner)
    with pytest.raises(error) as refreshing:
        await implementation.async_refresh_token(tokens)
    with pytest.raises(error) as exchanging:
        await implementation.async_resolve_external_data(code_for(cloud, house))
    text = told(refreshing.value) + told(exchanging.value) + caplog.text
    assert not revealed(cloud.issued_secrets(), text)


@pytest.mark.parametrize(("fault", "error"), FAILURES, ids=KINDS)
async def test_no_secret_reaches_the_entry_or_the_log(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    error: type[Exception],
) -> None:
    """When Home Assistant starts with an expired access token."""
    caplog.set_level(logging.DEBUG)
    _expire(hass, entry)
    cloud.faults.add("token", fault)
    await set_up(hass, entry)
    if error is OAuth2TokenRequestReauthError:
        assert entry.state is ConfigEntryState.SETUP_ERROR
    else:
        assert entry.state is ConfigEntryState.SETUP_RETRY
    text = f"{entry.reason} {entry.error_reason_translation_placeholders} {caplog.text}"
    assert not revealed(cloud.issued_secrets(), text)


async def test_secrets_do_not_follow_a_redirect(
    implementation: ParqExImplementation, cloud: Cloud, house: DemoHouse
) -> None:
    """Whoever it leads to."""
    async with Simulator() as other:
        address = f"{other.base_url}/oauth/v2/endpoints/token/"
        cloud.faults.add("token", Fault(status=307, headers={"Location": address}))
        with pytest.raises(OAuth2TokenRequestConnectionError):
            await implementation.async_refresh_token(cloud.oauth.link(house.owner))
        assert not other.cloud.requests


async def test_a_server_that_is_gone_costs_no_login(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Set-up is tried again."""
    _expire(hass, entry)
    await simulator.stop()
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    secrets = simulator.cloud.issued_secrets()
    assert not revealed(secrets, caplog.text)


async def test_deleted_credentials_ask_for_a_new_login(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud
) -> None:
    """Nothing can be refreshed without them."""
    assert await async_setup_component(hass, "application_credentials", {})
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert len(hass.config_entries.flow.async_progress()) == 1
    assert not cloud.requests


async def test_an_unsafe_address_is_not_used(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    credentials: None,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tokens and commands travel over it."""
    monkeypatch.setenv("PARQEX_BASE_URL", "http://192.0.2.1")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not cloud.requests


async def test_the_credentials_dialog_says_where_to_get_them(
    hass: HomeAssistant,
) -> None:
    """And which redirect URL to ask for."""
    assert await async_get_description_placeholders(hass) == {
        "redirect_url": BACK,
        "support_email": "support@parqex.com",
    }


def _expire(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Make the access token one of yesterday."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "token": {**entry.data["token"], "expires_at": 0}}
    )
