"""A ParqEx cloud on loopback, for tests, the demo and people."""

from .cloud import Cloud, Command, Request
from .demo_house import DemoHouse, build_demo_house
from .faults import Fault, Faults
from .house import APP, SENSOR, WEB, Controller, Door, Event
from .oauth import Application, OAuth
from .people import Account, Person
from .server import Simulator
from .webhooks import Webhook

__all__ = [
    "APP",
    "SENSOR",
    "WEB",
    "Account",
    "Application",
    "Cloud",
    "Command",
    "Controller",
    "DemoHouse",
    "Door",
    "Event",
    "Fault",
    "Faults",
    "OAuth",
    "Person",
    "Request",
    "Simulator",
    "Webhook",
    "build_demo_house",
]
