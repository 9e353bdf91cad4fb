"""What Home Assistant does at each endpoint while that fails, and afterwards."""

from abc import ABC, abstractmethod
from typing import override

from aiohttp import ClientError, ClientSession, ClientTimeout

from custom_components.parqex.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_ON, STATE_UNAVAILABLE
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from tests.linking import Browser

from .home import Home
from .matrix import Outcome

GATE = "switch.main_gate"
ACCESS = "event.main_gate_access"
VISITOR = "Vera Visitor"


class Exercise(ABC):
    """Something that needs one endpoint."""

    def __init__(self, home: Home, browser: Browser) -> None:
        """Take where it happens, and what a person uses."""
        self.home = home
        self.browser = browser

    async def prepare(self) -> None:
        """Do what comes before the trouble: link the account."""
        await self.home.link()

    @abstractmethod
    async def provoke(self) -> Outcome:
        """Meet the trouble, and return what it came to."""

    @abstractmethod
    async def repair(self) -> None:
        """Assert that the next good answer puts everything right."""


class Sync(Exercise):
    """Look at all doors."""

    endpoint = "sync"

    @override
    async def provoke(self) -> Outcome:
        """Look while a door moves."""
        home = self.home
        home.cloud.door("Elevator").open_by_hand()
        await home.advance(30)
        if home.logins():
            assert home.shown() == {STATE_UNAVAILABLE}
            return Outcome.LOGIN
        assert home.entry
        if home.entry.runtime_data.data.skipped:
            return Outcome.PARTLY
        if home.tells_the_truth():
            return Outcome.FINE
        assert home.shown() == {STATE_UNAVAILABLE}
        asked = home.asked(self.endpoint)
        await home.advance(31)
        tried = home.asked(self.endpoint) > asked or home.unreachable
        return Outcome.AWAY if tried else Outcome.WAIT

    @override
    async def repair(self) -> None:
        """Look again, or link the account again."""
        home = self.home
        if home.logins():
            await home.link_again()
        await home.advance(130)
        assert home.tells_the_truth()
        assert not home.logins()


class Token(Sync):
    """Look with an access token that has expired."""

    endpoint = "token"

    @override
    async def prepare(self) -> None:
        """Have looked before it expired."""
        await super().prepare()
        self.home.cloud.oauth.expire(self.home.house.owner)

    @override
    async def repair(self) -> None:
        """Renew the tokens there are, and keep what came."""
        await super().repair()
        assert self.home.entry
        newest = self.home.cloud.oauth.grants(self.home.house.owner)[-1]
        kept = self.home.entry.data["token"]["refresh_token"]
        assert kept == newest.refresh_token


class Toggle(Exercise):
    """Open the gate."""

    _OUTCOMES = {  # noqa: RUF012  # read only
        "command_cannot_connect": Outcome.UNSURE,
        "command_invalid_answer": Outcome.UNSURE,
        "command_rate_limited": Outcome.WAIT,
    }

    @override
    async def provoke(self) -> Outcome:
        """Press the switch."""
        home = self.home
        looked = home.asked("sync")
        try:
            await self._async_open()
        except HomeAssistantError as err:
            key, text = err.translation_key or "", str(err)
        else:
            assert home.state(GATE) == "on"
            home.wished.add(GATE)
            await home.advance(2)
            return Outcome.FINE
        await home.hass.async_block_till_done(wait_background_tasks=True)
        outcome = self._OUTCOMES.get(key, Outcome.REFUSED)
        assert "Main gate" in text
        if outcome is Outcome.UNSURE:
            assert "may or may not" in text
            assert home.asked("sync") > looked
            assert home.tells_the_truth()
        return outcome

    @override
    async def repair(self) -> None:
        """Press it again, once the door is known."""
        home = self.home
        await home.advance(130)
        home.wished.clear()
        assert home.tells_the_truth()
        if home.cloud.door("Main gate").state == "CLOSED":
            await self._async_open()
        await home.advance(30)
        assert home.state(GATE) == "on"
        assert home.tells_the_truth()
        assert len(home.cloud.commands) == 1
        assert not home.logins()
        assert not ir.async_get(home.hass).issues

    async def _async_open(self) -> None:
        """Call the service as a person does."""
        await self.home.hass.services.async_call(
            "switch", SERVICE_TURN_ON, {ATTR_ENTITY_ID: GATE}, blocking=True
        )


