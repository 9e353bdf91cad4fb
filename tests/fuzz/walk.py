"""A house whose people, service, network and Home Assistant do anything.

After each step, what is shown, sent and published is compared with the simulator's book.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.parqex.api import Dialect
from custom_components.parqex.const import CONF_RECORD_NAMES, CONF_SHOW_AS, DOMAIN
from custom_components.parqex.data import process_state
from custom_components.parqex.oauth import TokenStore
from homeassistant.components.webhook import async_handle_webhook
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import CONF_WEBHOOK_ID, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util.aiohttp import MockRequest
from tests.common import SHOWN
from tests.conftest import entry_for, settle, turn
from tests.simulator import Account, Cloud, Door, Fault
from tests.simulator.cloud import Request

OPEN, CLOSED = "OPEN", "CLOSED"
WISHES = {
    ("switch", "turn_on"): OPEN,
    ("switch", "turn_off"): CLOSED,
    ("cover", "open_cover"): OPEN,
    ("cover", "close_cover"): CLOSED,
}

FAULTS = {
    "outage": Fault(status=503),
    "refusal": Fault(status=400),
    "rate limit": Fault(status=429, headers={"Retry-After": "90"}),
    "reset": Fault(reset=True),
    "lost": Fault(reset=True, after=True),
    "hang": Fault(hang="headers"),
    "slow": Fault(delay=4.5),
}

# A kill forgets what was published in this time.
SAVED = 12

# The name of a door, what became of it, and when.
type Access = tuple[str, str, datetime | None]

# Errors after which it is certain that nothing was sent.
NOT_SENT = {"command_not_sent", "command_state_unknown", "command_still_moving"}

SECONDS_TO_SEND = SECONDS_TO_MOVE = 20
SECONDS_TO_CONFIRM = 60
# For answers that are late, and while requests hang.
SLACK = 12
# Within this time all is well after trouble, and the log is read.
CALM = 20 * 60


@dataclass(eq=False)
class Press:
    """Somebody's wish, and what becomes of it."""

    account: Account
    door: Door
    state: str | None
    available: bool
    reported: str | None
    at: datetime
    call: asyncio.Task[Any]
    cancelled_at: datetime | None = None
    kept: bool = False

    @property
    def error(self) -> HomeAssistantError | None:
        """Return the error that was raised."""
        if not self.call.done() or self.call.cancelled():
            return None
        error = self.call.exception()
        assert error is None or isinstance(error, HomeAssistantError)
        return error

    @property
    def succeeded(self) -> bool:
        """Return whether the caller was told that it worked."""
        return self.call.done() and not self.call.cancelled() and not self.error

    def explains(self, request: Request) -> bool:
        """Return whether a command may have been sent because of it."""
        until = self.cancelled_at or self.at + timedelta(seconds=SECONDS_TO_SEND)
        return (
            (self.account.id, self.door.id, self.state) == asked(request)
            and self.at <= request.when <= until
            and (request.status == 200 or not self.succeeded)
            and (self.error is None or self.error.translation_key not in NOT_SENT)
        )


def asked(request: Request) -> tuple[str | None, str, str]:
    """Return whose command it was, and what it was to do."""
    return request.account_id, request.json["door_id"], request.json["door_state"]


