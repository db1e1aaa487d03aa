"""Status says which model holds, that the world is changing, and what is switched off."""

from datetime import date

import pytest

from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.cli.status_learning import learning_facts, learning_lines
from guildpost_shared.catalog import load
from tests.factories.network_models import LEARNED_ON, a_model

ENABLED = ["hu_au", "inspection", "birthday"]
TEXTS = load("guildpost_agent", "de")


@pytest.mark.parametrize(
    ("taught", "off", "expected"),
    [
        (NOTHING_TAUGHT, [], []),
        (Taught({"": a_model()}), [], ["Stand 3 vom 01.02.2027"]),
        (
            Taught({"": a_model(drift_since=(None, LEARNED_ON))}),
            [],
            ["Stand 3 vom 01.02.2027", "auf einen anderen Vorlauf antworten"],
        ),
        (
            Taught({"skoda": a_model(drift_since=(LEARNED_ON, None))}),
            [],
            ["skoda", "zu anderen Stunden antworten"],
        ),
        (Taught(unreadable=frozenset({""})), [], ["lässt sich nicht lesen"]),
        (Taught(studied=frozenset({"hu_au", "climate"})), [], ["werden Zeiten ausprobiert: hu_au."]),
        (Taught(studied=frozenset({"hu_au"})), ["hu_au", "climate"], ["sind ausgeschaltet: hu_au."]),
    ],
    ids=["nothing", "a model", "leads change", "slots change", "unreadable", "a study", "switched off"],
)
def test_what_is_learned_is_said(taught: Taught, off: list[str], expected: list[str]) -> None:
    said = list(learning_lines(taught, ENABLED, off, TEXTS))
    assert len(expected) == len(said)
    assert all(words in line for words, line in zip(expected, said, strict=True))


def test_what_is_learned_is_told_as_json() -> None:
    taught = Taught({"": a_model(drift_since=(date(2027, 1, 4), None))}, frozenset({"inspection", "skoda-hu_au"}))
    expected = {
        "models": [{"brand": "", "version": 3, "learned_on": "2027-02-01", "changing": ["slot"]}],
        "unreadable": [],
        "explored": ["skoda-hu_au"],
        "off": ["hu_au"],
    }
    assert expected == learning_facts(taught, [*ENABLED, "skoda-hu_au"], {"hu_au"})
