"""The client of the ParqEx API: one method per endpoint."""

import asyncio
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from http import HTTPStatus
import logging

from aiohttp import ClientSession
from yarl import URL

from .answer import NO_RESPONSE, OF_CONTROLLER, Answer
from .dialect import Dialect
from .documented import ways_of_log
from .errors import (
    CannotConnect,
    ControllerOffline,
    Forbidden,
    NotSupported,
    ParqExError,
    Refused,
    SensorRequired,
    ServiceFailed,
)
from .models import AccessEvent, Account, Snapshot, State, UserSettings
from .parsing import (
    log_records_in,
    parse_access_events,
    parse_account,
    parse_user_settings,
)
from .rate_limit import RateLimit
from .snapshots import SnapshotReader
from .transport import AccessTokens, Transport

# A long access log is parsed in slices, so that it does not block the event loop.
RECORDS_AT_A_TIME = 500

_LOGGER = logging.getLogger(__name__)

# Meanings for toggle only. A 503, unlike a 429, may come after it was carried out.
_TOGGLE_ERRORS: dict[int, type[ParqExError]] = {
    HTTPStatus.NOT_FOUND: ControllerOffline,
    HTTPStatus.PRECONDITION_REQUIRED: SensorRequired,
    HTTPStatus.NOT_IMPLEMENTED: NotSupported,
    HTTPStatus.SERVICE_UNAVAILABLE: CannotConnect,
}

# All documented refusals of toggle, the most telling first, should they come with 2xx.
_TOGGLE_REFUSALS: dict[str, type[ParqExError]] = {
    "not implemented error": NotSupported,
    **OF_CONTROLLER,
}


class ParqExClient:
    """Send an account's requests to ParqEx; all errors are those of this package."""

    def __init__(
        self,
        session: ClientSession,
        base_url: URL,
        tokens: AccessTokens,
        rate_limit: RateLimit,
        dialect: Dialect,
    ) -> None:
        """Initialize with what requests need, and with how the service speaks."""
        self._transport = Transport(session, base_url, tokens, rate_limit, dialect)
        self.rate_limit = rate_limit
        self._dialect = dialect
        self._reader = SnapshotReader()
        self._fingerprint: int | None = None
        self._skipped_logged: set[str] = set()

    async def async_sync(self) -> Snapshot:
        """Fetch all controllers and access points (sync)."""
        known = self._fingerprint
        answer = await self._transport.async_request("sync", known)
        if known and answer.fingerprint == known:
            return self._reader.snapshot
        snapshot = await self._reader.async_read(answer.success())
        self._fingerprint = answer.fingerprint
        self._log_skipped("device", snapshot.skipped)
        return snapshot

    async def async_prepare_toggle(self) -> None:
        """Renew the token if need be; raise what forbids a request before it is sent."""
        await self._transport.async_prepare("toggle")

    async def async_toggle(
        self,
        access_point_id: str,
        state: State,
        check: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Request a state (POST toggle); to return means accepted, not done.

        `check`: returns the seconds in which the command may be sent, or raises.
        """
        command = {"door_id": access_point_id, "door_state": state}
        answer = await self._transport.async_request(
            "toggle", check=check, json=command
        )
        if error := _toggle_error(answer):
            raise error

    async def async_access_history(
        self,
        controller_id: str,
        access_point_ids: Collection[str],
        start: date,
        end: date,
        today: date | None = None,
    ) -> list[list[AccessEvent]]:
        """Fetch a controller's access log: a list per answer, in the service's order.

        `today`: the last day that the service takes for no future one; UTC's by default.
        """
        if not access_point_ids:
            return []
        history = self._dialect.history
        today = today or datetime.now(UTC).date()
        silent: list[list[AccessEvent]] = []
        refused: set[str] = set()
        refusals: list[ParqExError] = []
        for kind, last in history.variants(end, today):
            ids = [controller_id] if kind == "device" else access_point_ids
            dates = {"start_date": start.isoformat(), "end_date": last.isoformat()}
            queries = [{"history_type": kind, f"{kind}_id": one} | dates for one in ids]
            try:
                logs = [await self._async_log(query) for query in queries]
            except (Refused, Forbidden, ServiceFailed) as err:
                if history.is_known and not isinstance(err, Refused):
                    # It fails or is another's; how it is asked is known.
                    raise
                if isinstance(err, Refused):
                    refused.add(kind)
                refusals.append(err)
                continue
            answers = [log or [] for log in logs]
            if any(log is not None for log in logs):
                history.worked(kind, last, today, kind in refused)
                for events in answers:
                    ways = ways_of_log(events, access_point_ids, last)
                    self._dialect.observations.note_ways(ways)
                return answers
            # What was not found may be the kind of log, and not an entry.
            silent = silent or answers
            if history.is_known and kind == history.type:
                break
        if silent:
            return silent
        raise next((one for one in refusals if isinstance(one, Forbidden)), refusals[0])

    async def async_user_info(self) -> Account:
        """Fetch the person whose account is linked (GET user-info)."""
        answer = await self._transport.async_request("user-info")
        return parse_account(answer.success())

    async def async_user_settings(self) -> UserSettings:
        """Fetch the account's settings (POST user-info)."""
        answer = await self._transport.async_request("user-settings")
        return parse_user_settings(answer.success())

    async def _async_log(self, query: dict[str, str]) -> list[AccessEvent] | None:
        """Fetch one answer of the access log; None if it says that there is nothing."""
        answer = await self._transport.async_request("toggle-history", params=query)
        if answer.status == HTTPStatus.NOT_FOUND and answer.message is not None:
            return None
        records = log_records_in(answer.success())
        events: list[AccessEvent] = []
        for start in range(0, len(records), RECORDS_AT_A_TIME):
            events += parse_access_events(records[start : start + RECORDS_AT_A_TIME])
            await asyncio.sleep(0)
        self._log_skipped("access log", len(records) - len(events))
        return events

    def _log_skipped(self, kind: str, number: int) -> None:
        """Log once that records of a kind could not be read."""
        if number and kind not in self._skipped_logged:
            self._skipped_logged.add(kind)
            _LOGGER.warning("Ignored %d unreadable %s record(s)", number, kind)


def _toggle_error(answer: Answer) -> ParqExError | None:
    """Return why a command was not accepted, None if it was."""
    if answer.is_unknown_address:
        # No controller received the command, so none is offline.
        return Refused("refused (HTTP 404)")
    if NO_RESPONSE in (answer.message or "").lower():
        return CannotConnect(f"the controller did not answer (HTTP {answer.status})")
    if meaning := _TOGGLE_ERRORS.get(answer.status):
        return meaning(f"not accepted (HTTP {answer.status})")
    if not answer.is_accepted:
        return answer.error()
    text = (answer.message or answer.text).lower()
    for refusal, meaning in _TOGGLE_REFUSALS.items():
        if refusal in text:
            return meaning(f"refused (HTTP {answer.status})")
    return None if answer.is_good else answer.error()
