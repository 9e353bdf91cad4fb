"""The documented endpoints, as plain functions from a request to an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
import json
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from .answers import Answer, as_json, data, errors
from .cloud import Cloud, Command, Request
from .house import NO_BLUETOOTH, Controller, Door, Event
from .oauth import Grant, OAuthError
from .people import Account

_SAMPLES: Final = Path(__file__).parents[1] / "fixtures"

# The documented messages of commands, by status.
MESSAGES: Final[dict[int, str]] = {
    status: json.loads(sample.read_text("utf-8"))["message"]
    for status in (200, 400, 401, 404, 428, 501)
    for sample in [_SAMPLES / f"toggle-response-{status}.json"]
}

_REQUIRED: Final = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Accept-Charset": "utf-8",
    "Accept-Encoding": "gzip",
}
_ANY_HARDWARE: Final = "ParqEx Access Controller"
_SCOPES: Final = {"OPEN": "OPENDOOR", "CLOSED": "CLOSEDOOR"}
_REFERENCE: Final = {"device": "device_id", "door": "door_id"}


@dataclass(frozen=True, slots=True)
class Call:
    """A request by an application that is signed in."""

    cloud: Cloud
    request: Request
    account: Account
    grant: Grant

    @property
    def doors(self) -> list[Door]:
        """Return the doors that the account may use."""
        return [door for door in self.cloud.doors if door.reachable_by(self.account)]


def signed_in(work: Callable[[Call], Answer]) -> Callable[[Cloud, Request], Answer]:
    """Refuse requests without the required headers and a valid token."""

    def check(cloud: Cloud, request: Request) -> Answer:
        for header, wanted in _REQUIRED.items():
            given = request.headers.get(header, "").lower().split(",")
            if wanted not in [part.partition(";")[0].strip() for part in given]:
                return errors(400, f"The header {header}: {wanted} is required.")
        grant = cloud.oauth.grant(bearer(request.headers.get("Authorization", "")))
        if grant is None:
            message = "The access token is not valid or has expired."
            return errors(401, message, {"WWW-Authenticate": "Bearer"})
        account = cloud.account(grant.account_id)
        return work(Call(cloud, request, account, grant))

    return check


def bearer(authorization: str) -> str:
    """Return the access token of an Authorization header."""
    scheme, _, token = authorization.partition(" ")
    return token if scheme.lower() == "bearer" else ""


def token(cloud: Cloud, request: Request) -> Answer:
    """Exchange a code or refresh a token."""
    content_type = request.headers.get("Content-Type", "")
    if content_type.partition(";")[0] != "application/x-www-form-urlencoded":
        return as_json({"error": "invalid_request"}, 400)
    try:
        tokens = cloud.oauth.token(request.form)
    except OAuthError as err:
        payload = {"error": err.error, "error_description": str(err)}
        return as_json(payload, err.status)
    return data(tokens) if cloud.tokens_under_data else as_json(tokens)


@signed_in
def sync(call: Call) -> Answer:
    """List controllers and doors."""
    devices, reachable = [], call.doors
    for controller in call.cloud.controllers:
        doors = [_door(call, one) for one in controller.doors if one in reachable]
        if doors or controller.owner is call.account:
            devices.append({**_controller(call.cloud, controller), "doors": doors})
    if call.cloud.devices_under_data:
        return data({"devices": devices})
    return as_json({"devices": devices})


@signed_in
def toggle(call: Call) -> Answer:
    """Open or close a door."""
    cloud, account, body = call.cloud, call.account, call.request.json
    match body:
        case {"door_id": str(door_id), "door_state": "OPEN" | "CLOSED" as state} if (
            len(body) == 2
        ):
            pass
        case _:
            return _toggled(call, 400)
    if _SCOPES[state] not in call.grant.scopes:
        return errors(403, f"The scope {_SCOPES[state]} was not granted.")
    door = next((one for one in call.doors if one.id == door_id), None)
    if door is None:
        return _toggled(call, 404)
    status = door.command(state, account.person, call.grant.application.name)
    if status == 200:
        cloud.commands.append(Command(door_id, state, account.id, cloud.now()))
    return _toggled(call, status, door.controller.hardware_name)


@signed_in
def history(call: Call) -> Answer:
    """List the access log of a controller or a door."""
    cloud, query = call.cloud, call.request.query
    kind = query.get("history_type", "")
    if kind not in cloud.history_types or kind not in _REFERENCE:
        message = f"The history_type {kind!r} is not supported."
        return errors(cloud.history_refusal, message)
    try:
        start, end = _day(query.get("start_date")), _day(query.get("end_date"))
    except ValueError:
        return errors(400, "start_date and end_date are required as YYYY-MM-DD.")
    if cloud.history_end == "not to come" and end > cloud.local(cloud.now()).date():
        return errors(400, "end_date is in the future.")
    if cloud.history_end == "excluded":
        end -= timedelta(days=1)
    if not (wanted := query.get(_REFERENCE[kind])):
        return errors(400, f"{_REFERENCE[kind]} is required.")

    doors = [
        door
        for door in call.doors
        if wanted == (door.id if kind == "door" else door.controller.id)
    ]
    owned = {one.id for one in cloud.controllers if one.owner is call.account}
    if not doors and wanted not in owned:
        return errors(404, "There is nothing with this id.")
    if cloud.history_owner_only and not owned.issuperset(
        door.controller.id for door in doors
    ):
        return errors(403, "Only the owner can see the history.")

    events = [
        event
        for event in cloud.log
        if (event.door in doors or event.door.controller.id == wanted in owned)
        and start <= cloud.local(event.at).date() <= end
    ]
    return _log(call, events)


@signed_in
def user_info(call: Call) -> Answer:
    """Return who is signed in."""
    person = call.account.person
    names = {"first_name": person.first_name, "last_name": person.last_name}
    return data({"id": person.id, **names, **call.account.details})


@signed_in
def user_settings(call: Call) -> Answer:
    """Return the settings of the account."""
    account = call.account
    return data(
        {
            "door_open_alert_notification_enabled": True,
            "door_open_alert_notification_tone": "door_open",
            "time_zone": account.time_zone,
            "pin_code": account.pin_code,
        }
    )


def _log(call: Call, events: list[Event]) -> Answer:
    cloud = call.cloud
    if not events and cloud.silent_day != "empty":
        if cloud.silent_day == "404":
            return errors(404, "There are no events.")
        return data({"toggle_events": None} if cloud.silent_day == "null" else None)
    if cloud.history_order == "newest":
        events.reverse()
    elif cloud.history_order == "shuffled":
        cloud.random.shuffle(events)
    return data({"toggle_events": [_event(call, event) for event in events]})


def _day(text: str | None) -> date:
    day = date.fromisoformat(text or "")
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def _time(cloud: Cloud, when: datetime) -> str:
    return cloud.local(when).strftime("%Y-%m-%d %H:%M:%S")


def _toggled(call: Call, status: int, hardware_name: str = _ANY_HARDWARE) -> Answer:
    payload = {
        "success": True,
        "timestamp": int(call.cloud.now().timestamp()),
        "message": MESSAGES[status].replace("$hardware_name", hardware_name),
    }
    accepts_with = call.cloud.accepts_with
    if status == 200 and accepts_with in ("204", "no body"):
        return Answer(204 if accepts_with == "204" else 200, b"", "text/plain")
    if status == 200 or call.cloud.refuses_with_200:
        status = 202 if accepts_with == "202" else 200
    return as_json(payload, status)


def _state(cloud: Cloud, state: str) -> str:
    if cloud.states == "opened":
        return "Opened" if state == "OPEN" else "Closed"
    return state.lower() if cloud.states == "small" else state


def _log_id(cloud: Cloud, door_id: str) -> str:
    if cloud.log_ids == "listed":
        return door_id
    plain, dashed = UUID(door_id).hex, str(UUID(door_id))
    written = {"plain": plain, "dashed": dashed, "capitals": dashed.upper()}
    return written[cloud.log_ids]


def _controller(cloud: Cloud, controller: Controller) -> dict[str, Any]:
    owner = controller.owner.person
    return {
        "id": controller.id,
        "active": controller.active,
        "registered": controller.registered,
        "blackbox_code": controller.blackbox_code,
        "number_of_entities_controlled": 3,
        "software_version": "0",
        "last_contact": _time(cloud, controller.last_contact),
        "time_before_door_open_alert": controller.time_before_door_open_alert,
        "bluetooth_onboard": False,
        "bluetooth_mac_address": NO_BLUETOOTH,
        "owner_first_name": owner.first_name,
        "owner_last_name": owner.last_name,
    }


def _door(call: Call, door: Door) -> dict[str, Any]:
    owner = door.controller.owner is call.account
    mac = door.bluetooth_sensor_mac_address
    return {
        "id": door.id,
        "name": door.name_for(call.account),
        "state": _state(call.cloud, door.state),
        "last_toggled": _time(call.cloud, door.last_toggled),
        "active": door.active,
        "user_relationship": "Owner" if owner else "Has Access",
        "entity_number": door.entity_number,
        "door_auto_close_enabled": door.auto_close_delay > 0,
        "door_auto_close_delay": door.auto_close_delay,
        "bluetooth_sensor": mac.strip("0") != "",
        "bluetooth_sensor_mac_address": mac,
        "bluetooth_sensor_battery_level": door.bluetooth_sensor_battery_level,
        "image": "",
        "light": False,
        "sensor": False,
    }


def _event(call: Call, event: Event) -> dict[str, Any]:
    at = call.cloud.local(event.at)
    return {
        "door_id": _log_id(call.cloud, event.door.id),
        "door_name": event.door.name_for(call.account),
        "door_state": _state(call.cloud, event.state),
        "channel": event.channel,
        "user": {
            "id": event.person.id,
            "first_name": event.person.first_name,
            "last_name": event.person.last_name,
            "email_address": event.person.email,
        },
        "was_success": event.was_success,
        "toggle_date_time": at.strftime(call.cloud.history_time_format),
    }
