"""Faults: what an endpoint can be told to do instead of answering well."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from .answers import Answer, errors

ENDPOINTS: Final = (
    "authorize",
    "token",
    "sync",
    "toggle",
    "history",
    "user_info",
    "user_settings",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to fail. Without a status, the real answer is what gets delayed or cut."""

    name: str = ""
    """What the catalogue of trouble calls it."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes | Callable[[], bytes] | None = None
    """A function where it is so big that only who needs it should make it."""
    content_type: str = "application/json"
    edit: Callable[[Any], Any] | None = None
    """Change the JSON of the real answer; a page for people stays as it is."""
    rewrite: Callable[[bytes], bytes] | None = None
    """Change the bytes of that JSON, after it."""
    delay: float = 0
    """Seconds before the headers."""
    hang: Literal["headers", "body"] | None = None
    """Never send the headers, or stop in the middle of the body."""
    reset: bool = False
    """Reset the connection."""
    after: bool = False
    """Do what was asked before failing, so that only the answer is lost."""

    @property
    def replaces(self) -> bool:
        """Return whether no part of the real answer is sent."""
        return self.status is not None or self.reset or self.hang == "headers"

    def apply(self, answer: Answer) -> Answer:
        """Return what is sent in place of the real answer."""
        if self.status is None:
            answer = replace(answer, headers={**answer.headers, **self.headers})
            if answer.content_type != "application/json":
                return answer
            if self.edit:
                answer = answer.edited(self.edit)
            if self.rewrite:
                answer = replace(answer, body=self.rewrite(answer.body))
            return answer
        if self.body is None:
            return replace(
                errors(self.status, f"Simulated fault ({self.status})."),
                headers=self.headers,
            )
        body = self.body() if callable(self.body) else self.body
        body = body.encode() if isinstance(body, str) else body
        return Answer(self.status, body, self.content_type, self.headers)

    def __str__(self) -> str:
        """Say it in a few words."""
        if self.name:
            return self.name
        if self.reset:
            return "resets"
        if self.hang:
            return "hangs" if self.hang == "headers" else "hangs in the body"
        if self.status is not None:
            return f"answers {self.status}"
        if self.edit or self.rewrite:
            return "answers differently"
        return f"waits {self.delay:g} s"


@dataclass(slots=True)
class _Planned:
    fault: Fault
    times: int | None


@dataclass(slots=True, eq=False)
class Faults:
    """The faults that are planned, first come first served."""

    _planned: dict[str, list[_Planned]] = field(
        default_factory=lambda: {endpoint: [] for endpoint in ENDPOINTS}
    )

    def add(self, endpoint: str | None, fault: Fault, times: int | None = None) -> None:
        """Let one endpoint, or each of them, fail so many times or until cleared."""
        for planned in self._of(endpoint):
            planned.append(_Planned(fault, times))

    def clear(self, endpoint: str | None = None) -> None:
        """Let one endpoint, or all of them, answer well again."""
        for planned in self._of(endpoint):
            planned.clear()

    def take(self, endpoint: str) -> Fault | None:
        """Return the fault of this request, and count it."""
        planned = self._planned.get(endpoint)
        if not planned:
            return None
        first = planned[0]
        if first.times is not None:
            first.times -= 1
            if first.times <= 0:
                planned.pop(0)
        return first.fault

    def next(self, endpoint: str) -> Fault | None:
        """Return the fault that the next request will meet."""
        planned = self._planned[endpoint]
        return planned[0].fault if planned else None

    def left(self, endpoint: str) -> int | None:
        """Return how many requests will meet it, None if it stays until cleared."""
        planned = self._planned[endpoint]
        return planned[0].times if planned else None

    def _of(self, endpoint: str | None) -> Iterable[list[_Planned]]:
        """Return what is planned for one endpoint, or for each of them."""
        if endpoint is None:
            return self._planned.values()
        return (self._planned[endpoint],)
