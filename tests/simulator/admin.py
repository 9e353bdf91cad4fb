"""The page for people: its buttons, each of which sends an order."""

from collections.abc import Mapping
from pathlib import Path
import re
from typing import Any, Final

from aiohttp import web

from .admin_state import SWITCHES, troubles
from .cloud import Cloud
from .house import Controller, Door
from .settings import choose
from .trouble import kinds

_FOLDER: Final = Path(__file__).with_name("web")


def read_page(name: str) -> str:
    """Return a page with the styles and scripts that it names in comments."""
    return re.sub(
        r"/\* ([a-z]+\.(?:css|js)) \*/",
        lambda match: (_FOLDER / match[1]).read_text("utf-8"),
        (_FOLDER / name).read_text("utf-8"),
    )


_PAGE: Final = read_page("page.html")


async def page(_: web.Request) -> web.Response:
    """Answer with the page."""
    return web.Response(text=_PAGE, content_type="text/html")


def act(cloud: Cloud, order: Mapping[str, Any]) -> None:
    """Carry out the order of a button."""
    match order:
        case {"act": "expire" | "revoke" as change, "account": key}:
            getattr(cloud.oauth, change)(cloud.account(key))
        case {"act": "setting", "setting": name, "option": option}:
            choose(cloud, name, option)
        case {"act": "fault", "endpoint": endpoint, "fault": kind}:
            _fault(cloud, endpoint, kind, order.get("times"))
        case {"act": "end_troubles"}:
            for trouble in list(troubles(cloud)):
                act(cloud, trouble["end"])
        case {"act": "webhook_add", "address": address}:
            cloud.add_webhook(address)
        case {"act": "webhook_remove", "address": address}:
            del cloud.webhooks[address]
        case {"door": key}:
            _door(cloud, cloud.door(key), order)
        case {"controller": key}:
            _controller(cloud.controller(key), order)
        case _:
            raise ValueError(order)


def _fault(cloud: Cloud, endpoint: str | None, kind: str, times: int | None) -> None:
    fault = kinds(cloud)[kind] if kind else None
    cloud.faults.clear(endpoint)
    if fault:
        cloud.faults.add(endpoint, fault, times)


def _door(cloud: Cloud, door: Door, order: Mapping[str, Any]) -> None:
    match order:
        case {"act": "open_by_hand"}:
            door.open_by_hand()
        case {"act": "close_by_hand"}:
            door.close_by_hand()
        case {"act": "visit", "visitor": name}:
            move = door.close_as if door.state == "OPEN" else door.open_as
            move(cloud.visitor(name))
        case {"act": "share", "account": key, "on": on}:
            change = door.share if on else door.unshare
            change(cloud.account(key))
        case {"act": "auto_close", "on": on}:
            door.auto_close(30 if on else 0)
        case _:
            _switch(door, order)


def _controller(controller: Controller, order: Mapping[str, Any]) -> None:
    match order:
        case {"act": "alert_after", "seconds": seconds}:
            controller.time_before_door_open_alert = seconds
        case _:
            _switch(controller, order)


def _switch(one: Controller | Door, order: Mapping[str, Any]) -> None:
    match order:
        case {"act": "refusal", "status": status}:
            one.refusal = status
        case {"act": switch, "on": on} if switch in SWITCHES and hasattr(one, switch):
            setattr(one, switch, on)
        case _:
            raise ValueError(order)
