"""Commands: sent once, refused by meaning, never taken for more than they are."""

import json
from pathlib import Path
from typing import Any

from aiohttp import ClientTimeout
import pytest

from custom_components.parqex.api import (
    CannotConnect,
    ControllerOffline,
    Forbidden,
    InvalidAnswer,
    NotAuthorized,
    NotSupported,
    ParqExClient,
    ParqExError,
    RateLimited,
    Refused,
    SensorRequired,
    State,
    transport,
)
from tests.simulator import Cloud, DemoHouse, Fault

from .conftest import Tokens

FIXTURES = Path(__file__).parents[1] / "fixtures"

DOCUMENTED: list[tuple[int, type[Refused]]] = [
    (400, Refused),
    (401, Refused),
    (404, ControllerOffline),
    (428, SensorRequired),
    (501, NotSupported),
]


def paths(cloud: Cloud) -> list[str]:
    """Return the addresses that were asked, without what they have in common."""
    return [one.path.removeprefix("/oauth/v1/") for one in cloud.requests]


@pytest.mark.parametrize("state", list(State))
async def test_an_accepted_command_reaches_the_cloud_once(
    client: ParqExClient, cloud: Cloud, state: State
) -> None:
    """For every access point."""
    for door in cloud.doors:
        await client.async_toggle(door.id, state)
    assert [(one.door_id, one.state) for one in cloud.commands] == [
        (door.id, state.value) for door in cloud.doors
    ]
    assert paths(cloud) == ["endpoints/toggle"] * len(cloud.doors)


async def test_the_documented_acceptance(client: ParqExClient, cloud: Cloud) -> None:
    """The sample of the documentation."""
    body = (FIXTURES / "toggle-response-200.json").read_bytes()
    cloud.faults.add("toggle", Fault(status=200, body=body))
    await client.async_toggle("cbd3nb34877293484bcccbbd29393", State.OPEN)
    sample = json.loads((FIXTURES / "toggle-request.json").read_bytes())
    assert cloud.requests[0].json == sample


@pytest.mark.parametrize("sample", [False, True])
@pytest.mark.parametrize(("status", "meaning"), DOCUMENTED)
async def test_a_documented_refusal_is_final(
    client: ParqExClient,
    cloud: Cloud,
    house: DemoHouse,
    tokens: Tokens,
    sample: bool,
    status: int,
    meaning: type[ParqExError],
) -> None:
    """One request, no renewal: its 401 is the controller's; its success is no success."""
    house.entrance.refusal = status
    if sample:
        body = (FIXTURES / f"toggle-response-{status}.json").read_bytes()
        cloud.faults.add("toggle", Fault(status=status, body=body))
    with pytest.raises(meaning) as caught:
        await client.async_toggle(cloud.door("Main gate").id, State.OPEN)
    assert caught.type is meaning
    assert paths(cloud) == ["endpoints/toggle"]
    assert tokens.rejected == []
    assert cloud.commands == []


@pytest.mark.parametrize(("status", "meaning"), DOCUMENTED)
async def test_the_other_documented_shape_of_an_error_means_the_same(
    client: ParqExClient,
    cloud: Cloud,
    tokens: Tokens,
    status: int,
    meaning: type[ParqExError],
) -> None:
    """A list of errors."""
    sample = (FIXTURES / f"toggle-response-{status}.json").read_bytes()
    body = json.dumps({"errors": [{"message": json.loads(sample)["message"]}]})
    cloud.faults.add("toggle", Fault(status=status, body=body))
    with pytest.raises(meaning) as caught:
        await client.async_toggle(cloud.door("Main gate").id, State.OPEN)
    assert caught.type is meaning
    assert len(cloud.requests) == 1
    assert tokens.rejected == []


@pytest.mark.parametrize(("code", "meaning"), DOCUMENTED)
@pytest.mark.parametrize("kind", [int, str])
async def test_a_documented_refusal_may_come_as_a_code(
    client: ParqExClient,
    cloud: Cloud,
    tokens: Tokens,
    kind: type[int | str],
    code: int,
    meaning: type[ParqExError],
) -> None:
    """Inside HTTP 200, as the earlier brand sent them."""
    sample = (FIXTURES / f"toggle-response-{code}.json").read_bytes()
    body = json.dumps({**json.loads(sample), "code": kind(code)})
    cloud.faults.add("toggle", Fault(status=200, body=body))
    with pytest.raises(meaning) as caught:
        await client.async_toggle(cloud.door("Main gate").id, State.OPEN)
    assert caught.type is meaning
    assert len(cloud.requests) == 1
    assert tokens.rejected == []


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (200, '{"success": false}', Refused),
        (200, '{"success": false, "message": "200"}', Refused),
        (200, '{"errors": [{"message": "It did not work."}]}', Refused),
        (200, '{"success": false, "code": 404}', ControllerOffline),
        (200, "<!doctype html>", InvalidAnswer),
        (200, "", InvalidAnswer),
        (200, "null", InvalidAnswer),
        (200, "[]", InvalidAnswer),
        (202, '{"success": true, "message": "200"}', InvalidAnswer),
        (403, None, Forbidden),
        (405, None, Refused),
        (408, None, CannotConnect),
        (429, None, RateLimited),
        (500, (FIXTURES / "errors-500.json").read_bytes(), CannotConnect),
        (502, "<!doctype html>", CannotConnect),
        (503, None, CannotConnect),
    ],
)
async def test_no_other_answer_is_an_acceptance(
    client: ParqExClient,
    cloud: Cloud,
    status: int,
    body: str | bytes | None,
    meaning: type[ParqExError],
) -> None:
    """And none makes the client send the command again."""
    cloud.faults.add("toggle", Fault(status=status, body=body))
    with pytest.raises(meaning) as caught:
        await client.async_toggle(cloud.door("Main gate").id, State.OPEN)
    assert caught.type is meaning
    assert len(cloud.requests) == 1


