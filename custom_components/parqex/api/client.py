"""The client of the ParqEx API: one method per endpoint."""

import asyncio
from collections.abc import Callable, Collection
from datetime import date
from http import HTTPStatus
from itertools import islice
import logging
import re
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from .errors import (
    CannotConnect,
    ControllerOffline,
    Forbidden,
    NotSupported,
    ParqExError,
    Refused,
    SensorRequired,
)
from .models import AccessEvent, Account, Snapshot, State, UserSettings
from .parsing import parse_access_events, parse_account, parse_user_settings, records_in
from .rate_limit import RateLimit
from .snapshots import SnapshotReader
from .transport import AccessTokens, Transport

# A long access log is parsed in slices, so that it does not block the event loop.
RECORDS_AT_A_TIME = 500

# More than any documented answer has.
MAX_FIELDS = 50

_LOGGER = logging.getLogger(__name__)

# Meanings for toggle only. A 503, unlike a 429, may come after it was carried out.
_TOGGLE_ERRORS: dict[int, type[ParqExError]] = {
    HTTPStatus.NOT_FOUND: ControllerOffline,
    HTTPStatus.PRECONDITION_REQUIRED: SensorRequired,
    HTTPStatus.NOT_IMPLEMENTED: NotSupported,
    HTTPStatus.SERVICE_UNAVAILABLE: CannotConnect,
}


class ParqExClient:
    """Send an account's requests to ParqEx; all errors are those of this package."""

    def __init__(
        self,
        session: ClientSession,
        base_url: URL,
        tokens: AccessTokens,
        rate_limit: RateLimit,
    ) -> None:
        """Initialize with the session, the API's address, the tokens and the limit."""
        self._transport = Transport(session, base_url, tokens, rate_limit)
        self._reader = SnapshotReader()
        self._fingerprint: bytes | None = None
        self._skipped_logged = False
        # Variants of the documentation, the one that worked last first.
        self._toggle_paths = ["endpoints/toggle", "endpoint/toggle"]
        self._history_types = ["device", "door"]
        self.last_shape: Any = None

    async def async_sync(self) -> Snapshot:
        """Fetch all controllers and access points (GET sync)."""
        known = self._fingerprint
        answer = await self._transport.async_request("GET", "endpoints/sync", known)
        if known and answer.fingerprint == known:
            return self._reader.snapshot
        body = answer.success()
        self.last_shape = shape(body)
        snapshot = await self._reader.async_read(body)
        self._fingerprint = answer.fingerprint
        if snapshot.skipped and not self._skipped_logged:
            self._skipped_logged = True
            _LOGGER.warning("Ignored %d unreadable device record(s)", snapshot.skipped)
        return snapshot

    async def async_prepare_toggle(self) -> None:
        """Renew the token if need be; raise what forbids a request before it is sent."""
        await self._transport.async_prepare("toggle")

    async def async_toggle(
        self,
        access_point_id: str,
        state: State,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Request a state (POST toggle); to return means accepted, not done.

        `check`: raises where the command must not be sent any more.
        """
        command = {"door_id": access_point_id, "door_state": state}
        for path in self._toggle_paths:
            answer = await self._transport.async_request(
                "POST", path, check=check, json=command
            )
            if not answer.is_unknown_address:
                break
        else:
            # No controller received the command, so none is offline.
            raise Refused("refused (HTTP 404)")
        self._toggle_paths = _first(path, self._toggle_paths)
        if meaning := _TOGGLE_ERRORS.get(answer.status):
            raise meaning(f"not accepted (HTTP {answer.status})")
        answer.success()

    async def async_access_history(
        self,
        controller_id: str,
        access_point_ids: Collection[str],
        start: date,
        end: date,
    ) -> list[list[AccessEvent]]:
        """Fetch a controller's access log: a list per answer, in the service's order."""
        dates = {"start_date": start.isoformat(), "end_date": end.isoformat()}
        refusals: list[Exception] = []
        for kind in self._history_types:
            ids = [controller_id] if kind == "device" else access_point_ids
            queries = [{"history_type": kind, f"{kind}_id": one} | dates for one in ids]
            try:
                answers = [await self._async_events(query) for query in queries]
            except (Refused, Forbidden) as err:
                refusals.append(err)
                continue
            if answers:
                self._history_types = _first(kind, self._history_types)
                return answers
        raise refusals[0]

    async def async_user_info(self) -> Account:
        """Fetch the person whose account is linked (GET user-info)."""
        answer = await self._transport.async_request("GET", "endpoints/user-info")
        return parse_account(answer.success())

    async def async_user_settings(self) -> UserSettings:
        """Fetch the account's settings (POST user-info)."""
        answer = await self._transport.async_request(
            "POST", "endpoints/user-info", json={}
        )
        return parse_user_settings(answer.success())

    async def _async_events(self, query: dict[str, str]) -> list[AccessEvent]:
        """Fetch one answer of the access log."""
        answer = await self._transport.async_request(
            "GET", "endpoints/toggle-history", params=query
        )
        records = records_in(answer.success(), "toggle_events")
        events: list[AccessEvent] = []
        for start in range(0, len(records), RECORDS_AT_A_TIME):
            events += parse_access_events(records[start : start + RECORDS_AT_A_TIME])
            await asyncio.sleep(0)
        return events


def _first(variant: str, variants: list[str]) -> list[str]:
    """Return the variants in an order in which this one is the first."""
    return sorted(variants, key=lambda other: other != variant)


def shape(value: Any, depth: int = 6) -> Any:
    """Return the fields of an answer and their types, without any value.

    The first record of a list stands for all. A key that is no field name is left out:
    it may be an id or a person's name.
    """
    if isinstance(value, dict | list) and not depth:
        return "..."
    if isinstance(value, list):
        return [*(shape(one, depth - 1) for one in value[:1]), f"{len(value)} in all"]
    if not isinstance(value, dict):
        return type(value).__name__
    fields = {
        key: shape(one, depth - 1)
        for key, one in islice(value.items(), MAX_FIELDS)
        if re.fullmatch("[a-z_]{1,40}", key)
    }
    others = len(value) - len(fields)
    return {**fields, "...": f"{others} more"} if others else fields
