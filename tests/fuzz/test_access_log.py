"""Times, zones, answers and saved logs with anything in them."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given

from custom_components.parqex.access_log.access import LastAccess
from custom_components.parqex.access_log.order import identified
from custom_components.parqex.access_log.store import AccessLogStore
from custom_components.parqex.api import AccessEvent, State
from homeassistant.core import HomeAssistant

from .strategies import stored

SAVED = {
    "zone": "America/New_York",
    "newest_first": True,
    "entries": {
        "2026-11-02T11:00:00 OPEN d1": [
            ["2026-11-02T11:00:00+00:00", "0a1b2c3d4e5f"],
            [None, "0a1b2c3d4e5f"],
        ],
        "2026-11-01 CLOSED d1": [[None, "0a1b2c3d4e5f"]],
    },
    "baselines": {
        "d1": [
            *("2026-11-02T10:00:00", "OPEN"),
            *("2026-11-02T12:00:00+00:00", "2026-11-02T10:30:00+00:00"),
        ],
        "d2": [None, None, None, "2026-11-02T10:30:00+00:00"],
    },
    "last": {
        "d1": ["2026-11-02T11:00:00+00:00", "Vera", "2026-11-02T11:00:00+00:00"],
        "d2": ["2026-11-02T11:00:00+00:00", None, None],
    },
}


@given(stored(SAVED))
async def test_saved_logs(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: Any
) -> None:
    """They can be worked with and saved, or begin anew."""
    hass_storage["parqex.access_log.x"] = {"version": 1, "data": data}
    store = AccessLogStore(hass, "x")
    await store.async_load()
    assert store.zone is None or isinstance(store.zone, str)
    for last in map(store.last, ("d1", "d2")):
        if last:
            assert isinstance(last, LastAccess)
            assert last.occurred_at.tzinfo
            assert last.user is None or isinstance(last.user, str)
            assert last.user_occurred_at is None or last.user_occurred_at.tzinfo
    time = datetime(2026, 11, 2, 11, 0)  # noqa: DTZ001  # as ParqEx writes it
    event = AccessEvent("d1", State.OPEN, time, None, None, True)
    (entry,) = identified([event])
    if store.recall([entry]) == [None]:
        store.async_remember(entry)
    assert store.recall([entry]) != [None]
    store.async_finish_fetch([], datetime(2026, 11, 3, tzinfo=UTC))
    store.async_forget_names()
    await store.async_close()
    assert hass_storage["parqex.access_log.x"]["data"]["entries"][entry.key]
