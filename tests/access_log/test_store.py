"""What is remembered of the access log: saved in time, restored, and bounded."""

from copy import deepcopy
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from tests.common import errors
from tests.conftest import settle

from .conftest import DAY, HOUR, LogHome, now

type Storage = dict[str, Any]

SAVED: Storage = {
    "zone": None,
    "newest_first": True,
    "entries": {
        "2026-11-02T11:00:00 OPEN x": [
            ["2026-11-02T11:00:00+00:00", "0a1b2c3d4e5f"],
            [None, "0a1b2c3d4e5f"],
        ]
    },
    "baselines": {
        "x": [
            *("2026-11-02T10:00:00", "OPEN"),
            *("2026-11-02T12:00:00+00:00", "2026-11-02T10:30:00+00:00"),
        ]
    },
    "last": {"x": ["2026-11-02T11:00:00+00:00", None, None]},
}


def key_of(home: LogHome) -> str:
    """Return where the log of the account is saved."""
    return f"parqex.access_log.{home.entry.entry_id}"


def saved(home: LogHome, storage: Storage) -> Any:
    """Return what is saved."""
    return storage[key_of(home)]["data"]


async def test_accesses_are_saved_soon_and_removed_with_the_account(
    home: LogHome, hass_storage: Storage
) -> None:
    """Without ids or e-mail addresses of persons; names go at once, also in an outage."""
    visitor = home.cloud.visitor("Vera Visitor")
    home.gate.open_as(visitor)
    await home.advance(30)
    assert not saved(home, hass_storage)["entries"]
    await home.advance(10)
    assert "Vera Visitor" in str(saved(home, hass_storage))
    assert visitor.id not in str(saved(home, hass_storage))
    assert "@" not in str(saved(home, hass_storage))
    home.fail("sync", status=503)
    home.hass.config_entries.async_update_entry(
        home.entry, options={"record_names": False}
    )
    await home.reload()
    assert "Vera Visitor" not in str(saved(home, hass_storage))
    await home.remove()
    await home.advance(30)
    assert key_of(home) not in hass_storage


async def test_what_is_no_longer_listed_is_forgotten_soon(
    home: LogHome, hass_storage: Storage
) -> None:
    """With who used it last, though nothing else happens."""
    home.gate.open_as(home.cloud.visitor("Vera Visitor"))
    await home.advance(30)
    await home.advance(10)
    assert "Vera Visitor" in str(saved(home, hass_storage))
    home.cloud.remove_door(home.gate)
    await home.advance(30)
    await home.advance(10)
    assert "Vera Visitor" not in str(saved(home, hass_storage))


async def test_steady_accesses_do_not_put_off_saving(
    home: LogHome, hass_storage: Storage
) -> None:
    """A power cut would have all of them published again."""
    for _ in range(15):
        home.gate.move_by_hand()
        await home.coordinator.async_refresh()
        await settle(home.hass)
        await home.advance(4)
    assert len(home.events) == 15
    assert len(saved(home, hass_storage)["entries"]) >= 12


