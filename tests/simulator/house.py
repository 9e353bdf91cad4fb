"""Controllers and doors: how they move, and which commands they refuse.

No timer runs here. Movement is computed from the clock whenever a door is read, so a
test that moves the clock moves the doors.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from .people import Account, Person

type Clock = Callable[[], datetime]
type State = Literal["OPEN", "CLOSED"]

SENSOR = "Door Sensor"
WEB = "ParqEx Web"
APP = "ParqEx App"

NO_BLUETOOTH = "000000000000"


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """An entry of the access log."""

    door: Door
    state: State
    channel: str
    person: Person
    was_success: bool
    at: datetime

    @property
    def outcome(self) -> str:
        """Return what became of it: opened, closed or failed."""
        moved = {"OPEN": "opened", "CLOSED": "closed"}
        return moved[self.state] if self.was_success else "failed"


@dataclass(frozen=True, slots=True)
class Move:
    """A movement: the state at its end, its arrival, and who caused it."""

    state: State
    at: datetime
    channel: str
    person: Person


@dataclass(slots=True, eq=False, kw_only=True)
class Controller:
    """An access controller; a refusal is the documented status of every command."""

    id: str
    owner: Account
    hardware_name: str
    blackbox_code: str
    now: Clock
    log: Callable[[Event], None]
    created_at: datetime
    doors: list[Door] = field(default_factory=list)
    active: bool = True
    registered: bool = True
    refusal: int | None = None
    time_before_door_open_alert: int = 900
    _unplugged: bool = field(default=False, init=False)

    @property
    def unplugged(self) -> bool:
        """Return whether it is offline: it receives and reports nothing."""
        return self._unplugged

    @unplugged.setter
    def unplugged(self, value: bool) -> None:
        for door in self.doors:
            door.settle()
        self._unplugged = value
        if not value:
            for door in self.doors:
                door.report_again()

    @property
    def sensor(self) -> Person:
        """Return the person of events without a user: the owner, without id."""
        return replace(self.owner.person, id="")

    @property
    def last_contact(self) -> datetime:
        """Return the time of its last event, left-open alerts included."""
        return max([self.created_at, *(door.last_contact for door in self.doors)])


@dataclass(slots=True, eq=False, kw_only=True)
class Door:
    """An access point; a refusal is the documented status of every command."""

    id: str
    controller: Controller
    name: str
    entity_number: int
    travel_seconds: float
    active: bool = True
    requires_sensor: bool = False
    refusal: int | None = None
    bluetooth_sensor_mac_address: str = NO_BLUETOOTH
    bluetooth_sensor_battery_level: int = 0
    auto_close_delay: int = field(default=0, init=False)
    guests: set[str] = field(default_factory=set, init=False)
    names: dict[str, str] = field(default_factory=dict, init=False)
    _state: State = field(default="CLOSED", init=False)
    _last_toggled: datetime
    _resting_since: datetime
    _move: Move | None = field(default=None, init=False)
    _stuck: bool = field(default=False, init=False)

    @property
    def state(self) -> str:
        """Return the reported state."""
        self.settle()
        return self._state

    @property
    def last_toggled(self) -> datetime:
        """Return when the reported state last changed."""
        self.settle()
        return self._last_toggled

    @property
    def last_contact(self) -> datetime:
        """Return when it last changed or was last reported as left open."""
        return self._alert_at if self.left_open else self._last_toggled

    @property
    def left_open(self) -> bool:
        """Return whether it is open for so long that an alert went out."""
        return self.state == "OPEN" and self._alert_at <= self.controller.now()

    @property
    def movement(self) -> Move | None:
        """Return the movement under way, including closing by itself."""
        now = self.settle()
        move = self._next_move()
        return move if move and self._start(move) <= now else None

    @property
    def position(self) -> float:
        """Return how far open it really is, 0 to 1, reported or not."""
        move = self.movement
        if move is None:
            return float(self._state == "OPEN")
        left = (move.at - self.controller.now()).total_seconds()
        share = min(max(left / self.travel_seconds, 0), 1) if self.travel_seconds else 0
        return share if move.state == "CLOSED" else 1 - share

    @property
    def closes_in(self) -> float | None:
        """Return in how many seconds it starts to close by itself."""
        now = self.settle()
        move = self._next_move()
        if move is None or self._move or self._start(move) <= now:
            return None
        return (self._start(move) - now).total_seconds()

    @property
    def stuck(self) -> bool:
        """Return whether it accepts commands without moving."""
        return self._stuck

    @stuck.setter
    def stuck(self, value: bool) -> None:
        self._resting_since = self.settle()
        self._stuck = value
        if value:
            self._move = None

    def auto_close(self, delay: int) -> None:
        """Close by itself this many seconds after opening; 0 turns it off."""
        self._resting_since = self.settle()
        self.auto_close_delay = delay

    def share(self, account: Account, name: str | None = None) -> None:
        """Give an account access, optionally under a name of its own."""
        self.guests.add(account.id)
        if name:
            self.names[account.id] = name

    def unshare(self, account: Account) -> None:
        """Take the access away."""
        self.guests.discard(account.id)

    def rename(self, name: str) -> None:
        """Rename the door, except for accounts with a name of their own."""
        self.name = name

    def reachable_by(self, account: Account) -> bool:
        """Return whether the account owns it or was invited."""
        return self.controller.owner is account or account.id in self.guests

    def name_for(self, account: Account) -> str:
        """Return the name this account sees."""
        return self.names.get(account.id, self.name)

    def open_by_hand(self) -> None:
        """Open it at once; only the sensor reports it."""
        self._push("OPEN")

    def close_by_hand(self) -> None:
        """Close it at once; only the sensor reports it."""
        self._push("CLOSED")

    def move_by_hand(self) -> None:
        """Open it if it is closed, else close it."""
        self._push("CLOSED" if self.state == "OPEN" else "OPEN")

    def open_as(self, person: Person, channel: str = WEB) -> int:
        """Open it as a person; return the status of the command."""
        return self.command("OPEN", person, channel)

    def close_as(self, person: Person, channel: str = WEB) -> int:
        """Close it as a person; return the status of the command."""
        return self.command("CLOSED", person, channel)

    def command(self, state: State, person: Person, channel: str) -> int:
        """Send the controller a requested state; return the documented status."""
        now = self.settle()
        if refusal := self._refusal():
            self.controller.log(Event(self, state, channel, person, False, now))
            return refusal
        if self._stuck or (self._move and self._move.state == state):
            return 200
        if state == self._state:
            self._move = None
            self._resting_since = now
            return 200
        arrival = now + timedelta(seconds=self.travel_seconds)
        self._move = Move(state, arrival, channel, person)
        self.settle()
        return 200

    def settle(self) -> datetime:
        """Apply every movement that is due; return the present."""
        now = self.controller.now()
        while not self.controller.unplugged and (move := self._next_move()):
            if move.at > now:
                break
            self._state = move.state
            self._last_toggled = self._resting_since = move.at
            self._move = None
            self.controller.log(
                Event(self, move.state, move.channel, move.person, True, move.at)
            )
        return now

    def report_again(self) -> None:
        """Report what happened while the controller was unplugged."""
        self._resting_since = now = self.controller.now()
        if self._move:
            self._move = replace(self._move, at=max(self._move.at, now))

    def _refusal(self) -> int | None:
        controller = self.controller
        if controller.unplugged or not (
            self.active and controller.active and controller.registered
        ):
            return 404
        return 428 if self.requires_sensor else self.refusal or controller.refusal

    @property
    def _alert_at(self) -> datetime:
        alert = timedelta(seconds=self.controller.time_before_door_open_alert)
        return self._last_toggled + alert

    def _start(self, move: Move) -> datetime:
        return move.at - timedelta(seconds=self.travel_seconds)

    def _next_move(self) -> Move | None:
        if self._move or self._state == "CLOSED":
            return self._move
        if not self.auto_close_delay or self._stuck:
            return None
        wait = timedelta(seconds=self.auto_close_delay + self.travel_seconds)
        at = self._resting_since + wait
        return Move("CLOSED", at, SENSOR, self.controller.sensor)

    def _push(self, state: State) -> None:
        now = self.settle()
        self._move = None
        if state != self._state:
            self._move = Move(state, now, SENSOR, self.controller.sensor)
            self.settle()
