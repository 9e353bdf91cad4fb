"""The ParqEx API over aiohttp; knows nothing of Home Assistant."""

from .address import base_url
from .client import ParqExClient
from .errors import (
    CannotConnect,
    ControllerOffline,
    Forbidden,
    InvalidAddress,
    InvalidAnswer,
    NotAuthorized,
    NotSupported,
    ParqExError,
    RateLimited,
    Refused,
    SensorRequired,
)
from .hints import Hint, parse_hint, plain_id
from .models import (
    AccessEvent,
    AccessPoint,
    Account,
    Controller,
    Person,
    Relationship,
    Snapshot,
    State,
    UserSettings,
    changed_ids,
)
from .transport import AccessTokens

__all__ = [
    "AccessEvent",
    "AccessPoint",
    "AccessTokens",
    "Account",
    "CannotConnect",
    "Controller",
    "ControllerOffline",
    "Forbidden",
    "Hint",
    "InvalidAddress",
    "InvalidAnswer",
    "NotAuthorized",
    "NotSupported",
    "ParqExClient",
    "ParqExError",
    "Person",
    "RateLimited",
    "Refused",
    "Relationship",
    "SensorRequired",
    "Snapshot",
    "State",
    "UserSettings",
    "base_url",
    "changed_ids",
    "parse_hint",
    "plain_id",
]
