"""Answers: what goes back over HTTP, in the shapes that ParqEx documents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
import json
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that is not on its way yet."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def edited(self, edit: Callable[[Any], Any]) -> Answer:
        """Return the answer with its JSON changed."""
        return replace(self, body=json.dumps(edit(json.loads(self.body))).encode())


def as_json(
    payload: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with JSON."""
    return Answer(
        status, json.dumps(payload).encode(), "application/json", headers or {}
    )


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


def redirect(location: str) -> Answer:
    """Send the browser somewhere else."""
    return Answer(302, b"", "text/html", {"Location": location})


def not_found() -> Answer:
    """Answer as a web server does that knows nothing of an API."""
    return html("<!doctype html><title>404</title><h1>404 Not Found</h1>", 404)
