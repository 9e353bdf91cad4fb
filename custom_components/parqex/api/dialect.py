"""The ways in which the service may speak where its documentation is not clear."""

from collections.abc import Awaitable, Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from .answer import Answer
from .observations import Observations, compared

TOKEN_PATH = "/oauth/v2/endpoints/token/"  # noqa: S105  # it is no token
_DATA = "/oauth/v1/endpoints/"

# By endpoint the methods and paths that the documentation names, the likeliest first.
_ADDRESSES = {
    "token": (("GET", TOKEN_PATH), ("POST", TOKEN_PATH)),
    "sync": (("GET", f"{_DATA}sync"), ("POST", f"{_DATA}sync")),
    "toggle": (("POST", f"{_DATA}toggle"), ("POST", "/oauth/v1/endpoint/toggle")),
    "toggle-history": (("GET", f"{_DATA}toggle-history"),),
    "user-info": (("GET", f"{_DATA}user-info"),),
    "user-settings": (("POST", f"{_DATA}user-info"),),
}


class HistoryDialect:
    """What was learnt of how the access log is asked for.

    `type`: the `history_type` that worked. `takes_future`: whether the last day may be
    one that is still to come. Both are None until it is known.
    """

    type: str | None = None
    takes_future: bool | None = None

    @property
    def is_known(self) -> bool:
        """Whether it is known how the service is asked."""
        return self.type is not None and self.takes_future is not None

    def variants(self, end: date, today: date) -> list[tuple[str, date]]:
        """Return types and last days to ask for a log up to `end`, the likeliest first."""
        types = sorted(("device", "door"), key=lambda other: other != self.type)
        days = [end, today] if end > today else [end]
        if self.takes_future is False:
            days.reverse()
        return [(one, last) for last in days for one in types]

    def worked(self, used_type: str, last: date, today: date, refused: bool) -> None:
        """Remember what a log was first answered to: a later refusal may pass again.

        `refused`: it was not with a later day.
        """
        self.type = self.type or used_type
        if self.takes_future is None and (last > today or refused):
            self.takes_future = last > today


class Dialect:
    """What was learnt of how the service speaks."""

    def __init__(self) -> None:
        """Initialize with nothing learnt."""
        self.addresses: dict[str, tuple[str, str]] = {}
        self.history = HistoryDialect()
        self.observations = Observations()

    async def async_send(
        self, endpoint: str, send: Callable[[str, str], Awaitable[Answer]]
    ) -> Answer:
        """Send a request where the service takes it, and remember where that worked.

        `send`: sends it once, by a method to a path. It is sent again only where the
        answer says that nothing was done: the service does not know the method or the
        path, or names the same path with or without a slash at its end.
        """
        documented = _ADDRESSES[endpoint]
        refused: set[str] = set()
        refusals: list[Answer] = []
        for method, path in (
            self.addresses.get(endpoint, documented[0]),
            *documented,
        ):
            if refused & {method, path}:
                continue
            answer = await send(method, path)
            used = path
            if answer.moved_to:
                used = answer.moved_to
                answer = await send(method, used)
            self.observations.note(endpoint, answer)
            if answer.is_good or answer.is_of_controller:
                self.addresses[endpoint] = method, used
                return answer
            refusals.append(answer)
            if answer.is_unknown_method:
                refused.add(method)
            elif answer.is_unknown_address:
                refused |= {path, used}
            else:
                break
        # A 501 may pass by itself. That the method is unknown is believed where the other
        # one works, or nothing has worked yet and that one's refusal is certain.
        passes = refusals[0].http_status == HTTPStatus.NOT_IMPLEMENTED and (
            endpoint in self.addresses or not refusals[-1].is_certain
        )
        return refusals[0 if passes else -1]

    def report(self) -> dict[str, Any]:
        """Return what was learnt and seen, without anything private, as JSON."""
        history = self.history
        return {
            "addresses": {
                endpoint: compared(
                    " ".join(documented[0]),
                    [" ".join(self.addresses[endpoint])]
                    if endpoint in self.addresses
                    else [],
                )
                for endpoint, documented in _ADDRESSES.items()
            },
            "history_type": compared("device", [history.type] if history.type else []),
            "history_takes_future": history.takes_future,
            **self.observations.report(),
        }
