"""OAuth 2.0 as ParqEx documents it: codes, tokens and scopes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, Literal

from multidict import MultiMapping
from yarl import URL

from .house import Clock
from .people import Account

SCOPES: Final = frozenset({"OPENDOOR", "CLOSEDOOR"})

_CLIENT: Final = {"client_id", "client_secret", "grant_type"}
_PARAMETERS: Final = {
    "authorization_code": _CLIENT | {"code", "redirect_uri"},
    "refresh_token": _CLIENT | {"refresh_token"},
}


class OAuthError(Exception):
    """A request that RFC 6749 has an error code for."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        """Initialize with the error code, a description and the status."""
        super().__init__(description)
        self.error = error
        self.status = status


@dataclass(frozen=True, slots=True)
class Application:
    """An application that ParqEx gave credentials to."""

    client_id: str
    client_secret: str
    name: str


@dataclass(frozen=True, slots=True)
class Consent:
    """An authorization request of an application."""

    application: Application
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None

    def back(self, **answer: str) -> str:
        """Return the address that takes the browser back to the application."""
        if self.state is not None:
            answer["state"] = self.state
        return str(URL(self.redirect_uri).update_query(answer))


@dataclass(slots=True, eq=False)
class Grant:
    """The access of an application to an account; `issues` counts its token pairs."""

    application: Application
    account_id: str
    scopes: frozenset[str]
    access_token: str = field(init=False)
    refresh_token: str = field(init=False)
    expires_at: datetime = field(init=False)
    issues: int = 0


@dataclass(slots=True, eq=False)
class OAuth:
    """The authorization server; `secrets` are all that ParqEx ever issued."""

    now: Clock
    random: Random
    access_lifetime: int = 3600
    expires_in: Literal["number", "text", "missing"] = "number"
    keeps_refresh_token: bool = False
    keeps_access_token: bool = False
    applications: list[Application] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    _codes: dict[str, tuple[Consent, str, datetime]] = field(default_factory=dict)
    _grants: list[Grant] = field(default_factory=list)

    def add_application(self, client_id: str, name: str) -> Application:
        """Give an application credentials."""
        application = Application(client_id, self._secret("secret"), name)
        self.applications.append(application)
        return application

    def consent(self, query: MultiMapping[str]) -> Consent:
        """Return a valid authorization request."""
        application = self._application(query.get("client_id"))
        if application is None:
            raise OAuthError("invalid_client", "This application is not known.")
        redirect_uri = query.get("redirect_uri", "")
        if URL(redirect_uri).scheme not in ("http", "https"):
            raise OAuthError("invalid_request", "redirect_uri has to be a web address.")
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type is not code.")
        scopes = frozenset(query.get("scope", "").upper().split(","))
        if not scopes <= SCOPES:
            raise OAuthError("invalid_scope", "scope is OPENDOOR, CLOSEDOOR or both.")
        return Consent(application, redirect_uri, scopes, query.get("state"))

    def allow(self, consent: Consent, account: Account) -> str:
        """Issue a code and return where the browser goes with it."""
        code = self._secret("code")
        expires_at = self.now() + timedelta(minutes=10)
        self._codes[code] = consent, account.id, expires_at
        return consent.back(code=code)

    def token(self, form: MultiMapping[str]) -> dict[str, Any]:
        """Exchange a code or a refresh token for new tokens."""
        parameters = _PARAMETERS.get(form.get("grant_type", ""))
        if parameters is None:
            raise OAuthError("unsupported_grant_type", "This grant_type is not known.")
        if sorted(form) != sorted(parameters):
            needed = ", ".join(sorted(parameters))
            raise OAuthError("invalid_request", f"Send exactly these, once: {needed}.")
        application = self._application(form["client_id"])
        if application is None or application.client_secret != form["client_secret"]:
            raise OAuthError("invalid_client", "The application is not known.", 401)
        if "code" in form:
            return self._renew(self._redeem(application, form))
        for grant in self._grants:
            if (
                grant.refresh_token == form["refresh_token"]
                and grant.application is application
            ):
                return self._renew(grant)
        raise OAuthError("invalid_grant", "The refresh token is not valid.")

    def link(self, account: Account, scopes: frozenset[str] = SCOPES) -> dict[str, Any]:
        """Return the token answer of a complete sign-in."""
        return self._renew(Grant(self.applications[0], account.id, scopes))

    def grant(self, access_token: str) -> Grant | None:
        """Return the grant of a valid access token."""
        for grant in self._grants:
            if grant.access_token == access_token and self.now() < grant.expires_at:
                return grant
        return None

    def grants(self, account: Account) -> list[Grant]:
        """Return the grants of an account."""
        return [grant for grant in self._grants if grant.account_id == account.id]

    def expire(self, account: Account) -> None:
        """Expire the access tokens of an account now."""
        for grant in self.grants(account):
            grant.expires_at = self.now()

    def revoke(self, account: Account) -> None:
        """Invalidate all tokens of an account."""
        for grant in self.grants(account):
            self._grants.remove(grant)

    def _application(self, client_id: str | None) -> Application | None:
        found = (one for one in self.applications if one.client_id == client_id)
        return next(found, None)

    def _redeem(self, application: Application, form: MultiMapping[str]) -> Grant:
        consent, account_id, expires_at = self._codes.pop(
            form["code"], (None, "", self.now())
        )
        if (
            consent is None
            or self.now() >= expires_at
            or consent.application is not application
            or consent.redirect_uri != form["redirect_uri"]
        ):
            raise OAuthError("invalid_grant", "The code is not valid here.")
        return Grant(application, account_id, consent.scopes)

    def _renew(self, grant: Grant) -> dict[str, Any]:
        grant.issues += 1
        if grant not in self._grants or not self.keeps_access_token:
            grant.access_token = self._secret("access")
        grant.expires_at = self.now() + timedelta(seconds=self.access_lifetime)
        answer: dict[str, Any] = {"access_token": grant.access_token}
        if self.expires_in != "missing":
            kind = int if self.expires_in == "number" else str
            answer["expires_in"] = kind(self.access_lifetime)
        if grant not in self._grants or not self.keeps_refresh_token:
            grant.refresh_token = answer["refresh_token"] = self._secret("refresh")
        if grant not in self._grants:
            self._grants.append(grant)
        return answer

    def _secret(self, kind: str) -> str:
        secret = f"{kind}-{self.random.getrandbits(160):040x}"
        self.secrets.add(secret)
        return secret
