"""Tests for scripts/first_contact: it sends what was confirmed, and tells nothing."""

from collections.abc import Generator
from datetime import timedelta
import json
from pathlib import Path
import signal
import sys
from typing import Any, override

from aiohttp import request
import pytest
from yarl import URL

from custom_components.parqex.api import plain_id
from scripts.contact.__main__ import main
from scripts.contact.contact import async_contact
from scripts.contact.login import Terminal
from tests.common import Advance
from tests.conftest import NOW
from tests.secrecy import revealed
from tests.simulator import Cloud, DemoHouse, Fault

OPERATING = {
    "Open and close one access point?": "yes",
    "Number of the access point": "1",
    "Its name, to send OPEN": "Main gate",
    "Its name, to send CLOSED": "Main gate",
}
LAST_ADDRESS = "Its last address, with state and code"


class Person(Terminal):
    """A person who confirms everything, if nothing else is set in `answers`."""

    def __init__(self, cloud: Cloud, folder: Path, capsys: Any) -> None:
        """Initialize with the cloud, the folder to write, and what is printed."""
        self.cloud, self.folder, self.capsys, self.shown = cloud, folder, capsys, ""
        application = cloud.application
        self.answers = OPERATING | {
            "Client ID": application.client_id,
            "Client secret": application.client_secret,
        }

    @override
    async def ask(self, question: str) -> str:
        self.shown += f"{self.capsys.readouterr().out}{question}\n"
        if (answer := self.answers.get(question.partition(" (")[0], "")) == "Ctrl-C":
            raise KeyboardInterrupt
        return answer

    @override
    async def ask_secret(self, question: str) -> str:
        answer = await self.ask(question)
        if question != LAST_ADDRESS or self.answers.pop(question, ""):
            return answer
        page = URL(self.shown.split("allow it:\n")[1].split()[0])
        account = self.cloud.account("Olivia Ownerby").id
        form = {**page.query, "account": account, "decision": "allow"}
        url = page.with_query(None)
        async with request("POST", url, data=form, allow_redirects=False) as response:
            return response.headers["Location"]

    async def run(self, *, operate: bool = False) -> dict[str, Any]:
        """Run the script; return what it wrote."""
        await async_contact(self, self.folder, operate=operate)
        self.shown += self.capsys.readouterr().out
        return {one.stem: json.loads(one.read_bytes()) for one in self.folder.iterdir()}


@pytest.fixture
def person(
    cloud: Cloud,
    house: DemoHouse,
    advance: Advance,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Generator[Person]:
    """Return a person, and see in the end that nothing private was shown or written."""
    monkeypatch.setattr("scripts.contact.operate.sleep", advance)
    house.owner.details |= {"phone": "15551234567", "born": "2001-02-03"}
    yield (person := Person(cloud, tmp_path / "first-contact", capsys))
    written = "".join(one.read_text("utf-8") for one in tmp_path.rglob("*.json"))
    ids = cloud.ids() | set(map(plain_id, cloud.ids()))
    private = cloud.issued_secrets() | cloud.personal_data() | ids
    assert not revealed(private, person.shown + str(capsys.readouterr()) + written)
    assert not revealed({one.name for one in cloud.doors}, written)
    assert [one.name for one in tmp_path.iterdir()] in ([], ["first-contact"])


async def test_opens_and_closes_what_was_confirmed(person: Person) -> None:
    """One access point opens and closes once each, and the samples fit together."""
    cloud, gate = person.cloud, person.cloud.door("Main gate")
    cloud.log_ids, cloud.token_method = "capitals", "POST"
    gate.open_by_hand()
    person.answers[LAST_ADDRESS] = "https://example.com/?state=another&code=another"
    written = await person.run()
    sent = [(one.door_id, one.state) for one in cloud.commands]
    assert sent == [(gate.id, "OPEN"), (gate.id, "CLOSED")]
    assert "CLOSED was reported 4 s later." in person.shown
    assert written["report"]["addresses"]["token"].startswith("seen: POST ")
    door = written["sync"]["devices"][0]["doors"][0]
    assert (door["state"], door["last_toggled"]) == ("OPEN", "2026-11-02 12:00:00")
    [event] = written["toggle-history"]["data"]["toggle_events"]
    assert (event["door_name"], event["channel"]) == (door["name"], "Door Sensor")
    assert plain_id(event["door_id"]) == plain_id(door["id"])
    assert (event["door_id"].isupper(), door["id"].isupper()) == (True, False)
    assert written["user-settings"]["data"]["time_zone"] == "America/New_York"


async def test_asks_no_more_than_it_must(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials of the environment, `--operate`, and a login that runs out."""
    application = person.cloud.application
    monkeypatch.setenv("PARQEX_CLIENT_ID", application.client_id)
    monkeypatch.setenv("PARQEX_CLIENT_SECRET", application.client_secret)
    person.cloud.oauth.access_lifetime = 1
    written = await person.run(operate=True)
    assert [one.state for one in person.cloud.commands] == ["OPEN", "CLOSED"]
    assert "Client" not in person.shown
    assert "Open and close one access point?" not in person.shown
    assert written["report"]["statuses"]["token"]["200"] > 1


@pytest.mark.parametrize("question", OPERATING)
async def test_sends_nothing_unconfirmed(person: Person, question: str) -> None:
    """Any answer but the right one ends the operating; what was read is written."""
    person.answers[question] = "main gate"
    assert {"report", "sync", "user-info", "user-settings"} < {*await person.run()}
    assert len(person.cloud.commands) == question.endswith("CLOSED")


@pytest.mark.parametrize("question", ["Client ID", LAST_ADDRESS, *OPERATING])
async def test_ctrl_c_writes_nothing(person: Person, question: str) -> None:
    """Ctrl-C at a question writes nothing, and sends nothing more."""
    person.answers[question] = "Ctrl-C"
    with pytest.raises(KeyboardInterrupt):
        await person.run()
    assert not person.folder.exists()
    assert len(person.cloud.commands) == question.endswith("CLOSED")


async def test_does_not_close_what_is_closed(person: Person) -> None:
    """What does not open within a minute is not sent CLOSED."""
    person.cloud.door("Main gate").stuck = True
    await person.run()
    assert "OPEN was not reported within 60 s." in person.shown
    assert person.cloud.now() == NOW + timedelta(seconds=60)
    assert [one.state for one in person.cloud.commands] == ["OPEN"]


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        ("token", "Failed: no tokens (HTTP 500)"),
        ("history", "CLOSED was reported 4 s later."),
        ("toggle", "It is closed already. CLOSED was not sent."),
    ],
)
async def test_failures_are_written(person: Person, endpoint: str, shown: str) -> None:
    """What ParqEx refuses ends only what needs it, and the report is written."""
    person.cloud.faults.add(endpoint, Fault(status=500))
    assert "report" in await person.run()
    assert shown in person.shown


def test_ctrl_c_ends_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """SIGINT at a question ends the program at once, without a traceback."""

    def press_ctrl_c(_question: str) -> str:
        signal.raise_signal(signal.SIGINT)
        sys.stdout.write("This is still waited for.")
        return ""

    folder = tmp_path / "first-contact"
    monkeypatch.setattr("sys.argv", ["first_contact", "--output", str(folder)])
    monkeypatch.setattr("builtins.input", press_ctrl_c)
    handler = signal.getsignal(signal.SIGINT)
    try:
        assert main() == 130
    finally:
        signal.signal(signal.SIGINT, handler)
    assert capsys.readouterr() == (f"\nStopped; {folder} was not written.\n", "")
