"""What was seen of the service helps the next day, and names nobody."""

import json
from typing import Any

import pytest

from custom_components.parqex.api import InvalidAnswer
from custom_components.parqex.api.observations import shape
from tests.simulator import Fault

from .conftest import Api

ONE = ["1 in all"]
DEEP = {"b": {"c": {"d": {"e": {"f": "..."}}}}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"doors": [{"active": True}, 7]}, {"doors": [{"active": "bool"}, "2 in all"]}),
        ({"data": None, "list": []}, {"data": "NoneType", "list": ["0 in all"]}),
        ({"9d9e5e0e": 1, "a@b.c": {}, "": 2, "Olivia": 3}, {"...": "4 more"}),
        ({"\ud83d": 1, "x" * 41: 2, "id": 3}, {"id": "int", "...": "2 more"}),
        ([[[[[[[7]]]]]]], [[[[[["...", *ONE], *ONE], *ONE], *ONE], *ONE], *ONE]),
        ({"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}, {"a": DEEP}),
    ],
)
def test_the_shape_of_an_answer_holds_no_values(body: Any, expected: Any) -> None:
    """Fields, types and numbers of records; a key that is no field name is a value."""
    assert shape(body) == expected


async def test_the_shape_of_an_unreadable_answer_is_kept(api: Api) -> None:
    """It shows what has to change here, in at most 51 fields."""
    fields = {f"a{chr(97 + n // 26)}{chr(97 + n % 26)}": n for n in range(600)}
    api.cloud.faults.add("sync", Fault(status=200, body=json.dumps(fields)))
    with pytest.raises(InvalidAnswer):
        await api.client.async_sync()
    kept = api.dialect.report()["shapes"]["sync"]
    assert len(kept) == 51
    assert kept["..."] == "550 more"


async def test_statuses_words_addresses_and_headers_are_kept(api: Api) -> None:
    """Not the words of fields of the same name elsewhere, nor what is no plain word."""

    def edit(body: Any) -> Any:
        body["devices"][0]["doors"][0]["state"] = "Half open"
        body["devices"][0]["doors"][1]["state"] = "since 12:01"
        body["devices"][0]["address"] = {"state": "Nevada"}
        del body["devices"][0]["doors"][0]["light"]
        return body

    api.cloud.sync_method = "POST"
    fault = Fault(edit=edit, headers={"X-RateLimit-Left": "7", "X-Served-By": "a"})
    api.cloud.faults.add("sync", fault)
    await api.client.async_sync()
    report = api.dialect.report()
    assert json.loads(json.dumps(report)) == report
    assert report["addresses"]["sync"] == "seen: POST /oauth/v1/endpoints/sync"
    assert report["addresses"]["toggle"].startswith("assumed: POST")
    assert report["statuses"] == {"sync": {"405": 1, "200": 1}}
    assert report["words"]["state"] == ["CLOSED", "Half open"]
    assert report["limit_headers"] == ["x-ratelimit-left"]
    assert report["unknown_fields"] == {"sync": ["address"]}
    assert report["missing_fields"] == {"sync": ["light"]}


async def test_what_is_documented_seen_or_assumed_is_told_apart(api: Api) -> None:
    """Row by row, and an answer without records hides no fields."""
    await api.client.async_sync()
    devices, api.cloud.controllers = api.cloud.controllers, []
    await api.client.async_sync()
    assert devices
    report = api.dialect.report()
    assert report["ways"]["states"] == "documented: OPEN, CLOSED"
    assert report["ways"]["history_order"] == "assumed: nothing"
    assert report["ways"]["silent_day"] == "assumed: an empty list"
    assert report["history_type"] == "assumed: device"
    assert report["missing_fields"] == {"sync": []}
    assert "doors" in report["shapes"]["sync"]["devices"][0]
