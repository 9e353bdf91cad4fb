"""The cloud: people, controllers and requests, and how it speaks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from random import Random
from typing import Any, Final, Literal
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

from multidict import CIMultiDictProxy, MultiDict, MultiMapping

from .faults import Faults
from .house import Clock, Controller, Door, Event, State
from .oauth import Application, OAuth
from .people import Account, Person
from .webhooks import Webhook

CLIENT_ID: Final = "555555555555555555.api.parqex.com"

# ParqEx writes ids in all of these ways.
_ID_STYLES: Final[tuple[Callable[[UUID], str], ...]] = (
    lambda uuid: uuid.hex,
    str,
    lambda uuid: uuid.hex.upper(),
)


@dataclass(slots=True, eq=False)
class Request:
    """A request the cloud received; the status is None until it is answered."""

    endpoint: str
    method: str
    path: str
    query: MultiMapping[str]
    headers: CIMultiDictProxy[str]
    body: str
    json: Any
    account_id: str | None
    when: datetime
    status: int | None = None

    @property
    def form(self) -> MultiMapping[str]:
        """Return the fields of a form, which a GET carries in the query."""
        if self.method == "GET":
            return self.query
        return MultiDict(parse_qsl(self.body, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Command:
    """A toggle that was accepted."""

    door_id: str
    state: State
    account_id: str
    when: datetime


@dataclass(slots=True, eq=False)
class Cloud:
    """A ParqEx cloud; `time_zone` is the zone of all times that carry none."""

    now: Clock = lambda: datetime.now(UTC)
    seed: int = 0

    time_zone: str = "UTC"
    devices_under_data: bool = False
    toggle_path: Literal["endpoints", "endpoint"] = "endpoints"
    token_method: Literal["GET", "POST"] = "GET"
    sync_method: Literal["GET", "POST"] = "GET"
    wrong_method: Literal[405, 501] = 405
    history_types: set[str] = field(default_factory=lambda: {"device", "door"})
    history_owner_only: bool = True
    history_order: Literal["newest", "oldest", "shuffled"] = "newest"
    history_time_format: str = "%Y-%m-%d %H:%M:%S"
    sets_cookies: bool = False
    tokens_under_data: bool = False
    slash: Literal["documented", "always", "never"] = "documented"
    slash_status: Literal[301, 302, 307, 308] = 301
    log_ids: Literal["listed", "plain", "dashed", "capitals"] = "listed"
    states: Literal["capitals", "small", "opened"] = "capitals"
    accepts_with: Literal["200", "202", "204", "no body"] = "200"
    refuses_with_200: bool = False
    history_refusal: int = 400
    history_end: Literal["included", "excluded", "not to come"] = "included"
    silent_day: Literal["empty", "null", "no data", "404"] = "empty"
    compression: Literal["gzip", "members", "zlib", "deflate", "none"] = "gzip"

    port: int = field(default=0, init=False)
    accounts: list[Account] = field(default_factory=list, init=False)
    controllers: list[Controller] = field(default_factory=list, init=False)
    faults: Faults = field(default_factory=Faults, init=False)
    requests: list[Request] = field(default_factory=list, init=False)
    commands: list[Command] = field(default_factory=list, init=False)
    webhooks: dict[str, Webhook] = field(default_factory=dict, init=False)
    events: list[Event] = field(default_factory=list, init=False)
    random: Random = field(init=False)
    oauth: OAuth = field(init=False)
    application: Application = field(init=False)
    _id_styles: cycle[Callable[[UUID], str]] = field(init=False)
    _people: list[Person] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Give one application credentials."""
        self.random = Random(self.seed)
        self.oauth = OAuth(self.clock, self.random)
        self.application = self.oauth.add_application(CLIENT_ID, "Home Assistant")
        self._id_styles = cycle(_ID_STYLES)

    def clock(self) -> datetime:
        """Return the time of all its parts, though `now` may be replaced."""
        return self.now()

    def add_account(self, first_name: str, last_name: str) -> Account:
        """Add a person who can sign in."""
        person = self._person(first_name, last_name)
        account = Account(person, f"{self.random.randrange(10**6):06}")
        self.oauth.secrets.add(account.pin_code)
        self.accounts.append(account)
        return account

    def visitor(self, name: str) -> Person:
        """Return the person of this name, who links nothing; new if unknown."""
        first_name, _, last_name = name.partition(" ")
        known = (person for person in self._people if person.name == name)
        return next(known, None) or self._person(first_name, last_name)

    def add_controller(
        self, owner: Account, *, hardware_name: str = "ParqEx Access Controller"
    ) -> Controller:
        """Add a controller without doors."""
        code = f"20000c2a69{self.random.getrandbits(24):06x}"
        self.oauth.secrets.add(code)
        controller = Controller(
            id=self._new_id(),
            owner=owner,
            hardware_name=hardware_name,
            blackbox_code=code,
            now=self.clock,
            log=self.events.append,
            created_at=self.now(),
        )
        self.controllers.append(controller)
        return controller

    def remove_controller(self, controller: Controller) -> None:
        """Remove a controller and its doors."""
        self.controllers.remove(controller)

    def add_door(
        self,
        controller: Controller,
        name: str,
        *,
        id: str | None = None,  # noqa: A002
        travel_seconds: float = 4,
    ) -> Door:
        """Wire a door to a controller."""
        now = self.now()
        door = Door(
            id=id or self._new_id(),
            controller=controller,
            name=name,
            entity_number=1
            + max((d.entity_number for d in controller.doors), default=0),
            travel_seconds=travel_seconds,
            _last_toggled=now,
            _resting_since=now,
        )
        controller.doors.append(door)
        return door

    def remove_door(self, door: Door) -> None:
        """Remove a door from its controller."""
        door.controller.doors.remove(door)

    def add_webhook(self, address: str) -> Webhook:
        """Send every movement to an address from now on."""
        webhook = self.webhooks[address] = Webhook(address, set(self.log))
        return webhook

    @property
    def doors(self) -> list[Door]:
        """Return all doors."""
        return [door for controller in self.controllers for door in controller.doors]

    def door(self, key: str) -> Door:
        """Return the first door of this name or id."""
        return _first(one for one in self.doors if key in (one.name, one.id))

    def controller(self, key: str) -> Controller:
        """Return a controller by its id."""
        return _first(one for one in self.controllers if one.id == key)

    def account(self, key: str) -> Account:
        """Return an account by full name or id."""
        return _first(one for one in self.accounts if key in (one.name, one.id))

    @property
    def log(self) -> list[Event]:
        """Return the access log, oldest first."""
        for door in self.doors:
            door.settle()
        return sorted(self.events, key=lambda event: event.at)

    def local(self, when: datetime) -> datetime:
        """Return a time in the zone that the cloud writes times in."""
        return when.astimezone(ZoneInfo(self.time_zone))

    def issued_secrets(self) -> set[str]:
        """Return every code, token, client secret, pin and blackbox code ever."""
        return set(self.oauth.secrets)

    def personal_data(self) -> set[str]:
        """Return every name, e-mail address and other detail of a person ever."""
        found = {detail for one in self.accounts for detail in one.details.values()}
        for person in self._people:
            found |= {person.first_name, person.last_name, person.name, person.email}
        return found - {""}

    def ids(self) -> set[str]:
        """Return the id of every door, controller and account."""
        listed: tuple[Any, ...] = (*self.doors, *self.controllers, *self.accounts)
        return {one.id for one in listed}

    def _person(self, first_name: str, last_name: str) -> Person:
        email = f"{first_name}.{last_name}@example.com".lower().replace(" ", "")
        person = Person(self._new_id(), first_name, last_name, email)
        self._people.append(person)
        return person

    def _new_id(self) -> str:
        uuid = UUID(int=self.random.getrandbits(128), version=4)
        return next(self._id_styles)(uuid)


def _first[T](found: Iterator[T]) -> T:
    for item in found:
        return item
    raise KeyError("There is none of this name or id.")
