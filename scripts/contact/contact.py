"""Link, read, operate, and write down how the service answers."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, override

from aiohttp import ClientSession, DummyCookieJar, TCPConnector

from custom_components.parqex.api import (
    Dialect,
    ParqExClient,
    ParqExError,
    RateLimit,
    Snapshot,
    base_url,
)
from custom_components.parqex.api.answer import Answer

from .login import Login, Terminal
from .operate import async_operate
from .scrub import Scrubber

DAY = timedelta(days=1)
SAMPLED = ("sync", "user-info", "user-settings", "toggle-history")


class RecordingDialect(Dialect):
    """What was learnt of how the service speaks, with scrubbed answers."""

    def __init__(self) -> None:
        """Initialize with nothing recorded."""
        super().__init__()
        self.samples: dict[str, Any] = {}
        self._scrubber = Scrubber()

    @override
    async def async_send(
        self, endpoint: str, send: Callable[[str, str], Awaitable[Answer]]
    ) -> Answer:
        """Send a request, and record its answer if that is new."""
        answer = await super().async_send(endpoint, send)
        if endpoint in SAMPLED and answer.body is not None:
            number = sum(name.startswith(endpoint) for name in self.samples)
            name = f"{endpoint}-{number + 1}" if number else endpoint
            self.samples[name] = self._scrubber.scrub(answer.body)
        return answer


async def async_contact(terminal: Terminal, folder: Path, *, operate: bool) -> None:
    """Do everything, and write the folder, also where ParqEx refuses something."""
    dialect = RecordingDialect()
    # While the person thinks, the service may close a connection that is kept.
    connector = TCPConnector(force_close=True)
    async with ClientSession(
        connector=connector, cookie_jar=DummyCookieJar()
    ) as session:
        try:
            login = Login(session, address := base_url(), dialect)
            await login.async_link(terminal)
            client = ParqExClient(session, address, login, RateLimit(), dialect)
            snapshot = await _async_read(client)
            question = "Open and close one access point? (yes or no)"
            if operate or await terminal.ask(question) == "yes":
                await async_operate(terminal, client, snapshot)
        except ParqExError as err:
            print(f"Failed: {err}")
    _write(folder, {"report": dialect.report(), **dialect.samples})
    print(f"{folder} was written.")


async def _async_read(client: ParqExClient) -> Snapshot:
    """Ask each reading endpoint; raise ParqExError without a list of devices."""

    async def read(endpoint: str, answer: Awaitable[object]) -> None:
        try:
            await answer
            print(f"{endpoint}: answered")
        except ParqExError as err:
            print(f"{endpoint}: {err}")

    await read("user-info", client.async_user_info())
    await read("user-settings", client.async_user_settings())
    snapshot = await client.async_sync()
    print(f"sync: answered, with {len(snapshot.access_points)} access points")
    today = datetime.now(UTC).date()
    for one in snapshot.controllers:
        doors = [door.id for door in snapshot.access_points_of(one)]
        log = client.async_access_history(one, doors, today - DAY, today + DAY)
        await read("toggle-history", log)
    return snapshot


def _write(folder: Path, contents: Mapping[str, Any]) -> None:
    """Write a new folder, all of it or nothing."""
    with TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / folder.name
        made.mkdir()
        for name, content in contents.items():
            text = json.dumps(content, indent=2, ensure_ascii=False)
            (made / f"{name}.json").write_text(f"{text}\n", "utf-8")
        made.rename(folder)
