"""The dealer may say what the segments mean; what cannot be meant is refused with its field."""

from datetime import date

import pytest

from guildpost_agent.adapters.reference.files import shipped
from guildpost_agent.domain.reference.dataset import Name
from guildpost_shared.errors import ConfigurationError, public_text
from tests.fakes.reference_data import InMemoryReferenceData

TODAY = date(2027, 3, 1)
TEXT = shipped(Name.SEGMENTS).decode()


def test_an_active_customer_was_here_within_thirteen_months() -> None:
    stages = {stage.name: stage for stage in InMemoryReferenceData().definitions().stages}
    assert (13, 24, 24) == (
        stages["active"].visited_within_months,
        stages["at_risk"].visited_within_months,
        stages["won_back"].back_after_months,
    )


def test_a_file_of_the_dealers_own_counts() -> None:
    reference = InMemoryReferenceData()
    reference.add(Name.SEGMENTS, TEXT.replace("fleet_vehicles = 5", "fleet_vehicles = 8").encode(), TODAY)
    assert 8 == reference.definitions().fleet_vehicles


BOTH = "visited_before_months = 24\nvisited_within_months = 13"
LAST = 'label = { de = "nie in der Werkstatt", en = "never in the workshop" }'
BAD = {
    "an unknown field": ("fleet_vehicles = 5", "fleet_vehicles = 5\nfleat = 1", "general.fleat"),
    "months below one": ("window_months = 24", "window_months = 0", "general.window_months"),
    "a text for a number": ("window_months = 24", 'window_months = "two"', "general.window_months"),
    "a score above one": ("least_score = 0.2", "least_score = 1.2", "general.least_score"),
    "a label without English": ('label = { de = "neu", en = "new" }', 'label = { de = "neu" }', "stages.0.label.en"),
    "seen before and after": ("visited_before_months = 24", BOTH, "stages.4"),
    "nothing weighs": ("weights = { declined = 1.0 }", "weights = { declined = 0.0 }", "services.2.weights"),
    "an unknown factor": ("weights = { declined = 1.0 }", "weights = { income = 1.0 }", "services.2.weights.income"),
    "a stage that leaves customers out": (LAST, f"{LAST}\nvisited_within_months = 9", "–"),
    "a stage that hides the rest": ("known_within_months = 12\nrecord_months = 24", "", "–"),
    "two stages of one name": ('name = "won_back"', 'name = "active"', "–"),
    "more years than are looked at": ("loyalty_years = 3", "loyalty_years = 2", "–"),
    "age bands out of order": ("below_years = 6", "below_years = 2", "–"),
    "a value band that takes all": ("visits = 4\nhours = 10.0", "", "–"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field"), BAD.values(), ids=BAD)
def test_an_impossible_definition_is_refused_with_its_field(old: str, new: str, field: str) -> None:
    assert 1 == TEXT.count(old)
    reference = InMemoryReferenceData()
    before = reference.definitions()
    with pytest.raises(ConfigurationError) as refused:
        reference.add(Name.SEGMENTS, TEXT.replace(old, new).encode(), TODAY)
    assert (field, "segments") == (refused.value.params["field"], refused.value.params["name"])
    assert field in str(public_text(refused.value, "de"))
    assert before == reference.definitions()
