"""How long before the due day somebody is met is said as people say it, also after it."""

import pytest

from guildpost_agent.app.explain import say
from guildpost_shared.catalog import load
from guildpost_shared.errors import Language

LANGUAGES: tuple[Language, ...] = ("de", "en")
CASES: list[tuple[Language, int, str]] = [
    ("de", 21, "21 Tage vor dem Stichtag: der empfohlene Vorlauf"),
    ("de", 1, "1 Tag vor dem Stichtag: "),
    ("de", 0, "Am Stichtag: "),
    ("de", -1, "1 Tag nach dem Stichtag: "),
    ("de", -7, "7 Tage nach dem Stichtag: "),
    ("en", 0, "On the due day: "),
    ("en", -7, "7 days after the due day: "),
]


@pytest.mark.parametrize(("language", "days", "said"), CASES)
def test_a_lead_time_is_said_before_on_and_after_the_day(language: Language, days: int, said: str) -> None:
    facts: dict[str, str | int | float | bool] = {"code": "lead_default", "days": days}
    assert say(load("guildpost_agent", language), "plan.reason.lead_default", facts).startswith(said)


@pytest.mark.parametrize("why", ["default", "standing", "off"])
def test_a_lead_time_near_the_recommended_one_says_both(why: str) -> None:
    facts: dict[str, str | int | float | bool] = {"code": f"lead_{why}_near", "days": 19, "recommended": 21}
    said = {
        language: say(load("guildpost_agent", language), f"plan.reason.lead_{why}_near", facts)
        for language in LANGUAGES
    }
    assert said["de"].startswith("19 Tage vor dem Stichtag: so nah am empfohlenen Vorlauf")
    assert said["en"].startswith("19 days before the due day: as near to the recommended lead time")
    assert all("21)" in one for one in said.values())


def test_a_follow_up_says_it_within_its_sentence() -> None:
    said = say(load("guildpost_agent", "de"), "plan.reason.lead_follow_up", {"code": "lead_follow_up", "days": -30})
    assert "Folge, 30 Tage nach dem Stichtag, weil" in said
