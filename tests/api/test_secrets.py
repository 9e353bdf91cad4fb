"""What is secret or personal stays with the client."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
import json
import logging
from traceback import format_exception

from aiohttp import ClientSession, ClientTimeout
import pytest

from custom_components.parqex.api import (
    InvalidAnswer,
    ParqExClient,
    ParqExError,
    transport,
)
from custom_components.parqex.api.client import shape
from tests.secrecy import revealed
from tests.simulator import Cloud, DemoHouse, Fault, Simulator

from .conftest import CALLS, DOOR_ID, Tokens, listening


def told(err: BaseException | None) -> Iterator[str]:
    """Return all that an exception, and what led to it, could tell."""
    while err is not None:
        yield f"{err} {err!r} {vars(err)}"
        yield from format_exception(err)
        err = err.__cause__ or err.__context__


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize(
    "fault",
    [
        Fault(reset=True),
        Fault(hang="headers"),
        Fault(hang="body"),
        Fault(status=302),
        *(Fault(status=status) for status in (400, 401, 403, 404, 428, 429, 500, 501)),
        Fault(status=200),
    ],
    ids=str,
)
async def test_no_error_tells_secrets(
    client: ParqExClient,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    endpoint: str,
    fault: Fault,
) -> None:
    """Nor does the log, even where the service repeats them."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(transport, "TIMEOUT", ClientTimeout(total=0.1))
    private = {DOOR_ID, *cloud.issued_secrets(), *cloud.personal_data()}
    everything = " ".join(sorted(private))
    body = json.dumps({"success": False, "message": everything, "id": everything})
    headers = {"Location": f"https://parqex.test/?{everything}", "X-Echo": everything}
    cloud.faults.add(endpoint, replace(fault, body=body, headers=headers))

    with pytest.raises(ParqExError) as caught:
        await CALLS[endpoint](client)

    private |= cloud.issued_secrets()
    for text in (*told(caught.value), caplog.text):
        assert not revealed(private, text)


@pytest.mark.parametrize("endpoint", CALLS)
async def test_nor_does_it_when_nobody_listens(
    client: ParqExClient,
    cloud: Cloud,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    endpoint: str,
) -> None:
    """Not even what was about to be sent."""
    caplog.set_level(logging.DEBUG)
    await simulator.stop()
    with pytest.raises(ParqExError) as caught:
        await CALLS[endpoint](client)
    private = {DOOR_ID, *cloud.issued_secrets(), *cloud.personal_data()}
    for text in (*told(caught.value), caplog.text):
        assert not revealed(private, text)


@pytest.mark.parametrize("endpoint", CALLS)
async def test_nor_does_it_when_something_else_listens(
    session: ClientSession,
    cloud: Cloud,
    tokens: Tokens,
    caplog: pytest.LogCaptureFixture,
    endpoint: str,
) -> None:
    """What aiohttp says then quotes the address and the token."""
    caplog.set_level(logging.DEBUG)
    async with listening(b"SSH-2.0-OpenSSH_10.0\r\n\r\n") as url:
        with pytest.raises(ParqExError) as caught:
            await CALLS[endpoint](ParqExClient(session, url, tokens))
    private = {DOOR_ID, *cloud.issued_secrets(), *cloud.personal_data()}
    for text in (*told(caught.value), caplog.text):
        assert not revealed(private, text)


async def test_what_is_read_holds_no_secrets(
    client: ParqExClient, cloud: Cloud, house: DemoHouse
) -> None:
    """No pairing codes, PINs or e-mail addresses; people only where they did something."""
    details = {"email": house.owner.person.email, "phone": "+1 555 0100"}
    house.owner.details.update(details)
    gate = cloud.door("Main gate")
    gate.travel_seconds = 0
    gate.open_as(cloud.visitor("Vera Visitor"))
    sync = await client.async_sync()
    events = await client.async_access_history(
        "door", gate.id, date(2000, 1, 1), date(2100, 1, 1)
    )
    account = await client.async_user_info()
    settings = await client.async_user_settings()

    private = {*cloud.issued_secrets(), *details.values()}
    private |= {text for text in cloud.personal_data() if "@" in text}
    for parsed in (sync, events, account, settings):
        assert not revealed(private, repr(parsed))
    assert not [name for name in cloud.personal_data() if name in repr(sync)]
    assert events[0].person
    assert events[0].person.name == "Vera Visitor"


