"""What the page for people shows."""

from collections.abc import Iterator
from typing import Any, Final

from .cloud import Cloud, Request
from .endpoints import MESSAGES
from .faults import ENDPOINTS
from .house import Controller, Door, Event
from .people import Account
from .settings import settings
from .trouble import catalogue

REFUSALS: Final = tuple(status for status in MESSAGES if status != 200)
"""The documented ways of a controller to refuse a command."""

_LOG_LENGTH: Final = 100
_REQUESTS_LENGTH: Final = 30


def state(cloud: Cloud, address: str) -> dict[str, Any]:
    """Return everything the page shows; the newest entries of both logs come first."""
    return {
        "address": address,
        "client_id": cloud.application.client_id,
        "client_secret": cloud.application.client_secret,
        "now": cloud.now().isoformat(),
        "accounts": [_account(cloud, account) for account in cloud.accounts],
        "controllers": [_controller(controller) for controller in cloud.controllers],
        "log": [
            {"number": number, **_event(event)}
            for number, event in _newest(cloud.log, _LOG_LENGTH)
        ],
        "requests": [
            {"number": number, **_request(cloud, request)}
            for number, request in _newest(cloud.requests, _REQUESTS_LENGTH)
        ],
        "faults": {
            endpoint: str(cloud.faults.next(endpoint) or "") for endpoint in ENDPOINTS
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
    """Return what is wrong on purpose, each with the order that ends it."""
    for controller in cloud.controllers:
        where = {"controller": controller.id}
        for text, end in _controller_troubles(controller):
            yield {"text": f"{controller.hardware_name} {text}", "end": end | where}
        for door in controller.doors:
            for text, end in _door_troubles(door):
                yield {"text": f"{door.name} {text}", "end": end | {"door": door.id}}
    for endpoint in ENDPOINTS:
        if fault := cloud.faults.next(endpoint):
            yield {
                "text": f"{endpoint}: {fault}{_lasting(cloud.faults.left(endpoint))}",
                "end": {"act": "fault", "endpoint": endpoint, "fault": ""},
            }


def _controller_troubles(one: Controller) -> Iterator[tuple[str, dict[str, Any]]]:
    if one.unplugged:
        yield "is unplugged", {"act": "unplug", "on": False}
    if not one.active:
        yield "is switched off by ParqEx", {"act": "controller_active", "on": True}
    if not one.registered:
        yield "is not registered", {"act": "controller_registered", "on": True}
    if one.refusal:
        end = {"act": "controller_refusal", "status": None}
        yield f"refuses with {one.refusal}", end


def _door_troubles(one: Door) -> Iterator[tuple[str, dict[str, Any]]]:
    if one.stuck:
        yield "is stuck", {"act": "stuck", "on": False}
    if one.requires_sensor:
        yield "requires a sensor", {"act": "require_sensor", "on": False}
    if not one.active:
        yield "is switched off by ParqEx", {"act": "door_active", "on": True}
    if one.refusal:
        end = {"act": "door_refusal", "status": None}
        yield f"refuses with {one.refusal}", end


def _newest[T](entries: list[T], length: int) -> Iterator[tuple[int, T]]:
    """Return the last entries with their numbers, newest first."""
    return reversed(list(enumerate(entries))[-length:])


def _lasting(requests: int | None) -> str:
    if requests is None:
        return ""
    return f", for {requests} more {'request' if requests == 1 else 'requests'}"


def _account(cloud: Cloud, account: Account) -> dict[str, Any]:
    grants = cloud.oauth.grants(account)
    return {
        "id": account.id,
        "name": account.name,
        "links": len(grants),
        "expired": sum(grant.expires_at <= cloud.now() for grant in grants),
    }


def _controller(controller: Controller) -> dict[str, Any]:
    return {
        "id": controller.id,
        "name": controller.hardware_name,
        "owner": controller.owner.name,
        "unplugged": controller.unplugged,
        "active": controller.active,
        "registered": controller.registered,
        "refusal": controller.refusal,
        "alert_after": controller.time_before_door_open_alert,
        "doors": [_door(door) for door in controller.doors],
    }


def _door(door: Door) -> dict[str, Any]:
    movement = door.movement
    return {
        "id": door.id,
        "name": door.name,
        "state": door.state,
        "moving_to": movement and movement.state,
        "position": door.position,
        "last_toggled": door.last_toggled.isoformat(),
        "left_open": door.left_open,
        "stuck": door.stuck,
        "active": door.active,
        "requires_sensor": door.requires_sensor,
        "refusal": door.refusal,
        "auto_close_delay": door.auto_close_delay,
        "closes_in": door.closes_in,
        "owner": door.controller.owner.id,
        "guests": sorted(door.guests),
        "names": door.names,
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


def _request(cloud: Cloud, request: Request) -> dict[str, Any]:
    names = {account.id: account.name for account in cloud.accounts}
    return {
        "when": request.when.isoformat(),
        "method": request.method,
        "endpoint": request.endpoint,
        "account": names.get(request.account_id or "", ""),
        "status": request.status,
    }
