"""The simulator's page for people: what it is told, and what its buttons do."""

from datetime import timedelta
from typing import Any

from aiohttp import ClientError, ClientSession
import pytest
from yarl import URL

from tests.reliability.matrix import KINDS
from tests.reliability.unreachable import UNREACHABLE
from tests.simulator import Cloud, DemoHouse, Fault, Simulator
from tests.simulator.faults import ENDPOINTS
from tests.simulator.trouble import LATE_OR_LOST

from .conftest import START, Client, Clock


class Page:
    """What a browser does on the page."""

    def __init__(self, http: ClientSession) -> None:
        """Stand before the page."""
        self._http = http

    async def state(self) -> dict[str, Any]:
        """Return what it shows."""
        async with self._http.get("/simulator/state") as response:
            assert response.status == 200
            state: dict[str, Any] = await response.json()
            return state

    async def act(self, act: str, **order: Any) -> dict[str, Any]:
        """Press a button; return what the page shows then."""
        status, answer = await self.try_to(act, **order)
        assert status == 200, answer
        state: dict[str, Any] = answer
        return state

    async def try_to(self, act: str, **order: Any) -> tuple[int, Any]:
        """Send an order; return the status and what comes back."""
        order = {"act": act, **order}
        async with self._http.post("/simulator/act", json=order) as response:
            is_json = response.content_type == "application/json"
            return response.status, await (
                response.json() if is_json else response.text()
            )

    async def door(self, name: str) -> dict[str, Any]:
        """Return what it shows of a door."""
        return door_in(await self.state(), name)


