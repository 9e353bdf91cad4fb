"""Every language says what English says."""

from collections import Counter
from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.parqex import const

TRANSLATIONS = Path(const.__file__).parent / "translations"
LANGUAGES = sorted(
    path.stem for path in TRANSLATIONS.glob("*.json") if path.stem != "en"
)

# The only texts that may read as in English.
THE_SAME = {"ParqEx"}

LINK = r"\[[^\[\]]+\]\(([^()\s]+)\)"
STEP = r"^\d+\. "


def flat(texts: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its path, in order."""
    for key, value in texts.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from flat(value, f"{path}.")
        else:
            yield path, value


def read(language: str) -> dict[str, str]:
    """Return the texts of a language by their paths."""
    return dict(
        flat(json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8")))
    )


ENGLISH = read("en")

each_language = pytest.mark.parametrize("language", LANGUAGES)


def placeholders(text: str) -> Counter[str]:
    """Count the placeholders of a text."""
    return Counter(re.findall(r"{[^{}]*}", text))


def links(text: str) -> Counter[str]:
    """Count where a text leads to."""
    return Counter(re.findall(LINK, text))


def test_there_are_languages_to_look_at() -> None:
    """Otherwise nothing here would be proven."""
    assert LANGUAGES


@each_language
def test_every_language_has_exactly_the_texts_of_english(language: str) -> None:
    """None is missing, none is left over, and they stand in the same order."""
    assert list(read(language)) == list(ENGLISH)


@each_language
def test_every_language_fills_in_what_english_fills_in(language: str) -> None:
    """The same placeholders, as often, and no stray brace."""
    for path, text in read(language).items():
        assert placeholders(text) == placeholders(ENGLISH[path]), path
        assert not re.search(r"[{}]", re.sub(r"{\w+}", "", text)), path


@each_language
def test_no_placeholder_is_quoted_away(language: str) -> None:
    """To the frontend, an apostrophe before a brace means: no placeholder."""
    for path, text in read(language).items():
        assert not re.search(r"'[{}<>]", text), path


@each_language
def test_no_language_leaves_a_text_empty(language: str) -> None:
    """Nor does one begin or end with a space."""
    for path, text in read(language).items():
        assert text, path
        assert text == text.strip(), path


@each_language
def test_no_language_leaves_a_text_in_english(language: str) -> None:
    """Unless it really is the same."""
    for path, text in read(language).items():
        assert text != ENGLISH[path] or text in THE_SAME, path


@each_language
def test_every_language_marks_up_what_english_marks_up(language: str) -> None:
    """Bold, code, links, paragraphs and lists stand where they should."""
    for path, text in read(language).items():
        english = ENGLISH[path]
        for mark in ("**", "`", "\n"):
            assert text.count(mark) == english.count(mark), path
        assert text.count("**") % 2 == text.count("`") % 2 == 0, path
        assert links(text) == links(english), path
        assert not re.search(r"[\[\]]", re.sub(LINK, "", text)), path
        assert all(bold == bold.strip() for bold in text.split("**")[1::2]), path
        steps = re.findall(STEP, text, re.MULTILINE)
        assert steps == re.findall(STEP, english, re.MULTILINE), path


@each_language
def test_every_file_reads_well(language: str) -> None:
    """Two spaces, real letters, and a newline at the end."""
    written = (TRANSLATIONS / f"{language}.json").read_text("utf-8")
    well = json.dumps(json.loads(written), ensure_ascii=False, indent=2)
    assert written == f"{well}\n"
