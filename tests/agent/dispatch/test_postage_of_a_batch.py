"""What a batch's hand-over says about postage."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.choose_postage import PostageRules
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.letter_requests import RenderedBatch
from guildpost_agent.app.release_letters import LetterSender, release_letters
from guildpost_agent.domain.records import Channel
from tests.factories.postage import TARIFFS
from tests.factories.sending_world import NOW, RELAY_URL, SendingWorld, always_welcome
from tests.fakes.letter_delivery import FakeLetterDelivery

PLACES = [f"8{number % 10:04}" for number in range(90)] + ["94032", "94036"]


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def handed_over(
    world: SendingWorld, *, advertising: frozenset[str], part_letters: int = 500
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    rules = PostageRules(TARIFFS, advertising, "BY", ZoneInfo("Europe/Berlin"))
    delivery = FakeLetterDelivery()
    summary = release_letters(
        world.open_uow,
        lambda requests: RenderedBatch(b"%PDF-1.7", {request.document_id: 1 for request in requests}),
        delivery,
        always_welcome,
        world.clock,
        gate=EgressGate(world.open_uow, EgressPolicy(), world.clock),
        sender=LetterSender(RELAY_URL, world.keys, "Autohaus Muster GmbH", postage=rules),
        entropy=world.entropy,
        part_letters=part_letters,
    )
    files = delivery.batches[summary.batches[0]]
    rows = list(csv.DictReader(io.StringIO(files["index.csv"].decode()), delimiter=";"))
    return json.loads(files["manifest.json"])["postage"], rows


def planned(world: SendingWorld, places: list[str], **changes: object) -> None:
    for number, postcode in enumerate(places):
        touchpoint = world.plan(f"n{number}", Channel.LETTER, **changes)
        world.change_customer(touchpoint, postcode=postcode)


def test_it_names_product_day_and_cost_and_what_letters_would_have_cost(world: SendingWorld) -> None:
    planned(world, PLACES)

    postage, rows = handed_over(world, advertising=frozenset({"hu_au"}))

    assert ("regional_mix", "77.900", "87.400") == (postage["option"], postage["cost"], postage["all_letters"])
    assert ("14.440", "net", True) == (postage["vat"], postage["compared"], postage["assumed"])
    assert {"all_letters": "87.400", "regional_mix": "77.900", "national": "1900.000"} == postage["options"]
    letters, bulk = postage["postings"]
    assert ("2027-03-01", "2027-03-02") == (letters["posting_date"], bulk["posting_date"])
    assert [(90, 90, "34.200"), (0, 110, "41.800")] == [
        (one["letters"], one["paid_for"], one["cost"]) for one in bulk["regions"]
    ]
    assert {("80", "dialogpost_standard"), ("94", "standardbrief")} == {
        (row["leitregion"], row["product"]) for row in rows
    }


def test_a_batch_in_parts_is_one_posting_with_the_quantities_of_all_of_them(world: SendingWorld) -> None:
    planned(world, PLACES)
    postage, rows = handed_over(world, advertising=frozenset({"hu_au"}), part_letters=20)
    assert 5 == len({row["file"] for row in rows})
    assert ("regional_mix", "77.900") == (postage["option"], postage["cost"])  # 20 letters are no bulk posting
    assert {"dialogpost_standard"} == {row["product"] for row in rows if row["leitregion"] == "80"}


def test_a_service_that_does_not_advertise_goes_by_letter(world: SendingWorld) -> None:
    planned(world, PLACES)
    postage, rows = handed_over(world, advertising=frozenset())
    assert ("all_letters", {"all_letters": "87.400"}) == (postage["option"], postage["options"])
    assert {"standardbrief"} == {row["product"] for row in rows}


def test_letters_that_must_leave_today_do_not_wait_for_the_bulk_posting_of_tomorrow(world: SendingWorld) -> None:
    planned(world, PLACES, not_after=NOW + timedelta(hours=1))
    assert "all_letters" == handed_over(world, advertising=frozenset({"hu_au"}))[0]["option"]


def test_letters_abroad_have_no_price_but_are_handed_over(world: SendingWorld) -> None:
    planned(world, ["94032", "94036"])
    world.change_customer(world.plan("anna", Channel.LETTER), postcode="6020", country="AT")
    postage, rows = handed_over(world, advertising=frozenset({"hu_au"}))
    assert (1, "1.900", 3) == (postage["unpriced"], postage["cost"], len(rows))