async def test_the_shape_of_an_answer_holds_no_values(
    client: ParqExClient, cloud: Cloud
) -> None:
    """It is meant to be shared: fields, their types, and how many there are."""
    await client.async_sync()
    controller, number = client.last_shape["devices"]
    assert number == "2 in all"
    assert controller["owner_first_name"] == "str"
    assert controller["doors"][0]["active"] == "bool"
    assert controller["doors"][1] == "3 in all"
    private = {*cloud.issued_secrets(), *cloud.personal_data()}
    private |= {text for door in cloud.doors for text in (door.id, door.name)}
    private |= {controller.id for controller in cloud.controllers}
    assert not revealed(private, repr(client.last_shape))


def test_the_shape_of_an_answer_holds_no_ids_that_things_are_listed_under() -> None:
    """Nor e-mail addresses, nor without end."""
    devices = {"9d9e5e0e": {"doors": []}, "a@example.com": 1, "a\x00": 2, "": 3}
    assert shape({"devices": devices}) == {"devices": {"...": "4 more"}}
    many = {f"{chr(97 + one // 26)}{chr(97 + one % 26)}": one for one in range(100)}
    assert len(shape(many)) == 51


async def test_the_shape_of_an_unreadable_answer_is_kept(
    client: ParqExClient, cloud: Cloud
) -> None:
    """It tells what to change here."""
    body = '{"data": {"devices": null, "more": [], "id": 7}}'
    cloud.faults.add("sync", Fault(status=200, body=body))
    with pytest.raises(InvalidAnswer):
        await client.async_sync()
    assert client.last_shape == {
        "data": {"devices": "NoneType", "more": [], "id": "int"}
    }


@pytest.mark.parametrize(
    "key", ["9d9e5e0e093a06d5", "Olivia", "olivia@example.com", "\\ud83d", "x" * 41]
)
async def test_what_is_no_field_is_not_in_the_shape(
    client: ParqExClient, cloud: Cloud, key: str
) -> None:
    """Where ids or names are keys they are values; and it can be written down."""
    body = f'{{"devices": [{{"id": "c1", "doors": [], "{key}": {{}}}}]}}'
    cloud.faults.add("sync", Fault(status=200, body=body))
    await client.async_sync()
    assert client.last_shape == {
        "devices": [{"id": "str", "doors": [], "...": "1 more"}, "1 in all"]
    }


async def test_the_shape_of_an_answer_has_an_end(
    client: ParqExClient, cloud: Cloud
) -> None:
    """It is kept, and nobody reads a million lines."""
    fields = {"a" * 20 + chr(97 + n // 26) + chr(97 + n % 26): n for n in range(600)}
    cloud.faults.add(
        "sync", Fault(status=200, body=json.dumps({"devices": [], **fields}))
    )
    await client.async_sync()
    assert len(client.last_shape) == 51
    assert client.last_shape["..."] == "551 more"


async def test_left_out_records_are_logged_once_and_without_names(
    client: ParqExClient,
    cloud: Cloud,
    house: DemoHouse,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The number says enough, and every 30 s would say it too often."""
    caplog.set_level(logging.DEBUG)

    def spoil(body: dict[str, list[dict[str, object]]]) -> object:
        body["devices"][0]["doors"] = None
        return body

    cloud.faults.add("sync", Fault(edit=spoil))
    first, second = [await client.async_sync() for _ in range(2)]
    assert first == second
    assert list(first.controllers) == [house.garage.id]
    logged = [one for one in caplog.records if one.name.startswith("custom_components")]
    assert [one.levelname for one in logged] == ["WARNING"]
    assert "1 record(s)" in caplog.text
    private = {*cloud.issued_secrets(), *cloud.personal_data()}
    private |= {text for door in cloud.doors for text in (door.id, door.name)}
    private |= {controller.id for controller in cloud.controllers}
    assert not revealed(private, caplog.text)


async def test_a_complete_list_is_not_worth_a_line(
    client: ParqExClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is logged while all is well."""
    caplog.set_level(logging.DEBUG, "custom_components")
    await client.async_sync()
    assert not [one for one in caplog.records if one.name.startswith("custom_comp")]
