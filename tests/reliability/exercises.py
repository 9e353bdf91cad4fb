"""What Home Assistant does at each endpoint while that fails, and afterwards."""

from abc import ABC, abstractmethod
from typing import ClassVar, Final, override

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.const import SERVICE_TURN_ON, STATE_UNAVAILABLE
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from tests.common import GATE
from tests.conftest import settle
from tests.linking import Browser
from tests.simulator.trouble import RETRY_SECONDS

from .home import TroubledHome
from .matrix import Outcome

ACCESS: Final = "event.main_gate_access"

_COMMAND_OUTCOMES: Final = {
    "command_cannot_connect": Outcome.UNSURE,
    "command_invalid_answer": Outcome.UNSURE,
    "command_rate_limited": Outcome.WAIT,
}


class Exercise(ABC):
    """Something that needs one endpoint."""

    endpoint: ClassVar[str]

    def __init__(self, home: TroubledHome, browser: Browser) -> None:
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

    async def tries_after(self, seconds: float) -> bool:
        """Return whether the endpoint is asked again in so many seconds."""
        before = self.home.tried(self.endpoint)
        await self.home.advance(seconds)
        return self.home.tried(self.endpoint) > before


class Sync(Exercise):
    """Refresh."""

    endpoint = "sync"

    @override
    async def provoke(self) -> Outcome:
        home = self.home
        home.cloud.door("Elevator").open_by_hand()
        await home.advance(30)
        if home.logins:
            assert home.switches == {STATE_UNAVAILABLE}
            return Outcome.LOGIN
        if home.snapshot.skipped:
            return Outcome.PARTLY
        if home.shows_the_truth():
            return Outcome.FINE
        assert home.switches == {STATE_UNAVAILABLE}
        return Outcome.AWAY if await self.tries_after(31) else Outcome.WAIT

    @override
    async def repair(self) -> None:
        if self.home.logins:
            await self.home.link_again()
        await self.home.advance(130)
        assert self.home.shows_the_truth()
        assert not self.home.logins


class Token(Sync):
    """Refresh with an access token that has expired."""

    endpoint = "token"

    @override
    async def prepare(self) -> None:
        await super().prepare()
        self.home.cloud.oauth.expire(self.home.house.owner)

    @override
    async def repair(self) -> None:
        """Renew the tokens, and keep the newest."""
        await super().repair()
        newest = self.home.cloud.oauth.grants(self.home.house.owner)[-1]
        assert self.home.entry.data["token"]["refresh_token"] == newest.refresh_token


class Toggle(Exercise):
    """Open the gate."""

    endpoint = "toggle"

    @override
    async def provoke(self) -> Outcome:
        home = self.home
        refreshes = home.syncs
        try:
            await home.turn(SERVICE_TURN_ON)
        except HomeAssistantError as err:
            key, text = err.translation_key or "", str(err)
        else:
            assert home.shown() == "on"
            home.requested.add(GATE)
            await home.advance(2)
            return Outcome.FINE
        await home.advance(2)
        outcome = _COMMAND_OUTCOMES.get(key, Outcome.REFUSED)
        assert "Main gate" in text
        if outcome is Outcome.UNSURE:
            assert "may or may not" in text
            assert home.syncs > refreshes
            assert home.shows_the_truth()
        return outcome

    @override
    async def repair(self) -> None:
        home = self.home
        await home.advance(130)
        home.requested.clear()
        assert home.shows_the_truth()
        if home.gate.state == "CLOSED":
            await home.turn(SERVICE_TURN_ON)
        await home.advance(30)
        assert home.shown() == "on"
        assert home.shows_the_truth()
        assert len(home.cloud.commands) == 1
        assert not home.logins
        assert not ir.async_get(home.hass).issues


class History(Exercise):
    """Publish who opened the gate, as often as the log lists it."""

    endpoint = "history"
    listed = 1

    @override
    async def provoke(self) -> Outcome:
        home = self.home
        home.gate.open_as(home.cloud.visitor("Vera Visitor"))
        await home.advance(30)
        assert home.shows_the_truth()
        self.listed = max(len(home.accesses), 1)
        if home.accesses:
            return Outcome.FINE if self.listed == 1 else Outcome.COUNTED
        if home.shown(ACCESS) == STATE_UNAVAILABLE:
            return Outcome.HIDDEN
        if not await self.tries_after(31):
            assert await self.tries_after(101)
            return Outcome.WAIT
        assert home.shown(ACCESS) != STATE_UNAVAILABLE
        await home.advance(61)
        fails = home.shown(ACCESS) == STATE_UNAVAILABLE
        return Outcome.LATER if fails else Outcome.MISSING

    @override
    async def repair(self) -> None:
        """Fetch it again, and publish nothing twice."""
        home = self.home
        await home.advance(16 * 60, times=2)
        assert home.shown(ACCESS) != STATE_UNAVAILABLE
        assert len(home.accesses) == self.listed
        for access in home.accesses:
            assert access.data["event_type"] == "opened"
            assert access.data["user"].startswith("Vera")
        assert home.shows_the_truth()
        assert not home.logins


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
        assert self.home.tried("user_settings")
        return outcome


class UserInfo(Exercise):
    """Link an account."""

    endpoint = "user_info"
    result: ConfigFlowResult

    @override
    async def prepare(self) -> None:
        """Do nothing: the account is not linked yet."""

    @override
    async def provoke(self) -> Outcome:
        """Allow access, after which Home Assistant asks whose account it is."""
        flows = self.home.hass.config_entries.flow
        self.result = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        await self.browser.allow(self.result, self.home.house.owner)
        await self.go_on()
        if self.result["type"] is FlowResultType.CREATE_ENTRY:
            return Outcome.FINE
        if self.result["type"] is FlowResultType.ABORT:
            return Outcome.END
        assert self.result["errors"]
        before = self.home.tried(self.endpoint)
        await self.go_on()
        return Outcome.ASK if self.home.tried(self.endpoint) > before else Outcome.WAIT

    @override
    async def repair(self) -> None:
        logins = 1
        if self.result["type"] is FlowResultType.FORM:
            if self.result["errors"] == {"base": "rate_limited"}:
                await self.home.advance(RETRY_SECONDS)
            await self.go_on()
        elif self.result["type"] is FlowResultType.ABORT:
            logins = 2
            assert await self.provoke() is Outcome.FINE
        await settle(self.home.hass)
        assert self.result["type"] is FlowResultType.CREATE_ENTRY
        assert self.result["result"].state is ConfigEntryState.LOADED
        assert self.home.shows_the_truth()
        assert not self.home.hass.config_entries.flow.async_progress()
        # Asking in another way is no second login.
        answered = [
            request
            for request in self.home.cloud.requests
            if (request.endpoint, request.status) == ("token", 200)
        ]
        assert len(answered) == logins

    async def go_on(self) -> None:
        """Continue where the dialog is."""
        self.result = await self.home.hass.config_entries.flow.async_configure(
            self.result["flow_id"], {}
        )


EXERCISES: Final[dict[str, type[Exercise]]] = {
    "token": Token,
    "sync": Sync,
    "toggle": Toggle,
    "history": History,
    "user_info": UserInfo,
    "user_settings": UserSettings,
}
