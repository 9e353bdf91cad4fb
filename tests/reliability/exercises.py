"""What Home Assistant does at each endpoint while that fails, and afterwards."""

from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Final, override

from aiohttp import ClientError, ClientSession, ClientTimeout

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_ON, STATE_UNAVAILABLE
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from tests.conftest import settle
from tests.linking import Browser
from tests.simulator.trouble import RETRY_SECONDS

from .home import Home
from .matrix import Outcome

GATE: Final = "switch.main_gate"
ACCESS: Final = "event.main_gate_access"

_COMMAND_OUTCOMES: Final = {
    "command_cannot_connect": Outcome.UNSURE,
    "command_invalid_answer": Outcome.UNSURE,
    "command_rate_limited": Outcome.WAIT,
}


class Exercise(ABC):
    """Something that needs one endpoint."""

    def __init__(self, home: Home, browser: Browser) -> None:
        """Initialize with where it happens, and what a person uses."""
        self.home = home
        self.browser = browser

    async def prepare(self) -> None:
        """Do what comes before the trouble: link the account."""
        await self.home.link()

    @abstractmethod
    async def provoke(self) -> Outcome:
        """Use the endpoint, and return the outcome."""

    @abstractmethod
    async def repair(self) -> None:
        """Assert that the next good answer puts everything right."""


class Sync(Exercise):
    """Refresh."""

    endpoint = "sync"

    @override
    async def provoke(self) -> Outcome:
        """Refresh while a door moves."""
        home = self.home
        home.cloud.door("Elevator").open_by_hand()
        await home.advance(30)
        if home.logins():
            assert home.shown() == {STATE_UNAVAILABLE}
            return Outcome.LOGIN
        assert home.entry
        if home.entry.runtime_data.coordinator.data.skipped:
            return Outcome.PARTLY
        if home.shows_the_truth():
            return Outcome.FINE
        assert home.shown() == {STATE_UNAVAILABLE}
        before = home.requests(self.endpoint)
        await home.advance(31)
        tried = home.requests(self.endpoint) > before or home.unreachable
        return Outcome.AWAY if tried else Outcome.WAIT

    @override
    async def repair(self) -> None:
        """Refresh again, or link the account again."""
        home = self.home
        if home.logins():
            await home.link_again()
        await home.advance(130)
        assert home.shows_the_truth()
        assert not home.logins()


class Token(Sync):
    """Refresh with an access token that has expired."""

    endpoint = "token"

    @override
    async def prepare(self) -> None:
        """Link the account, and let its access token expire."""
        await super().prepare()
        self.home.cloud.oauth.expire(self.home.house.owner)

    @override
    async def repair(self) -> None:
        """Renew the tokens, and keep the newest."""
        await super().repair()
        assert self.home.entry
        newest = self.home.cloud.oauth.grants(self.home.house.owner)[-1]
        kept = self.home.entry.data["token"]["refresh_token"]
        assert kept == newest.refresh_token


class Toggle(Exercise):
    """Open the gate."""

    @override
    async def provoke(self) -> Outcome:
        """Turn on the switch."""
        home = self.home
        refreshes = home.requests("sync")
        try:
            await self._async_open()
        except HomeAssistantError as err:
            key, text = err.translation_key or "", str(err)
        else:
            assert home.state(GATE) == "on"
            home.requested.add(GATE)
            await home.advance(2)
            return Outcome.FINE
        await home.advance(2)
        outcome = _COMMAND_OUTCOMES.get(key, Outcome.REFUSED)
        assert "Main gate" in text
        if outcome is Outcome.UNSURE:
            assert "may or may not" in text
            assert home.requests("sync") > refreshes
            assert home.shows_the_truth()
        return outcome

    @override
    async def repair(self) -> None:
        """Turn it on again, once the state of the gate is known."""
        home = self.home
        await home.advance(130)
        home.requested.clear()
        assert home.shows_the_truth()
        if home.cloud.door("Main gate").state == "CLOSED":
            await self._async_open()
        await home.advance(30)
        assert home.state(GATE) == "on"
        assert home.shows_the_truth()
        assert len(home.cloud.commands) == 1
        assert not home.logins()
        assert not ir.async_get(home.hass).issues

    async def _async_open(self) -> None:
        await self.home.hass.services.async_call(
            "switch", SERVICE_TURN_ON, {ATTR_ENTITY_ID: GATE}, blocking=True
        )


