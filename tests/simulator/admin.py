"""The page for people: its buttons, each of which sends an order."""

from pathlib import Path
import re
from typing import Any, Final

from aiohttp import web
from yarl import URL

from .admin_state import CONTROLLER_SWITCHES, DOOR_SWITCHES, REFUSALS, troubles
from .cloud import Cloud
from .house import WEB, Controller, Door, Event, State
from .settings import choose
from .trouble import kinds

AUTO_CLOSE_SECONDS: Final = 30

_DAY: Final = 24 * 60 * 60

# The attribute that a switch sets.
_SWITCHES: Final = {
    act: attribute for act, attribute, *_ in (*CONTROLLER_SWITCHES, *DOOR_SWITCHES)
}

type Order = dict[str, Any]

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


def act(cloud: Cloud, order: Order) -> None:
    """Carry out the order of a button."""
    match order["act"]:
        case "expire":
            cloud.oauth.expire(cloud.account(order["account"]))
        case "revoke":
            cloud.oauth.revoke(cloud.account(order["account"]))
        case "setting":
            choose(cloud, order["setting"], order["option"])
        case "fault":
            _fault(cloud, order)
        case "end_troubles":
            for trouble in list(troubles(cloud)):
                act(cloud, trouble["end"])
        case "webhook_add" | "webhook_remove" | "webhook_send":
            _webhook(cloud, order)
        case _ if "door" in order:
            _door(cloud, cloud.door(order["door"]), order)
        case _:
            _controller(cloud.controller(order["controller"]), order)


def _door(cloud: Cloud, door: Door, order: Order) -> None:
    match order["act"]:
        case "open_by_hand":
            door.open_by_hand()
        case "close_by_hand":
            door.close_by_hand()
        case "visit":
            if not isinstance(name := order["visitor"], str) or not name.strip():
                raise ValueError("A visitor has a name.")
            move = door.close_as if door.state == "OPEN" else door.open_as
            move(cloud.visitor(name.strip()))
        case "share":
            change = door.share if order["on"] else door.unshare
            change(cloud.account(order["account"]))
        case "auto_close":
            door.auto_close(AUTO_CLOSE_SECONDS if order["on"] else 0)
        case "door_refusal":
            door.refusal = _status(order)
        case switch:
            setattr(door, _SWITCHES[switch], bool(order["on"]))


def _controller(controller: Controller, order: Order) -> None:
    match order["act"]:
        case "controller_refusal":
            controller.refusal = _status(order)
        case "alert_after":
            if not 0 < (seconds := int(order["seconds"])) <= _DAY:
                raise ValueError(seconds)
            controller.time_before_door_open_alert = seconds
        case switch:
            setattr(controller, _SWITCHES[switch], bool(order["on"]))


def _status(order: Order) -> int | None:
    status: int | None = order["status"]
    if status is None or status in REFUSALS:
        return status
    raise ValueError(status)


def _fault(cloud: Cloud, order: Order) -> None:
    endpoint, kind, times = order["endpoint"], order["fault"], order.get("times")
    fault = kinds(cloud)[kind] if kind else None
    if times is not None and int(times) < 1:
        raise ValueError(times)
    cloud.faults.clear(endpoint)
    if fault:
        cloud.faults.add(endpoint, fault, times and int(times))


def _webhook(cloud: Cloud, order: Order) -> None:
    address = str(order["address"])
    match order["act"]:
        case "webhook_add":
            if URL(address).scheme not in ("http", "https"):
                raise ValueError("a webhook has a web address")
            if (brand := order["brand"]) not in ("parqex", "beam"):
                raise ValueError("the brand is parqex or beam")
            cloud.remove_webhook(address)
            cloud.add_webhook(address, brand)
        case "webhook_remove":
            cloud.remove_webhook(address)
        case _:
            door = cloud.doors[0]
            state: State = "OPEN" if door.state == "OPEN" else "CLOSED"
            person = door.controller.owner.person
            event = Event(door, state, WEB, person, True, cloud.now())
            cloud.webhook(address).trouble(order["kind"], event)