async def test_after_an_expired_token_the_command_is_sent_once_more(
    client: ParqExClient, cloud: Cloud, house: DemoHouse, tokens: Tokens
) -> None:
    """The first was not accepted, so the second is the only one."""
    expired = tokens.access_token
    cloud.oauth.expire(house.owner)
    await client.async_toggle(cloud.door("Main gate").id, State.OPEN)
    assert tokens.rejected == [expired]
    assert len(cloud.requests) == 2
    assert len(cloud.commands) == 1


async def test_a_renewed_token_that_is_rejected_ends_it(
    client: ParqExClient, cloud: Cloud, tokens: Tokens
) -> None:
    """Without a third request."""
    cloud.faults.add("toggle", Fault(status=401))
    with pytest.raises(NotAuthorized):
        await client.async_toggle(cloud.door("Main gate").id, State.OPEN)
    assert len(tokens.rejected) == 1
    assert len(cloud.requests) == 2


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(after=True, reset=True),
        Fault(after=True, hang="headers"),
        Fault(after=True, hang="body"),
        Fault(after=True, status=500),
    ],
    ids=str,
)
async def test_a_command_whose_answer_is_lost_is_not_repeated(
    client: ParqExClient,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    connected: bool,
    fault: Fault,
) -> None:
    """Nobody knows whether it was carried out: here it was."""
    if connected:
        await client.async_sync()
        cloud.requests.clear()
    monkeypatch.setattr(transport, "TIMEOUT", ClientTimeout(total=0.5))
    cloud.faults.add("toggle", fault, times=1)
    with pytest.raises(CannotConnect):
        await client.async_toggle(cloud.door("Main gate").id, State.OPEN)
    assert len(cloud.requests) == 1
    assert len(cloud.commands) == 1


async def test_the_other_documented_address_is_found_and_remembered(
    client: ParqExClient, cloud: Cloud
) -> None:
    """The second command makes exactly one request."""
    cloud.toggle_path = "endpoint"
    first, second = cloud.doors[:2]
    await client.async_toggle(first.id, State.OPEN)
    assert paths(cloud) == ["endpoints/toggle", "endpoint/toggle"]
    await client.async_toggle(second.id, State.OPEN)
    assert paths(cloud)[2:] == ["endpoint/toggle"]
    assert [one.door_id for one in cloud.commands] == [first.id, second.id]


@pytest.mark.parametrize("refusal", [401, 404, 428])
async def test_an_address_is_also_known_by_its_refusals(
    client: ParqExClient, cloud: Cloud, house: DemoHouse, refusal: int
) -> None:
    """They come from the controller, so the address was right."""
    cloud.toggle_path = "endpoint"
    house.entrance.refusal = refusal
    gate = cloud.door("Main gate")
    for _ in range(2):
        with pytest.raises(Refused):
            await client.async_toggle(gate.id, State.OPEN)
    assert paths(cloud) == ["endpoints/toggle", *["endpoint/toggle"] * 2]


@pytest.mark.parametrize(
    "fault",
    [
        *(
            Fault(status=status, body="<!doctype html><title>Soon back</title>")
            for status in (200, 302, 403, 429, 500, 503)
        ),
        Fault(reset=True),
    ],
    ids=str,
)
async def test_a_passing_failure_says_nothing_about_the_address(
    client: ParqExClient, cloud: Cloud, fault: Fault
) -> None:
    """Whatever stands before the service may fail for addresses that do not exist."""
    cloud.faults.add("toggle", fault)
    with pytest.raises(ParqExError):
        await client.async_toggle(cloud.doors[0].id, State.OPEN)
    cloud.faults.clear()
    cloud.toggle_path = "endpoint"
    await client.async_toggle(cloud.doors[0].id, State.OPEN)
    assert len(cloud.commands) == 1


@pytest.mark.parametrize("body", ["<!doctype html>", "", "[]", "{}"])
async def test_without_any_address_it_is_refused(
    client: ParqExClient, cloud: Cloud, body: Any
) -> None:
    """No controller is called offline for it, and nothing is remembered."""
    door = cloud.doors[0]
    for commands in range(3):
        cloud.faults.add("toggle", Fault(status=404, body=body))
        with pytest.raises(Refused) as caught:
            await client.async_toggle(door.id, State.OPEN)
        assert caught.type is Refused
        assert paths(cloud) == ["endpoints/toggle", "endpoint/toggle"]
        assert len(cloud.commands) == commands
        cloud.faults.clear()
        await client.async_toggle(door.id, State.OPEN)
        cloud.requests.clear()