def door_in(state: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a door of a state."""
    doors: list[dict[str, Any]] = [
        door
        for controller in state["controllers"]
        for door in controller["doors"]
        if door["name"] == name
    ]
    [door] = doors
    return door


def texts(state: dict[str, Any]) -> list[str]:
    """Return the troubles that are on."""
    return [trouble["text"] for trouble in state["troubles"]]


@pytest.fixture
def page(http: ClientSession) -> Page:
    """Return the page."""
    return Page(http)


# What it is


async def test_page_is_put_together_from_all_its_parts(http: ClientSession) -> None:
    """No style or script is left to be fetched, and none can bring in markup."""
    async with http.get("/") as response:
        text = await response.text()
    for part in (".css */", ".js */", "innerHTML", "insertAdjacentHTML", "import("):
        assert part not in text
    for part in ("--at", "@media (prefers-reduced-motion", "function poll("):
        assert part in text


# What the doors are doing


async def test_door_shows_how_far_it_is(
    page: Page, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """The picture follows the travel; the state follows the arrival."""

    async def seen() -> Any:
        door = await page.door("Main gate")
        return door["state"], door["moving_to"], door["position"]

    assert await seen() == ("CLOSED", None, 0)
    cloud.door("Main gate").open_as(house.owner.person)
    assert await seen() == ("CLOSED", "OPEN", 0)
    clock.tick(2)
    assert await seen() == ("CLOSED", "OPEN", pytest.approx(0.4))
    clock.tick(3)
    assert await seen() == ("OPEN", None, 1)
    cloud.door("Main gate").close_as(house.owner.person)
    clock.tick(4)
    assert await seen() == ("OPEN", "CLOSED", pytest.approx(0.2))


async def test_door_shows_when_it_closes_by_itself(page: Page, clock: Clock) -> None:
    """The countdown ends where the closing starts, and the closing is seen."""

    async def seen() -> Any:
        door = await page.door("Pedestrian door")
        return door["closes_in"], door["moving_to"], door["position"]

    assert await seen() == (None, None, 0)
    door = await page.door("Pedestrian door")
    await page.act("open_by_hand", door=door["id"])
    clock.tick(10)
    assert await seen() == (20, None, 1)
    clock.tick(21)
    assert await seen() == (None, "CLOSED", pytest.approx(0.8))
    clock.tick(4)
    assert await seen() == (None, None, 0)


async def test_unplugged_door_really_moves_while_nobody_reports_it(
    page: Page, cloud: Cloud, house: DemoHouse
) -> None:
    """The picture shows the door, the state what the cloud knows."""
    await page.act("unplug", controller=house.garage.id, on=True)
    state = await page.act("open_by_hand", door=cloud.door("Garage left").id)
    door = door_in(state, "Garage left")
    assert (door["state"], door["position"]) == ("CLOSED", 1)
    state = await page.act("unplug", controller=house.garage.id, on=False)
    door = door_in(state, "Garage left")
    assert (door["state"], door["position"]) == ("OPEN", 1)


async def test_door_without_travel_is_at_its_end(page: Page, cloud: Cloud) -> None:
    """A door that takes no time is not divided by it, unplugged or not."""
    door = cloud.door("Elevator")
    door.travel_seconds = 0
    door.controller.unplugged = True
    door.open_by_hand()
    assert (await page.door("Elevator"))["position"] == 1


async def test_left_open_after_the_time_that_was_chosen(
    page: Page, cloud: Cloud, house: DemoHouse, clock: Clock
) -> None:
    """The time is the controller's, and reaches applications."""
    door = cloud.door("Garage left")
    await page.act("alert_after", controller=house.garage.id, seconds=10)
    await page.act("open_by_hand", door=door.id)
    clock.tick(9)
    assert not (await page.door("Garage left"))["left_open"]
    clock.tick(1)
    assert (await page.door("Garage left"))["left_open"]
    assert house.garage.time_before_door_open_alert == 10
    await page.act("close_by_hand", door=door.id)
    assert not (await page.door("Garage left"))["left_open"]
    for seconds in (0, -1, 10**30):
        order = {"controller": house.garage.id, "seconds": seconds}
        assert (await page.try_to("alert_after", **order))[0] == 400


# Who may come in


async def test_sharing_lets_the_guest_in_and_out(
    page: Page, guest: Client, cloud: Cloud, house: DemoHouse
) -> None:
    """The guest's application sees the door exactly while it is shared."""
    elevator = cloud.door("Elevator")
    order = {"door": elevator.id, "account": house.guest.id}
    state = await page.act("share", **order, on=True)
    assert door_in(state, "Elevator")["guests"] == [house.guest.id]
    assert door_in(state, "Elevator")["owner"] == house.owner.id
    assert "Elevator" in await guest.sync()
    state = await page.act("share", **order, on=False)
    assert door_in(state, "Elevator")["guests"] == []
    assert "Elevator" not in await guest.sync()


async def test_name_of_the_guest_is_shown(page: Page, house: DemoHouse) -> None:
    """A door may have another name for a guest."""
    door = await page.door("Main gate")
    assert door["names"] == {house.guest.id: "Front gate"}


async def test_expired_access_token_keeps_the_link(
    page: Page, owner: Client, house: DemoHouse
) -> None:
    """Only the access token is refused; the account stays linked."""
    state = await page.act("expire", account=house.owner.id)
    [account] = [one for one in state["accounts"] if one["id"] == house.owner.id]
    assert (account["links"], account["expired"]) == (1, 1)
    assert (await owner.call("GET", "sync"))[0].status == 401


async def test_visitor_has_a_name(page: Page, cloud: Cloud) -> None:
    """Nobody without a name is made up."""
    door = cloud.door("Main gate").id
    assert (await page.try_to("visit", door=door, visitor="  "))[0] == 400
    state = await page.act("visit", door=door, visitor=" <b>Vera</b> Visitor ")
    assert door_in(state, "Main gate")["moving_to"] == "OPEN"


# Both logs


async def test_entries_are_numbered_newest_first(
    page: Page, owner: Client, cloud: Cloud, clock: Clock
) -> None:
    """A page can tell new entries from those it has, however many there are."""
    door = cloud.door("Garage left").id
    for _ in range(60):
        for act in ("open_by_hand", "close_by_hand"):
            clock.tick(1)
            await page.act(act, door=door)
    for _ in range(31):
        await owner.sync()
    state = await page.state()
    assert [one["number"] for one in state["log"]] == list(range(119, 19, -1))
    assert [one["number"] for one in state["requests"]] == list(range(30, 0, -1))
    assert state["log"][0]["state"] == "CLOSED"
    assert state["log"][0]["at"] == (START + timedelta(seconds=120)).isoformat()
    assert state["requests"][0]["account"] == "Olivia Ownerby"


# Trouble


async def test_every_trouble_is_told_and_can_be_ended(
    page: Page, cloud: Cloud, house: DemoHouse
) -> None:
    """Each comes with the order that ends it, and it alone."""
    door, controller = cloud.door("Main gate").id, house.entrance.id
    assert texts(await page.state()) == []
    orders: list[dict[str, Any]] = [
        {"act": "unplug", "controller": controller, "on": True},
        {"act": "controller_active", "controller": controller, "on": False},
        {"act": "controller_registered", "controller": controller, "on": False},
        {"act": "controller_refusal", "controller": controller, "status": 501},
        {"act": "stuck", "door": door, "on": True},
        {"act": "require_sensor", "door": door, "on": True},
        {"act": "door_active", "door": door, "on": False},
        {"act": "door_refusal", "door": door, "status": 400},
        {"act": "fault", "endpoint": "sync", "fault": "reset"},
    ]
    for order in orders:
        state = await page.act(**order)
    assert texts(state) == [
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
    for order in orders:
        await page.act(**order)
        assert texts(await page.act("end_troubles")) == []


@pytest.mark.parametrize("act", ["door_refusal", "controller_refusal"])
async def test_refusal_reaches_the_application(
    page: Page, owner: Client, cloud: Cloud, act: str
) -> None:
    """Every documented refusal can be chosen, and only these."""
    door = cloud.door("Main gate")
    where = {"door": door.id, "controller": door.controller.id}
    refusals = (await page.state())["refusals"]
    assert refusals == [400, 401, 404, 428, 501]
    for status in refusals:
        await page.act(act, **where, status=status)
        assert (await owner.toggle(door.id))[0] == status
    await page.act(act, **where, status=None)
    assert (await owner.toggle(door.id))[0] == 200
    assert (await page.try_to(act, **where, status=200))[0] == 400
    assert (await page.try_to(act, **where, status=500))[0] == 400


async def test_switched_off_door_is_not_moved(
    page: Page, owner: Client, cloud: Cloud
) -> None:
    """An application hears that it is switched off, and cannot move it."""
    door = cloud.door("Main gate")
    await page.act("door_active", door=door.id, on=False)
    assert not (await owner.sync())["Main gate"]["active"]
    assert (await owner.toggle(door.id))[0] == 404


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_every_kind_of_fault_can_be_chosen(page: Page, endpoint: str) -> None:
    """All that Home Assistant is tested with; and what was chosen is what is shown."""
    groups = (await page.state())["fault_kinds"].values()
    offered = [kind for group in groups for kind in group]
    assert offered == [*(one for one in KINDS if one not in UNREACHABLE), *LATE_OR_LOST]
    for kind in offered:
        state = await page.act("fault", endpoint=endpoint, fault=kind)
        assert state["faults"][endpoint] == kind
        assert texts(state) == [f"{endpoint}: {kind}"]
    state = await page.act("fault", endpoint=endpoint, fault="")
    assert set(state["faults"].values()) == {""}


async def test_everything_can_fail_at_once(page: Page, owner: Client) -> None:
    """As if the service were out of reach, until all of it works again."""
    await page.act("fault", endpoint="sync", fault="503")
    state = await page.act("fault", endpoint=None, fault="reset")
    assert state["faults"] == dict.fromkeys(ENDPOINTS, "reset")
    with pytest.raises(ClientError):
        await owner.sync()
    state = await page.act("fault", endpoint=None, fault="")
    assert state["faults"] == dict.fromkeys(ENDPOINTS, "")
    assert await owner.sync()


async def test_redirect_to_another_host_leads_back_here(
    page: Page, owner: Client, simulator: Simulator
) -> None:
    """Under another name, so that the simulator sees who follows."""
    await page.act("fault", endpoint="sync", fault="redirect, other host")
    response, _ = await owner.call("GET", "sync", allow_redirects=False)
    here, there = URL(simulator.base_url), URL(response.headers["Location"])
    assert there.port == here.port
    assert there.host != here.host


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(edit=lambda _: None), "answers differently"),
        (Fault(status=503), "answers 503"),
        (Fault(delay=1.5), "waits 1.5 s"),
        (Fault(hang="headers"), "hangs"),
        (Fault(hang="body"), "hangs in the body"),
        (Fault(reset=True), "resets"),
    ],
)
async def test_fault_of_a_test_is_shown_too(
    page: Page, cloud: Cloud, fault: Fault, words: str
) -> None:
    """The page does not hide what it did not start, and can end it."""
    cloud.faults.add("sync", fault)
    state = await page.state()
    assert state["faults"]["sync"] == words
    assert texts(state) == [f"sync: {words}"]
    assert texts(await page.act("end_troubles")) == []


