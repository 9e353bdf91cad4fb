"""While ParqEx asked not to be sent requests, none is sent."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.parqex.api import CannotConnect, RateLimited, parse_retry_after
from tests.simulator import Fault

from .conftest import CALLS, Api

# The names of requests in these tests, and the endpoints that they go to.
REQUESTS = {
    "sync": "sync",
    "toggle": "toggle",
    "history": "toggle-history",
    "user_info": "user-info",
    "user_settings": "user-settings",
}
SEPARATE = {"toggle-history", "user-info", "user-settings"}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("limited", REQUESTS)
async def test_an_answer_with_retry_after_stops_later_requests(
    api: Api, freezer: FrozenDateTimeFactory, limited: str, status: int
) -> None:
    """A command that got 503 may have been carried out, but limits the rate as well."""
    fault = Fault(status=status, headers={"Retry-After": "60"})
    api.cloud.faults.add(limited, fault, times=1)
    expected = CannotConnect if (limited, status) == ("toggle", 503) else RateLimited
    with pytest.raises(expected):
        await CALLS[limited](api.client)
    # A shorter limit ends it no earlier.
    api.rate_limit.pause(REQUESTS[limited], 5)
    api.cloud.requests.clear()
    freezer.tick(59)
    for name, endpoint in REQUESTS.items():
        if endpoint != REQUESTS[limited] and REQUESTS[limited] in SEPARATE:
            await CALLS[name](api.client)
            continue
        with pytest.raises(RateLimited):
            await CALLS[name](api.client)
        assert name not in [one.endpoint for one in api.cloud.requests]
    freezer.tick(1)
    await CALLS[limited](api.client)


@pytest.mark.parametrize("renewed", [False, True])
async def test_the_limit_is_checked_right_before_each_request(
    api: Api, monkeypatch: pytest.MonkeyPatch, renewed: bool
) -> None:
    """It may begin while the token is fetched, or renewed after a rejection."""
    name = "async_renewed_access_token" if renewed else "async_access_token"
    fetch = getattr(api.tokens, name)

    async def fetch_while_a_limit_begins(*args: str) -> str:
        api.rate_limit.pause("sync", 60)
        token: str = await fetch(*args)
        return token

    if renewed:
        api.cloud.faults.add("toggle", Fault(status=401), times=1)
    monkeypatch.setattr(api.tokens, name, fetch_while_a_limit_begins)
    with pytest.raises(RateLimited):
        await CALLS["toggle"](api.client)
    assert len(api.cloud.requests) == renewed
    assert not api.cloud.commands


async def test_preparing_a_command_sends_nothing(api: Api) -> None:
    """It checks the limit and fetches the token, which the command then need not."""
    api.tokens.access_token = ""
    await api.client.async_prepare_toggle()
    assert api.tokens.access_token
    api.rate_limit.pause("toggle", 60)
    with pytest.raises(RateLimited):
        await api.client.async_prepare_toggle()
    assert api.cloud.requests == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *[("0", 0), ("120", 120), (" 120 ", 120), ("86401", 86400), ("9" * 400, 86400)],
        ("Mon, 02 Nov 2026 12:01:30 GMT", 90),
        ("Monday, 02-Nov-26 12:01:30 GMT", 90),
        ("Mon, 02 Nov 2026 13:01:30 +0100", 90),
        ("Mon, 02 Nov 2026 12:01:30", 90),
        ("Mon, 02 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("Mon, 99 Nov 2026 12:00:00 GMT", None),
        *[("-5", None), ("1.5", None), ("soon", None), ("", None), (None, None)],
        ("\N{SUPERSCRIPT TWO}", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(
    freezer: FrozenDateTimeFactory, header: str | None, seconds: float | None
) -> None:
    """At most a day; anything else is as good as nothing."""
    freezer.move_to("2026-11-02 12:00:00")
    assert parse_retry_after(header) == seconds


async def test_a_clock_that_is_behind_prolongs_no_wait(api: Api) -> None:
    """A day, after a power cut, until it has the time again."""
    now = datetime.now(UTC) + timedelta(days=1)
    dates = (format_datetime(now + timedelta(minutes=one), True) for one in (0, 1))
    headers = dict(zip(("Date", "Retry-After"), dates, strict=True))
    api.cloud.faults.add("sync", Fault(status=503, headers=headers), times=1)
    with pytest.raises(RateLimited) as caught:
        await api.client.async_sync()
    assert caught.value.retry_after == 60
