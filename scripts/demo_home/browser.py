"""The requests of a person's browser to Home Assistant and to ParqEx's page."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any, Self, override

import aiohttp
from yarl import URL

from .wait import DemoError, until

DOMAIN = "parqex"
ENTRY = "/api/config/config_entries/entry"
FLOWS = "/api/config/config_entries/flow"
OPTIONS = "/api/config/config_entries/options/flow"
USER = "demo"
PASSWORD = "demo"  # noqa: S105 - the demo is on loopback and tells everybody


class Browser:
    """A browser at one Home Assistant."""

    def __init__(self, base_url: str) -> None:
        """Initialize with Home Assistant's address."""
        self._base_url = base_url
        self._client = {"client_id": f"{base_url}/"}
        self._headers: dict[str, str] = {}
        self._websocket: aiohttp.ClientWebSocketResponse | None = None
        self._id = 0
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))

    async def __aenter__(self) -> Self:
        """Return the browser."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the browser."""
        await self.close()

    async def close(self) -> None:
        """Close the browser, once or again."""
        await self._session.close()

    async def shows(self, path: str) -> bool:
        """Return whether Home Assistant answers at a path."""
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
            "language": "en",
        }
        await self.ask("POST", "/api/onboarding/users", json=self._client | user)

    async def log_in(self) -> None:
        """Log in on the login page and open the websocket."""
        start = {
            "handler": ["homeassistant", None],
            "redirect_uri": f"{self._base_url}/?auth_callback=1",
        }
        flow = await self.ask("POST", "/auth/login_flow", json=self._client | start)
        login = {"username": USER, "password": PASSWORD}
        path = f"/auth/login_flow/{flow['flow_id']}"
        done = await self.ask("POST", path, json=self._client | login)
        if done["type"] != "create_entry":
            raise DemoError(f"Home Assistant did not let {USER} in: {done['errors']}")
        code = {"grant_type": "authorization_code", "code": done["result"]}
        tokens = await self.ask("POST", "/auth/token", data=self._client | code)
        token = tokens["access_token"]
        self._headers = {
            "Authorization": f"Bearer {token}",
            "HA-Frontend-Base": self._base_url,
        }
        if self._websocket:
            await self._websocket.close()
        self._websocket = await self._session.ws_connect(
            f"{self._base_url}/api/websocket", max_msg_size=0
        )
        await self._websocket.receive_json()
        await self._websocket.send_json({"type": "auth", "access_token": token})
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

    async def act(self, domain: str, service: str, *entities: str) -> None:
        """Perform an action on entities."""
        await self.call(
            "call_service",
            domain=domain,
            service=service,
            target={"entity_id": list(entities)},
        )

    async def states(self) -> dict[str, str]:
        """Return the state of every entity."""
        states = await self.call("get_states")
        return {state["entity_id"]: state["state"] for state in states}

    async def entries(self) -> list[dict[str, Any]]:
        """Return the entries of the integration."""
        found: list[dict[str, Any]] = await self.call(
            "config_entries/get", domain=DOMAIN
        )
        return found

    async def devices(self) -> list[dict[str, Any]]:
        """Return the devices of the integration."""
        return [
            device
            for device in await self.call("config/device_registry/list")
            if any(domain == DOMAIN for domain, _ in device["identifiers"])
        ]

    async def entities(self) -> list[dict[str, Any]]:
        """Return the entities of the integration."""
        entities = await self.call("config/entity_registry/list")
        return [entity for entity in entities if entity["platform"] == DOMAIN]

    async def controls(self, domain: str = "switch") -> dict[str, str]:
        """Return the switch or cover of every access point, by the id of its device."""
        return {
            entity["device_id"]: entity["entity_id"]
            for entity in await self.entities()
            if entity["entity_id"].startswith(f"{domain}.")
        }

    async def logbook(self) -> list[str]:
        """Return the sentences of the logbook of the last hour."""
        hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        events = await self.call("logbook/get_events", start_time=hour_ago)
        return [f"{one.get('name')} {one.get('message')}" for one in events]

    async def add_credentials(self, client_id: str, client_secret: str) -> None:
        """Enter the credentials that a person got from ParqEx."""
        await self.call(
            "application_credentials/create",
            domain=DOMAIN,
            client_id=client_id,
            client_secret=client_secret,
            name="ParqEx demo",
        )

    async def link_account(self, account_id: str | None = None) -> str:
        """Link an account, by default the first one that ParqEx offers."""
        flow = await self.ask("POST", FLOWS, json={"handler": DOMAIN})
        done = await self._finish(flow, account_id, "create_entry")
        entry_id = done["result"]["entry_id"]

        async def loaded() -> bool:
            entry = await self.call("config_entries/get_single", entry_id=entry_id)
            return bool(entry["config_entry"]["state"] == "loaded")

        await until(loaded, 30, "The linked account was not set up")
        return str(done["title"])

    async def link_again(self, entry_id: str, account_id: str) -> None:
        """Link an account again, from the menu of its entry."""
        order = {"handler": DOMAIN, "entry_id": entry_id}
        flow = await self.ask("POST", FLOWS, json=order)
        await self._finish(flow, account_id, "reconfigure_successful")

    async def log_in_again(self, flow_id: str, account_id: str) -> None:
        """Follow the request for a new login."""
        flow = await self.ask("POST", f"{FLOWS}/{flow_id}", json={})
        await self._finish(flow, account_id, "reauth_successful")

    async def set_options(self, **options: Any) -> str | None:
        """Set the options of an account; return the path of the webhook's address."""
        [entry] = await self.entries()
        order = {"handler": entry["entry_id"]}
        flow = await self.ask("POST", OPTIONS, json=order)
        path = f"{OPTIONS}/{flow['flow_id']}"
        flow = await self.ask("POST", path, json=options)
        if flow["type"] == "create_entry":
            return None
        if flow["step_id"] != "webhook":
            raise DemoError(f"The webhook can't be turned on: {flow['errors']}")
        await self.ask("POST", path, json={})
        address = URL(flow["description_placeholders"]["address"])

        async def registered() -> bool:
            webhooks = await self.call("webhook/list")
            return address.name in [one["webhook_id"] for one in webhooks]

        await until(registered, 30, "The webhook is not there")
        return address.path

    async def enable(self, *entities: dict[str, Any]) -> None:
        """Enable entities of an account, and reload it."""
        for entity in entities:
            if entity["disabled_by"]:
                await self.call(
                    "config/entity_registry/update",
                    entity_id=entity["entity_id"],
                    disabled_by=None,
                )
        await self.reload(entities[0]["config_entry_id"])

    async def log_entities(self) -> list[dict[str, Any]]:
        """Return the events of all access points, once ParqEx has shown their log."""
        found: list[dict[str, Any]] = []

        async def are_there() -> bool:
            entities = await self.entities()
            found[:] = [it for it in entities if it["entity_id"].startswith("event.")]
            return len(found) == len(await self.controls())

        await until(are_there, 30, "There are no entities of the access log")
        return found

    async def reload(self, entry_id: str) -> None:
        """Reload an entry."""
        await self.ask("POST", f"{ENTRY}/{entry_id}/reload")

    async def remove(self, entry_id: str) -> None:
        """Delete an entry."""
        await self.ask("DELETE", f"{ENTRY}/{entry_id}")

    async def _finish(self, flow: Any, account_id: str | None, end: str) -> Any:
        """Allow the access on ParqEx's page where a flow leads, and see how it ends."""
        if flow["type"] != "external":
            raise DemoError(f"Home Assistant does not lead to ParqEx: {flow}")
        async with self._session.get(flow["url"]) as page:
            form = _Form(await page.text())
        choice = {"account": account_id} if account_id else {}
        async with self._session.post(
            page.url, data={**form.fields, **choice, "decision": "allow"}
        ) as back:
            if not back.ok or not str(back.url).startswith(self._base_url):
                raise DemoError("ParqEx's page did not lead back to Home Assistant.")
        done = await self.ask("GET", f"{FLOWS}/{flow['flow_id']}")
        if (ended := done.get("reason", done["type"])) != end:
            raise DemoError(f"The account was not linked: {ended} {done.get('errors')}")
        return done

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
    """The fields of a form, as a browser would send them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(html)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and (given.get("type") != "radio" or "checked" in given):
            self.fields[given.get("name") or ""] = given.get("value") or ""
