"""JSON as the service sends it: the documented samples, and the least of each record."""

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
    """Return a controller as the service sends it."""
    return {"id": device_id, "doors": list(doors), **fields}


def door(door_id: Any, **fields: Any) -> dict[str, Any]:
    """Return an access point as the service sends it."""
    return {"id": door_id, **fields}


def parse_snapshot(body: Any, reader: SnapshotReader | None = None) -> Snapshot:
    """Parse a short answer of `sync`, which needs no event loop."""
    try:
        (reader or SnapshotReader()).async_read(body).send(None)
    except StopIteration as done:
        snapshot: Snapshot = done.value
        return snapshot
    raise AssertionError("parsed in slices")
