"""Answers over HTTP, in the shapes that ParqEx documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import json
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that is not sent yet."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(
    payload: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with JSON."""
    body = json.dumps(payload).encode()
    return Answer(status, body, "application/json", headers or {})


def data(payload: Any) -> Answer:
    """Answer with data, wrapped as documented."""
    return as_json({"success": True, "timestamp": None, "data": payload})


def errors(
    status: int, message: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with an error, wrapped as documented."""
    return as_json({"errors": [{"message": message}]}, status, headers)


def html(page: str, status: int = 200) -> Answer:
    """Answer with a page."""
    return Answer(status, page.encode(), "text/html")


def redirect(location: str, status: int = 302) -> Answer:
    """Lead somewhere else."""
    return Answer(status, b"", "text/html", {"Location": location})
