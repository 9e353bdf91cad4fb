"""Read one list of devices after the other; only what changed is read anew."""

import asyncio
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from .models import AccessPoint, Controller, Snapshot
from .parsing import devices_in, parse_device

# Long lists are read in slices, so that nothing else has to wait for them.
DOORS_AT_A_TIME = 500

# Everything that parsing.py reads of a device and of its doors.
_OF_DEVICE = itemgetter(
    "id",
    "software_version",
    "last_contact",
    "active",
    "registered",
    "time_before_door_open_alert",
    "doors",
)
_OF_DOOR = itemgetter(
    "id",
    "name",
    "entity_number",
    "state",
    "last_toggled",
    "active",
    "user_relationship",
    "door_auto_close_enabled",
    "door_auto_close_delay",
    "bluetooth_sensor",
    "bluetooth_sensor_battery_level",
)

type _Fields = tuple[list[Any], list[tuple[Any, ...]]]


class _Device(NamedTuple):
    """A device as it was listed, without what nobody needs, and what was read of it."""

    fields: _Fields
    controller: Controller
    access_points: dict[str, AccessPoint]


class SnapshotReader:
    """Read the answers of `sync`.

    What is as it was before is the same object as before, be it an access point, a
    controller or the whole snapshot.
    """

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._devices: dict[str, _Device] = {}
        self._snapshot = Snapshot({}, {})

    async def async_read(self, body: Any) -> Snapshot:
        """Read an answer; raise InvalidAnswer where there is no list of devices."""
        devices: dict[str, _Device] = {}
        controllers: dict[str, Controller] = {}
        access_points: dict[str, AccessPoint] = {}
        skipped = unread = 0
        for device in devices_in(body):
            fields = _fields(device)
            known = self._devices.get(fields[0][0]) if fields else None
            if (
                known
                and known.fields == fields
                and known.controller.id not in controllers
                and access_points.keys().isdisjoint(known.access_points)
            ):
                devices[known.controller.id] = known
                controllers[known.controller.id] = known.controller
                access_points.update(known.access_points)
                continue
            controller, doors, left_out = parse_device(
                device, controllers, access_points
            )
            skipped += left_out
            unread += len(doors) + 1
            if controller:
                controller = _same(self._snapshot.controllers, controller)
                doors = {
                    door_id: _same(self._snapshot.access_points, door)
                    for door_id, door in doors.items()
                }
                controllers[controller.id] = controller
                access_points.update(doors)
                if fields and not left_out:
                    devices[controller.id] = _Device(fields, controller, doors)
            if unread >= DOORS_AT_A_TIME:
                unread = 0
                await asyncio.sleep(0)
        snapshot = Snapshot(controllers, access_points, skipped)
        if snapshot != self._snapshot:
            self._snapshot = snapshot
        self._devices = devices
        return self._snapshot


def _fields(device: Any) -> _Fields | None:
    """Return what is read of a device; None where something of it is not there."""
    try:
        *fields, doors = _OF_DEVICE(device)
        doors = list(map(_OF_DOOR, doors))
    except KeyError, TypeError:
        return None
    return (fields, doors) if isinstance(fields[0], str) else None


def _same[T: (AccessPoint, Controller)](before: Mapping[str, T], now: T) -> T:
    """Return what was there before, if that is the same."""
    known = before.get(now.id)
    return known if known == now else now
