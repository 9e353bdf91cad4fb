"""The state that the page for people shows."""

from collections.abc import Iterator
from typing import Any, Final

from .cloud import Cloud
from .endpoints import MESSAGES
from .faults import ENDPOINTS
from .house import Controller, Door
from .settings import settings
from .trouble import catalogue

# By attribute: the good value, and the text of the trouble.
SWITCHES: Final = {
    "unplugged": (False, "is unplugged"),
    "registered": (True, "is not registered"),
    "active": (True, "is switched off by ParqEx"),
    "stuck": (False, "is stuck"),
    "requires_sensor": (False, "requires a sensor"),
}

_CONTROLLER: Final = ("id", "unplugged", "active", "registered", "refusal")
_DOOR: Final = (
    *("id", "name", "names", "state", "position", "left_open", "closes_in"),
    *("stuck", "active", "requires_sensor", "refusal", "auto_close_delay"),
)


def state(cloud: Cloud, address: str) -> dict[str, Any]:
    """Return everything the page shows; the newest entries of both logs come first."""
    return {
        "address": address,
        "client_id": cloud.application.client_id,
        "client_secret": cloud.application.client_secret,
        "now": cloud.now().isoformat(),
        "accounts": list(_accounts(cloud)),
        "controllers": [_controller(controller) for controller in cloud.controllers],
        "log": _newest(_log(cloud), 100),
        "requests": _newest(_requests(cloud), 30),
        "faults": {
            endpoint: str(planned[0])
            if (planned := cloud.faults.next(endpoint))
            else ""
            for endpoint in ENDPOINTS
        },
        "fault_kinds": {group: [*faults] for group, faults in catalogue(cloud).items()},
        "webhooks": [
            {
                "address": webhook.address,
                "sent": len(webhook.sent),
                "last_status": webhook.last_status,
            }
            for webhook in cloud.webhooks.values()
        ],
        "refusals": [status for status in MESSAGES if status != 200],
        "settings": settings(cloud),
        "troubles": list(troubles(cloud)),
    }


def troubles(cloud: Cloud) -> Iterator[dict[str, Any]]:
    """Return every trouble that is on, each with the order that ends it."""
    for controller in cloud.controllers:
        yield from _troubles(controller, "controller", controller.hardware_name)
        for door in controller.doors:
            yield from _troubles(door, "door", door.name)
    for endpoint in ENDPOINTS:
        if planned := cloud.faults.next(endpoint):
            fault, left = planned
            plural = "" if left == 1 else "s"
            lasting = f", for {left} more request{plural}" if left else ""
            yield {
                "text": f"{endpoint}: {fault}{lasting}",
                "end": {"act": "fault", "endpoint": endpoint, "fault": ""},
            }


def _troubles(one: Controller | Door, kind: str, name: str) -> Iterator[dict[str, Any]]:
    for switch, (good, text) in SWITCHES.items():
        if getattr(one, switch, good) != good:
            end = {"act": switch, kind: one.id, "on": good}
            yield {"text": f"{name} {text}", "end": end}
    if one.refusal:
        end = {"act": "refusal", kind: one.id, "status": None}
        yield {"text": f"{name} refuses with {one.refusal}", "end": end}


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
