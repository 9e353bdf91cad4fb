"""The page for people, and the small JSON API behind it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from yarl import URL

from .cloud import Cloud
from .faults import ENDPOINTS, Fault
from .house import WEB, Controller, Door, Event, State

AUTO_CLOSE_SECONDS: Final = 30

_PAGE: Final = Path(__file__).with_name("page.html").read_text("utf-8")


async def page(_: web.Request) -> web.Response:
    """Answer with the page."""
    return web.Response(text=_PAGE, content_type="text/html")


def state(cloud: Cloud, address: str) -> dict[str, Any]:
    """Return everything the page shows."""
    return {
        "address": address,
        "client_id": cloud.application.client_id,
        "client_secret": cloud.application.client_secret,
        "accounts": [
            {
                "id": account.id,
                "name": account.name,
                "links": len(cloud.oauth.grants(account)),
            }
            for account in cloud.accounts
        ],
        "controllers": [_controller(cloud, one) for one in cloud.controllers],
        "log": [_event(event) for event in reversed(cloud.log[-100:])],
        "faults": {
            endpoint: str(cloud.faults.next(endpoint) or "") for endpoint in ENDPOINTS
        },
        "webhooks": [
            {
                "address": webhook.address,
                "brand": webhook.brand,
                "sent": len(webhook.sent),
                "last_status": webhook.last_status,
            }
            for webhook in cloud.webhooks
        ],
        "requests": [
            {
                "when": request.when.isoformat(),
                "method": request.method,
                "endpoint": request.endpoint,
                "status": request.status,
            }
            for request in reversed(cloud.requests[-20:])
        ],
    }


def act(cloud: Cloud, order: dict[str, Any]) -> None:
    """Do what a button of the page says."""
    _ACTS[order["act"]](cloud, order)


def _open_by_hand(cloud: Cloud, order: dict[str, Any]) -> None:
    cloud.door(order["door"]).open_by_hand()


def _close_by_hand(cloud: Cloud, order: dict[str, Any]) -> None:
    cloud.door(order["door"]).close_by_hand()


def _visit(cloud: Cloud, order: dict[str, Any]) -> None:
    door = cloud.door(order["door"])
    visitor = cloud.visitor(order["visitor"])
    if door.state == "OPEN":
        door.close_as(visitor)
    else:
        door.open_as(visitor)


def _unplug(cloud: Cloud, order: dict[str, Any]) -> None:
    cloud.controller(order["controller"]).unplugged = bool(order["on"])


def _require_sensor(cloud: Cloud, order: dict[str, Any]) -> None:
    cloud.door(order["door"]).requires_sensor = bool(order["on"])


def _stuck(cloud: Cloud, order: dict[str, Any]) -> None:
    cloud.door(order["door"]).stuck = bool(order["on"])


def _auto_close(cloud: Cloud, order: dict[str, Any]) -> None:
    cloud.door(order["door"]).auto_close(AUTO_CLOSE_SECONDS if order["on"] else 0)


def _fault(cloud: Cloud, order: dict[str, Any]) -> None:
    endpoint, kind = order["endpoint"], order["fault"]
    cloud.faults.clear(endpoint)
    if kind == "hang":
        cloud.faults.add(endpoint, Fault(hang="headers"))
    elif kind == "reset":
        cloud.faults.add(endpoint, Fault(reset=True))
    elif kind == "slow":
        cloud.faults.add(endpoint, Fault(delay=5))
    elif kind == "garbage":
        cloud.faults.add(endpoint, Fault(status=200, body="<html>"))
    elif kind:
        cloud.faults.add(endpoint, Fault(status=int(kind)))


def _revoke(cloud: Cloud, order: dict[str, Any]) -> None:
    cloud.oauth.revoke(cloud.account(order["account"]))


def _webhook_add(cloud: Cloud, order: dict[str, Any]) -> None:
    address, brand = str(order["address"]), order["brand"]
    if URL(address).scheme not in ("http", "https"):
        raise ValueError("a webhook has a web address")
    if brand not in ("parqex", "beam"):
        raise ValueError("the brand is parqex or beam")
    cloud.remove_webhook(address)
    cloud.add_webhook(address, brand)


def _webhook_remove(cloud: Cloud, order: dict[str, Any]) -> None:
    cloud.remove_webhook(order["address"])


def _webhook_send(cloud: Cloud, order: dict[str, Any]) -> None:
    door = cloud.doors[0]
    state: State = "OPEN" if door.state == "OPEN" else "CLOSED"
    person = door.controller.owner.person
    cloud.webhook(order["address"]).trouble(
        order["kind"], Event(door, state, WEB, person, True, cloud.now())
    )


_ACTS: Final[dict[str, Callable[[Cloud, dict[str, Any]], None]]] = {
    "open_by_hand": _open_by_hand,
    "close_by_hand": _close_by_hand,
    "visit": _visit,
    "unplug": _unplug,
    "require_sensor": _require_sensor,
    "stuck": _stuck,
    "auto_close": _auto_close,
    "fault": _fault,
    "revoke": _revoke,
    "webhook_add": _webhook_add,
    "webhook_remove": _webhook_remove,
    "webhook_send": _webhook_send,
}


def _controller(cloud: Cloud, controller: Controller) -> dict[str, Any]:
    return {
        "id": controller.id,
        "name": controller.hardware_name,
        "owner": controller.owner.name,
        "unplugged": controller.unplugged,
        "doors": [_door(cloud, door) for door in controller.doors],
    }


def _door(cloud: Cloud, door: Door) -> dict[str, Any]:
    return {
        "id": door.id,
        "name": door.name,
        "state": door.state,
        "moving_to": door.moving_to,
        "last_toggled": door.last_toggled.isoformat(),
        "stuck": door.stuck,
        "requires_sensor": door.requires_sensor,
        "auto_close_delay": door.auto_close_delay,
        "guests": [one.name for one in cloud.accounts if one.id in door.guests],
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "door": event.door.name,
        "state": event.state,
        "channel": event.channel,
        "person": event.person.name if event.person.id else "",
        "was_success": event.was_success,
    }