async def test_what_is_not_saved_yet_is_saved_when_home_assistant_stops(
    home: LogHome, hass_storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    """Though it would have waited a little longer; and nothing goes wrong with that."""
    await home.move()
    await stop(home, hass_storage)
    assert len(saved(home, hass_storage)["entries"]) == 1
    assert not errors(caplog)


async def test_a_refresh_during_the_last_save_saves_nothing_afterwards(
    home: LogHome, hass_storage: Storage
) -> None:
    """The account may be removed by then."""
    save = Store.async_save

    async def refresh_and_save(store: Store[Any], data: Any) -> None:
        home.cloud.remove_door(home.cloud.door("Elevator"))
        await home.coordinator.async_refresh()
        await save(store, data)

    with patch.object(Store, "async_save", refresh_and_save):
        await home.unload()
    await home.hass.config_entries.async_remove(home.entry.entry_id)
    await home.advance(30)
    assert key_of(home) not in hass_storage


async def test_a_save_that_fails_does_not_keep_the_account_from_unloading(
    home: LogHome, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged."""
    with patch.object(Store, "async_save", side_effect=OSError("no space left")):
        await home.unload()
    assert home.entry.state is ConfigEntryState.NOT_LOADED
    assert errors(caplog) == ["The access log could not be saved"]
    caplog.clear()


async def test_old_entries_are_forgotten(home: LogHome, hass_storage: Storage) -> None:
    """When no answer can mention them any more: it is no matter of Home Assistant's clock."""
    await home.move()
    with patch.object(dt_util, "utcnow", lambda: now() + timedelta(days=7)):
        await home.advance(900)
    await home.advance(900)
    assert len(home.events) == 1
    await home.advance(6 * DAY)
    home.cloud.door("Elevator").move_by_hand()
    await home.advance(30)
    await home.advance(900)
    await home.unload()
    assert len(home.events) == 2
    assert len(saved(home, hass_storage)["entries"]) == 1


LISTED_AT = "2026-11-02T10:30:00+00:00"
BAD: list[Storage] = [
    {"zone": 7},
    {"entries": []},
    {"entries": {"soon": []}},
    {"entries": {"2026-11-02 OPEN x": ["2026-11-02T11:00:00"]}},
    {"baselines": {"x": [None, None]}},
    {"baselines": {"x": [None, 7, None, LISTED_AT]}},
    {"baselines": {"x": ["soon", None, None, LISTED_AT]}},
    {"baselines": {"x": [None, None, True, LISTED_AT]}},
    {"baselines": {"x": [None, None, None, "2026-11-02T10:30:00"]}},
    {"last": {"x": ["2026-11-02", None, None]}},
    {"last": {"x": ["2026-11-02T11:00:00+00:00", 7, None]}},
    {"last": {"x": ["2026-11-02T11:00:00+00:00", None, "2026-11-02"]}},
]


@pytest.mark.parametrize(
    ("version", "data"),
    [(9, SAVED), (1, []), (1, {}), *((1, {**SAVED, **bad}) for bad in BAD)],
)
async def test_what_cannot_be_restored_begins_anew(
    unlinked: LogHome,
    hass_storage: Storage,
    caplog: pytest.LogCaptureFixture,
    version: int,
    data: Any,
) -> None:
    """As with a new account, nothing old is published."""
    hass_storage[key_of(unlinked)] = {"version": version, "data": data}
    unlinked.gate.move_by_hand()
    unlinked.freezer.tick(60)
    await unlinked.link()
    assert not unlinked.events
    await unlinked.move()
    assert len(unlinked.events) == 1
    assert ("saved access log could not be read" in caplog.text) is bool(data)


async def cut_power(home: LogHome, storage: Storage) -> None:
    """End with what is on disk now."""
    on_disk = deepcopy(storage[key_of(home)])
    await home.unload()
    storage[key_of(home)] = on_disk


async def stop(home: LogHome, storage: Storage) -> None:
    """Stop as Home Assistant does: it writes what is to be written, and no more."""
    for event in (EVENT_HOMEASSISTANT_STOP, EVENT_HOMEASSISTANT_FINAL_WRITE):
        home.hass.bus.async_fire(event)
        await home.hass.async_block_till_done()
    await cut_power(home, storage)


@pytest.mark.parametrize(
    ("zone", "style"), [("America/New_York", "%Y-%m-%d %H:%M:%S"), ("UTC", "%Y-%m-%d")]
)
async def test_a_short_restart_makes_no_time_hours_off(
    unlinked: LogHome, hass_storage: Storage, zone: str, style: str
) -> None:
    """Off for ten minutes, the zone or the time not known: it happened in these ten."""
    home = unlinked
    home.cloud.history_time_format = style
    await home.link(zone)
    await home.advance(900, times=30)
    await stop(home, hass_storage)
    home.freezer.tick(300)
    opened = now()
    home.gate.open_by_hand()
    home.freezer.tick(300)
    await home.link(zone)
    await home.advance(30)
    assert home.kinds == ["opened"]
    assert abs(home.times[0] - opened) <= timedelta(minutes=15)


async def test_a_power_cut_before_the_first_fetch_hides_nothing(
    unlinked: LogHome, hass_storage: Storage
) -> None:
    """What happened since an access point was first listed is published later."""
    home = unlinked
    await home.link()
    await home.advance(15)
    home.fail("history", status=503)
    added = home.cloud.add_door(home.house.garage, "Added")
    await home.advance(30)
    await home.advance(15)
    added.open_by_hand()
    await home.advance(30)
    await cut_power(home, hass_storage)
    home.cloud.faults.clear()
    await home.link()
    await home.advance(30)
    assert home.kinds == ["opened"]


@pytest.mark.parametrize("endpoint", ["history", "sync"])
@pytest.mark.parametrize("restarts", ["never", "meanwhile", "afterwards"])
async def test_trouble_does_not_stand_for_a_fetch(
    home: LogHome, endpoint: str, restarts: str
) -> None:
    """access-log.md: a bare date has the time at which the log was read before."""
    home.cloud.history_time_format = "%Y-%m-%d"
    fetched_at = now() - timedelta(seconds=30)
    home.fail(endpoint, status=503)
    home.gate.open_by_hand()
    await home.advance(HOUR, times=2)
    if restarts == "meanwhile":
        await home.reload()
        await settle(home.hass)
    home.cloud.faults.clear()
    if restarts == "afterwards":
        await home.reload()
    await home.advance(HOUR)
    assert home.times == [fetched_at]


@pytest.mark.parametrize("quiet_fetches", [0, 1, 2, 4])
async def test_what_was_told_minutes_ago_is_not_told_again(
    home: LogHome, hass_storage: dict[str, Any], quiet_fetches: int
) -> None:
    """access-log.md: each entry is published once; only the last seconds may be lost."""
    await home.advance(60)
    await home.advance(900, times=quiet_fetches)
    await home.move()
    assert home.kinds == ["opened"]
    await home.advance(15, times=20)
    await cut_power(home, hass_storage)
    home.freezer.tick(60)
    await home.link()
    await home.advance(30)
    assert home.kinds == ["opened"]
