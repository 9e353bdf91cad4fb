"""A house of any size, as `sync` lists it."""

from collections.abc import Iterable
from datetime import UTC, datetime
import json
from typing import Any

# A controller has 1 to 100 access points.
POINTS_PER_CONTROLLER = 10


class House:
    """Controllers and access points, in the shape of the documented sample."""

    def __init__(self, points: int) -> None:
        """Build a house with so many access points, all of them closed."""
        numbers = range(points)
        self._devices = [
            _device(number, numbers[start : start + POINTS_PER_CONTROLLER])
            for number, start in enumerate(range(0, points, POINTS_PER_CONTROLLER))
        ]
        self._doors = [door for device in self._devices for door in device["doors"]]

    def move(self, numbers: Iterable[int]) -> None:
        """Open the access points of these numbers that are closed, close the others."""
        # Finer than ParqEx writes it: here the same moves many times in a second.
        now = f"{datetime.now(UTC):%F %T.%f}"
        for number in numbers:
            door = self._doors[number]
            door["state"] = "OPEN" if door["state"] == "CLOSED" else "CLOSED"
            door["last_toggled"] = now
            self._devices[number // POINTS_PER_CONTROLLER]["last_contact"] = now

    def body(self) -> bytes:
        """Return the answer of `sync`."""
        return json.dumps({"devices": self._devices}).encode()


def _device(number: int, doors: Iterable[int]) -> dict[str, Any]:
    """Return a controller."""
    return {
        "active": True,
        "number_of_entities_controlled": POINTS_PER_CONTROLLER,
        "owner_last_name": "Owner",
        "registered": True,
        "bluetooth_onboard": False,
        "last_contact": "2026-11-01 08:15:00",
        "bluetooth_mac_address": "000000000000",
        "owner_first_name": "Olivia",
        "time_before_door_open_alert": 900,
        "blackbox_code": f"{number:016x}",
        "doors": [_door(door) for door in doors],
        "id": f"c{number:031x}",
        "software_version": "0",
    }


def _door(number: int) -> dict[str, Any]:
    """Return an access point."""
    return {
        "entity_number": number % POINTS_PER_CONTROLLER + 1,
        "door_auto_close_delay": 0,
        "bluetooth_sensor_mac_address": "000000000000",
        "name": f"Gate {number}",
        "active": True,
        "bluetooth_sensor_battery_level": 0,
        "sensor": False,
        "door_auto_close_enabled": False,
        "last_toggled": f"2026-11-01 {number % 24:02}:{number % 60:02}:00",
        "user_relationship": "Owner",
        "image": "",
        "light": False,
        "bluetooth_sensor": False,
        "state": "CLOSED",
        "id": f"d{number:031x}",
    }
