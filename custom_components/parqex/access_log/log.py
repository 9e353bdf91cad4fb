"""Fetch the access log in the background and publish each access once, in order."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util

from ..api import (
    AccessPoint,
    CannotConnect,
    Forbidden,
    NotAuthorized,
    ParqExClient,
    RateLimited,
    Refused,
    Snapshot,
)
from ..const import CONF_RECORD_NAMES, DOMAIN, LOGGER, SIGNAL_LOG_SHOWN
from ..coordinator import ParqExCoordinator
from ..data import ParqExConfigEntry
from ..exceptions import SERVICE_ERRORS
from .access import PUBLISHED_BACK_TO, Access, AccessListener, LastAccess
from .clock import ServiceClock, async_zone
from .evidence import ClockEvidence
from .order import Entry
from .reader import Dated, LogReader
from .schedule import ControllerSchedule, FetchSchedule
from .store import AccessLogStore


class AccessLog:
    """The access log of one account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ParqExConfigEntry,
        client: ParqExClient,
        coordinator: ParqExCoordinator,
    ) -> None:
        """Initialize with the client and the coordinator."""
        self.clock = ServiceClock()
        self._coordinator = coordinator
        self._store = AccessLogStore(hass, entry.entry_id)
        self._schedule = FetchSchedule()
        self._evidence = ClockEvidence(client, self.clock)
        self._reader = LogReader(client, self.clock, self._store)
        self._listeners = defaultdict[str | None, list[AccessListener]](list)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def records_names(self) -> bool:
        """Whether the user lets names be recorded."""
        options = self._coordinator.config_entry.options
        return bool(options.get(CONF_RECORD_NAMES, True))

    async def async_load(self) -> None:
        """Restore what was published before."""
        await self._store.async_load()
        self.clock.zone = await async_zone(self._store.zone)
        if not self.records_names:
            await self._store.async_forget_names()

    @callback
    def async_setup(self) -> None:
        """Follow the coordinator from its first snapshot on."""
        coordinator, entry = self._coordinator, self._coordinator.config_entry
        self._async_refreshed()
        entry.async_on_unload(coordinator.async_add_listener(self._async_refreshed))
        # When the log was read is known after a stop without a change, too.
        bus, save = coordinator.hass.bus, self._store.async_save_soon
        entry.async_on_unload(bus.async_listen(EVENT_HOMEASSISTANT_STOP, save))

    @callback
    def async_start(self, hass: HomeAssistant) -> None:
        """Begin to fetch, now that entities and automations listen."""
        self._task = self._coordinator.config_entry.async_create_background_task(
            hass, self._async_run(), f"{DOMAIN} access log"
        )

    async def async_stop(self) -> None:
        """Stop fetching, and save what was published."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._store.async_save()

    def available(self, controller_id: str) -> bool:
        """Return whether the log of a controller can be fetched."""
        schedule = self._schedule.get(controller_id)
        return schedule is None or schedule.available

    def was_fetched(self, access_point: AccessPoint) -> bool:
        """Return whether ParqEx has ever shown the log of an access point."""
        return self._store.was_fetched(access_point.id)

    def last(self, access_point_id: str) -> LastAccess | None:
        """Return the last access to an access point."""
        return self._store.last(access_point_id)

    @callback
    def async_add_access_listener(
        self, listener: AccessListener, access_point_id: str | None = None
    ) -> CALLBACK_TYPE:
        """Add a listener for each access, or for those to an access point.

        Listeners for each access come first.
        """
        self._listeners[access_point_id].append(listener)
        return partial(self._listeners[access_point_id].remove, listener)

    def diagnostics(self) -> dict[str, Any]:
        """Return how fetching goes, without what was fetched."""
        return {
            "records_names": self.records_names,
            "remembered": len(self._store.entries),
            "newest_first": self._store.newest_first,
            "controllers": self._schedule.diagnostics(monotonic()),
        }

    async def async_history(
        self, access_point: AccessPoint, start: datetime, end: datetime
    ) -> list[Access]:
        """Return the accesses to an access point in a period, newest first.

        Raises what the client raises.
        """
        answers = await self._async_read(
            self._coordinator.data,
            access_point.controller_id,
            [access_point],
            start,
            end,
        )
        found = [
            Access.of(entry.event, occurred_at, self.records_names)
            for answer in answers
            for entry, occurred_at, _ in await self._reader.async_dated(answer)
            if entry.event.access_point_id == access_point.id
            and start <= occurred_at < end
        ]
        return sorted(found, key=lambda access: access.occurred_at, reverse=True)

    @callback
    def _async_notify(self, access: Access) -> None:
        context = Context()
        its = self._listeners.get(access.access_point_id, ())
        for listener in (*self._listeners[None], *its):
            try:
                listener(access, context)
            except Exception:  # noqa: BLE001  # it is logged
                LOGGER.exception("Unexpected error in a listener of the access log")

    @callback
    def _async_refreshed(self) -> None:
        """Note what a refresh shows; the loop does the rest."""
        if not self._coordinator.last_update_success:
            return
        change = self._coordinator.change
        self._evidence.note(change, self._coordinator.requested_at)
        self._schedule.follow(change)
        self._store.async_follow(change)
        self._wake.set()

    async def _async_run(self) -> None:
        """Fetch each log when it is due."""
        while True:
            self._wake.clear()
            try:
                await self._async_publish_due()
            except Exception:  # noqa: BLE001  # it is logged
                LOGGER.exception("Unexpected error fetching the access log")
            # While ParqEx fails, the next refresh that succeeds goes on here.
            seconds = None
            if self._coordinator.last_update_success:
                seconds = self._schedule.seconds_until_next(monotonic())
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._wake.wait()

    async def _async_publish_due(self) -> None:
        """Fetch the logs that are due, one after the other, and publish what is new."""
        while True:
            known = self.clock.zone, self.clock.account_zone
            await self._evidence.async_learn()
            if known != (self.clock.zone, self.clock.account_zone):
                # The times that are shown mean something else now.
                self._coordinator.async_notify_all()
            self._store.async_set_zone(self.clock.zone)
            due = self._schedule.due(monotonic())
            if due is None or not self._coordinator.last_update_success:
                return
            controller_id, schedule = due
            snapshot, now = self._coordinator.data, dt_util.utcnow()
            access_points = snapshot.access_points_of(controller_id)
            answers = await self._async_fetch(
                schedule, snapshot, controller_id, access_points, now
            )
            if answers is None:
                continue
            earliest = self._store.known_until(access_points)
            new = await self._reader.async_new(snapshot, answers, earliest)
            schedule.await_missing((one.entry.event for one in new), monotonic())
            # What is hidden meanwhile is published later, as what was read before.
            listed = self._coordinator.data.access_points
            read = [one for one in access_points if one.id in listed]
            if shown := self._store.async_finish_fetch(read, now):
                signal = SIGNAL_LOG_SHOWN.format(
                    self._coordinator.config_entry.entry_id
                )
                async_dispatcher_send(self._coordinator.hass, signal, shown)
                self._coordinator.async_notify(shown)
            published = False
            try:
                published = await self._async_publish(new)
            finally:
                if not published:
                    # The rest is published later, and its time is not lost.
                    self._store.async_finish_fetch(read, earliest or now)
            if not published:
                schedule.hurry()

    async def _async_fetch(
        self,
        schedule: ControllerSchedule,
        snapshot: Snapshot,
        controller_id: str,
        access_points: list[AccessPoint],
        now: datetime,
    ) -> list[list[Entry]] | None:
        """Fetch the log of a controller, and schedule the next fetch; None if it fails."""
        schedule.begin(monotonic())
        was_available, was_refused = schedule.available, schedule.refused
        answers = None
        try:
            answers = await self._async_read(
                snapshot, controller_id, access_points, now - PUBLISHED_BACK_TO, now
            )
        except Refused, Forbidden:
            schedule.was_refused(monotonic())
        except SERVICE_ERRORS as err:
            self._coordinator.record_error("history", err)
            retry_after = err.retry_after if isinstance(err, RateLimited) else None
            schedule.failed(monotonic(), retry_after)
        else:
            schedule.succeeded()
        # Before anything is published: what is unavailable starts no automation.
        if schedule.available is not was_available:
            self._schedule.log_availability(
                schedule, was_refused, self._coordinator.config_entry.title
            )
            self._coordinator.async_notify(one.id for one in access_points)
        return answers

    async def _async_read(self, *asked: Any) -> list[list[Entry]]:
        """Fetch entries as the reader does; after a refresh again if that is refused.

        Raises Forbidden if it is only the log that this account may not see.
        """
        try:
            return await self._reader.async_fetch(*asked)
        except NotAuthorized:
            asked_at = monotonic()
            await self._coordinator.async_refresh()
            if self._coordinator.requested_at < asked_at:
                if self._coordinator.login_rejected:
                    raise
                raise CannotConnect("the login could not be confirmed") from None
        try:
            return await self._reader.async_fetch(*asked)
        except NotAuthorized:
            raise Forbidden("not allowed for this account") from None

    async def _async_publish(self, new: list[Dated]) -> bool:
        """Publish accesses in order; return False if ParqEx failed meanwhile."""
        hidden: set[str] = set()
        for entry, occurred_at, _ in new:
            if not self._coordinator.last_update_success:
                return False  # it would start nothing
            access = Access.of(entry.event, occurred_at, self.records_names)
            access_point_id = access.access_point_id
            if access_point_id not in self._coordinator.data.access_points:
                hidden.add(access_point_id)
            # What is hidden is published when it is listed again, and what follows it.
            if access_point_id not in hidden:
                self._store.async_remember(entry, access)
                # An automation that it starts may ask for the last user.
                self._coordinator.async_notify([access_point_id])
                self._async_notify(access)
            await asyncio.sleep(0)
        return True
