"""Answers of the token endpoint, times, and what was stored, with anything in them."""

from datetime import UTC, datetime, timedelta
from time import time
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import orjson
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.parqex.access_memory import (
    Access,
    AccessMemory,
    AccessType,
    LastAccess,
)
from custom_components.parqex.account_zone import _zone
from custom_components.parqex.api import AccessEvent, State
from custom_components.parqex.application_credentials import _rejects, _tokens
from custom_components.parqex.const import DOMAIN
from custom_components.parqex.service_time import ServiceTime, Sighting
from custom_components.parqex.token_copy import async_keep, async_recover
from homeassistant.core import HomeAssistant

from .strategies import any_json, any_text, rewritten, spoiled, stored

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)

TOKENS = {"access_token": "a", "refresh_token": "b", "expires_in": 3600, "error": "x"}
TOKEN_ANSWERS = st.one_of(any_json, spoiled(TOKENS), rewritten(TOKENS))

ZONES = st.sampled_from(
    [
        UTC,
        *map(
            ZoneInfo,
            (
                *("America/New_York", "Europe/Dublin", "Asia/Kathmandu"),
                *("Pacific/Kiritimati", "Pacific/Niue", "Australia/Lord_Howe"),
            ),
        ),
    ]
)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001 - as the service writes them
MOMENTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001
    datetime(2099, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
SIGHTINGS = st.lists(
    st.builds(
        lambda time, earliest, seconds: Sighting(
            time, earliest, earliest + timedelta(seconds=seconds)
        ),
        TIMES,
        MOMENTS,
        st.integers(0, 10**7),
    ),
    max_size=4,
)

REMEMBERED = {
    "told": {"0a1b": "2026-11-02T11:00:00", "2c3d": "2026-11-01T10:00:00"},
    "floor": "2026-10-01T00:00:00",
    "read": ["d1"],
    "zone": "America/New_York",
    "last": {
        "d1": {
            "occurred_at": "2026-11-02T11:00:00+00:00",
            "user": "Vera Visitor",
            "user_occurred_at": "2026-11-02T11:00:00+00:00",
        },
        "d2": {
            "occurred_at": "2026-11-02T11:00:00+00:00",
            "user": None,
            "user_occurred_at": None,
        },
    },
}

LINKED = {
    "auth_implementation": DOMAIN,
    "token": {"access_token": "a", "refresh_token": "b", "expires_at": 1.0},
}
COPY = {"replaced": ["0a1b", "2c3d"], "data": LINKED}


@given(TOKEN_ANSWERS)
def test_token_answers(body: Any) -> None:
    """Tokens that can be sent and stored, for a time that can be added, or none."""
    tokens = _tokens(body)
    if tokens is None:
        return
    assert tokens.keys() <= {"access_token", "refresh_token", "expires_in"}
    assert tokens["access_token"].isascii()
    assert tokens.get("refresh_token", "x").isascii()
    orjson.dumps(tokens)
    assert tokens["expires_in"] >= 0
    orjson.dumps(time() + tokens["expires_in"])


@given(st.integers(0, 999), TOKEN_ANSWERS)
def test_token_rejections(status: int, body: Any) -> None:
    """A server that fails rejects nobody."""
    rejected = _rejects(status, body)
    if status >= 500 or status in (0, 429):
        assert rejected is False


@given(TIMES, MOMENTS, ZONES, SIGHTINGS)
def test_times(
    time: datetime, now: datetime, zone: ZoneInfo, sightings: list[Sighting]
) -> None:
    """Every time is a moment, in UTC or the zone of the account."""
    service_time = ServiceTime()
    moved = service_time.learn(sightings, zone)
    assert service_time.zone in (UTC, zone)
    assert moved is service_time.proven
    service_time.prove(sightings)
    assert service_time.doubted_by(sightings) in (True, False)
    read = service_time.to_utc(time, now)
    assert read.tzinfo is UTC
    assert abs(read.replace(tzinfo=None) - time) <= timedelta(hours=14)


@given(any_text | st.sampled_from(("America", "../UTC", "/etc/localtime", "UTC\x00")))
async def test_names_of_zones(hass: HomeAssistant, name: str) -> None:
    """A zone, or none."""
    await _zone(name)


@given(stored(REMEMBERED))
async def test_what_was_remembered(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: Any
) -> None:
    """It can be worked with, or was begun anew."""
    hass_storage["parqex.access_log.x"] = {"version": 1, "data": data}
    memory = AccessMemory(hass, "x")
    await memory.async_load()
    assert memory.zone is None or isinstance(memory.zone, str)
    for last in memory.last.values():
        assert isinstance(last, LastAccess)
        assert last.occurred_at.tzinfo
        assert last.user is None or isinstance(last.user, str)
        assert last.user_occurred_at is None or last.user_occurred_at.tzinfo
    for access_point_id in ("d1", *memory.last):
        event = AccessEvent(
            access_point_id, State.OPEN, NOW.replace(tzinfo=None), None, None, True
        )
        assert memory.knows("key", event) in (True, False)
        access = Access(
            access_point_id, AccessType.OPENED, State.OPEN, NOW, "Olivia", None
        )
        memory.remember("key", event, access)
        assert memory.knows("key", event)
    memory.was_read("d1")
    memory.forget_before(NOW)
    memory.forget_names()
    await memory.async_save_now()
    assert hass_storage["parqex.access_log.x"]["data"]["told"]


@given(stored(COPY))
async def test_copies_of_tokens(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: Any
) -> None:
    """Of use, or of none; new tokens take its place."""
    entry = MockConfigEntry(domain=DOMAIN, entry_id="x", data=LINKED)
    hass_storage["parqex.tokens.x"] = {"version": 1, "data": data}
    await async_recover(hass, entry)
    assert entry.data == LINKED
    await async_keep(hass, entry, LINKED, LINKED)
    assert hass_storage["parqex.tokens.x"]["data"]["data"] == LINKED
