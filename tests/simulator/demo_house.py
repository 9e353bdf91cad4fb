"""The demo house: two controllers, five access points, an owner and a guest."""

from dataclasses import dataclass

from .cloud import Cloud
from .house import Controller
from .people import Account


@dataclass(frozen=True, slots=True)
class DemoHouse:
    """The people and controllers of the demo house."""

    owner: Account
    guest: Account
    entrance: Controller
    garage: Controller


def build_demo_house(cloud: Cloud, travel_seconds: float | None = None) -> DemoHouse:
    """Build the demo house; every door takes travel_seconds where that is given."""
    owner = cloud.add_account("Olivia", "Ownerby")
    guest = cloud.add_account("Gustav", "Guestfield")

    def add_door(controller: Controller, name: str, seconds: float) -> None:
        seconds = seconds if travel_seconds is None else travel_seconds
        cloud.add_door(controller, name, travel_seconds=seconds)

    entrance = cloud.add_controller(owner, hardware_name="ParqEx Gate Controller")
    add_door(entrance, "Main gate", 8)
    add_door(entrance, "Pedestrian door", 1)
    add_door(entrance, "Elevator", 2)
    garage = cloud.add_controller(owner, hardware_name="ParqEx Garage Controller")
    add_door(garage, "Garage left", 10)
    add_door(garage, "Garage right", 10)

    left = cloud.door("Garage left")
    left.bluetooth_sensor_mac_address = "a4c138000001"
    left.bluetooth_sensor_battery_level = 87
    cloud.door("Pedestrian door").auto_close(30)
    cloud.door("Main gate").share(guest, "Front gate")
    cloud.door("Garage right").share(guest)
    return DemoHouse(owner, guest, entrance, garage)
