"""Everything around the integration fails, one thing at a time."""

from dataclasses import replace

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
from tests.conftest import Advance, settle
from tests.linking import Browser
from tests.reliability.exercises import EXERCISES, GATE, Authorize, Toggle
from tests.reliability.home import Home
from tests.reliability.matrix import CELLS, PAGE, Outcome, expected, page
from tests.reliability.unreachable import UNREACHABLE
from tests.simulator import Cloud, DemoHouse, Simulator, build_demo_house
from tests.simulator.trouble import kinds

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
) -> Home:
    """Return where it happens."""
    return Home(hass, simulator, house, advance, freezer, caplog)


@pytest.mark.parametrize(("endpoint", "kind"), CELLS)
async def test_trouble_comes_and_goes(
    home: Home, browser: Browser, endpoint: str, kind: str
) -> None:
    """The outcome is that of the matrix, and the next good answer puts all right."""
    exercise = EXERCISES[endpoint](home, browser)
    await exercise.prepare()
    async with home.in_trouble(endpoint, kind):
        outcome = await exercise.provoke()
        await home.check()
    assert outcome is expected(endpoint, kind)
    assert bool(home.logins()) is (outcome is Outcome.LOGIN)
    await exercise.repair()
    await home.check()


UNSURE = [
    kind
    for endpoint, kind in CELLS
    if endpoint == "toggle"
    and expected(endpoint, kind) is Outcome.UNSURE
    and kind not in UNREACHABLE
]


@pytest.mark.parametrize("kind", UNSURE)
async def test_a_command_may_be_carried_out_all_the_same(
    home: Home, browser: Browser, kind: str
) -> None:
    """Only its answer is lost, so it is not sent again, and the account is refreshed."""
    fault = kinds(home.cloud)[kind]
    toggle = Toggle(home, browser)
    await toggle.prepare()
    async with home.failing("toggle", replace(fault, after=True)):
        assert await toggle.provoke() is Outcome.UNSURE
        await home.check()
    assert home.state(GATE) == "on"
    await toggle.repair()
    assert home.requests("toggle") == 1


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
    home: Home, browser: Browser, query: str, ends: bool
) -> None:
    """No account is linked by it, and linking can be continued or started again."""
    authorize = Authorize(home, browser)
    assert await authorize.provoke() is Outcome.STAY
    state = URL(authorize.result["url"] or "").query["state"]
    query = query.format(state=state, long="x" * 6000)
    await browser.come_back(URL(f"/auth/external/callback?{query}", encoded=True))
    await settle(home.hass)
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert (flow["step_id"] != "auth") is ends
    if ends:
        ended = await authorize.async_continue()
        assert ended["type"] is FlowResultType.ABORT
        assert await authorize.provoke() is Outcome.STAY
    await home.check()
    await authorize.repair()
    await home.check()


def test_the_page_is_up_to_date() -> None:
    """`scripts/reliability` writes it."""
    assert PAGE.read_text("utf-8") == page()
