"""Link an account in the person's own browser."""

from dataclasses import dataclass, field
from getpass import getpass
from http import HTTPStatus
import os
from secrets import token_urlsafe
from typing import Any, override
from urllib.parse import parse_qsl

from aiohttp import ClientSession, hdrs
from yarl import URL

from custom_components.parqex.api import AccessTokens, Dialect, NotAuthorized
from custom_components.parqex.api.answer import Answer
from custom_components.parqex.api.transport import async_exchange
from custom_components.parqex.oauth.implementation import parse_tokens
from homeassistant.helpers.config_entry_oauth2_flow import MY_AUTH_CALLBACK_PATH

_HEADERS: dict[str, str] = {
    hdrs.ACCEPT: "application/json",
    hdrs.CONTENT_TYPE: "application/x-www-form-urlencoded",
}


class Terminal:
    """Ask the person at the terminal; nothing else goes on meanwhile."""

    async def ask(self, question: str) -> str:
        """Return what the person types."""
        return input(f"{question}: ").strip()  # noqa: ASYNC250

    async def ask_secret(self, question: str) -> str:
        """Return what the person types, which is not shown."""
        return getpass(f"{question} (not shown): ").strip()


@dataclass(repr=False)
class Login(AccessTokens):
    """The tokens of an account, for as long as the script runs."""

    session: ClientSession
    base_url: URL
    dialect: Dialect
    _credentials: dict[str, str] = field(default_factory=dict, init=False)
    _tokens: dict[str, Any] = field(default_factory=dict, init=False)

    async def async_link(self, terminal: Terminal) -> None:
        """Lead the person through linking; raise NotAuthorized if it fails."""
        client_id = os.environ.get("PARQEX_CLIENT_ID")
        client_id = client_id or await terminal.ask("Client ID")
        secret = os.environ.get("PARQEX_CLIENT_SECRET")
        secret = secret or await terminal.ask_secret("Client secret")
        self._credentials = {"client_id": client_id, "client_secret": secret}
        question = f"Redirect URL (Enter: {MY_AUTH_CALLBACK_PATH})"
        redirect_url = await terminal.ask(question) or MY_AUTH_CALLBACK_PATH
        state = token_urlsafe()
        address = self.base_url.with_path("/oauth/v2/endpoints/authorization/")
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_url,
            "scope": "OPENDOOR,CLOSEDOOR",
            "state": state,
        }
        print(f"Open this in a browser, and allow it:\n{address.with_query(query)}")
        back: dict[str, str] = {}
        while back.get("state") != state or "code" not in back:
            pasted = await terminal.ask_secret("Its last address, with state and code")
            back = dict(parse_qsl(pasted.partition("?")[2].partition("#")[0]))
            if back.get("state") == state and "error" in back:
                raise NotAuthorized("access was denied")
        await self._async_request(
            grant_type="authorization_code",
            code=back["code"],
            redirect_uri=redirect_url,
        )

    @override
    async def async_access_token(self) -> str:
        token: str = self._tokens["access_token"]
        return token

    @override
    async def async_renewed_access_token(self, rejected: str) -> str:
        refresh_token = self._tokens.get("refresh_token", "")
        await self._async_request(
            grant_type="refresh_token", refresh_token=refresh_token
        )
        return await self.async_access_token()

    async def _async_request(self, **grant: str) -> None:
        data = self._credentials | grant

        async def send(method: str, path: str) -> Answer:
            where = "params" if method == hdrs.METH_GET else "data"
            url = self.base_url.with_path(path)
            form: dict[str, Any] = {where: data}
            return await async_exchange(self.session, method, url, _HEADERS, **form)

        answer = await self.dialect.async_send("token", send)
        tokens = parse_tokens(answer.body)
        if answer.http_status != HTTPStatus.OK or not tokens:
            raise NotAuthorized(f"no tokens (HTTP {answer.http_status})")
        self._tokens |= tokens
