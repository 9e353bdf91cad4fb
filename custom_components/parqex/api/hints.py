"""What a webhook of ParqEx points at; nothing else it says is believed."""

from typing import Any, NamedTuple

from .transport import parse_json


class Hint(NamedTuple):
    """Where something may have happened; ids as `plain_id` writes them."""

    access_point_id: str | None
    controller_id: str | None


def parse_hint(raw: bytes) -> Hint | None:
    """Read the body of a webhook, of today's brand or the earlier one.

    None if it points at nothing.
    """
    body = parse_json(raw)
    if not isinstance(body, dict):
        return None
    hint = Hint(_id(body.get("doorID")), _id(body.get("deviceID")))
    return hint if hint.access_point_id or hint.controller_id else None


def plain_id(any_id: str) -> str:
    """Return an id without what ParqEx writes in one way here, in another there.

    Only to compare what a webhook says; elsewhere ids are opaque.
    """
    return any_id.replace("-", "").casefold()


def _id(value: Any) -> str | None:
    """Return an id in its plain form."""
    return plain_id(value) if isinstance(value, str) else None
