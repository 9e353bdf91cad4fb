"""Everything around the integration fails, one thing at a time."""

from itertools import chain

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.parqex.const import EVENT_ACCESS
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
from tests.conftest import Advance, entry_for, settle
from tests.linking import Browser
from tests.reliability.exercises import EXERCISES, Authorize, Toggle
from tests.reliability.home import UNREACHABLE, TroubledHome
from tests.reliability.matrix import CELLS, PAGE, ROWS, Outcome, page
from tests.simulator import Cloud, DemoHouse, Simulator, build_demo_house
from tests.simulator.trouble import LATE_OR_LOST, kinds

pytestmark = pytest.mark.usefixtures("current_request_with_host")


@pytest.fixture
def house(cloud: Cloud) -> DemoHouse:
    """Return a house whose doors move in no time."""
    return build_demo_house(cloud, travel_seconds=0)


@pytest.fixture
async def browser(
    hass: HomeAssistant,
    credentials: None,
    hass_client_no_auth: ClientSessionGenerator,
) -> Browser:
    """Return a person's browser."""
    assert await async_setup_component(hass, "webhook", {})
    assert await async_setup_component(hass, "auth", {})
    return Browser(hass, await hass_client_no_auth())


@pytest.fixture
def home(
    hass: HomeAssistant,
    simulator: Simulator,
    house: DemoHouse,
    advance: Advance,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
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
    "kind", ["reset", "hang before the headers", "502 with HTML", "20 MiB"]
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


@pytest.mark.parametrize(
    ("query", "ends"),
    [
        ("", False),
        ("code=stolen", False),
        ("code=stolen&state=forged", False),
        ("error=server_error", False),
        ("state={state}", False),
        ("code=%ED%A0%BD&state={state}%ED%A0%BD", False),
        ("error=access_denied&state={state}", True),
        ("error=server_error&error_description=%3Cb%3E&state={state}", True),
        ("error=%3Cscript%3E&state={state}", False),
        ("code=unknown&state={state}", True),
        ("code=unknown&code=again&state={state}", True),
        ("code=%F0%9F%9A%AA&state={state}", True),
        ("code={long}&state={state}", True),
    ],
)
async def test_the_browser_comes_back_with_something_else(
    home: TroubledHome, browser: Browser, query: str, ends: bool
) -> None:
    """No account is linked by it, and linking can be continued or started again."""
    authorize = Authorize(home, browser)
    await authorize.provoke()
    state = URL(authorize.result["url"] or "").query["state"]
    query = query.format(state=state, long="x" * 6000)
    await browser.come_back(URL(f"/auth/external/callback?{query}", encoded=True))
    await settle(home.hass)
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert (flow["step_id"] != "auth") is ends
    if ends:
        await authorize.go_on()
        assert authorize.result["type"] is FlowResultType.ABORT
        await authorize.provoke()
    await home.check()
    await authorize.repair()
    await home.check()


def test_the_page_is_up_to_date() -> None:
    """`scripts/reliability` writes its table, of every kind of trouble; words have meanings."""
    # What is late is no trouble yet; what is lost though it was done has tests of its own.
    every_kind = {*UNREACHABLE, *kinds(Cloud())} - {*LATE_OR_LOST}
    assert sorted(chain(*ROWS)) == sorted(every_kind)
    assert PAGE.read_text("utf-8") == page()
    assert all(f"\n- **{one.value}**: " in page() for one in Outcome)
