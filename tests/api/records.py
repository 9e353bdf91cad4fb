"""Records as the service writes them: the documented samples, and the least of each."""

import json
from pathlib import Path
from typing import Any

from custom_components.parqex.api import Snapshot
from custom_components.parqex.api.snapshots import SnapshotReader

FIXTURES = Path(__file__).parents[1] / "fixtures"


def documented(name: str) -> Any:
    """Return a sample of the documentation."""
    return json.loads((FIXTURES / name).read_bytes())


def device(device_id: Any, *doors: Any, **fields: Any) -> dict[str, Any]:
    """Return a controller as the service writes it."""
    return {"id": device_id, "doors": list(doors), **fields}


def door(door_id: Any, **fields: Any) -> dict[str, Any]:
    """Return an access point as the service writes it."""
    return {"id": door_id, **fields}


def event(**fields: Any) -> dict[str, Any]:
    """Return an entry of the access log as the service writes it."""
    return {
        "door_id": "d1",
        "door_state": "OPEN",
        "toggle_date_time": "2026-03-01 10:00:00",
        **fields,
    }


def parse_snapshot(body: Any) -> Snapshot:
    """Read a list of devices as if it were the first."""
    return read_now(SnapshotReader(), body)


def read_now(reader: SnapshotReader, body: Any) -> Snapshot:
    """Read a list of devices without a loop to yield to."""
    reading = reader.async_read(body)
    while True:
        try:
            reading.send(None)
        except StopIteration as done:
            snapshot: Snapshot = done.value
            return snapshot
