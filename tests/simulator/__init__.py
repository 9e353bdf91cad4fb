"""A ParqEx cloud on loopback, for tests, the demo and people."""

from .cloud import Cloud
from .demo_house import DemoHouse, build_demo_house
from .faults import Fault
from .house import APP, WEB, Door, Event
from .people import Account
from .server import Simulator
from .webhooks import Webhook

__all__ = [
    "APP",
    "WEB",
    "Account",
    "Cloud",
    "DemoHouse",
    "Door",
    "Event",
    "Fault",
    "Simulator",
    "Webhook",
    "build_demo_house",
]
