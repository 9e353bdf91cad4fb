"""Faults: ways in which an endpoint fails instead of answering well."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
import json
from typing import Any, Final, Literal

from .answers import Answer, errors

ENDPOINTS: Final = (
    *("authorize", "token", "sync", "toggle", "history"),
    *("user_info", "user_settings"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to fail; without a status, the real answer is delayed or changed.

    A big body is a function. `edit` changes the JSON of the real answer and `rewrite`
    its bytes; pages for people stay as they are. `delay` is in seconds, before the
    headers. `hang` never sends the headers, or stops in the middle of the body. With
    `after`, the request is carried out before the failure.
    """

    name: str = ""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes | Callable[[], bytes] | None = None
    edit: Callable[[Any], Any] | None = None
    rewrite: Callable[[bytes], bytes] | None = None
    delay: float = 0
    hang: Literal["headers", "body"] | None = None
    reset: bool = False
    after: bool = False

    @property
    def silent(self) -> bool:
        """Return whether nothing at all is sent."""
        return self.reset or self.hang == "headers"

    def apply(self, answer: Answer) -> Answer:
        """Return the answer that is sent in place of the real one."""
        if self.status is None:
            answer = replace(answer, headers={**answer.headers, **self.headers})
            if answer.content_type != "application/json":
                return answer
            body = answer.body
            if self.edit:
                body = json.dumps(self.edit(json.loads(body))).encode()
            return replace(answer, body=self.rewrite(body) if self.rewrite else body)
        if self.body is None:
            message = f"Simulated fault ({self.status})."
            return errors(self.status, message, self.headers)
        sent = self.body() if callable(self.body) else self.body
        sent = sent.encode() if isinstance(sent, str) else sent
        return Answer(self.status, sent, "application/json", self.headers)

    def __str__(self) -> str:
        """Return the name, which only the catalogue gives."""
        return self.name or "a fault of a test"


@dataclass(slots=True)
class _Planned:
    fault: Fault
    times: int | None


@dataclass(slots=True, eq=False)
class Faults:
    """The planned faults of each endpoint; the first one is active."""

    _planned: dict[str, list[_Planned]] = field(
        default_factory=lambda: {endpoint: [] for endpoint in ENDPOINTS}
    )

    def add(self, endpoint: str | None, fault: Fault, times: int | None = None) -> None:
        """Make one endpoint, or all of them, fail so many times or until cleared."""
        for planned in self._of(endpoint):
            planned.append(_Planned(fault, times))

    def clear(self, endpoint: str | None = None) -> None:
        """Remove the faults of one endpoint, or of all of them."""
        for planned in self._of(endpoint):
            planned.clear()

    def take(self, endpoint: str) -> Fault | None:
        """Return the fault of this request, and count it."""
        if not (planned := self._planned[endpoint]):
            return None
        first = planned[0]
        if first.times is not None:
            first.times -= 1
            if first.times <= 0:
                planned.pop(0)
        return first.fault

    def next(self, endpoint: str) -> tuple[Fault, int | None] | None:
        """Return the fault of the next request, and how many requests it lasts."""
        planned = self._planned[endpoint]
        return (planned[0].fault, planned[0].times) if planned else None

    def _of(self, endpoint: str | None) -> Iterable[list[_Planned]]:
        return [self._planned[endpoint]] if endpoint else self._planned.values()
