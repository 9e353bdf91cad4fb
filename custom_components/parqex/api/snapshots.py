"""Turn one answer of `sync` after the other into snapshots."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from .models import AccessPoint, Controller, Snapshot, plain_id
from .parsing import Device, parse_device, records_in

# Long answers are parsed in slices, so that they do not block the event loop.
DOORS_AT_A_TIME = 500


class SnapshotReader:
    """Parse what is new in an answer; what is not stays the same object as before."""

    def __init__(self) -> None:
        """Initialize with an empty snapshot."""
        self.snapshot = Snapshot({}, {})
        self._devices: dict[int | None, Device] = {}

    async def async_read(self, body: dict[str, Any]) -> Snapshot:
        """Parse an answer; raise InvalidAnswer if it has no list of devices."""
        devices: list[tuple[int | None, Device]] = []
        parsed = 0
        for record in records_in(body, "devices"):
            digest = _digest(record)
            if (device := self._devices.get(digest)) is None:
                device = parse_device(record)
                parsed += len(device.access_points) + 1
            devices.append((digest, device))
            if parsed >= DOORS_AT_A_TIME:
                parsed = 0
                await asyncio.sleep(0)
        self._devices = {digest: device for digest, device in devices if digest}
        snapshot = _merged((device for _, device in devices), self.snapshot)
        if snapshot != self.snapshot:
            self.snapshot = snapshot
        return self.snapshot


def _digest(record: Any) -> int | None:
    """Return a digest of the record's JSON: the record itself holds pairing codes."""
    try:
        return hash(orjson.dumps(record))
    except TypeError:
        # Python's own parser reads what orjson cannot write, such as huge numbers.
        return None


def _merged(devices: Iterable[Device], before: Snapshot) -> Snapshot:
    """Return a snapshot that lists every controller and access point once."""
    controllers: dict[str, Controller] = {}
    access_points: dict[str, AccessPoint] = {}
    skipped = 0
    for device in devices:
        skipped += device.skipped
        if (controller := device.controller) is None:
            continue
        # Equal records are one object, so ids are compared.
        is_twin = plain_id(controller.id) in controllers
        controllers.setdefault(plain_id(controller.id), controller)
        skipped += is_twin
        for access_point in device.access_points:
            plain = plain_id(access_point.id)
            if (twin := access_points.get(plain)) is None:
                if not is_twin:
                    access_points[plain] = access_point
                continue
            skipped += 1
            if twin.state is not access_point.state:
                # Which of the two states is true cannot be known.
                access_points[plain] = twin._replace(state=None)
    return Snapshot(
        {one.id: _reused(before.controllers, one) for one in controllers.values()},
        {one.id: _reused(before.access_points, one) for one in access_points.values()},
        skipped,
    )


def _reused[T: (AccessPoint, Controller)](before: Mapping[str, T], one: T) -> T:
    """Return the object of before if it is equal."""
    return known if (known := before.get(one.id)) == one else one