class History(Exercise):
    """Hear who opened the gate."""

    @override
    async def provoke(self) -> Outcome:
        """Read it when somebody came."""
        home = self.home
        gate = home.cloud.door("Main gate")
        gate.open_as(home.cloud.visitor(VISITOR))
        await home.advance(30)
        assert home.tells_the_truth()
        if home.told:
            return Outcome.FINE
        if home.state(ACCESS) == STATE_UNAVAILABLE:
            return Outcome.HIDDEN
        for seconds, outcome in ((31, Outcome.LATER), (101, Outcome.WAIT)):
            asked = home.asked("history")
            await home.advance(seconds)
            if home.asked("history") > asked or home.unreachable:
                return outcome
        return Outcome.PARTLY

    @override
    async def repair(self) -> None:
        """Read it again, and tell the access once."""
        home = self.home
        await home.advance(16 * 60)
        await home.advance(16 * 60)
        assert home.state(ACCESS) != STATE_UNAVAILABLE
        (told,) = home.told
        assert told.data["event_type"] == "opened"
        assert told.data["user"].startswith("Vera")
        assert home.tells_the_truth()
        assert not home.logins()


class UserSettings(History):
    """Learn in which zone the service writes its times."""

    @override
    async def prepare(self) -> None:
        """Not know it yet."""
        self.home.cloud.time_zone = self.home.house.owner.time_zone
        await super().prepare()

    @override
    async def provoke(self) -> Outcome:
        """Hear of an access whose time cannot be UTC."""
        home = self.home
        gate = home.cloud.door("Main gate")
        gate.open_as(home.cloud.visitor(VISITOR))
        await home.advance(30)
        assert home.tells_the_truth()
        assert home.asked("user_settings") or home.unreachable
        return Outcome.FINE if home.told else Outcome.LATER


class UserInfo(Exercise):
    """Link an account."""

    result: ConfigFlowResult

    @override
    async def prepare(self) -> None:
        """Nothing comes before it."""

    @override
    async def provoke(self) -> Outcome:
        """Allow it, and be asked who that was."""
        self.result = await self._async_start()
        await self.browser.allow(self.result, self.home.house.owner)
        self.result = await self.async_go_on()
        match self.result["type"]:
            case FlowResultType.CREATE_ENTRY:
                return Outcome.FINE
            case FlowResultType.FORM:
                assert self.result["errors"]
                return Outcome.ASK
        assert self.result["type"] is FlowResultType.ABORT
        return Outcome.END

    @override
    async def repair(self) -> None:
        """Ask again, or begin again."""
        home = self.home
        grants = 1
        if self.result["type"] is FlowResultType.FORM:
            self.result = await self.async_go_on()
        elif self.result["type"] is FlowResultType.ABORT:
            grants = 2
            assert await self.provoke() is Outcome.FINE
        await self._async_linked()
        assert len(home.cloud.oauth.grants(home.house.owner)) == grants

    async def _async_start(self) -> ConfigFlowResult:
        """Add the integration."""
        result = await self.home.hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        assert result["type"] is FlowResultType.EXTERNAL_STEP
        return result

    async def async_go_on(self) -> ConfigFlowResult:
        """Go on where the dialog stands."""
        return await self.home.hass.config_entries.flow.async_configure(
            self.result["flow_id"], {}
        )

    async def _async_linked(self) -> None:
        """Assert that the account is linked, and works."""
        home = self.home
        await home.hass.async_block_till_done(wait_background_tasks=True)
        assert self.result["type"] is FlowResultType.CREATE_ENTRY
        assert self.result["result"].state is ConfigEntryState.LOADED
        assert home.tells_the_truth()
        assert not home.hass.config_entries.flow.async_progress()


class Authorize(UserInfo):
    """Visit ParqEx's page."""

    @override
    async def provoke(self) -> Outcome:
        """Find it broken."""
        self.result = await self._async_start()
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            try:
                async with session.get(
                    self.result["url"], allow_redirects=False
                ) as page:
                    await page.content.readany()
            except ClientError, TimeoutError:
                pass
        (flow,) = self.home.hass.config_entries.flow.async_progress()
        assert flow["flow_id"] == self.result["flow_id"]
        return Outcome.STAY

    @override
    async def repair(self) -> None:
        """Open the same link again."""
        await self.browser.allow(self.result, self.home.house.owner)
        self.result = await self.async_go_on()
        await self._async_linked()


EXERCISES: dict[str, type[Exercise]] = {
    "authorize": Authorize,
    "token": Token,
    "sync": Sync,
    "toggle": Toggle,
    "history": History,
    "user_info": UserInfo,
    "user_settings": UserSettings,
}
