"""Commands: sent once, refused by meaning, never taken for more than they are."""

from collections.abc import Iterator
from contextlib import nullcontext
import json
from typing import Any

import pytest

from custom_components.parqex.api import (
    CannotConnect,
    ControllerOffline,
    NotSupported,
    ParqExError,
    Refused,
    SensorRequired,
    State,
)
from tests.simulator import Cloud, Fault

from .conftest import DOOR_ID, Api
from .records import documented

PAGE = "<!doctype html><title>Soon back</title>"

DOCUMENTED: dict[int, type[Refused]] = {
    400: Refused,
    401: Refused,
    404: ControllerOffline,
    428: SensorRequired,
    501: NotSupported,
}


def refusals() -> Iterator[tuple[Fault, type[ParqExError]]]:
    """Yield the documented refusals, in each of the shapes of an error."""
    for status, meaning in DOCUMENTED.items():
        body = documented(f"toggle-response-{status}.json")
        for shape in (body, {"errors": [{"message": body["message"]}]}):
            yield Fault(status=status, body=json.dumps(shape)), meaning
        for code in (status, str(status)):
            yield Fault(status=200, body=json.dumps({**body, "code": code})), meaning
        message = body["message"]
        for text in (json.dumps(body), json.dumps(message), message.upper()):
            yield Fault(status=202, body=text), meaning
    unheard = '{"message": "Your gate didn\'t respond. Wait a few seconds"}'
    for status in (200, 400, 401, 404, 428, 501, 503):
        yield Fault(status=status, body=unheard), CannotConnect
    yield Fault(status=200, body='{"success": false, "code": 404}'), ControllerOffline
    for text in ('{"success": false}', '{"errors": [{"a": 1}]}'):
        yield Fault(status=202, body=text), Refused


def paths(cloud: Cloud) -> list[str]:
    """Return the addresses of the requests, without what they have in common."""
    return [one.path.removeprefix("/oauth/v1/") for one in cloud.requests]


@pytest.mark.parametrize(("fault", "meaning"), refusals(), ids=str)
async def test_a_documented_refusal_is_final(
    api: Api, fault: Fault, meaning: type[ParqExError]
) -> None:
    """One request, no renewal: its 401 is the controller's; its success is no success."""
    api.cloud.faults.add("toggle", fault)
    with pytest.raises(meaning) as caught:
        await api.client.async_toggle(DOOR_ID, State.OPEN)
    assert caught.type is meaning
    assert paths(api.cloud) == ["endpoints/toggle"]
    assert api.tokens.rejected == []


@pytest.mark.parametrize("refusal", [None, *DOCUMENTED])
async def test_the_other_documented_address_is_found_and_remembered(
    api: Api, refusal: int | None
) -> None:
    """Also by a refusal: it comes from the controller, so the address is right."""
    api.cloud.toggle_path = "endpoint"
    api.house.garage.refusal = refusal
    for _ in range(2):
        with pytest.raises(DOCUMENTED[refusal]) if refusal else nullcontext():
            await api.client.async_toggle(DOOR_ID, State.OPEN)
    first, second = "endpoints/toggle", "endpoint/toggle"
    assert paths(api.cloud) == [first, second, second]
    assert len(api.cloud.commands) == (0 if refusal else 2)


@pytest.mark.parametrize("other", [{"toggle_path": "endpoint"}, {"slash": "always"}])
async def test_it_is_checked_whether_a_command_may_go_to_another_address(
    api: Api, other: dict[str, Any]
) -> None:
    """It may be too late meanwhile."""

    def check() -> None:
        if api.cloud.requests:
            raise TimeoutError

    for name, value in other.items():
        setattr(api.cloud, name, value)
    with pytest.raises(TimeoutError):
        await api.client.async_toggle(DOOR_ID, State.OPEN, check)
    assert len(api.cloud.requests) == 1
    assert not api.cloud.commands


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault(status=status, body=PAGE) for status in (200, 302, 403, 429, 500, 503)),
        Fault(reset=True),
    ],
    ids=str,
)
async def test_a_passing_failure_does_not_settle_the_address(
    api: Api, fault: Fault
) -> None:
    """A proxy before the service may fail for addresses that do not exist."""
    api.cloud.faults.add("toggle", fault)
    with pytest.raises(ParqExError):
        await api.client.async_toggle(DOOR_ID, State.OPEN)
    api.cloud.faults.clear()
    api.cloud.toggle_path = "endpoint"
    await api.client.async_toggle(DOOR_ID, State.OPEN)
    assert len(api.cloud.commands) == 1


@pytest.mark.parametrize("body", [PAGE, "", "[]", "{}"])
async def test_without_any_address_it_is_refused(api: Api, body: Any) -> None:
    """No controller is called offline for it, and nothing is remembered."""
    for commands in range(3):
        api.cloud.faults.add("toggle", Fault(status=404, body=body))
        with pytest.raises(Refused) as caught:
            await api.client.async_toggle(DOOR_ID, State.OPEN)
        assert caught.type is Refused
        assert paths(api.cloud) == ["endpoints/toggle", "endpoint/toggle"]
        assert len(api.cloud.commands) == commands
        api.cloud.faults.clear()
        await api.client.async_toggle(DOOR_ID, State.OPEN)
        api.cloud.requests.clear()
