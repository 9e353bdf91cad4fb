"""Tokens by GET, and no secret in anything that goes wrong with them."""

from itertools import product
import json
import logging
from typing import Any

import pytest
from yarl import URL

from custom_components.parqex.application_credentials import (
    async_get_auth_implementation,
)
from custom_components.parqex.const import DOMAIN
from custom_components.parqex.oauth import ParqExImplementation, implementation
from homeassistant.components.application_credentials import ClientCredential
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    OAuth2TokenRequestBaseError,
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
    OAuth2TokenRequestTransientError,
)
from homeassistant.helpers.json import json_bytes
from tests.common import detours
from tests.secrecy import revealed, shown_by
from tests.simulator import Cloud, DemoHouse, Fault, Simulator
from tests.simulator.oauth import Consent

BACK = "https://my.home-assistant.io/redirect/oauth"
RFC_6749 = '{"error": "invalid_grant", "error_description": "gone"}'
TOKEN_PATH = "/oauth/v2/endpoints/token/"

# What a token endpoint may do, by what it means for the login; the fault matrix has more.
FAILURES: dict[type[OAuth2TokenRequestBaseError], tuple[Fault, ...]] = {
    OAuth2TokenRequestReauthError: (
        Fault(status=400, body=RFC_6749),
        Fault(status=400, body=""),
        Fault(status=403, body=RFC_6749),
        Fault(status=200, body=RFC_6749),
    ),
    OAuth2TokenRequestTransientError: (
        Fault(status=400, body='{"error": "temporarily_unavailable"}'),
        Fault(status=403, body="<html>"),
        Fault(status=404, body='{"status": 404, "error": "Not Found"}'),
        Fault(status=429, body=RFC_6749),
        Fault(status=500, body=RFC_6749),
    ),
    OAuth2TokenRequestConnectionError: (
        Fault(status=302, headers={"Location": TOKEN_PATH}),
        Fault(status=204, body=""),
        Fault(status=200, body=b"\xff\xfe"),
        Fault(status=200, body='{"access_token": "x\\ny", "expires_in": 1}'),
        Fault(status=200, body='{"refresh_token": "x", "expires_in": 60}'),
        Fault(status=200, body="x", headers={"Content-Encoding": "gzip"}),
        Fault(status=200, body=lambda: b" " * (8 * 1024 * 1024 + 1)),
        Fault(reset=True),
        Fault(hang="body"),
    ),
}


@pytest.fixture
def clock() -> None:
    """Let the clock run: a server that hangs is part of this."""


@pytest.fixture(autouse=True)
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait half a minute for a server that hangs."""
    monkeypatch.setattr(implementation, "SECONDS_FOR_TOKENS", 0.2)


@pytest.fixture
async def login(hass: HomeAssistant, cloud: Cloud) -> ParqExImplementation:
    """Return the implementation with valid credentials."""
    application = cloud.application
    credential = ClientCredential(application.client_id, application.client_secret)
    return await async_get_auth_implementation(hass, DOMAIN, credential)


def code_for(cloud: Cloud, house: DemoHouse) -> dict[str, Any]:
    """Return what comes back from ParqEx's page after Allow."""
    consent = Consent(cloud.application, BACK, frozenset({"OPENDOOR"}), None)
    code = URL(cloud.oauth.allow(consent, house.owner)).query["code"]
    return {"code": code, "state": {"redirect_uri": BACK}}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        *[("60", 60), ('"60"', 60), ("60.9", 60), ("0", 3600)],
        *[("315360000", 315360000), ("315360001", 3600)],
        *[("null", 3600), ('"soon"', 3600), ("[]", 3600), ("-5", 3600)],
        *[("NaN", 3600), ("1e400", 3600), ("1e30", 3600), ("9" * 400, 3600)],
    ],
)
async def test_odd_lifetime_loses_no_tokens(
    login: ParqExImplementation, cloud: Cloud, written: str, seconds: int
) -> None:
    """They replace the old ones, and can be stored."""
    body = f'{{"access_token": "a", "refresh_token": "r", "expires_in": {written}}}'
    cloud.faults.add("token", Fault(status=200, body=body))
    token = await login.async_refresh_token({"refresh_token": "old"})
    assert (token["access_token"], token["refresh_token"]) == ("a", "r")
    assert token["expires_in"] == seconds
    json_bytes(token)


@pytest.mark.parametrize(("status", "end"), [(201, ""), (200, "\n")])
async def test_odd_answer_loses_no_tokens(
    login: ParqExImplementation, cloud: Cloud, status: int, end: str
) -> None:
    """Another success, or blanks around them: the old tokens are worthless now."""
    body = json.dumps({"access_token": f"a{end}", "refresh_token": f" r{end}"})
    cloud.faults.add("token", Fault(status=status, body=body))
    token = await login.async_refresh_token({"refresh_token": "old"})
    assert (token["access_token"], token["refresh_token"]) == ("a", "r")


@pytest.mark.parametrize(
    ("error", "fault"),
    [(error, fault) for error, faults in FAILURES.items() for fault in faults],
)
async def test_failure_has_its_meaning_and_shows_no_secret(
    login: ParqExImplementation,
    cloud: Cloud,
    house: DemoHouse,
    caplog: pytest.LogCaptureFixture,
    error: type[Exception],
    fault: Fault,
) -> None:
    """Neither in a refresh nor in the exchange of a code."""
    caplog.set_level(logging.DEBUG)
    cloud.faults.add("token", fault)
    tokens = cloud.oauth.link(house.owner)
    with pytest.raises(error) as refreshing:
        await login.async_refresh_token(tokens)
    with pytest.raises(error) as exchanging:
        await login.async_resolve_external_data(code_for(cloud, house))
    text = shown_by(refreshing.value) + shown_by(exchanging.value) + caplog.text
    assert not revealed(cloud.issued_secrets(), text)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_secrets_follow_no_redirect(
    login: ParqExImplementation, simulator: Simulator, house: DemoHouse, method: Any
) -> None:
    """In a query or in a form, which 307 and 308 would send once more."""
    cloud, cloud.token_method = simulator.cloud, method
    tokens = await login.async_refresh_token(cloud.oauth.link(house.owner))
    async with Simulator() as other:
        here, elsewhere = simulator.base_url, other.base_url
        for location, status in product(
            detours(here, elsewhere, TOKEN_PATH.rstrip("/")), (302, 303, 307, 308)
        ):
            cloud.requests.clear()
            cloud.faults.clear()
            headers = {"Location": location}
            cloud.faults.add("token", Fault(status=status, headers=headers))
            with pytest.raises(OAuth2TokenRequestConnectionError):
                await login.async_refresh_token(tokens)
            assert [one.path for one in cloud.requests] == [TOKEN_PATH]
        assert not other.cloud.requests
