"""What is secret or personal stays within the client."""

from dataclasses import replace
import json
import logging

import pytest

from custom_components.parqex.api import CannotConnect, ParqExError, transport
from tests.secrecy import revealed, shown_by
from tests.simulator import Fault

from .conftest import CALLS, DAYS, DOOR_ID, Api, listening


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize(
    "fault",
    [
        *(None, Fault(reset=True), Fault(hang="headers"), Fault(hang="body")),
        *(Fault(status=status) for status in (200, 302, 400, 401, 403, 410, 428)),
        *(Fault(status=status) for status in (429, 500, 501)),
        *(b"", b"SSH-2.0-OpenSSH_10.0\r\n\r\n"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: all\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nall\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 20_000 + b"\r\n\r\n",
    ],
    ids=lambda fault: str(fault)[:60],
)
async def test_no_error_and_no_log_line_holds_secrets(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    endpoint: str,
    fault: Fault | bytes | None,
) -> None:
    """Even where the service repeats them, or aiohttp quotes address and token.

    The connection fails if nothing or something else listens, or the answer is torn.
    """
    assert 0 < transport.SECONDS_TO_ANSWER < 30
    monkeypatch.setattr(transport, "SECONDS_TO_ANSWER", 0.1)
    caplog.set_level(logging.DEBUG)
    private = {DOOR_ID, *api.cloud.issued_secrets(), *api.cloud.personal_data()}
    answer = b""
    meaning: type[ParqExError] = CannotConnect
    if isinstance(fault, Fault):
        meaning = ParqExError if fault.status else CannotConnect
        text = " ".join(sorted(private))
        body = json.dumps({"success": False, "message": text, "id": text})
        headers = {"Location": f"https://parqex.test/?{text}", "X-Echo": text}
        api.cloud.faults.add(endpoint, replace(fault, body=body, headers=headers))
    elif fault is None:
        await api.simulator.stop()
    else:
        answer = fault
    async with listening(answer) as url:
        client = api.client_at(url) if isinstance(fault, bytes) else api.client
        with pytest.raises(meaning) as caught:
            await CALLS[endpoint](client)
    private |= api.cloud.issued_secrets()
    assert not revealed(private, shown_by(caught.value) + caplog.text)


async def test_what_is_read_holds_no_secrets(api: Api) -> None:
    """No codes, PINs, e-mail addresses; people only where they did something."""
    cloud, owner = api.cloud, api.house.owner
    owner.details.update({"email": owner.person.email, "phone": "+1 555 0100"})
    gate = cloud.door("Main gate")
    gate.travel_seconds = 0
    gate.open_as(cloud.visitor("Vera Visitor"))
    snapshot = await api.client.async_sync()
    ((event,),) = await api.client.async_access_history(
        api.house.entrance.id, [gate.id], *DAYS
    )
    assert event.person
    assert event.person.name == "Vera Visitor"
    account = await api.client.async_user_info()
    settings = await api.client.async_user_settings()

    private = {*cloud.issued_secrets(), *owner.details.values()}
    private |= {text for text in cloud.personal_data() if "@" in text}
    for parsed in (snapshot, event, account, settings):
        assert not revealed(private, repr(parsed))
    listed = {one for door in cloud.doors for one in (door.id, door.name)}
    private |= {*cloud.personal_data(), *listed, *snapshot.controllers}
    assert not revealed(private, repr(api.dialect.report()))
    assert not [name for name in cloud.personal_data() if name in repr(snapshot)]
