"""Tests for the simulator's page for people: its state, and its buttons."""

from typing import Any

from aiohttp import ClientSession
import pytest
from yarl import URL

from tests.simulator import Cloud, DemoHouse
from tests.simulator.faults import ENDPOINTS
from tests.simulator.trouble import kinds

from .conftest import Client, Clock


class Page:
    """A browser on the page."""

    def __init__(self, http: ClientSession) -> None:
        """Initialize with the simulator's address."""
        self._http = http

    async def state(self) -> dict[str, Any]:
        """Return what it shows."""
        async with self._http.get("/simulator/state") as response:
            state: dict[str, Any] = await response.json()
            return state

    async def act(self, act: str, **order: Any) -> dict[str, Any]:
        """Press a button; return what the page shows then."""
        order = {"act": act, **order}
        async with self._http.post("/simulator/act", json=order) as response:
            assert response.status == 200, await response.text()
            state: dict[str, Any] = await response.json()
            return state

    async def door(self, name: str) -> dict[str, Any]:
        """Return what it shows of a door."""
        doors = [
            door
            for controller in (await self.state())["controllers"]
            for door in controller["doors"]
        ]
        [found] = [door for door in doors if door["name"] == name]
        assert isinstance(found, dict)
        return found

    async def troubles(self) -> list[str]:
        """Return the troubles that are on."""
        return [trouble["text"] for trouble in (await self.state())["troubles"]]


@pytest.fixture
def page(http: ClientSession) -> Page:
    """Return the page."""
    return Page(http)


async def test_page_loads_nothing_else(http: ClientSession) -> None:
    """All styles and scripts are in it, and none can insert markup."""
    async with http.get("/") as response:
        text = await response.text()
    for part in (".css */", ".js */", "innerHTML", "insertAdjacentHTML", "import("):
        assert part not in text
    assert "src=" not in text
    assert "http" not in text.replace("http-equiv", "")
    for part in ("--at", "@media (prefers-reduced-motion", "function poll("):
        assert part in text


async def test_another_site_cannot_press_buttons(http: ClientSession) -> None:
    """Only JSON is accepted, which a form cannot send."""
    async with http.post("/simulator/act", data='{"act": "revoke"}') as response:
        assert response.status == 415


