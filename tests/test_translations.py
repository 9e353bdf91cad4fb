"""Everything a person can be told has its sentence."""

import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.parqex import exceptions

COMPONENT = Path(exceptions.__file__).parent
ENGLISH: dict[str, Any] = json.loads(
    (COMPONENT / "translations" / "en.json").read_text("utf-8")
)

# These are answers to a command; looking can't end in them.
ONLY_COMMANDS = {"controller_offline", "sensor_required", "not_supported"}

MEANINGS = {key for _, key in exceptions._MEANINGS}


@pytest.mark.parametrize("key", sorted(MEANINGS))
def test_every_failed_command_has_a_sentence(key: str) -> None:
    """And it names the access point."""
    sentence = ENGLISH["exceptions"][f"command_{key}"]["message"]
    assert set(re.findall(r"{(\w+)}", sentence)) == {"access_point"}


@pytest.mark.parametrize("key", sorted(MEANINGS - ONLY_COMMANDS))
def test_every_history_that_cannot_be_had_has_a_sentence(key: str) -> None:
    """It names the access point at most."""
    sentence = ENGLISH["exceptions"][f"history_{key}"]["message"]
    assert set(re.findall(r"{(\w+)}", sentence)) <= {"access_point"}


@pytest.mark.parametrize("key", sorted(MEANINGS - ONLY_COMMANDS))
def test_every_failed_look_has_a_sentence(key: str) -> None:
    """It stands in the log, without anybody's data."""
    sentence = ENGLISH["exceptions"][f"update_{key}"]["message"]
    assert "{" not in sentence


@pytest.mark.parametrize("key", sorted(MEANINGS - ONLY_COMMANDS - {"not_authorized"}))
def test_every_failed_question_has_a_sentence(key: str) -> None:
    """In the dialog that asks whose account was linked."""
    assert ENGLISH["config"]["error"][key]


def test_no_sentence_is_left_over() -> None:
    """Each is said somewhere."""
    code = "".join(path.read_text("utf-8") for path in COMPONENT.rglob("*.py"))
    for key in ENGLISH["exceptions"]:
        kind, _, meaning = key.partition("_")
        of_an_error = kind in ("command", "history", "update") and meaning in MEANINGS
        assert of_an_error or f'"{key}"' in code
