"""The page for people, and what its buttons do."""

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web
from yarl import URL

from .admin_state import REFUSALS, troubles
from .cloud import Cloud
from .house import WEB, Controller, Door, Event, State
from .pages import read_page
from .settings import choose
from .trouble import kinds

AUTO_CLOSE_SECONDS: Final = 30

_DAY: Final = 24 * 60 * 60

_PAGE: Final = read_page("page.html")

type Order = dict[str, Any]


async def page(_: web.Request) -> web.Response:
    """Answer with the page."""
    return web.Response(text=_PAGE, content_type="text/html")


def act(cloud: Cloud, order: Order) -> None:
    """Do what a button of the page says."""
    _ACTS[order["act"]](cloud, order)


def _door(cloud: Cloud, order: Order) -> Door:
    return cloud.door(order["door"])


def _controller(cloud: Cloud, order: Order) -> Controller:
    return cloud.controller(order["controller"])


def _on(order: Order) -> bool:
    return bool(order["on"])


def _status(order: Order) -> int | None:
    status: int | None = order["status"]
    if status is None or status in REFUSALS:
        return status
    raise ValueError(status)


def _seconds(order: Order) -> int:
    if 0 < (seconds := int(order["seconds"])) <= _DAY:
        return seconds
    raise ValueError(seconds)


def _sets(
    find: Callable[[Cloud, Order], object], name: str, read: Callable[[Order], Any]
) -> Callable[[Cloud, Order], None]:
    """Return an act that sets one attribute of a door or a controller."""

    def work(cloud: Cloud, order: Order) -> None:
        setattr(find(cloud, order), name, read(order))

    return work


def _open_by_hand(cloud: Cloud, order: Order) -> None:
    _door(cloud, order).open_by_hand()


def _close_by_hand(cloud: Cloud, order: Order) -> None:
    _door(cloud, order).close_by_hand()


def _visit(cloud: Cloud, order: Order) -> None:
    name = order["visitor"]
    if not isinstance(name, str) or not name.strip():
        raise ValueError("A visitor has a name.")
    door, visitor = _door(cloud, order), cloud.visitor(name.strip())
    if door.state == "OPEN":
        door.close_as(visitor)
    else:
        door.open_as(visitor)


def _auto_close(cloud: Cloud, order: Order) -> None:
    _door(cloud, order).auto_close(AUTO_CLOSE_SECONDS if order["on"] else 0)


def _share(cloud: Cloud, order: Order) -> None:
    door, account = _door(cloud, order), cloud.account(order["account"])
    if order["on"]:
        door.share(account)
    else:
        door.unshare(account)


def _fault(cloud: Cloud, order: Order) -> None:
    endpoint, kind, times = order["endpoint"], order["fault"], order.get("times")
    fault = kinds(cloud)[kind] if kind else None
    if times is not None and int(times) < 1:
        raise ValueError(times)
    cloud.faults.clear(endpoint)
    if fault:
        cloud.faults.add(endpoint, fault, times and int(times))


def _expire(cloud: Cloud, order: Order) -> None:
    cloud.oauth.expire(cloud.account(order["account"]))


def _revoke(cloud: Cloud, order: Order) -> None:
    cloud.oauth.revoke(cloud.account(order["account"]))


def _webhook_add(cloud: Cloud, order: Order) -> None:
    address, brand = str(order["address"]), order["brand"]
    if URL(address).scheme not in ("http", "https"):
        raise ValueError("a webhook has a web address")
    if brand not in ("parqex", "beam"):
        raise ValueError("the brand is parqex or beam")
    cloud.remove_webhook(address)
    cloud.add_webhook(address, brand)


def _webhook_remove(cloud: Cloud, order: Order) -> None:
    cloud.remove_webhook(order["address"])


def _webhook_send(cloud: Cloud, order: Order) -> None:
    door = cloud.doors[0]
    state: State = "OPEN" if door.state == "OPEN" else "CLOSED"
    person = door.controller.owner.person
    cloud.webhook(order["address"]).trouble(
        order["kind"], Event(door, state, WEB, person, True, cloud.now())
    )


def _setting(cloud: Cloud, order: Order) -> None:
    choose(cloud, order["setting"], order["option"])


def _end_troubles(cloud: Cloud, _: Order) -> None:
    for trouble in list(troubles(cloud)):
        act(cloud, trouble["end"])


_ACTS: Final[dict[str, Callable[[Cloud, Order], None]]] = {
    "open_by_hand": _open_by_hand,
    "close_by_hand": _close_by_hand,
    "visit": _visit,
    "share": _share,
    "auto_close": _auto_close,
    "stuck": _sets(_door, "stuck", _on),
    "require_sensor": _sets(_door, "requires_sensor", _on),
    "door_active": _sets(_door, "active", _on),
    "door_refusal": _sets(_door, "refusal", _status),
    "unplug": _sets(_controller, "unplugged", _on),
    "controller_active": _sets(_controller, "active", _on),
    "controller_registered": _sets(_controller, "registered", _on),
    "controller_refusal": _sets(_controller, "refusal", _status),
    "alert_after": _sets(_controller, "time_before_door_open_alert", _seconds),
    "expire": _expire,
    "revoke": _revoke,
    "webhook_add": _webhook_add,
    "webhook_remove": _webhook_remove,
    "webhook_send": _webhook_send,
    "fault": _fault,
    "setting": _setting,
    "end_troubles": _end_troubles,
}
