"""Everything around the integration fails, one thing at a time."""

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from tests.conftest import Advance
from tests.linking import Browser
from tests.reliability.exercises import EXERCISES
from tests.reliability.home import Home
from tests.reliability.matrix import CELLS, Outcome, expected
from tests.simulator import Cloud, DemoHouse, Simulator, build_demo_house

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
    assert await async_setup_component(hass, "http", {})
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
    """It comes to what the matrix says, and the next good answer puts it right."""
    exercise = EXERCISES[endpoint](home, browser)
    await exercise.prepare()
    async with home.in_trouble(endpoint, kind):
        outcome = await exercise.provoke()
        await home.check()
    assert outcome is expected(endpoint, kind)
    assert bool(home.logins()) is (outcome is Outcome.LOGIN)
    await exercise.repair()
    await home.check()
