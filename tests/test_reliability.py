"""Everything around the integration fails, one thing at a time."""

from itertools import chain, product

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.parqex.const import EVENT_ACCESS
from homeassistant.core import HomeAssistant
from tests.common import Advance
from tests.conftest import entry_for
from tests.linking import Browser
from tests.reliability.exercises import EXERCISES, Toggle
from tests.reliability.home import UNREACHABLE, TroubledHome
from tests.reliability.matrix import CELLS, LIKE_DIALECTS, PAGE, ROWS, Outcome, page
from tests.simulator import Cloud, DemoHouse, Simulator, build_demo_house
from tests.simulator.settings import choose, mixed
from tests.simulator.trouble import LATE_OR_LOST, kinds

pytestmark = pytest.mark.usefixtures("current_request_with_host")

# They differ in every setting of the simulator.
DIALECTS = [mixed(number) for number in (1, 2, 3)]

# Each cell in one of them, and in each of them what might be taken for a dialect.
IN_DIALECTS = dict.fromkeys(
    [
        *((number % 3, *cell) for number, cell in enumerate(CELLS)),
        *((one, *cell) for one, cell in product(range(3), LIKE_DIALECTS)),
    ]
)


@pytest.fixture
def house(cloud: Cloud) -> DemoHouse:
    """Return a house whose doors move in no time."""
    return build_demo_house(cloud, travel_seconds=0)


@pytest.fixture
def home(
    hass: HomeAssistant,
    simulator: Simulator,
    house: DemoHouse,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    log_entities: None,
) -> TroubledHome:
    """Return the demo house, whose entry is not linked yet."""
    entry = entry_for(simulator.cloud, house.owner)
    accesses = async_capture_events(hass, EVENT_ACCESS)
    return TroubledHome(
        *(hass, simulator.cloud, house, entry, advance, freezer),
        *(simulator, caplog, accesses),
    )


@pytest.mark.parametrize(("endpoint", "kind", "expected"), CELLS)
async def test_trouble_comes_and_goes(
    home: TroubledHome, browser: Browser, endpoint: str, kind: str, expected: Outcome
) -> None:
    """The outcome is that of the matrix, and the next good answer puts all right."""
    await come_and_go(home, browser, endpoint, kind, expected)


@pytest.mark.parametrize(("dialect", "endpoint", "kind", "expected"), IN_DIALECTS)
async def test_trouble_in_dialects(
    home: TroubledHome,
    browser: Browser,
    dialect: int,
    endpoint: str,
    kind: str,
    expected: Outcome,
) -> None:
    """The outcome is the same, however the service speaks."""
    for name, option in DIALECTS[dialect].items():
        choose(home.cloud, name, option)
    await come_and_go(home, browser, endpoint, kind, expected)


async def come_and_go(
    home: TroubledHome, browser: Browser, endpoint: str, kind: str, expected: Outcome
) -> None:
    """Let trouble come, see its outcome, let it go, and see that all is right."""
    exercise = EXERCISES[endpoint](home, browser)
    await exercise.prepare()
    async with home.trouble(endpoint, kind):
        outcome = await exercise.provoke()
        await home.check()
    assert outcome is expected
    assert bool(home.logins) is (outcome is Outcome.LOGIN)
    await exercise.repair()
    await home.check()


@pytest.mark.parametrize(
    "kind",
    ["reset", "hang before the headers", "hang in the body", "502 with HTML", "20 MiB"],
)
async def test_a_command_may_be_carried_out_all_the_same(
    home: TroubledHome, browser: Browser, kind: str
) -> None:
    """Only its answer is lost, so it is not sent again, and the account is refreshed."""
    toggle = Toggle(home, browser)
    await toggle.prepare()
    async with home.trouble("toggle", kind, after=True):
        assert await toggle.provoke() is Outcome.UNSURE
        await home.check()
    assert home.shown() == "on"
    await toggle.repair()
    assert len(home.sent) == 1


def test_the_page_is_up_to_date() -> None:
    """`scripts/reliability` writes its table, of every kind of trouble; words have meanings."""
    # What is late is no trouble yet; what is lost though it was done has tests of its own.
    every_kind = {*UNREACHABLE, *kinds(Cloud())} - {*LATE_OR_LOST}
    assert sorted(chain(*ROWS)) == sorted(every_kind)
    assert PAGE.read_text("utf-8") == page()
    assert all(f"\n- **{one.value}**: " in page() for one in Outcome)
