"""An access as it is published."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from homeassistant.core import Context

from ..api import AccessEvent, State

# After a longer absence, what happened before is no longer published.
PUBLISHED_BACK_TO = timedelta(days=1)


class AccessType(StrEnum):
    """The outcome of an access."""

    OPENED = "opened"
    CLOSED = "closed"
    FAILED = "failed"


_SUCCESSES = {State.OPEN: AccessType.OPENED, State.CLOSED: AccessType.CLOSED}


class Access(NamedTuple):
    """An access to an access point, or an attempt that failed."""

    access_point_id: str
    type: AccessType
    requested: State  # also where it failed
    occurred_at: datetime
    user: str | None  # None: a sensor or a schedule, or names are not recorded
    channel: str | None

    @classmethod
    def of(cls, event: AccessEvent, occurred_at: datetime, named: bool) -> Self:
        """Return an event of the access log as it is published."""
        return cls(
            access_point_id=event.access_point_id,
            type=_SUCCESSES[event.state] if event.success else AccessType.FAILED,
            requested=event.state,
            occurred_at=occurred_at,
            user=event.person.name or None if named and event.person else None,
            channel=event.channel,
        )


type AccessListener = Callable[[Access, Context], None]


class LastAccess(NamedTuple):
    """The last access to an access point, and the last one by a person."""

    occurred_at: datetime
    user: str | None = None
    user_occurred_at: datetime | None = None

    def followed_by(self, access: Access) -> Self:
        """Return the last access after another one, which may be published late."""
        last = self._replace(occurred_at=max(self.occurred_at, access.occurred_at))
        if access.user and (
            self.user_occurred_at is None or access.occurred_at >= self.user_occurred_at
        ):
            last = last._replace(user=access.user, user_occurred_at=access.occurred_at)
        return last
