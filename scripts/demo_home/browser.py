"""What a person's browser does at Home Assistant and at ParqEx, page by page."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any, Self, override

import aiohttp
from yarl import URL

from .wait import DemoError, until

DOMAIN = "parqex"
FLOWS = "/api/config/config_entries/flow"
USER = "demo"
PASSWORD = "demo"  # noqa: S105 - the demo is on loopback and tells everybody


class Browser:
    """A browser at one Home Assistant."""

    def __init__(self, base_url: str) -> None:
        """Take Home Assistant's address."""
        self._base_url = base_url
        self._client_id = f"{base_url}/"
        self._headers: dict[str, str] = {}
        self._websocket: aiohttp.ClientWebSocketResponse | None = None
        self._id = 0
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))

    async def __aenter__(self) -> Self:
        """Do nothing: a browser is open from the start."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the browser."""
        await self.close()

    async def close(self) -> None:
        """Close the browser, once or again."""
        await self._session.close()

    async def answers(self) -> bool:
        """Tell whether Home Assistant is there, with its first page."""
        return await self._is_there("/api/onboarding")

    async def lets_log_in(self) -> bool:
        """Tell whether Home Assistant is there, with its login page."""
        return await self._is_there("/auth/providers")

    async def _is_there(self, path: str) -> bool:
        try:
            async with self._session.get(f"{self._base_url}{path}") as answer:
                return answer.ok
        except aiohttp.ClientError:
            return False

    async def create_user(self) -> None:
        """Do the first step of the onboarding: create the user."""
        user = {
            "name": "Demo",
            "username": USER,
            "password": PASSWORD,
            "client_id": self._client_id,
            "language": "en",
        }
        await self.ask("POST", "/api/onboarding/users", json=user)

    async def log_in(self) -> None:
        """Log in on the login page and open the websocket."""
        flow = await self.ask(
            "POST",
            "/auth/login_flow",
            json={
                "client_id": self._client_id,
                "handler": ["homeassistant", None],
                "redirect_uri": f"{self._base_url}/?auth_callback=1",
            },
        )
        done = await self.ask(
            "POST",
            f"/auth/login_flow/{flow['flow_id']}",
            json={
                "client_id": self._client_id,
                "username": USER,
                "password": PASSWORD,
            },
        )
        if done["type"] != "create_entry":
            raise DemoError(f"Home Assistant did not let {USER} in: {done['errors']}")
        tokens = await self.ask(
            "POST",
            "/auth/token",
            data={
                "client_id": self._client_id,
                "grant_type": "authorization_code",
                "code": done["result"],
            },
        )
        self._headers = {
            "Authorization": f"Bearer {tokens['access_token']}",
            "HA-Frontend-Base": self._base_url,
        }
        self._websocket = await self._session.ws_connect(
            f"{self._base_url}/api/websocket", max_msg_size=0
        )
        await self._websocket.receive_json()
        await self._websocket.send_json(
            {"type": "auth", "access_token": tokens["access_token"]}
        )
        await self._websocket.receive_json()

    async def call(self, command: str, **fields: Any) -> Any:
        """Send a websocket command and return its result."""
        if self._websocket is None:
            raise DemoError("Nobody is logged in.")
        self._id += 1
        await self._websocket.send_json({"id": self._id, "type": command, **fields})
        message = await self._websocket.receive(timeout=30)
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise DemoError("Home Assistant closed the websocket.")
        answer = message.json()
        if not answer["success"]:
            raise DemoError(f"{command} failed: {answer['error']['message']}")
        return answer["result"]

    async def states(self) -> dict[str, str]:
        """Return the state of every entity."""
        states = await self.call("get_states")
        return {state["entity_id"]: state["state"] for state in states}

    async def logbook(self) -> list[str]:
        """Return what the logbook says of the last hour, in sentences."""
        events = await self.call(
            "logbook/get_events",
            start_time=(datetime.now(UTC) - timedelta(hours=1)).isoformat(),
        )
        return [f"{one.get('name')} {one.get('message')}" for one in events]

    async def link(self, client_id: str, client_secret: str) -> str:
        """Link a ParqEx account from start to end; return the title of the entry."""
        await self.add_credentials(client_id, client_secret)
        return await self.link_account()

    async def add_credentials(self, client_id: str, client_secret: str) -> None:
        """Give Home Assistant what ParqEx gave the person."""
        await self.call(
            "application_credentials/create",
            domain=DOMAIN,
            client_id=client_id,
            client_secret=client_secret,
            name="ParqEx demo",
        )

    async def link_account(self, account_id: str | None = None) -> str:
        """Link an account, the first one that ParqEx offers if none is named."""
        done = await self._follow({"handler": DOMAIN}, account_id)
        if done["type"] != "create_entry":
            why = done.get("reason") or done.get("errors")
            raise DemoError(f"The account was not linked: {why}")
        entry_id = done["result"]["entry_id"]
        title: str = done["title"]

        async def loaded() -> bool:
            entry = await self.call("config_entries/get_single", entry_id=entry_id)
            return bool(entry["config_entry"]["state"] == "loaded")

        await until(loaded, 30, "The linked account was not set up")
        return title

    async def reload(self, entry_id: str) -> None:
        """Load a linked account anew."""
        await self.ask("POST", f"/api/config/config_entries/entry/{entry_id}/reload")

    async def turn_webhook_on(self) -> str:
        """Turn the webhook on in the options; return the path of its address."""
        [entry] = await self.call("config_entries/get", domain=DOMAIN)
        path = "/api/config/config_entries/options/flow"
        flow = await self.ask("POST", path, json={"handler": entry["entry_id"]})
        path = f"{path}/{flow['flow_id']}"
        options = {"record_names": True, "webhook": True}
        flow = await self.ask("POST", path, json=options)
        if flow["step_id"] != "webhook":
            raise DemoError(f"The webhook can't be turned on: {flow['errors']}")
        await self.ask("POST", path, json={})
        address = URL(flow["description_placeholders"]["address"])

        async def registered() -> bool:
            webhooks = await self.call("webhook/list")
            return address.name in [one["webhook_id"] for one in webhooks]

        await until(registered, 30, "The webhook is not there")
        return address.path

    async def link_again(self, entry_id: str, account_id: str) -> None:
        """Link an account again, from the menu of its entry."""
        order = {"handler": DOMAIN, "entry_id": entry_id}
        done = await self._follow(order, account_id)
        if done.get("reason") != "reconfigure_successful":
            raise DemoError(f"The account was not linked again: {done}")

    async def log_in_again(self, flow_id: str, account_id: str) -> None:
        """Do what Home Assistant asks for when ParqEx rejected the login."""
        flow = await self.ask("POST", f"{FLOWS}/{flow_id}", json={})
        done = await self._come_back(flow, account_id)
        if done.get("reason") != "reauth_successful":
            raise DemoError(f"The login was not renewed: {done}")

    async def remove(self, entry_id: str) -> None:
        """Delete an entry."""
        await self.ask("DELETE", f"/api/config/config_entries/entry/{entry_id}")

    async def _follow(self, order: dict[str, str], account_id: str | None) -> Any:
        """Begin a flow and do what it asks for; return how it ended."""
        flow = await self.ask("POST", FLOWS, json=order)
        return await self._come_back(flow, account_id)

    async def _come_back(self, flow: Any, account_id: str | None) -> Any:
        """Go to ParqEx where a flow leads, and return to its end."""
        if flow["type"] != "external":
            raise DemoError(f"Home Assistant does not lead to ParqEx: {flow}")
        await self._allow(flow["url"], {"account": account_id} if account_id else {})
        return await self.ask("GET", f"{FLOWS}/{flow['flow_id']}")

    async def _allow(self, url: str, choice: dict[str, str]) -> None:
        """Press Allow on ParqEx's page and follow it back to Home Assistant."""
        async with self._session.get(url) as page:
            form = _Form(await page.text())
            address = page.url.join(URL(form.action)) if form.action else page.url
        async with self._session.post(
            address, data={**form.fields, **choice, "decision": "allow"}
        ) as back:
            if not back.ok or not str(back.url).startswith(self._base_url):
                raise DemoError("ParqEx's page did not lead back to Home Assistant.")

    async def ask(self, method: str, path: str, **kwargs: Any) -> Any:
        """Send a request to Home Assistant and return its JSON."""
        async with self._session.request(
            method, f"{self._base_url}{path}", headers=self._headers, **kwargs
        ) as answer:
            if not answer.ok:
                text = (await answer.text())[:200]
                raise DemoError(f"Home Assistant: {answer.status} at {path}: {text}")
            return await answer.json()


class _Form(HTMLParser):
    """The form of a page, filled in as the page came."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the address and what a browser would send."""
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
        if tag == "input" and (given.get("type") != "radio" or "checked" in given):
            self.fields[given.get("name") or ""] = given.get("value") or ""
