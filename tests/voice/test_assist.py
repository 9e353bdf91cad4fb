"""Assist, in every language of the integration."""

from pathlib import Path

import pytest

import custom_components.parqex
from homeassistant.components.conversation import async_converse
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context
from homeassistant.setup import async_setup_component
from tests.common import GATE, Home
from tests.dialogs import choose

from .conftest import BOTH, CLOSE, COVER, OPEN, report

TABLE = """
de | Öffne das Main gate | Schließe das Main gate | Ist das Main gate offen? | Ja | Nein | Schalte das Main gate ein | Schalte das Main gate aus
en | Open the main gate | Close the main gate | Is the main gate open? | Yes | No | Turn on the main gate | Turn off the main gate
es | Abre la main gate | Cierra la main gate | ¿Está la main gate abierta? | Sí | No | Enciende la main gate | Apaga la main gate
fr | Ouvre la main gate | Ferme la main gate | La main gate est ouverte ? | Oui | Non | Allume la main gate | Éteins la main gate
it | Apri main gate | Chiudi main gate | Main gate è aperto? | Sì | No | Accendi main gate | Spegni main gate
nl | Open de main gate | Sluit de main gate | Is de main gate open? | Ja | Nee | Zet de main gate aan | Zet de main gate uit
pl | Otwórz main gate | Zamknij main gate | Czy main gate jest otwarta? | Tak | Nie | Włącz main gate | Wyłącz main gate
pt-BR | Abra a main gate | Feche a main gate | A main gate está aberta? | Sim | Não | Ligue a main gate | Desligue a main gate
zh-Hans | 打开main gate | 关闭main gate | main gate是打开的吗 | 是的 | 不是 | 开启main gate | 关掉main gate
"""
ROWS = [tuple(line.split(" | ")) for line in TABLE.strip().splitlines()]

every_language = pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])


async def set_up(home: Home, *exposed: str) -> None:
    """Set up Assist, and show and expose covers, switches or both."""
    for component in ("homeassistant", "intent", "conversation"):
        assert await async_setup_component(home.hass, component, {})
    show_as = {(COVER,): "covers", (GATE,): "switches", BOTH: "both"}[exposed]
    await choose(home.hass, home.entry, webhook=False, show_as=show_as)
    for entity_id in exposed:
        async_expose_entity(home.hass, "conversation", entity_id, True)


async def say(home: Home, words: str, language: str = "en") -> str:
    """Say something; return the answer, nothing if it was not understood."""
    said = await async_converse(home.hass, words, None, Context(), language=language)
    await home.advance(60)
    error = said.response.error_code
    if error and error.value in {"no_intent_match", "no_valid_targets"}:
        return ""
    return str(said.response.speech["plain"]["speech"])


def test_every_language_is_tried() -> None:
    """Of those that the integration speaks."""
    translations = Path(custom_components.parqex.__file__).parent / "translations"
    assert {one.stem for one in translations.iterdir()} == {row[0] for row in ROWS}


@every_language
async def test_a_cover(home: Home, row: tuple[str, ...]) -> None:
    """It opens, closes and answers, also beside the switch; in French unknown is no."""
    language, to_open, to_close, question, yes, no, *_ = row
    await set_up(home, *BOTH)
    assert await say(home, to_open, language)
    assert await say(home, question, language) == yes
    assert await say(home, to_close, language)
    assert home.sent == OPEN + CLOSE
    assert (await say(home, question, language)).startswith(no)
    await report(home, "unknown")
    unknown = await say(home, question, language)
    assert unknown.startswith(no)
    assert unknown.endswith("unknown") is (language != "fr")


@every_language
async def test_a_switch(home: Home, row: tuple[str, ...]) -> None:
    """It turns on and off; what else it takes depends on the language."""
    language, to_open, to_close, question, yes, _, turn_on, turn_off = row
    await set_up(home, GATE)
    takes_open, takes_its_name = language in "fr zh-Hans", language in "en es it"
    for words, command in (
        (turn_on, OPEN),
        (turn_off, CLOSE),
        (to_open, OPEN * takes_open),
        (to_close, CLOSE * takes_open),
        ("Main gate", OPEN * takes_its_name),
    ):
        before = len(home.sent)
        assert bool(await say(home, words, language)) is bool(command)
        assert home.sent[before:] == command
    await report(home, "open")
    answer = {"de": yes, "zh-Hans": yes, "en": "No, on"}.get(language, "")
    assert await say(home, question, language) == answer
    await report(home, "unknown")
    assert (await say(home, question, language)).endswith("unknown") is bool(answer)


async def test_a_switch_beside_its_cover(home: Home) -> None:
    """It has a name of its own."""
    await set_up(home, *BOTH)
    assert await say(home, "turn on the main gate switch") == "Turned on the switch"
    assert home.sent == OPEN


@pytest.mark.parametrize(
    "words", ["Don't open the main gate", "Did somebody open the main gate?"]
)
async def test_english_guesses(home: Home, words: str) -> None:
    """It opens a cover when it understood half of a sentence."""
    await set_up(home, COVER)
    assert await say(home, words) == "Opening"
    assert home.sent == OPEN


@pytest.mark.parametrize(
    ("entity_id", "state", "says"),
    [(COVER, "open", "Yes, Main gate"), (COVER, "unknown", "No"), (GATE, "open", "No")],
)
async def test_any_gate(home: Home, entity_id: str, state: str, says: str) -> None:
    """Only covers count, and only those that are known to be open."""
    await set_up(home, entity_id)
    await report(home, state)
    assert await say(home, "Is any gate open?") == says


@pytest.mark.parametrize(
    ("entity_id", "says"), [(COVER, "Opening"), (GATE, "Turned on the switch")]
)
async def test_a_refusal(home: Home, entity_id: str, says: str) -> None:
    """Assist says that it failed, not why; of what is unavailable, not even that."""
    await set_up(home, entity_id)
    home.house.entrance.refusal = 428
    words = "turn on the main gate"
    assert await say(home, words) == "An unexpected error occurred"
    assert home.sent == OPEN
    await report(home, "unavailable")
    assert await say(home, words) == says
    assert home.sent == OPEN
