"""The data of a linked account: while it is loaded, and over its reloads."""

import asyncio
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from aiohttp import ClientSession, DummyCookieJar

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from .api import AccessPoint, Dialect, RateLimit, State, UnsharedRequest
from .const import DOMAIN

if TYPE_CHECKING:
    from .access_log import AccessLog
    from .commands import Commands
    from .coordinator import ParqExCoordinator

# An access point needs about this long to finish moving (Beam Labs' documentation).
SECONDS_TO_MOVE = 20


@dataclass(slots=True)
class ParqExData:
    """The runtime data of a config entry."""

    coordinator: ParqExCoordinator
    commands: Commands
    access_log: AccessLog


type ParqExConfigEntry = ConfigEntry[ParqExData]


class Request(NamedTuple):
    """A command that somebody asks for, with the access point's name for errors."""

    access_point: AccessPoint
    state: State
    name: str
    context: Context | None
    asked_at: float


@dataclass(slots=True, eq=False)
class Command:
    """A command that was sent. All times are those of `monotonic`.

    `followed_until`: until then the service is asked whether it was carried out.
    `before`: the command it replaces, while it is not known whether it does, or an
    accepted one that does the same. `context`: who asked for it. `reported`: the state
    before it, which proves nothing of it.
    """

    controller_id: str
    state: State
    reported: State | None
    context: Context | None
    sent_at: float
    before: Command | None
    answer: asyncio.Task[None] = field(init=False)
    answered_at: float | None = None
    accepted: bool = False
    confirmed: bool = False
    followed_until: float = 0

    @property
    def is_followed(self) -> bool:
        """Whether it may be under way, and the service has not confirmed it yet."""
        return self.seconds_to_confirm > 0

    @property
    def seconds_to_confirm(self) -> int:
        """Seconds for which it is still followed."""
        return 0 if self.confirmed else ceil(max(self.followed_until - monotonic(), 0))

    @property
    def unconfirmed(self) -> Command | None:
        """This command or the one before it: what was accepted and not confirmed yet."""
        if not self.accepted:
            return self.before.unconfirmed if self.before else None
        return self if self.is_followed else None

    @property
    def wish_before(self) -> Command | None:
        """The command before it that is shown if the answer to this one is lost."""
        wish = self.before.unconfirmed if self.before else None
        return wish if wish and wish.state is self.state and not self.accepted else None

    def is_confirmed_by(self, reported: State | None, requested_at: float) -> bool:
        """Whether a state that was asked for then is the first to confirm it."""
        return (
            not self.confirmed
            and self.answered_at is not None
            and self.answered_at <= requested_at
            and self.state is reported
            and (self.accepted or self.reported is not reported)
        )

    def does(self, request: Request) -> bool:
        """Return whether it does what is requested: another one is not needed."""
        return self.state is request.state and (
            # The same request: it was made before this one was sent.
            not self.answer.done()
            or self.sent_at >= request.asked_at
            or (self.accepted and self.is_followed)
        )

    @property
    def seconds_to_move(self) -> int:
        """Seconds in which the opposite command may not follow."""
        now = monotonic()
        since = now if self.answered_at is None else self.answered_at
        return ceil(since + SECONDS_TO_MOVE - now)


@dataclass(slots=True)
class AccountState:
    """What an account must not forget over a reload, until Home Assistant stops.

    `token_copy`: the copy of its tokens on disk. `renewal`: the newest task that renews
    them. `commands`: the newest command of each access point. `webhook_id`: the one that
    open options dialogs show, saved or not.
    """

    rate_limit: RateLimit = field(default_factory=RateLimit)
    token_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token_copy: Store[dict[str, Any]] | None = None
    renewal: asyncio.Task[None] | None = None
    commands: dict[str, Command] = field(default_factory=dict)
    webhook_id: str | None = None


@dataclass(slots=True)
class ProcessState:
    """What the integration must not forget until Home Assistant stops.

    `session`: sends no cookies, so no account's are sent with another's token; it
    outlives the entries, as do commands under way.
    """

    session: ClientSession
    dialect: Dialect = field(default_factory=Dialect)
    accounts: dict[str, AccountState] = field(default_factory=dict)


_PROCESS_STATE: HassKey[ProcessState] = HassKey(DOMAIN)


@callback
def process_state(hass: HomeAssistant) -> ProcessState:
    """Return the state of the integration."""
    if (state := hass.data.get(_PROCESS_STATE)) is None:
        session = async_create_clientsession(
            hass,
            auto_cleanup=False,
            cookie_jar=DummyCookieJar(),
            request_class=UnsharedRequest,
        )

        @callback
        def detach(_event: Event) -> None:
            session.detach()

        # Home Assistant's own cleanup would come with the entry that is first.
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, detach)
        state = hass.data[_PROCESS_STATE] = ProcessState(session)
    return state


@callback
def account_state(hass: HomeAssistant, entry_id: str) -> AccountState:
    """Return the state of an account that outlives its reloads."""
    return process_state(hass).accounts.setdefault(entry_id, AccountState())


async def async_outcome[T](task: asyncio.Task[T]) -> T:
    """Return the result of a task, without cancelling it when cancelled.

    `asyncio.shield` would log an error where the task fails after its last waiter was
    cancelled.
    """
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.wait([task])
    return task.result()
