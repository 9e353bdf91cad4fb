"""What ParqEx's documentation says, to compare with what the service does."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from http import HTTPStatus
from itertools import pairwise

from .answer import Answer
from .models import AccessEvent, plain_id

# By row of the table in docs/reliability.md but those of addresses; None where nothing
# is documented.
DOCUMENTED_WAYS: dict[str, str | None] = {
    "token_answer": "at the top",
    "token_lifetime": "int",
    "refresh_token": "with new tokens",
    "sync_answer": "devices",
    "ids": "as listed",
    "states": "OPEN, CLOSED",
    "toggle_accepted": "200 with JSON",
    "toggle_refused": "with its status",
    "history_order": None,
    "history_end": None,
    "history_times": "a date",
    "silent_day": "an empty list",
    "cookies": "none",
    "compression": "gzip",
}

# By endpoint the names of all fields of the documented answers.
_COMMON = "success timestamp data"
DOCUMENTED_FIELDS: dict[str, str] = {
    "token": "access_token refresh_token expires_in",
    "sync": (
        "devices active blackbox_code bluetooth_mac_address bluetooth_onboard doors id "
        "last_contact number_of_entities_controlled owner_first_name owner_last_name "
        "registered software_version time_before_door_open_alert bluetooth_sensor "
        "bluetooth_sensor_battery_level bluetooth_sensor_mac_address entity_number "
        "door_auto_close_delay door_auto_close_enabled image last_toggled light name "
        "sensor state user_relationship"
    ),
    "toggle": "success timestamp message",
    "toggle-history": (
        f"{_COMMON} toggle_events door_id door_name door_state channel user id "
        "first_name last_name email_address was_success toggle_date_time"
    ),
    "user-info": f"{_COMMON} id first_name last_name",
    "user-settings": (
        f"{_COMMON} door_open_alert_notification_enabled "
        "door_open_alert_notification_tone time_zone pin_code"
    ),
}


def ways_of_answer(endpoint: str, answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield in which ways an answer was given, by row."""
    yield "cookies", "set" if answer.sets_cookies else "none"
    if endpoint == "toggle" and answer.is_of_controller:
        yield "toggle_refused", "with 2xx" if answer.is_accepted else "with its status"
    elif endpoint == "toggle" and answer.is_accepted:
        without = "" if isinstance(answer.body, dict) else "out"
        yield "toggle_accepted", f"{answer.http_status} with{without} JSON"
    if (
        endpoint == "toggle-history"
        and answer.message
        and (answer.http_status == HTTPStatus.NOT_FOUND)
    ):
        yield "silent_day", "404"
    if not answer.is_accepted or not isinstance(body := answer.body, dict):
        return
    yield "compression", answer.encoding or "none"
    data = body.get("data")
    within = data if isinstance(data, dict) else body
    if endpoint == "token":
        yield "token_answer", "at the top" if within is body else "under data"
        yield "token_lifetime", type(within.get("expires_in")).__name__
    elif endpoint == "sync":
        yield "sync_answer", "devices" if "devices" in body else "data.devices"
    elif endpoint == "toggle-history" and not within.get("toggle_events"):
        listed = isinstance(within.get("toggle_events"), list)
        yield "silent_day", "an empty list" if listed else "null"


def ways_of_log(
    events: Sequence[AccessEvent], listed: Collection[str], last: date
) -> Iterator[tuple[str, str]]:
    """Yield in which ways the events of one answer were given, by row.

    `listed`: the ids of the access points as listed. `last`: the last day asked for.
    """
    spelling = {plain_id(one): one for one in listed}
    for event in events:
        if spelled := spelling.get(plain_id(event.access_point_id)):
            same = spelled == event.access_point_id
            yield "ids", "as listed" if same else "differing"
        zone = " with a zone" if event.occurred.tzinfo else ""
        yield "history_times", f"date and time{zone}" if event.has_time else "a date"
        if event.occurred.date() >= last:
            yield "history_end", "included"
    times = [event.occurred.replace(tzinfo=None) for event in events]
    for time, following in pairwise(times):
        if time != following:
            newest = time > following
            yield "history_order", "newest first" if newest else "oldest first"
