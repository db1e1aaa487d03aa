"""The dealer's own words in the brand's messages: where they come from, what is refused, what the command says."""

import pytest

from guildpost_agent.app.slot_fillings import fillings, list_fillings
from guildpost_agent.cli.slots import described
from guildpost_agent.config import AgentConfig
from guildpost_shared.catalog import load
from guildpost_shared.services.definition import parse_service
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent import a_config
from tests.fakes.catalogue_source import FakeCatalogue

HU = parse_service(sample_catalogue()["services/hu_au.json"])


def _config(general: dict[str, str] | None = None, own: dict[str, str] | None = None) -> AgentConfig:
    services = {"enabled": ["hu_au"], "settings": {"hu_au": {"slots": own or {}}}}
    return a_config(slots=general or {}, services=services)


def _said(config: AgentConfig, language: str = "de") -> str:
    found = list_fillings([HU], FakeCatalogue(sample_catalogue()).read, config, "de")
    return "\n".join(described(found, load("guildpost_agent", "de" if language == "de" else "en")))


def test_words_for_one_service_go_before_those_for_all() -> None:
    config = _config({"signature": "Maria Muster", "mobility": "Bus"}, {"mobility": "Leihrad"})
    assert {"signature": "Maria Muster", "mobility": "Leihrad"} == fillings(config, "hu_au")
    assert {"signature": "Maria Muster", "mobility": "Bus"} == fillings(config, "inspection")


def test_what_is_filled_in_and_what_is_free_is_shown_with_its_limits() -> None:
    said = _said(_config({"signature": "Maria Muster"}))
    assert "Ihr Text: Maria Muster" in said
    assert "mobility · Unterwegs bleiben: eine Zeile; darf frei bleiben; höchstens 120 Zeichen" in said
    assert "frei; ein Beispiel: Leihfahrrad" in said
    assert "Alles, was Sie eingetragen haben, passt in die Vorlagen." in said


@pytest.mark.parametrize(
    ("slot", "value", "problem"),
    [
        pytest.param("mobility", "x" * 121, "mehr als 120 Zeichen", id="too long"),
        pytest.param("price", "ungefähr 30 Euro", "kein Preis wie 49,90 €", id="no price"),
        pytest.param("offer", "a\u061cb", "ein Zeichen, das man nicht sieht (U+061C)", id="a hidden character"),
    ],
)
def test_a_filling_that_breaks_a_limit_is_named_with_what_to_do(slot: str, value: str, problem: str) -> None:
    config = _config(own={slot: value})
    assert not list_fillings([HU], FakeCatalogue(sample_catalogue()).read, config, "de").fit
    said = _said(config)
    assert problem in said
    assert f"Ändern Sie in agent.toml unter [slots] oder [services.settings.hu_au.slots] den Eintrag „{slot}“" in said
    assert "DOES NOT FIT" in _said(config, "en")


def test_a_name_that_no_template_knows_is_named() -> None:
    said = _said(_config({"sinature": "x"}, {"prise": "29,90 €"}))
    assert "„slots.sinature“" in said
    assert "„services.settings.hu_au.slots.prise“" in said


def test_the_sample_configuration_shows_words_that_are_taken() -> None:
    assert "PASST NICHT" not in _said(_config({"signature": "Maria Muster, Serviceleitung"}))
