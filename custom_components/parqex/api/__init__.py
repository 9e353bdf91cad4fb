"""The ParqEx API over aiohttp, independent of Home Assistant."""

from .address import base_url as base_url
from .client import ParqExClient as ParqExClient
from .dialect import Dialect as Dialect
from .errors import (
    CannotConnect as CannotConnect,
    ControllerOffline as ControllerOffline,
    Forbidden as Forbidden,
    InvalidAddress as InvalidAddress,
    InvalidAnswer as InvalidAnswer,
    NotAuthorized as NotAuthorized,
    NotSupported as NotSupported,
    ParqExError as ParqExError,
    RateLimited as RateLimited,
    Refused as Refused,
    SensorRequired as SensorRequired,
    ServiceFailed as ServiceFailed,
)
from .models import (
    AccessEvent as AccessEvent,
    AccessPoint as AccessPoint,
    Account as Account,
    Controller as Controller,
    Person as Person,
    Relationship as Relationship,
    Snapshot as Snapshot,
    SnapshotChange as SnapshotChange,
    State as State,
    UserSettings as UserSettings,
    plain_id as plain_id,
)
from .rate_limit import RateLimit as RateLimit, parse_retry_after as parse_retry_after
from .transport import AccessTokens as AccessTokens, UnsharedRequest as UnsharedRequest
