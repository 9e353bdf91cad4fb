"""Tests for the simulator's page for people: its state, and its buttons."""

from collections.abc import Awaitable, Callable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from tests.simulator import Cloud, DemoHouse
from tests.simulator.faults import ENDPOINTS

from .conftest import Ask, Client

type Act = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def act(ask: Ask) -> Act:
    """Return a function that presses a button: it returns what the page shows then."""

    async def act(act: str, **order: Any) -> dict[str, Any]:
        status, state = await ask("POST", "/simulator/act", json={"act": act, **order})
        assert status == 200
        assert isinstance(state, dict)
        assert await ask("GET", "/simulator/state") == (200, state)
        return state

    return act


async def test_page_loads_nothing_else(ask: Ask) -> None:
    """All styles and scripts are in it, and none can insert markup."""
    _, text = await ask("GET", "/")
    for part in (".css */", ".js */", "innerHTML", "insertAdjacentHTML", "import("):
        assert part not in text
    assert "src=" not in text
    assert "http" not in text.replace("http-equiv", "")
    for part in ("--at", "@media (prefers-reduced-motion", "function poll("):
        assert part in text


@pytest.mark.parametrize(
    ("options", "status"),
    [
        # A form of another site can send this.
        ({"data": '{"act": "end_troubles"}'}, 415),
        ({"json": {"act": "dance", "door": "Main gate"}}, 400),
        ({"json": {"act": "stuck", "door": "Main gate"}}, 400),
        ({"json": {"act": "name", "door": "Main gate", "on": True}}, 400),
        ({"json": {"act": "expire", "account": "nobody"}}, 400),
        ({"json": {"act": "unplugged", "controller": "nothing", "on": True}}, 400),
        ({"json": {"act": "fault", "endpoint": "snyc", "fault": "503"}}, 400),
        ({"json": {"act": "fault", "endpoint": "sync", "fault": "teapot"}}, 400),
        ({"json": {"act": "setting", "setting": "seed", "option": "1"}}, 400),
        ({"json": []}, 400),
    ],
)
async def test_invalid_order_changes_nothing(
    ask: Ask, options: Any, status: int
) -> None:
    """It is refused, and the page shows the same as before."""
    before = await ask("GET", "/simulator/state")
    assert (await ask("POST", "/simulator/act", **options))[0] == status
    assert await ask("GET", "/simulator/state") == before


async def test_doors_show_where_they_are(
    ask: Ask, act: Act, cloud: Cloud, house: DemoHouse, freezer: FrozenDateTimeFactory
) -> None:
    """The picture follows the travel; the state follows the arrival."""

    async def seen(name: str, key: str, seconds: float, **more: Any) -> Any:
        await act(name, door=cloud.door(key).id, **more)
        freezer.tick(seconds)
        _, state = await ask("GET", "/simulator/state")
        doors = [door for one in state["controllers"] for door in one["doors"]]
        [door] = [door for door in doors if door["name"] == key]
        return door["state"], door["moving_to"], door["position"], door["closes_in"]

    gate, own = "Main gate", "Pedestrian door"
    quarter, most = pytest.approx(0.25), pytest.approx(0.75)
    visit = {"visitor": "Vera Visitor"}
    assert await seen("visit", gate, 1, **visit) == ("CLOSED", "OPEN", quarter, None)
    assert await seen("close_by_hand", gate, 0) == ("CLOSED", None, 0, None)
    assert await seen("open_by_hand", own, 10) == ("OPEN", None, 1, 20)
    assert await seen("open_by_hand", own, 21) == ("OPEN", "CLOSED", most, None)


async def test_buttons_of_doors_and_accounts(
    act: Act,
    owner: Client,
    cloud: Cloud,
    house: DemoHouse,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each has its effect, and the page shows it."""
    door, login = {"door": cloud.door("Garage left").id}, {"account": house.owner.id}
    await act("open_by_hand", **door)
    freezer.tick(10)
    await act("alert_after", controller=house.garage.id, seconds=10)
    await act("auto_close", **door, on=True)
    await act("share", **door, account=house.guest.id, on=True)
    await act("webhook_add", address="http://127.0.0.1:9/")
    state = await act("expire", **login)
    shown, webhook = state["controllers"][1]["doors"][0], state["webhooks"][0]
    assert (shown["left_open"], shown["auto_close_delay"]) == (True, 30)
    assert shown["guests"] == [house.guest.id]
    assert state["log"][0]["door"] == "Garage left"
    assert (state["accounts"][0]["links"], state["accounts"][0]["expired"]) == (1, 1)
    state = await act("webhook_remove", address=webhook["address"])
    assert state["webhooks"] == []
    assert (await act("revoke", **login))["accounts"][0]["links"] == 0


async def test_every_trouble_is_shown_and_can_be_ended(
    act: Act, cloud: Cloud, house: DemoHouse
) -> None:
    """Each comes with the order that ends it, and it alone."""
    door = {"door": cloud.door("Main gate").id}
    controller = {"controller": house.entrance.id}
    orders: dict[str, dict[str, Any]] = {
        "is unplugged": {"act": "unplugged", "on": True} | controller,
        "is not registered": {"act": "registered", "on": False} | controller,
        "is switched off": {"act": "active", "on": False} | controller,
        "refuses with 501": {"act": "refusal", "status": 501} | controller,
        "gate is switched off": {"act": "active", "on": False} | door,
        "is stuck": {"act": "stuck", "on": True} | door,
        "requires a sensor": {"act": "requires_sensor", "on": True} | door,
        "refuses with 400": {"act": "refusal", "status": 400} | door,
        "sync: reset": {"act": "fault", "endpoint": "sync", "fault": "reset"},
    }
    for order in orders.values():
        state = await act(**order)
    troubles = state["troubles"]
    for text, trouble in zip(orders, troubles, strict=True):
        assert text in trouble["text"]
    for number, trouble in enumerate(troubles, 1):
        assert (await act(**trouble["end"]))["troubles"] == troubles[number:]
    for order in orders.values():
        await act(**order)
    assert (await act("end_troubles"))["troubles"] == []


async def test_a_fault_lasts_as_long_as_chosen(
    ask: Ask, act: Act, owner: Client
) -> None:
    """The page shows how many requests are left."""
    state = await act("fault", endpoint=None, fault="503")
    assert state["faults"] == dict.fromkeys(ENDPOINTS, "503")
    await act("fault", endpoint=None, fault="")
    state = await act("fault", endpoint="sync", fault="503", times=2)
    for left in ("2 more requests", "1 more request"):
        assert [one["text"] for one in state["troubles"]] == [f"sync: 503, for {left}"]
        assert (await owner("GET", "sync"))[0] == 503
        _, state = await ask("GET", "/simulator/state")
    assert state["troubles"] == []


async def test_every_setting_can_be_chosen(act: Act) -> None:
    """The first option is how the cloud starts."""
    for setting in (await act("end_troubles"))["settings"]:
        assert setting["chosen"] == setting["options"][0]
        for option in setting["options"]:
            state = await act("setting", setting=setting["name"], option=option)
            assert {**setting, "chosen": option} in state["settings"]