async def test_fault_lasts_as_long_as_chosen(page: Page, owner: Client) -> None:
    """After so many requests it is over, and the page says so."""
    state = await page.act("fault", endpoint="sync", fault="503", times=2)
    assert texts(state) == ["sync: 503, for 2 more requests"]
    assert (await owner.call("GET", "sync"))[0].status == 503
    assert texts(await page.state()) == ["sync: 503, for 1 more request"]
    assert (await owner.call("GET", "sync"))[0].status == 503
    assert texts(await page.state()) == []
    assert (await owner.call("GET", "sync"))[0].status == 200


async def test_lost_answer_of_a_command_that_is_done(
    page: Page, owner: Client, cloud: Cloud
) -> None:
    """The door moves, and the application does not hear it."""
    door = cloud.door("Main gate")
    await page.act("fault", endpoint="toggle", fault="done, then reset")
    with pytest.raises(ClientError):
        await owner.toggle(door.id)
    assert (await page.door("Main gate"))["moving_to"] == "OPEN"


# How the service is built


async def test_every_setting_can_be_chosen(page: Page) -> None:
    """It starts with its first option, and every option comes back as chosen."""
    settings = (await page.state())["settings"]
    assert len(settings) == 10
    for setting in settings:
        assert setting["chosen"] == setting["options"][0]
        for option in reversed(setting["options"]):
            state = await page.act("setting", setting=setting["name"], option=option)
            changed = {one["name"]: one["chosen"] for one in state["settings"]}
            assert changed[setting["name"]] == option
    assert (await page.state())["settings"] == settings


