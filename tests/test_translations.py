"""Tests of the translations: what the code names has a text, alike in every language."""

from collections import Counter
from collections.abc import Iterator
from functools import reduce
import json
from operator import getitem
from pathlib import Path
import re
from typing import Any
from unittest.mock import Mock

import pytest

from custom_components.parqex import exceptions
from custom_components.parqex.api import InvalidAddress, ParqExError, RateLimited
from custom_components.parqex.const import DOMAIN
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
)

FOLDER = Path(exceptions.__file__).parent
CODE = "".join(path.read_text("utf-8") for path in FOLDER.rglob("*.py"))
LANGUAGES = sorted(path.stem for path in FOLDER.glob("translations/*.json"))

each_language = pytest.mark.parametrize("language", LANGUAGES)

# The only texts that may read as in English, the latter in Dutch.
THE_SAME = {"ParqEx", "Open", "No"}

# Errors of commands alone: fetching can't end in them.
ONLY_COMMANDS = (
    "controller_offline",
    "sensor_required",
    "not_supported",
    "not_sent",
    "state_unknown",
)

LINK = r"\[[^\[\]]+\]\(([^()\s]+)\)"
MARKS = (r"{[^{}]*}", r"\*\*", "`", "\n", r"(?m)^\d+\. ", LINK)


def texts(language: str, *parts: str) -> dict[str, str]:
    """Return the texts of a language, or of a part of it, by their paths, in order."""

    def flat(part: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
        for key, value in part.items():
            if isinstance(value, dict):
                yield from flat(value, f"{prefix}{key}.")
            else:
                yield f"{prefix}{key}", value

    content = json.loads((FOLDER / f"translations/{language}.json").read_text("utf-8"))
    return dict(flat(reduce(getitem, parts, content)))


@each_language
def test_alike(language: str) -> None:
    """A language has the texts of English, with the same placeholders and marks."""
    translated, english = texts(language), texts("en")
    assert list(translated) == list(english)
    for path, text in translated.items():
        assert language == "en" or text != english[path] or text in THE_SAME, path
        for mark in MARKS:
            found = Counter(re.findall(mark, text))
            assert found == Counter(re.findall(mark, english[path])), (path, mark)


@each_language
def test_written_well(language: str) -> None:
    """No key stands twice, nothing is stray, empty, unclosed or quoted away."""
    written = (FOLDER / f"translations/{language}.json").read_text("utf-8")
    well = json.dumps(json.loads(written), ensure_ascii=False, indent=2)
    assert written == f"{well}\n"
    for path, text in texts(language).items():
        assert text.strip() == text != "", path
        assert not re.search(r"[{}\[\]]", re.sub(rf"{{\w+}}|{LINK}", "", text)), path
        assert text.count("**") % 2 == text.count("`") % 2 == 0, path
        assert all(bold == bold.strip() for bold in text.split("**")[1::2]), path
        # To the frontend, an apostrophe before a brace means: no placeholder.
        assert not re.search(r"'[{}<>]", text), path


def kinds(base: type[ParqExError] = ParqExError) -> Iterator[ParqExError]:
    """Yield an error of every kind that a request can end in."""
    for kind in base.__subclasses__():
        if kind is not InvalidAddress:
            yield RateLimited("", None) if kind is RateLimited else kind("")
            yield from kinds(kind)


def test_errors() -> None:
    """Every error has a sentence that it fills in, and no sentence is left over."""
    connection = OAuth2TokenRequestConnectionError(domain=DOMAIN)
    reauth = OAuth2TokenRequestReauthError(domain=DOMAIN, request_info=Mock())
    errors = [*kinds(), connection, reauth]
    fetching = [it for it in errors if exceptions.error_key(it) not in ONLY_COMMANDS]
    raised = [
        *(exceptions.command_error(error, "Gate") for error in errors),
        *(exceptions.history_error(error, "Gate") for error in fetching),
        *(exceptions.update_error(error, 30) for error in fetching),
    ]
    sentences = texts("en", "exceptions")
    for error in raised:
        placeholders = error.translation_placeholders or {}
        sentences[f"{error.translation_key}.message"].format(**placeholders)
    # What raises such an error begins with the domain and the key.
    kind = r"(?:HomeAssistant|ServiceValidation)Error|UpdateFailed|ConfigEntry\w+"
    assert not re.findall(rf"\b(?:{kind})\((?!\s*translation_domain=|\))", CODE)
    keys = re.findall(r'translation_domain=DOMAIN,\s+translation_key="(\w+)"', CODE)
    keys += [error.translation_key or "" for error in raised]
    assert set(sentences) == {f"{key}.message" for key in keys}
    asking = {exceptions.error_key(error) for error in fetching} - {"not_authorized"}
    asking |= {"credentials_rejected", "not_linked", "wrong_account"}
    assert texts("en", "config", "error").keys() == asking
