"""What the brands' catalogues teach about when to write, and where a dealership tries out times for a study."""

from dataclasses import replace
from datetime import date

import pytest

from guildpost_agent.app.taught import Taught, taught_by
from guildpost_shared.learning.document import NEUTRAL, TARGET_PATH
from guildpost_shared.studies.counted import counted_study
from tests.fakes.catalogue_source import FakeCatalogue

STUDY = counted_study(
    "when-to-write",
    brand="Arvana",
    services=["hu_au", "inspection"],
    period_start=date(2027, 1, 1),
    period_end=date(2027, 3, 31),
)
TODAY = date(2027, 3, 1)
LEARNED = replace(NEUTRAL, version=3, learned_on=date(2027, 2, 22))


def taught(*, model: bytes | None = None, declined: str = "", on: date = TODAY, silent: tuple[str, ...] = ()) -> Taught:
    held = {STUDY.target_path: STUDY.canonical_bytes} | ({} if model is None else {TARGET_PATH: model})
    return taught_by({"": FakeCatalogue(held)}, [declined], on, silent=silent)


def test_services_of_a_study_in_force_are_tried_out() -> None:
    assert {"hu_au", "inspection"} == taught().studied


@pytest.mark.parametrize(
    "what",
    [{"declined": "when-to-write"}, {"on": date(2027, 4, 1)}, {"silent": ("",)}],
    ids=["the dealer declined it", "its period is over", "the policy keeps contributions inside"],
)
def test_nothing_is_tried_out_for_a_study_that_learns_nothing_from_it(what: dict[str, object]) -> None:
    assert frozenset() == taught(**what).studied  # type: ignore[arg-type] # the table names real arguments


def test_a_published_model_is_known_also_to_those_who_contribute_nothing() -> None:
    assert 3 == taught(model=LEARNED.canonical_bytes, silent=("",)).models[""].version


def test_before_the_first_round_there_is_no_model() -> None:
    assert {} == taught().models
    assert {} == taught(model=NEUTRAL.canonical_bytes).models


def test_a_model_that_cannot_be_read_is_said_and_not_used() -> None:
    found = taught(model=b"{}")
    assert not found.models
    assert {""} == found.unreadable
    assert {"hu_au", "inspection"} == found.studied
