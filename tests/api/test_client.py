"""One method per endpoint, against a cloud that answers as documented."""

from typing import Any

import pytest

from custom_components.parqex.api import State

from .conftest import CALLS, CONTROLLER_ID, DAYS, DOOR_ID, Api

LOG = {
    "history_type": "device",
    "device_id": CONTROLLER_ID,
    "start_date": "2000-01-01",
    "end_date": "2099-12-31",
}


@pytest.mark.parametrize(
    ("endpoint", "line", "query", "body"),
    [
        ("sync", "GET sync", {}, None),
        ("history", "GET toggle-history", LOG, None),
        ("user_info", "GET user-info", {}, None),
        ("user_settings", "POST user-info", {}, {}),
        ("toggle", "POST toggle", {}, {"door_id": DOOR_ID, "door_state": "OPEN"}),
    ],
)
async def test_every_request_is_sent_as_documented(
    api: Api, endpoint: str, line: str, query: dict[str, str], body: Any
) -> None:
    """Method, address, parameters, body and all headers."""
    await CALLS[endpoint](api.client)
    [request] = api.cloud.requests
    method, path = line.split()
    assert (request.method, request.path) == (method, f"/oauth/v1/endpoints/{path}")
    assert (dict(request.query), request.json) == (query, body)
    headers = {
        "Authorization": f"Bearer {api.tokens.access_token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip",
    }
    for name, value in headers.items():
        assert request.headers.getall(name) == [value]


@pytest.mark.parametrize("dashed", [False, True])
@pytest.mark.parametrize("listed", ["0ddba11c0ffee0d1", "A B/c?d=e&f#g%20"])
async def test_ids_are_sent_as_sync_listed_them(
    api: Api, listed: str, dashed: bool
) -> None:
    """In whatever spelling."""
    listed = f"{listed[:8]}-{listed[8:]}" if dashed else listed
    api.cloud.history_types = {"door"}
    api.cloud.add_door(api.house.garage, "Cellar", id=listed)
    assert listed in (await api.client.async_sync()).access_points
    await api.client.async_toggle(listed, State.OPEN)
    await api.client.async_access_history(CONTROLLER_ID, [listed], *DAYS)
    assert api.cloud.requests[-3].json["door_id"] == listed
    assert api.cloud.requests[-1].query["door_id"] == listed


async def test_what_the_log_can_be_asked_for_by_is_remembered(api: Api) -> None:
    """A refused kind costs one request, once; a refusal that passes teaches nothing.

    Nor does a log without entries, also if that is not found.
    """

    async def requested(*ids: str) -> list[str]:
        api.cloud.requests.clear()
        await api.client.async_access_history(CONTROLLER_ID, ids, *DAYS)
        return [one.query["history_type"] for one in api.cloud.requests]

    api.cloud.history_types = {"door"}
    assert await requested() == []
    assert await requested(DOOR_ID, "unknown") == ["device", "door", "door"]
    assert await requested(DOOR_ID, DOOR_ID) == ["door", "door"]
    api.cloud.history_types = {"device"}
    assert await requested(DOOR_ID) == ["door", "device"]
    api.cloud.history_types = {"device", "door"}
    assert await requested(DOOR_ID) == ["door"]
    api.cloud.silent_day = "404"
    assert await requested(DOOR_ID) == ["door"]