class Walk:
    """A house, its people, and Home Assistant."""

    def __init__(
        self,
        hass: HomeAssistant,
        cloud: Cloud,
        freezer: FrozenDateTimeFactory,
        accesses: list[Event[Any]],
        storage: dict[str, Any],
    ) -> None:
        """Initialize with a house of three doors at two controllers."""
        self.hass, self.cloud, self.freezer = hass, cloud, freezer
        self.storage = storage
        self.accesses, self.jumped = accesses, False
        self.real_time = cloud.now
        self.forgotten: list[Event[Any]] = []
        self.reported: dict[tuple[str, str], str] = {}
        self.presses: list[Press] = []
        self.calm_since = self.now
        self.owner, self.guest = cloud.accounts
        entrance, garage = (cloud.add_controller(self.owner) for _ in range(2))
        cloud.add_door(entrance, "Gate", travel_seconds=4).share(self.guest, "Front")
        cloud.add_door(entrance, "Door", travel_seconds=0).auto_close(30)
        cloud.add_door(garage, "Garage", travel_seconds=10)
        self.entries: dict[Account, MockConfigEntry] = {}

    @property
    def now(self) -> datetime:
        """Return the present at ParqEx."""
        return self.cloud.now()

    # What happens

    async def begin(self) -> None:
        """Link the owner's account."""
        await self.link(self.owner, webhook="owner")
        await self.link(self.guest)
        await self.do("wait", 1)

    async def link(self, account: Account, webhook: str | None = None) -> None:
        """Link an account."""
        entry = self.entries[account] = entry_for(self.cloud, account)
        entry.add_to_hass(self.hass)
        options = {CONF_SHOW_AS: "both"} | (
            {CONF_WEBHOOK_ID: webhook} if webhook else {}
        )
        self.hass.config_entries.async_update_entry(entry, options=options)
        await self.finish(self.hass.config_entries.async_setup(entry.entry_id))

    async def press(self, name: str, button: tuple[str, str], who: int) -> None:
        """Use a switch or a cover, and do not wait."""
        account, door = self.cloud.accounts[who], self.cloud.door(name)
        domain, service = button
        entity_id = self.entity_id(account, door, domain)
        state = entity_id and self.hass.states.get(entity_id)
        if not state:
            return
        toggled = {"on": CLOSED, "off": OPEN}.get(state.state)
        call = self.hass.services.async_call(
            domain, service, {"entity_id": entity_id}, blocking=True
        )
        self.presses.append(
            Press(
                account,
                door,
                WISHES.get(button, toggled),
                state.state != STATE_UNAVAILABLE,
                self.reported.get((account.id, door.id)),
                self.now,
                asyncio.ensure_future(call),
            )
        )

    async def cancel(self) -> None:
        """Cancel the newest caller."""
        if self.presses and not self.presses[-1].call.done():
            self.presses[-1].call.cancel()
            self.presses[-1].cancelled_at = self.now

    async def hand(self, name: str, state: str) -> None:
        """Move a door by hand."""
        door = self.cloud.door(name)
        door.open_by_hand() if state == OPEN else door.close_by_hand()

    async def visit(self, name: str, state: str) -> None:
        """Use a door with ParqEx's app."""
        door, visitor = self.cloud.door(name), self.cloud.visitor("Vera Visitor")
        door.open_as(visitor) if state == OPEN else door.close_as(visitor)

    async def trouble(self, endpoint: str, kind: str, times: int) -> None:
        """Let an endpoint fail for a while."""
        if endpoint in ("sync", "token") and kind == "refusal":
            kind = "outage"  # or the login is lost
        if endpoint in ("sync", "token") and kind == "lost":
            kind = "reset"
        self.cloud.faults.add(endpoint, FAULTS[kind], times)

    async def clear(self) -> None:
        """Let everything work again."""
        self.cloud.faults.clear()

    async def expire(self) -> None:
        """Let the access tokens expire."""
        for account in self.entries:
            self.cloud.oauth.expire(account)

    async def revoke(self, who: int) -> None:
        """Let ParqEx reject a login."""
        self.cloud.oauth.revoke(self.cloud.accounts[who])

    async def log_in(self) -> None:
        """Link again what asks for it."""
        manager = self.hass.config_entries
        for account, entry in self.entries.items():
            if flows := [*entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})]:
                manager.flow.async_abort(flows[0]["flow_id"])
                data = entry_for(self.cloud, account).data
                await self.finish(TokenStore(self.hass, entry).async_replace(data))
                await self.finish(manager.async_reload(entry.entry_id))

    async def jump(self, minutes: int) -> None:
        """Let the clocks of ParqEx and Home Assistant differ."""
        # What is linked, or was never read, while they differ may have other times.
        if minutes and self.in_trouble:
            return
        await self.wait(1025)
        self.cloud.now = lambda: self.real_time() + timedelta(minutes=minutes)
        self.jumped = True

    async def unplug(self, name: str, unplugged: bool) -> None:
        """Take a controller off the network, or put it back."""
        self.cloud.door(name).controller.unplugged = unplugged

    async def stick(self, name: str, stuck: bool) -> None:
        """Let a door not move, or move again."""
        self.cloud.door(name).stuck = stuck

    async def wait(self, seconds: float) -> None:
        """Let time pass, slowly while something is under way."""
        until = self.now + timedelta(seconds=seconds + 0.3)
        while (left := -self.ago(until)) > 0:
            self.freezer.tick(min(left, 1) if self.is_busy else left)
            async_fire_time_changed(self.hass)
            await self.finish(settle(self.hass))

    async def reload(self, how: str) -> None:
        """Reload an account, or let Home Assistant restart or be killed."""
        manager = self.hass.config_entries
        on_disk = deepcopy(self.storage)
        if how == "kill":
            # What was published since the last save may be published again.
            since = datetime.now(UTC) - timedelta(seconds=SAVED)
            late = [one for one in self.accesses if one.time_fired > since]
            self.forgotten += late
            self.accesses[:] = [one for one in self.accesses if one not in late]
        for entry in self.entries.values():
            if how == "reload":
                await self.finish(manager.async_reload(entry.entry_id))
                return
            await self.finish(manager.async_unload(entry.entry_id))
        if how == "kill":
            self.storage |= on_disk
        process_state(self.hass).accounts.clear()
        process_state(self.hass).dialect = Dialect()
        for entry in self.entries.values():
            await self.finish(manager.async_setup(entry.entry_id))

    async def option(self, show_as: str, names: bool) -> None:
        """Change the options of the owner's account."""
        entry, manager = self.entries[self.owner], self.hass.config_entries
        changed = {CONF_SHOW_AS: show_as, CONF_RECORD_NAMES: names}
        manager.async_update_entry(entry, options={**entry.options, **changed})
        await self.finish(manager.async_reload(entry.entry_id))

    async def polling(self, on: bool) -> None:
        """Turn polling of the owner's account off or on."""
        entry, manager = self.entries[self.owner], self.hass.config_entries
        manager.async_update_entry(entry, pref_disable_polling=not on)
        await self.finish(manager.async_reload(entry.entry_id))

    async def second(self, linked: bool) -> None:
        """Link a second account to the gate, or remove it."""
        if linked and self.guest not in self.entries:
            await self.link(self.guest)
        elif not linked and (entry := self.entries.pop(self.guest, None)):
            await self.finish(self.hass.config_entries.async_remove(entry.entry_id))

    async def webhook(self) -> None:
        """Let ParqEx call."""
        webhook_id = self.entries[self.owner].options[CONF_WEBHOOK_ID]
        request = MockRequest(content=b"{}", mock_source="test", method="POST")
        await async_handle_webhook(self.hass, webhook_id, request)

    # How it goes on

    async def finish(self, waiting: Awaitable[Any]) -> None:
        """Wait for the end of something; time passes while requests hang."""
        task = asyncio.ensure_future(waiting)
        for number in range(1, 20_000):
            await turn()
            if task.done():
                await task
                return
            if number % 50 == 0:
                self.freezer.tick(1)
        pytest.fail("what was waited for did not happen")

    async def do(self, name: str, *arguments: Any) -> None:
        """Do a step, and see that the promises hold."""
        await getattr(self, name)(*arguments)
        await self.finish(settle(self.hass))
        self.check()

    async def end(self) -> None:
        """Mend everything; see that the next good answers repair all."""
        await self.clear()
        await self.polling(on=True)
        await self.jump(0)
        await self.log_in()
        for controller in self.cloud.controllers:
            controller.unplugged = False
        for door in self.cloud.doors:
            door.stuck = False
        for seconds in (130, 130, 905, 905, 130, 130):
            await self.do("wait", seconds)
        for account in self.entries:
            for door in self.doors_of(account):
                self.check_state(account, door, "door", {SHOWN[door.state]})
                for control in ("switch", "cover"):
                    self.check_state(
                        account, door, control, {SHOWN[door.state], door.state.lower()}
                    )
        assert not self.published - self.happened
        assert not self.happened - self.published - self.counted(self.forgotten)
        assert all(press.call.done() for press in self.presses)
        assert not self.hass.config_entries.flow.async_progress()

    async def leave(self) -> None:
        """Remove all that reminds of this walk."""
        self.cloud.faults.clear()
        self.cloud.now = self.real_time
        for press in self.presses:
            press.call.cancel()
        for entry in self.entries.values():
            await self.finish(self.hass.config_entries.async_remove(entry.entry_id))
        await self.finish(settle(self.hass))
        self.cloud.controllers.clear()
        self.cloud.events.clear()
        self.cloud.requests.clear()
        self.cloud.commands.clear()

    # What is promised

    def check(self) -> None:
        """Assert all that is true at any time."""
        if self.in_trouble:
            self.calm_since = self.now
        for account in self.entries:
            for door in self.doors_of(account):
                self.check_shown(account, door)
        self.check_commands()
        self.check_accesses()

    def check_shown(self, account: Account, door: Door) -> None:
        """Assert that what is shown was reported, or wished a moment ago."""
        reported = self.reported.get((account.id, door.id), STATE_UNKNOWN)
        truth = SHOWN.get(reported, STATE_UNKNOWN)
        wishes = {
            request.json["door_state"]
            for request in self.commands
            if request.status == 200
            and asked(request)[:2] == (account.id, door.id)
            and self.ago(request.when) <= SECONDS_TO_CONFIRM + SLACK
        }
        absent = {STATE_UNAVAILABLE}
        self.check_state(account, door, "door", {truth} | absent)
        wished = {SHOWN[wish] for wish in wishes}
        self.check_state(account, door, "switch", {truth} | wished | absent)
        moving = {"opening" if wish == OPEN else "closing" for wish in wishes}
        self.check_state(account, door, "cover", {reported.lower()} | moving | absent)

    def check_state(
        self, account: Account, door: Door, key: str, expected: set[str]
    ) -> None:
        """Assert that an entity shows one of these, if it is enabled."""
        entity_id = self.entity_id(account, door, key)
        state = entity_id and self.hass.states.get(entity_id)
        assert not state or state.state in expected, f"{entity_id}: {state.state}"

    def check_commands(self) -> None:
        """Assert that each press was sent at most once, and nothing else was."""
        sent: dict[Press, Request] = {}

        def explain(request: Request, tried: set[Press]) -> bool:
            """Find a press for a command; others may have to take another one."""
            for press in self.presses:
                if press not in tried and press.explains(request):
                    tried.add(press)
                    if press not in sent or explain(sent[press], tried):
                        sent[press] = request
                        return True
            return False

        for request in self.commands:
            assert explain(request, set()), f"nobody asked for {asked(request)}"
        for press in self.presses:
            if press.succeeded and not press.kept:
                press.kept = press in sent or self.needs_no_command(press)
                assert press.kept, "it was dropped without a word"
            elif not press.call.done():
                assert self.ago(press.at) < SECONDS_TO_SEND + 4 * SLACK, "it hangs"

    def check_accesses(self) -> None:
        """Assert that each access was published once, in order, and in time."""
        assert not self.published - self.happened
        for controller in self.cloud.controllers:
            names = {door.name for door in controller.doors}
            times = [
                datetime.fromisoformat(access.data["occurred_at"])
                for access in self.accesses
                if access.data["name"] in names
            ]
            assert self.jumped or times == sorted(times)
        if self.ago(self.calm_since) > CALM:
            due = self.now - timedelta(seconds=CALM)
            late = Counter(
                access
                for access in self.happened.elements()
                if access[2] and access[2] < due
            )
            late -= self.published + self.counted(self.forgotten)
            assert not late, "it was not published in time"

    # What the books say

    @property
    def in_trouble(self) -> bool:
        """Return whether anything fails, or is not asked for."""
        return (
            self.entries[self.owner].pref_disable_polling
            or self.now != self.real_time()
            or bool(self.hass.config_entries.flow.async_progress())
            or any(
                self.cloud.faults.next(endpoint)
                for endpoint in ("sync", "toggle", "history", "token")
            )
        )

    @property
    def is_busy(self) -> bool:
        """Return whether a caller waits, or an answer may come."""
        return any(not press.call.done() for press in self.presses) or any(
            request.status is None and self.ago(request.when) <= SLACK
            for request in self.cloud.requests[-9:]
        )

    @property
    def commands(self) -> list[Request]:
        """Return the commands that arrived with a token that is valid."""
        return [
            request
            for request in self.cloud.requests
            if request.endpoint == "toggle" and request.account_id
        ]

    @property
    def happened(self) -> Counter[Access]:
        """Return all that is in the access log."""
        return Counter(
            (
                event.door.name,
                event.outcome,
                None if self.jumped else event.at.replace(microsecond=0),
            )
            for event in self.cloud.log
        )

    @property
    def published(self) -> Counter[Access]:
        """Return all that was published."""
        return self.counted(self.accesses)

    def counted(self, accesses: Iterable[Event[Any]]) -> Counter[Access]:
        """Return accesses as they are compared: without times if clocks differed."""
        return Counter(
            (
                access.data["name"],
                access.data["event_type"],
                None
                if self.jumped
                else datetime.fromisoformat(access.data["occurred_at"]).astimezone(UTC),
            )
            for access in accesses
        )

    def needs_no_command(self, press: Press) -> bool:
        """Return whether nothing has to be sent for it, as documented."""
        wish = press.account.id, press.door.id, press.state
        reported = self.reported.get(wish[:2])
        return (
            # Home Assistant skips what is unavailable.
            not press.available
            # What is closed is not closed again.
            or CLOSED == press.state in (press.reported, reported)
            # The same was sent a moment ago or by somebody else who pressed.
            or any(
                asked(request) == wish
                and abs((press.at - request.when).total_seconds())
                <= SECONDS_TO_MOVE + SLACK
                and (request.status == 200 or reported == press.state)
                for request in self.commands
            )
        )

    def ago(self, time: datetime) -> float:
        """Return the seconds since a time."""
        return (self.now - time).total_seconds()

    def doors_of(self, account: Account) -> list[Door]:
        """Return the doors of an account."""
        return [door for door in self.cloud.doors if door.reachable_by(account)]

    def entity_id(self, account: Account, door: Door, key: str) -> str | None:
        """Return the entity of a door by its key."""
        domain = "binary_sensor" if key == "door" else key
        unique_id = f"{account.id}_{door.id}_{key}"
        return er.async_get(self.hass).async_get_entity_id(domain, DOMAIN, unique_id)
