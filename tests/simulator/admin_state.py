"""The state that the page for people shows."""

from collections.abc import Iterator
from typing import Any, Final

from .cloud import Cloud
from .endpoints import MESSAGES
from .faults import ENDPOINTS
from .house import Controller, Door
from .settings import settings
from .trouble import catalogue

# The documented ways of a controller to refuse a command.
REFUSALS: Final = tuple(status for status in MESSAGES if status != 200)

# The act of each switch, its attribute, the good value, and the text of the trouble.
CONTROLLER_SWITCHES: Final = (
    ("unplug", "unplugged", False, "is unplugged"),
    ("controller_active", "active", True, "is switched off by ParqEx"),
    ("controller_registered", "registered", True, "is not registered"),
)
DOOR_SWITCHES: Final = (
    ("stuck", "stuck", False, "is stuck"),
    ("require_sensor", "requires_sensor", False, "requires a sensor"),
    ("door_active", "active", True, "is switched off by ParqEx"),
)

_CONTROLLER: Final = ("id", "unplugged", "active", "registered", "refusal")
_DOOR: Final = (
    *("id", "name", "names", "state", "position", "left_open", "closes_in"),
    *("stuck", "active", "requires_sensor", "refusal", "auto_close_delay"),
)
_LOG_LENGTH: Final = 100
_REQUESTS_LENGTH: Final = 30


def state(cloud: Cloud, address: str) -> dict[str, Any]:
    """Return everything the page shows; the newest entries of both logs come first."""
    faults = {endpoint: cloud.faults.next(endpoint) for endpoint in ENDPOINTS}
    return {
        "address": address,
        "client_id": cloud.application.client_id,
        "client_secret": cloud.application.client_secret,
        "now": cloud.now().isoformat(),
        "accounts": list(_accounts(cloud)),
        "controllers": [_controller(controller) for controller in cloud.controllers],
        "log": _newest(_log(cloud), _LOG_LENGTH),
        "requests": _newest(_requests(cloud), _REQUESTS_LENGTH),
        "faults": {
            endpoint: str(planned[0]) if planned else ""
            for endpoint, planned in faults.items()
        },
        "fault_kinds": {
            group: list(kinds) for group, kinds in catalogue(cloud).items()
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
        "refusals": REFUSALS,
        "settings": settings(cloud),
        "troubles": list(troubles(cloud)),
    }


def troubles(cloud: Cloud) -> Iterator[dict[str, Any]]:
    """Return every trouble that is on, each with the order that ends it."""
    for controller in cloud.controllers:
        for text, end in _troubles(controller, CONTROLLER_SWITCHES, "controller"):
            yield {"text": f"{controller.hardware_name} {text}", "end": end}
        for door in controller.doors:
            for text, end in _troubles(door, DOOR_SWITCHES, "door"):
                yield {"text": f"{door.name} {text}", "end": end}
    for endpoint in ENDPOINTS:
        if planned := cloud.faults.next(endpoint):
            fault, left = planned
            plural = "" if left == 1 else "s"
            lasting = f", for {left} more request{plural}" if left else ""
            yield {
                "text": f"{endpoint}: {fault}{lasting}",
                "end": {"act": "fault", "endpoint": endpoint, "fault": ""},
            }


def _troubles(
    one: Controller | Door, switches: tuple[tuple[str, str, bool, str], ...], kind: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    for act, attribute, good, text in switches:
        if getattr(one, attribute) != good:
            yield text, {"act": act, kind: one.id, "on": good}
    if one.refusal:
        end = {"act": f"{kind}_refusal", kind: one.id, "status": None}
        yield f"refuses with {one.refusal}", end


def _newest(entries: list[dict[str, Any]], length: int) -> list[dict[str, Any]]:
    """Return the last entries with their numbers, newest first."""
    numbered = [{"number": number, **one} for number, one in enumerate(entries)]
    return numbered[-length:][::-1]


def _accounts(cloud: Cloud) -> Iterator[dict[str, Any]]:
    for account in cloud.accounts:
        grants = cloud.oauth.grants(account)
        yield {
            "id": account.id,
            "name": account.name,
            "links": len(grants),
            "expired": sum(grant.expires_at <= cloud.now() for grant in grants),
        }


def _controller(controller: Controller) -> dict[str, Any]:
    return {
        **{name: getattr(controller, name) for name in _CONTROLLER},
        "name": controller.hardware_name,
        "owner": controller.owner.name,
        "alert_after": controller.time_before_door_open_alert,
        "doors": [_door(door) for door in controller.doors],
    }


def _door(door: Door) -> dict[str, Any]:
    movement = door.movement
    return {
        **{name: getattr(door, name) for name in _DOOR},
        "moving_to": movement and movement.state,
        "last_toggled": door.last_toggled.isoformat(),
        "owner": door.controller.owner.id,
        "guests": sorted(door.guests),
    }


def _log(cloud: Cloud) -> list[dict[str, Any]]:
    return [
        {
            "at": event.at.isoformat(),
            "door": event.door.name,
            "state": event.state,
            "channel": event.channel,
            "person": event.person.name if event.person.id else "",
            "was_success": event.was_success,
        }
        for event in cloud.log
    ]


def _requests(cloud: Cloud) -> list[dict[str, Any]]:
    names = {account.id: account.name for account in cloud.accounts}
    return [
        {
            "when": request.when.isoformat(),
            "method": request.method,
            "endpoint": request.endpoint,
            "account": names.get(request.account_id or "", ""),
            "status": request.status,
        }
        for request in cloud.requests
    ]