async def test_settings_reach_the_application(
    page: Page, owner: Client, cloud: Cloud
) -> None:
    """The devices move, and the command is taken at the other path only."""
    await page.act("setting", setting="devices_under_data", option="data.devices")
    _, body = await owner.call("GET", "sync")
    assert body["data"]["devices"]
    await page.act("setting", setting="toggle_path", option="…/endpoint/toggle")
    order = {"door_id": cloud.door("Main gate").id, "door_state": "OPEN"}
    response, _ = await owner.call("POST", "toggle", json=order)
    assert (response.status, cloud.commands) == (404, [])
    await page.act("setting", setting="access_lifetime", option="1 minute")
    assert cloud.oauth.access_lifetime == 60


# What is not an order


@pytest.mark.parametrize(
    "order",
    [
        {"act": "share", "door": "nothing", "account": "nobody", "on": True},
        {"act": "stuck", "door": "Main gate"},
        {"act": "expire", "account": "nobody"},
        {"act": "unplug", "controller": "nothing", "on": True},
        {"act": "fault", "endpoint": "snyc", "fault": "503"},
        {"act": "fault", "endpoint": "sync", "fault": "418-teapot"},
        {"act": "fault", "endpoint": "sync", "fault": "503", "times": 0},
        {"act": "setting", "setting": "seed", "option": "1"},
        {"act": "setting", "setting": "time_zone", "option": "Mars/Olympus"},
        {"act": "alert_after", "controller": "", "seconds": 10},
        {"act": "visit", "door": "Main gate", "visitor": 7},
        {},
        [],
    ],
)
async def test_what_makes_no_sense_changes_nothing(
    http: ClientSession, page: Page, order: Any
) -> None:
    """It is refused with a reason, and the page shows what it showed before."""
    before = await page.state()
    async with http.post("/simulator/act", json=order) as response:
        assert response.status == 400
        assert "Cannot do this" in await response.text()
    assert await page.state() == before
