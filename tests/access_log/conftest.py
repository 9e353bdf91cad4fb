"""The demo house with what is published of its access log."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.parqex.access_log.clock import ServiceClock
from custom_components.parqex.const import EVENT_ACCESS
from homeassistant.core import Event
from tests.common import Home
from tests.conftest import NOW, set_up

HOUR, DAY = 3600, 86400


@dataclass(frozen=True)
class LogHome(Home):
    """The demo house, an hour after it was built, and the accesses published."""

    events: list[Event[Any]]

    async def link(self, zone: str = "UTC", account: str = "America/New_York") -> None:
        """Set up the owner's account, at a service that writes times in a zone."""
        self.cloud.time_zone, self.house.owner.time_zone = zone, account
        await set_up(self.hass, self.entry)

    @property
    def clock(self) -> ServiceClock:
        """The clock of the service, as far as it is known."""
        clock: ServiceClock = self.entry.runtime_data.access_log.clock
        return clock

    @property
    def fetches(self) -> int:
        """How often the access log was asked for."""
        return self.endpoints.count("history")

    @property
    def kinds(self) -> list[str]:
        """The outcomes that were published."""
        return [event.data["event_type"] for event in self.events]

    @property
    def users(self) -> list[str | None]:
        """The persons that were published."""
        return [event.data["user"] for event in self.events]

    @property
    def times(self) -> list[datetime]:
        """The times that were published."""
        return list(map(utc, (event.data for event in self.events)))


def utc(data: Any) -> datetime:
    """Return when an access was."""
    return datetime.fromisoformat(data["occurred_at"]).astimezone(UTC)


def now() -> datetime:
    """Return the present."""
    return datetime.now(UTC)


@pytest.fixture
def clock(request: pytest.FixtureRequest, freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, when the house is built."""
    freezer.move_to(getattr(request, "param", NOW))


@pytest.fixture
def unlinked(unlinked: Home, log_entities: None) -> LogHome:
    """Return the house with an entry that is not set up yet."""
    unlinked.freezer.tick(HOUR)
    unlinked.gate.travel_seconds = 0
    events = async_capture_events(unlinked.hass, EVENT_ACCESS)
    return LogHome(**vars(unlinked), events=events)


@pytest.fixture
async def home(unlinked: LogHome) -> LogHome:
    """Return the house with its account linked."""
    await unlinked.link()
    await unlinked.advance(30)
    return unlinked
