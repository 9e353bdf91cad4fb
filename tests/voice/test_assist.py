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

from .gate import BOTH, CLOSE, COVER, OPEN, report

TRANSLATIONS = Path(custom_components.parqex.__file__).parent / "translations"

# Open it, close it, is it open? And the answers: open, closed, unknown.
COVERS = {
    "de": ("Öffne das Main gate", "Schließe das Main gate", "Ist das Main gate offen?")
    + ("Ja", "Nein, geschlossen", "Nein, unknown"),
    "en": ("Open the main gate", "Close the main gate", "Is the main gate open?")
    + ("Yes", "No, closed", "No, unknown"),
    "es": ("Abre la main gate", "Cierra la main gate", "¿Está la main gate abierta?")
    + ("Sí", "No, su estado es closed", "No, su estado es unknown"),
    "fr": ("Ouvre la main gate", "Ferme la main gate", "La main gate est ouverte ?")
    + ("Oui", "Non", "Non"),
    "it": ("Apri main gate", "Chiudi main gate", "Main gate è aperto?")
    + ("Sì", "No, è closed", "No, è unknown"),
    "nl": ("Open de main gate", "Sluit de main gate", "Is de main gate open?")
    + ("Ja", "Nee, die is closed", "Nee, die is unknown"),
    "pl": ("Otwórz main gate", "Zamknij main gate", "Czy main gate jest otwarta?")
    + ("Tak", "Nie, Main gate jest zamknięte", "Nie, Main gate jest unknown"),
    "pt-BR": ("Abra a main gate", "Feche a main gate", "A main gate está aberta?")
    + ("Sim", "Não, closed", "Não, unknown"),
    "zh-Hans": ("打开main gate", "关闭main gate", "main gate是打开的吗")
    + ("是的", "不是，main gate现在closed", "不是，main gate现在unknown"),
}
# Turn it on, turn it off; and the answer to "is it open?" while it is.
SWITCHES = {
    "de": ("Schalte das Main gate ein", "Schalte das Main gate aus", "Ja"),
    "en": ("Turn on the main gate", "Turn off the main gate", "No, on"),
    "es": ("Enciende la main gate", "Apaga la main gate", None),
    "fr": ("Allume la main gate", "Éteins la main gate", None),
    "it": ("Accendi main gate", "Spegni main gate", None),
    "nl": ("Zet de main gate aan", "Zet de main gate uit", None),
    "pl": ("Włącz main gate", "Wyłącz main gate", None),
    "pt-BR": ("Ligue a main gate", "Desligue a main gate", None),
    "zh-Hans": ("开启main gate", "关掉main gate", "是的"),
}
OPEN_MEANS_ON = {"fr", "zh-Hans"}
NAME_MEANS_ON = {"en", "es", "it"}


async def set_up(home: Home, *exposed: str) -> None:
    """Set up Assist for covers, switches or both."""
    for component in ("homeassistant", "intent", "conversation"):
        assert await async_setup_component(home.hass, component, {})
    show_as = {(COVER,): "covers", (GATE,): "switches", BOTH: "both"}[exposed]
    await choose(home.hass, home.entry, webhook=False, show_as=show_as)
    for entity_id in exposed:
        async_expose_entity(home.hass, "conversation", entity_id, True)


async def say(home: Home, words: str, language: str = "en") -> str | None:
    """Say something; return the answer, None if it was not understood."""
    said = await async_converse(home.hass, words, None, Context(), language=language)
    await home.advance(60)
    error = said.response.error_code
    if error and error.value in {"no_intent_match", "no_valid_targets"}:
        return None
    return str(said.response.speech["plain"]["speech"])


def test_every_language_is_tried() -> None:
    """Of those that the integration speaks."""
    languages = {one.stem for one in TRANSLATIONS.iterdir()}
    assert languages == {*COVERS} == {*SWITCHES}


@pytest.mark.parametrize("exposed", [(COVER,), BOTH])
@pytest.mark.parametrize("language", COVERS)
async def test_a_cover(home: Home, language: str, exposed: tuple[str, ...]) -> None:
    """It opens, closes and answers; also beside the switch, which has another name."""
    to_open, to_close, question, *answers = COVERS[language]
    await set_up(home, *exposed)
    assert await say(home, to_open, language)
    assert home.sent == OPEN
    said = [await say(home, question, language)]
    assert await say(home, to_close, language)
    assert home.sent == OPEN + CLOSE
    said.append(await say(home, question, language))
    await report(home, "unknown")
    said.append(await say(home, question, language))
    assert said == answers


@pytest.mark.parametrize("language", SWITCHES)
async def test_a_switch(home: Home, language: str) -> None:
    """It turns on and off; some languages take more for that, or answer."""
    to_turn_on, to_turn_off, answer = SWITCHES[language]
    to_open, _, question, *_ = COVERS[language]
    await set_up(home, GATE)
    for words, opens in (
        (to_turn_on, True),
        (to_open, language in OPEN_MEANS_ON),
        ("Main gate", language in NAME_MEANS_ON),
    ):
        before = len(home.sent)
        assert bool(await say(home, words, language)) is opens
        assert home.sent[before:] == OPEN * opens
    assert await say(home, question, language) == answer
    before = len(home.sent)
    assert await say(home, to_turn_off, language)
    assert home.sent[before:] == CLOSE
    await report(home, "unknown")
    said = await say(home, question, language)
    assert said is answer is None or str(said).endswith("unknown")


async def test_both_by_their_names(home: Home) -> None:
    """The cover has the access point's name alone."""
    await set_up(home, *BOTH)
    assert await say(home, "turn on the main gate switch") == "Turned on the switch"
    assert await say(home, "turn off the main gate") == "Closing"
    assert home.sent == OPEN + CLOSE


@pytest.mark.parametrize(
    "words",
    ["Don't open the main gate", "Did somebody open the main gate?"]
    + ["Open the mane gate", "Is the main gate switch on?"],
)
async def test_english_guesses(home: Home, words: str) -> None:
    """It opens a cover when it understood half of a sentence."""
    await set_up(home, COVER)
    assert await say(home, words) == "Opening"
    assert home.sent == OPEN


@pytest.mark.parametrize(("exposed", "says"), [(COVER, "Yes, Main gate"), (GATE, "No")])
async def test_any_gate(home: Home, exposed: str, says: str) -> None:
    """Only covers count."""
    await set_up(home, exposed)
    await report(home, "open")
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
