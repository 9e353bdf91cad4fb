"""What a run has seen of the service: names, words and counts, and nobody's values."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
import re
from typing import Any

from .answer import Answer
from .documented import DOCUMENTED_FIELDS, DOCUMENTED_WAYS, ways_of_answer

# More than any documented answer has.
MAX_FIELDS = 50

# Fields of the records in a list whose values are words of the API. Elsewhere a field of
# the same name may be part of somebody's address.
_WORDS = {"doors": ("state", "user_relationship"), "toggle_events": ("door_state",)}
MAX_WORDS = 10

# A long answer is not searched to its end: it has the same words all over.
MAX_VALUES = 500


class Observations:
    """The statuses, fields, words and headers of the answers of a run, by endpoint."""

    def __init__(self) -> None:
        """Initialize with nothing seen."""
        self._statuses: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._shapes: dict[str, Any] = {}
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        self._limit_headers: set[str] = set()
        self._ways: defaultdict[str, set[str]] = defaultdict(set)
        self._fields: defaultdict[str, set[str]] = defaultdict(set)

    def note_ways(self, ways: Iterable[tuple[str, str]]) -> None:
        """Note in which ways the service speaks, by row of `DOCUMENTED_WAYS`."""
        for row, way in ways:
            if len(self._ways[row]) < MAX_WORDS:
                self._ways[row].add(way)

    def note(self, endpoint: str, answer: Answer) -> None:
        """Note an answer; one whose body is known already is only counted."""
        self._statuses[endpoint][answer.http_status] += 1
        self._limit_headers.update(answer.limit_headers)
        self.note_ways(ways_of_answer(endpoint, answer))
        if answer.body is None:
            return
        if answer.is_accepted:
            new = shape(answer.body)
            self._fields[endpoint].update(_names(new))
            # An answer without records says less than the one before.
            self._shapes[endpoint] = max(
                new, self._shapes.get(endpoint), key=lambda one: len(str(one))
            )
        for field, value in set(islice(_values(answer.body), MAX_VALUES)):
            words = self._words[field]
            if re.fullmatch("[A-Za-z_ ]{1,20}", value) and len(words) < MAX_WORDS:
                words.add(value)
                documented = DOCUMENTED_WAYS["states"] or ""
                way = documented if value in documented.split(", ") else value
                if field.endswith("state"):
                    self.note_ways([("states", way)])

    def report(self) -> dict[str, Any]:
        """Return what was seen, as JSON."""
        return {
            "ways": {
                row: compared(way, self._ways[row])
                for row, way in DOCUMENTED_WAYS.items()
            },
            "unknown_fields": {
                endpoint: sorted(fields - _documented(endpoint))
                for endpoint, fields in self._fields.items()
            },
            "missing_fields": {
                endpoint: sorted(_documented(endpoint) - fields)
                for endpoint, fields in self._fields.items()
            },
            "statuses": {
                endpoint: {str(status): number for status, number in counts.items()}
                for endpoint, counts in self._statuses.items()
            },
            "shapes": self._shapes,
            "words": {field: sorted(words) for field, words in self._words.items()},
            "limit_headers": sorted(self._limit_headers),
        }


def compared(documented: str | None, seen: Collection[str | None]) -> str:
    """Return whether what is documented was seen, or what else, or nothing yet."""
    if not seen:
        return f"assumed: {documented or 'nothing'}"
    kind = "documented" if {*seen} == {documented} else "seen"
    return f"{kind}: {'; '.join(sorted(map(str, seen)))}"


def _documented(endpoint: str) -> set[str]:
    """Return the names of the documented fields of an endpoint's answers."""
    return {*DOCUMENTED_FIELDS[endpoint].split()}


def _names(shape: Any) -> Iterator[str]:
    """Return the names of the fields in a shape."""
    if isinstance(shape, list):
        for one in shape:
            yield from _names(one)
    elif isinstance(shape, dict):
        for name, one in shape.items():
            if name != "...":
                yield name
            yield from _names(one)


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


def _values(body: Any, name: str = "", depth: int = 6) -> Iterator[tuple[str, str]]:
    """Return the text in the fields whose values are words; `name`: of the body."""
    for one in body if isinstance(body, list) else [body]:
        if not isinstance(one, dict):
            continue
        if name in _WORDS:
            for field in _WORDS[name]:
                if isinstance(value := one.get(field), str):
                    yield field, value
        else:
            for field, value in one.items():
                if isinstance(value, dict | list) and depth:
                    yield from _values(value, field, depth - 1)
