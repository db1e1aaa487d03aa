"""A company whose vehicles fall due together gets one letter with a list, a private household a sentence."""

from dataclasses import replace
from pathlib import Path

import pytest

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.compose_message import MOST_IN_TEXT, Composer
from guildpost_agent.app.letter_requests import LetterRequest
from guildpost_agent.domain.links import links_for
from guildpost_agent.domain.records import Channel, Occasion, Touchpoint, Vehicle
from guildpost_shared.services.definition import parse_service
from guildpost_shared.templates.letter_text import Letter
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent import a_config
from tests.factories.sending_world import NOW, RELAY_URL, SendingWorld
from tests.fakes.catalogue_source import FakeCatalogue


def _with_more_vehicles(world: SendingWorld, carrier: Touchpoint, count: int) -> Touchpoint:
    """Let a letter carry along the HU of so many more vehicles of the same customer."""
    names = [f"f{number:02}" for number in range(count)]
    with world.open_uow() as uow:
        own = uow.plans.occasion(carrier.occasion_id)
        vehicle = uow.records.vehicle(carrier.vehicle_id)
        assert own is not None
        assert vehicle is not None
        more: list[Vehicle] = [replace(vehicle, vehicle_id=f"F-{n}", plate=f"LA-F {n}", model="Kasten") for n in names]
        due: list[Occasion] = [replace(own, occasion_id=f"o-{n}", vehicle_id=f"F-{n}") for n in names]
        uow.records.upsert_vehicles(more)
        uow.plans.replace_occasions([own, *due])
        uow.commit()
    return replace(carrier, bundled=tuple(f"o-{n}" for n in names))


def _letter(folder: Path, count: int) -> Letter:
    catalogue = FakeCatalogue(sample_catalogue())
    templates = CatalogueTemplates(catalogue, folder / "compiled")
    services = {"hu_au": parse_service(sample_catalogue()["services/hu_au.json"])}
    world = SendingWorld(folder)
    composer = Composer(a_config(), services, templates, world.open_uow)
    touchpoint = _with_more_vehicles(world, world.plan("erika", Channel.LETTER), count)
    with world.open_uow() as uow:
        customer, vehicle = uow.records.customer(touchpoint.customer_id), uow.records.vehicle(touchpoint.vehicle_id)
    assert customer is not None
    assert vehicle is not None
    letter = composer.letter(LetterRequest(touchpoint, customer, vehicle, "d", links_for(RELAY_URL, "t" * 124), NOW))
    world.engine.dispose()
    return letter


@pytest.mark.parametrize("count", [MOST_IN_TEXT + 1, 25])
def test_many_vehicles_are_listed_with_the_letters_own_first(tmp_path: Path, count: int) -> None:
    letter = _letter(tmp_path, count)
    words = " ".join(text for block in letter.blocks for text in block.texts)
    assert [("Arvana Lio", "HU/AU"[:2])] == [(row[1], row[2][:2]) for row in letter.fleet[:1]]
    assert [f"LA-F f{number:02}" for number in range(count)] == [row[0] for row in letter.fleet[1:]]
    assert {"April 2027"} == {row[3] for row in letter.fleet}
    assert f"{count} weitere Positionen" in words
    assert "LA-F" not in words


def test_a_few_are_named_in_the_text(tmp_path: Path) -> None:
    letter = _letter(tmp_path, MOST_IN_TEXT)
    words = " ".join(text for block in letter.blocks for text in block.texts)
    assert ((), MOST_IN_TEXT) == (letter.fleet, words.count("LA-F"))


def test_the_letter_leads_to_the_answer_page(tmp_path: Path) -> None:
    assert f"{RELAY_URL}/a/{'t' * 124}" == _letter(tmp_path, 0).answer_url
