"""Every named attack on a dealer's catalogue: none is accepted, the good state stays, and a dealer can read why."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from guildpost_agent.app.sync_catalogue import sync_catalogue
from guildpost_shared.errors import Language, from_code, public_text
from tests.factories.catalogue import SERVICE, STUDY
from tests.hostile.catalogue_attacks import ATTACKS, IGNORED
from tests.hostile.catalogue_scene import GOOD, NEW, Scene, evil_in_force, good_scene

JARGON: Final = re.compile(
    r"\b(TUF|SHA|JSON|hash|metadata|Metadaten|snapshot|timestamp|delegation|keyid|root)\b", re.IGNORECASE
)


@pytest.fixture(params=[True, False], ids=["at once", "by name"])
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    scene = good_scene(tmp_path)
    scene.transport.foresees = request.param
    yield scene
    scene.world.close()


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_and_the_good_catalogue_stays(scene: Scene, name: str) -> None:
    attack, code = ATTACKS[name]
    attack(scene)
    agent = scene.agent()
    before = agent.current()
    report = sync_catalogue(agent)
    said = {report.problem.code} if report.problem else set(report.version.refused.values() if report.version else ())
    assert {code} - {IGNORED} == said
    assert [] == list(evil_in_force(scene.agent()))
    if report.problem or code == IGNORED:
        assert before == scene.agent().current()
        assert [GOOD, GOOD] == [scene.agent().read(path) for path in (SERVICE, STUDY)]


def test_without_an_attack_the_next_state_is_taken_over(scene: Scene) -> None:
    scene.world.publish_signed({NEW: b"next"})
    assert None is sync_catalogue(scene.agent()).problem
    assert b"next" == scene.agent().read(NEW)


def test_there_are_more_than_forty_attacks() -> None:
    assert 40 < len(ATTACKS)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", sorted({code for _, code in ATTACKS.values()} - {IGNORED}))
def test_a_refusal_is_a_sentence_that_a_dealer_understands(code: str, language: Language) -> None:
    text = public_text(from_code(code, path="services/neu"), language)
    assert [True, True] == [
        part.endswith(".") and part[0] in f"„“{part[0].upper()}" for part in (text.what, text.next_step)
    ]
    assert "–" not in str(text)
    assert None is JARGON.search(str(text))