async def test_door_shows_its_position(
    page: Page, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """The picture follows the travel; the state follows the arrival, if reported."""

    async def seen(name: str) -> Any:
        door = await page.door(name)
        return door["state"], door["moving_to"], door["position"], door["closes_in"]

    cloud.door("Main gate").open_as(house.owner.person)
    clock.tick(2)
    halfway = pytest.approx(0.4)
    assert await seen("Main gate") == ("CLOSED", "OPEN", halfway, None)
    clock.tick(3)
    assert await seen("Main gate") == ("OPEN", None, 1, None)

    cloud.door("Pedestrian door").open_by_hand()
    clock.tick(10)
    assert await seen("Pedestrian door") == ("OPEN", None, 1, 20)
    clock.tick(21)
    almost = pytest.approx(0.8)
    assert await seen("Pedestrian door") == ("OPEN", "CLOSED", almost, None)


async def test_buttons_of_a_door(
    page: Page, guest: Client, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """Every button has its effect in the cloud."""
    garage = cloud.door("Garage left")
    order = {"door": garage.id}
    await page.act("alert_after", controller=house.garage.id, seconds=10)
    await page.act("open_by_hand", **order)
    clock.tick(10)
    assert (await page.door("Garage left"))["left_open"]
    await page.act("close_by_hand", **order)
    assert garage.state == "CLOSED"
    await page.act("visit", **order, visitor=" <b>Vera</b> Visitor ")
    assert garage.moving_to == "OPEN"
    for on, delay in ((True, 30), (False, 0)):
        await page.act("auto_close", **order, on=on)
        assert garage.auto_close_delay == delay
        await page.act("share", **order, account=house.guest.id, on=on)
        assert ("Garage left" in await guest.sync()) is on
    entry = (await page.state())["log"][0]
    assert (entry["number"], entry["door"], entry["state"]) == (
        1,
        "Garage left",
        "CLOSED",
    )


async def test_logins_expire_and_are_revoked(
    page: Page, owner: Client, house: DemoHouse
) -> None:
    """An expired access token keeps the link; a revoked one does not."""
    for act, links, expired in (("expire", 1, 1), ("revoke", 0, 0)):
        [account, _] = (await page.act(act, account=house.owner.id))["accounts"]
        assert (account["links"], account["expired"]) == (links, expired)
        assert (await owner.call("GET", "sync"))[0].status == 401


async def test_every_trouble_is_shown_and_can_be_ended(
    page: Page, cloud: Cloud, house: DemoHouse
) -> None:
    """Each comes with the order that ends it, and it alone."""
    door = {"door": cloud.door("Main gate").id}
    controller = {"controller": house.entrance.id}
    orders: list[dict[str, Any]] = [
        {"act": "unplug", "on": True, **controller},
        {"act": "controller_active", "on": False, **controller},
        {"act": "controller_registered", "on": False, **controller},
        {"act": "controller_refusal", "status": 501, **controller},
        {"act": "stuck", "on": True, **door},
        {"act": "require_sensor", "on": True, **door},
        {"act": "door_active", "on": False, **door},
        {"act": "door_refusal", "status": 400, **door},
        {"act": "fault", "endpoint": "sync", "fault": "reset"},
    ]
    for order in orders:
        state = await page.act(**order)
    assert await page.troubles() == [
        "ParqEx Gate Controller is unplugged",
        "ParqEx Gate Controller is switched off by ParqEx",
        "ParqEx Gate Controller is not registered",
        "ParqEx Gate Controller refuses with 501",
        "Main gate is stuck",
        "Main gate requires a sensor",
        "Main gate is switched off by ParqEx",
        "Main gate refuses with 400",
        "sync: reset",
    ]
    while troubles := state["troubles"]:
        state = await page.act(**troubles[0]["end"])
        assert state["troubles"] == troubles[1:]
    for order in orders:
        await page.act(**order)
    assert (await page.act("end_troubles"))["troubles"] == []


async def test_every_fault_can_be_chosen(page: Page, cloud: Cloud) -> None:
    """The chosen fault is shown, at one endpoint or at all of them."""
    groups = (await page.state())["fault_kinds"].values()
    assert [kind for group in groups for kind in group] == [*kinds(cloud)]
    for kind, fault in kinds(cloud).items():
        state = await page.act("fault", endpoint=None, fault=kind)
        assert state["faults"] == dict.fromkeys(ENDPOINTS, kind)
        # The page shows all of them every second.
        assert callable(fault.body) or len(fault.body or "") < 100
    state = await page.act("fault", endpoint="toggle", fault="")
    assert state["faults"]["toggle"] == ""


async def test_fault_lasts_as_long_as_chosen(page: Page, owner: Client) -> None:
    """The fault ends after so many requests, and the page shows how many are left."""
    kind = "redirect, other host"
    await page.act("fault", endpoint="sync", fault=kind, times=2)
    for left in ("2 more requests", "1 more request"):
        assert await page.troubles() == [f"sync: {kind}, for {left}"]
        response, _ = await owner.call("GET", "sync", allow_redirects=False)
        # Another name of the simulator, which sees who follows.
        target = URL(response.headers["Location"])
        assert target.port == response.url.port
        assert target.host != response.url.host
    assert await page.troubles() == []


async def test_every_setting_can_be_chosen(page: Page, cloud: Cloud) -> None:
    """It starts with its first option, and every option is shown as chosen."""
    settings = (await page.state())["settings"]
    for setting in settings:
        assert setting["chosen"] == setting["options"][0]
        for option in reversed(setting["options"]):
            state = await page.act("setting", setting=setting["name"], option=option)
            changed = {one["name"]: one["chosen"] for one in state["settings"]}
            assert changed[setting["name"]] == option
    assert (await page.state())["settings"] == settings
    await page.act("setting", setting="access_lifetime", option="1 minute")
    assert cloud.oauth.access_lifetime == 60


@pytest.mark.parametrize(
    "order",
    [
        {"act": "share", "door": "nothing", "account": "nobody", "on": True},
        {"act": "stuck", "door": "Main gate"},
        {"act": "dance", "door": "Main gate"},
        {"act": "expire", "account": "nobody"},
        {"act": "unplug", "controller": "nothing", "on": True},
        {"act": "fault", "endpoint": "snyc", "fault": "503"},
        {"act": "fault", "endpoint": "sync", "fault": "418-teapot"},
        {"act": "fault", "endpoint": "sync", "fault": "503", "times": 0},
        {"act": "setting", "setting": "seed", "option": "1"},
        {"act": "setting", "setting": "time_zone", "option": "Mars/Olympus"},
        {"act": "alert_after", "controller": "", "seconds": 10},
        {"act": "alert_after", "controller": "garage", "seconds": 10**30},
        {"act": "door_refusal", "door": "Main gate", "status": 500},
        {"act": "visit", "door": "Main gate", "visitor": 7},
        {"act": "visit", "door": "Main gate", "visitor": "  "},
        {"act": "webhook_add", "address": "ftp://example.com", "brand": "parqex"},
        {"act": "webhook_add", "address": "https://example.com", "brand": "another"},
        {},
        [],
    ],
)
async def test_invalid_order_changes_nothing(
    http: ClientSession, page: Page, house: DemoHouse, order: Any
) -> None:
    """It is refused with a reason, and the page shows the same as before."""
    house.garage.id = "garage"
    before = await page.state()
    async with http.post("/simulator/act", json=order) as response:
        assert response.status == 400
        assert "Cannot do this" in await response.text()
    assert await page.state() == before
