"""The ParqEx API: one method per endpoint."""

import asyncio
from datetime import date
from http import HTTPStatus
from itertools import islice
import logging
import re
from typing import Any, Literal

from aiohttp import ClientSession
from yarl import URL

from .errors import (
    CannotConnect,
    ControllerOffline,
    NotSupported,
    Refused,
    SensorRequired,
)
from .models import AccessEvent, Account, Snapshot, State, UserSettings
from .parsing import parse_access_events, parse_account, parse_user_settings
from .snapshots import SnapshotReader
from .transport import AccessTokens, Answer, Transport

# A long access log is read in slices, so that nothing else has to wait for it.
RECORDS_AT_A_TIME = 500

# More than any documented answer has.
MAX_FIELDS = 50

_LOGGER = logging.getLogger(__name__)

# The reference prints the second address for toggle, the example the first.
_TOGGLE_PATHS = ("endpoints/toggle", "endpoint/toggle")

# Documented for toggle alone. A 401 that quotes the controller is a Refused, like
# every other 4xx.
_TOGGLE_ERRORS: dict[int, type[Refused]] = {
    HTTPStatus.NOT_FOUND: ControllerOffline,
    HTTPStatus.PRECONDITION_REQUIRED: SensorRequired,
    HTTPStatus.NOT_IMPLEMENTED: NotSupported,
}


class ParqExClient:
    """Speak to ParqEx for one account.

    Every method raises the errors of this package, and whatever the source of access
    tokens raises.
    """

    def __init__(
        self, session: ClientSession, base_url: URL, tokens: AccessTokens
    ) -> None:
        """Take the session, the API's address and the source of access tokens."""
        self._transport = Transport(session, base_url, tokens)
        self._toggle_paths = list(_TOGGLE_PATHS)
        self._reader = SnapshotReader()
        self._last: tuple[bytes | None, Snapshot] = (None, Snapshot({}, {}))
        self._skipped_logged = False
        self.last_shape: Any = None

    async def async_sync(self) -> Snapshot:
        """Return all controllers and access points (GET sync)."""
        known, snapshot = self._last
        answer = await self._transport.async_request(
            "GET", "endpoints/sync", known=known
        )
        if known and answer.fingerprint == known:
            return snapshot
        body = _success(answer)
        self.last_shape = shape(body)
        snapshot = await self._reader.async_read(body)
        self._last = answer.fingerprint, snapshot
        if snapshot.skipped and not self._skipped_logged:
            self._skipped_logged = True
            _LOGGER.warning(
                "Left out %d record(s) of ParqEx's list of devices that could not be"
                " read; the others work on",
                snapshot.skipped,
            )
        return snapshot

    async def async_toggle(self, access_point_id: str, state: State) -> None:
        """Ask for a state (POST toggle); returning means accepted, not done.

        Raises ControllerOffline, SensorRequired, NotSupported or Refused where it is
        certain that nothing was done.
        """
        command = {"door_id": access_point_id, "door_state": state}
        answer = await self._async_toggle(command)
        error = answer.error()
        if error is None:
            return
        if meaning := _TOGGLE_ERRORS.get(answer.status):
            raise meaning(f"the controller refused (HTTP {answer.status})")
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            # Unlike a 429, it may come from behind what was already carried out.
            raise CannotConnect("the service failed (HTTP 503)")
        raise error

    async def async_access_history(
        self,
        history_type: Literal["device", "door"],
        record_id: str,
        start: date,
        end: date,
    ) -> list[AccessEvent]:
        """Return the access log of a controller or an access point (GET toggle-history).

        In the service's order, which is not documented.
        """
        query = {
            "history_type": history_type,
            f"{history_type}_id": record_id,
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
        }
        body = await self._async_body("GET", "endpoints/toggle-history", params=query)
        events: list[AccessEvent] = []
        for number, event in enumerate(parse_access_events(body), start=1):
            if event:
                events.append(event)
            if number % RECORDS_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return events

    async def async_user_info(self) -> Account:
        """Return whose account is linked (GET user-info)."""
        return parse_account(await self._async_body("GET", "endpoints/user-info"))

    async def async_user_settings(self) -> UserSettings:
        """Return the account's settings (POST user-info)."""
        return parse_user_settings(
            await self._async_body("POST", "endpoints/user-info", json={})
        )

    async def _async_toggle(self, command: dict[str, str]) -> Answer:
        """Send a command, to the other address where the first does not exist."""
        # A copy: another command may put the list in order meanwhile.
        for path in tuple(self._toggle_paths):
            answer = await self._transport.async_request("POST", path, json=command)
            # No controller heard of a command whose address was not found.
            if not answer.at_unknown_address:
                self._toggle_paths.remove(path)
                self._toggle_paths.insert(0, path)
                return answer
        return Answer(HTTPStatus.BAD_REQUEST, answer.body)

    async def _async_body(self, method: str, path: str, **kwargs: Any) -> Any:
        """Send a request and return the body of its success."""
        return _success(await self._transport.async_request(method, path, **kwargs))


def _success(answer: Answer) -> Any:
    """Return the body of an answer; raise what it means where it is no success."""
    if error := answer.error():
        raise error
    return answer.body


def shape(value: Any, depth: int = 6) -> Any:
    """Return what fields an answer has and of which type, without any value.

    Of a list, the first record stands for all; what lies deeper is left out, and so is
    what is not the name of a field: where ids or names are keys, they are somebody's.
    """
    match value:
        case dict() | list() if not depth:
            return "..."
        case dict():
            fields = {
                key: shape(one, depth - 1)
                for key, one in islice(value.items(), MAX_FIELDS)
                if re.fullmatch("[a-z_]{1,40}", key)
            }
            if others := len(value) - len(fields):
                fields["..."] = f"{others} more"
            return fields
        case [first, *_]:
            return [shape(first, depth - 1), f"{len(value)} in all"]
        case []:
            return []
    return type(value).__name__