class History(Exercise):
    """Publish who opened the gate, as often as the log lists it."""

    listed = 1

    @override
    async def provoke(self) -> Outcome:
        """Fetch the log after a visitor came."""
        home = self.home
        gate = home.cloud.door("Main gate")
        gate.open_as(home.cloud.visitor("Vera Visitor"))
        await home.advance(30)
        assert home.shows_the_truth()
        self.listed = max(len(home.accesses), 1)
        if home.accesses:
            return Outcome.FINE if self.listed == 1 else Outcome.COUNTED
        if home.state(ACCESS) == STATE_UNAVAILABLE:
            return Outcome.HIDDEN
        for seconds, outcome in ((31, Outcome.LATER), (101, Outcome.WAIT)):
            before = home.requests("history")
            await home.advance(seconds)
            if home.requests("history") > before or home.unreachable:
                return outcome
        return Outcome.PARTLY

    @override
    async def repair(self) -> None:
        """Fetch it again, and publish nothing twice."""
        home = self.home
        await home.advance(16 * 60)
        await home.advance(16 * 60)
        assert home.state(ACCESS) != STATE_UNAVAILABLE
        assert len(home.accesses) == self.listed
        for access in home.accesses:
            assert access.data["event_type"] == "opened"
            assert access.data["user"].startswith("Vera")
        assert home.shows_the_truth()
        assert not home.logins()


class UserSettings(History):
    """Learn in which zone the service writes its times."""

    @override
    async def prepare(self) -> None:
        """Let the service write times in another zone than UTC."""
        self.home.cloud.time_zone = self.home.house.owner.time_zone

    @override
    async def provoke(self) -> Outcome:
        """Link the account, and publish an access whose time cannot be UTC."""
        await self.home.link()
        await self.home.advance(30)
        outcome = await super().provoke()
        assert self.home.requests("user_settings") or self.home.unreachable
        return outcome


class UserInfo(Exercise):
    """Link an account."""

    result: ConfigFlowResult

    @override
    async def prepare(self) -> None:
        """Do nothing: the account is not linked yet."""

    @override
    async def provoke(self) -> Outcome:
        """Allow access, after which Home Assistant asks whose account it is."""
        self.result = await self._async_start()
        await self.browser.allow(self.result, self.home.house.owner)
        self.result = await self.async_continue()
        match self.result["type"]:
            case FlowResultType.CREATE_ENTRY:
                return Outcome.FINE
            case FlowResultType.FORM:
                assert self.result["errors"]
                before = self.home.requests("user_info")
                self.result = await self.async_continue()
                sent = self.home.requests("user_info") > before
                return Outcome.ASK if sent or self.home.unreachable else Outcome.WAIT
        assert self.result["type"] is FlowResultType.ABORT
        return Outcome.END

    @override
    async def repair(self) -> None:
        """Ask again, or start again."""
        grants = 1
        if self.result["type"] is FlowResultType.FORM:
            if self.result["errors"] == {"base": "rate_limited"}:
                await self.home.advance(RETRY_SECONDS)
            self.result = await self.async_continue()
        elif self.result["type"] is FlowResultType.ABORT:
            grants = 2
            assert await self.provoke() is Outcome.FINE
        await self._async_assert_linked()
        assert len(self.home.cloud.oauth.grants(self.home.house.owner)) == grants

    async def _async_start(self) -> ConfigFlowResult:
        """Add the integration."""
        result = await self.home.hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        assert result["type"] is FlowResultType.EXTERNAL_STEP
        return result

    async def async_continue(self) -> ConfigFlowResult:
        """Continue where the dialog is."""
        return await self.home.hass.config_entries.flow.async_configure(
            self.result["flow_id"], {}
        )

    async def _async_assert_linked(self) -> None:
        """Assert that the account is linked, and works."""
        await settle(self.home.hass)
        assert self.result["type"] is FlowResultType.CREATE_ENTRY
        assert self.result["result"].state is ConfigEntryState.LOADED
        assert self.home.shows_the_truth()
        assert not self.home.hass.config_entries.flow.async_progress()


class Authorize(UserInfo):
    """Visit ParqEx's page."""

    @override
    async def provoke(self) -> Outcome:
        """Find it broken."""
        self.result = await self._async_start()
        with suppress(ClientError, TimeoutError):
            async with (
                ClientSession(timeout=ClientTimeout(total=10)) as session,
                session.get(self.result["url"], allow_redirects=False) as page,
            ):
                await page.content.readany()
        (flow,) = self.home.hass.config_entries.flow.async_progress()
        assert flow["flow_id"] == self.result["flow_id"]
        return Outcome.STAY

    @override
    async def repair(self) -> None:
        """Open the same link again."""
        await self.browser.allow(self.result, self.home.house.owner)
        self.result = await self.async_continue()
        await self._async_assert_linked()


EXERCISES: Final[dict[str, type[Exercise]]] = {
    "authorize": Authorize,
    "token": Token,
    "sync": Sync,
    "toggle": Toggle,
    "history": History,
    "user_info": UserInfo,
    "user_settings": UserSettings,
}
