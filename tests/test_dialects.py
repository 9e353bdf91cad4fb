"""Every way in which ParqEx may speak, alone and in pairs, over a whole life."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import combinations, product
from random import Random
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from yarl import URL

from custom_components.parqex.api import Dialect
from custom_components.parqex.const import DOMAIN, EVENT_ACCESS
from custom_components.parqex.data import process_state
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from tests.access_log.conftest import HOUR, LogHome, utc
from tests.common import Advance, refused
from tests.conftest import set_up, settle
from tests.simulator import Cloud, DemoHouse, Event
from tests.simulator.settings import WAYS, choose

# Some ways of speaking are not heard without another.
HEARD_WITH = {
    "history_refusal": {"history_types": "door only"},
    "slash_status": {"slash": "always"},
    "wrong_method": {"sync_method": "POST", "token_method": "POST"},
}

# By setting the row of the diagnostics where a way that is not documented shows.
REPORTED = {
    "accepts_with": "toggle_accepted",
    "compression": "compression",
    "devices_under_data": "sync_answer",
    "expires_in": "token_lifetime",
    "history_time_format": "history_times",
    "history_types": "history_type",
    "keeps_refresh_token": "refresh_token",
    "log_ids": "ids",
    "refuses_with_200": "toggle_refused",
    "sets_cookies": "cookies",
    "silent_day": "silent_day",
    "slash": "addresses",
    "states": "states",
    "sync_method": "addresses",
    "toggle_path": "addresses",
    "token_method": "addresses",
    "tokens_under_data": "token_answer",
}

# All pairs of more would need many more lives.
PAIRED = {name: options[:3] for name, options in WAYS.items()}

type Choice = Mapping[str, str]
type Link = Callable[[Choice], Awaitable[LogHome]]
type Told = list[tuple[str, datetime]]


def one_by_one() -> Iterator[Choice]:
    """Yield each way of speaking that is not the documented one."""
    for name, options in WAYS.items():
        for option in options[1:]:
            yield {name: option, **HEARD_WITH.get(name, {})}


def all_pairs() -> Iterator[Choice]:
    """Yield choices of which each pair of ways of speaking is in one."""
    missing = {
        frozenset([(one, a), (other, b)])
        for one, other in combinations(PAIRED, 2)
        for a, b in product(PAIRED[one], PAIRED[other])
    }
    random = Random(0)
    while missing:
        chosen: dict[str, str] = dict(min(map(sorted, missing)))
        for name in random.sample(sorted(PAIRED), len(PAIRED)):
            if name not in chosen:
                chosen[name] = max(
                    PAIRED[name],
                    key=lambda option: sum(
                        frozenset([(name, option), other]) in missing
                        for other in chosen.items()
                    ),
                )
        missing -= set(map(frozenset, combinations(chosen.items(), 2)))
        yield chosen


@pytest.fixture
def link(
    hass: HomeAssistant,
    cloud: Cloud,
    house: DemoHouse,
    credentials: None,
    current_request_with_host: None,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
) -> Link:
    """Return a function that links the owner's account of a service that speaks so."""

    async def link(choice: Choice) -> LogHome:
        for name, option in choice.items():
            choose(cloud, name, option)
        flows = hass.config_entries.flow
        flow = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        consent = cloud.oauth.consent(URL(flow["url"]).query)
        answer = {
            "code": URL(cloud.oauth.allow(consent, house.owner)).query["code"],
            "state": {"redirect_uri": consent.redirect_uri},
        }
        flow = await flows.async_configure(flow["flow_id"], answer)
        flow = await flows.async_configure(flow["flow_id"])
        await settle(hass)
        entry: Any = flow["result"]
        events = async_capture_events(hass, EVENT_ACCESS)
        return LogHome(hass, cloud, house, entry, advance, freezer, events)

    return link


async def operate(home: LogHome, service: str, state: str) -> None:
    """Open or close the gate, and see it."""
    await home.turn(service)
    await home.advance(30)
    assert home.gate.state == state
    assert home.shows_the_truth()


async def told(home: LogHome, tolerance: timedelta) -> None:
    """See that all that happened was published once, and the action lists it."""

    def same(these: Told, those: Told) -> bool:
        return [kind for kind, _ in these] == [kind for kind, _ in those] and all(
            abs(this - that) <= tolerance
            for (_, this), (_, that) in zip(these, those, strict=True)
        )

    def happened(events: list[Event]) -> Told:
        return sorted((one.outcome, one.at) for one in events)

    published = sorted(zip(home.kinds, home.times, strict=True))
    assert same(published, happened(home.cloud.log))
    listed = sorted((one["event_type"], utc(one)) for one in await home.history())
    gate = [event for event in home.cloud.log if event.door is home.gate]
    assert same(listed, happened(gate))


@pytest.mark.parametrize(
    "choice",
    [*one_by_one(), *all_pairs()],
    ids=lambda choice: " ".join(choice.values()),
)
async def test_a_whole_life(link: Link, choice: Choice) -> None:
    """Linked, used, reloaded, renewed and restarted: all is shown, and published once.

    What was learnt costs no request any more, until the restart, and is reported.
    """
    home = await link(choice)
    home.gate.travel_seconds = 0
    await home.prove_zone()
    await operate(home, "turn_on", "OPEN")
    await operate(home, "turn_off", "CLOSED")
    home.cloud.door("Garage left").requires_sensor = True
    with refused("needs a door sensor"):
        await home.turn("turn_on", "switch.garage_left")

    home.cloud.requests.clear()
    await home.reload()
    await settle(home.hass)
    await home.advance(HOUR)
    await operate(home, "turn_on", "OPEN")
    assert home.endpoints.count("token") == 1
    silent = {404} if choice.get("silent_day") == "404" else set()
    statuses = {one.status for one in home.cloud.requests}
    assert statuses <= {200, 202, 204} | silent

    report = process_state(home.hass).dialect.report()
    for name, option in choice.items():
        documented = WAYS[name][0], "device only", "members", "date only"
        if name in REPORTED and option not in documented:
            assert "seen: " in str((report | report["ways"])[REPORTED[name]])
    await home.unload()
    process_state(home.hass).dialect = Dialect()
    await set_up(home.hass, home.entry)
    await operate(home, "turn_off", "CLOSED")
    # When exactly something was on a day is known only from when it was looked for.
    bare = choice.get("history_time_format") == "date only"
    await told(home, timedelta(hours=2 if bare else 0))
