"""``guildpost-agent studies``: the dealer sees each study in plain words and may decline it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.list_studies import studies_in_force
from guildpost_agent.app.membership import store_membership
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.rounds import take_part
from guildpost_agent.cli import main
from guildpost_agent.domain.insights.backing import COMPARED
from guildpost_shared.clock import ManualClock, SystemClock
from guildpost_shared.errors import GuildpostError
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.kinds import KINDS, SLOT_LEAD
from guildpost_shared.studies.propensity.terms import USUAL
from guildpost_shared.studies.slot_lead import slot_lead_study
from guildpost_shared.studies.spec import StudySpec
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import CatalogueWorld
from tests.factories.control_plane import join
from tests.factories.membership import NOWHERE
from tests.fakes.catalogue_source import FakeCatalogue
from tests.fakes.control_plane import FakeControlPlane
from tests.fakes.documents import FakeDocumentStore

PERIOD = "2027-01-01_2027-03-31"
Say = Callable[..., str]


def a_study(kind: str, version: int = 1) -> StudySpec:
    days: dict[str, Any] = {"period_start": date(2027, 1, 1), "period_end": date(2027, 3, 31)}
    if kind == SLOT_LEAD:
        return slot_lead_study(brand="Arvana", services=["hu_au"], version=version, **days)
    return counted_study(kind, brand="Arvana", services=["hu_au"], version=version, **days)


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    """An enrolled agent whose signed catalogue holds a study of every kind."""
    home, world = an_agent_home(tmp_path, monkeypatch), CatalogueWorld(tmp_path)
    world.publish_signed({one.target_path: one.canonical_bytes for one in map(a_study, KINDS)})
    clock = ManualClock(world.clock.now())
    world.agent("home/catalogue", clock=clock).sync()
    plane, anchors = FakeControlPlane(SystemClock()), world.anchors()
    member = join(plane, FakeDocumentStore(), plane.issue("dealer-01"), anchors.association or "")
    core = open_core(home, wall_clock=clock)
    with core.open_uow() as uow:
        store_membership(uow.documents, replace(member, control=NOWHERE, root_hash=anchors.root_hash))
        uow.commit()
    yield core
    world.close()


@pytest.fixture
def say(core: Core, capsys: pytest.CaptureFixture[str]) -> Say:
    def say(*words: str, code: int = 0) -> str:
        assert code == main(["studies", *words, "--home", str(core.home)])
        shown = capsys.readouterr()
        return shown.out + shown.err

    return say


def spoil(core: Core, study: StudySpec) -> None:
    """Damage the copy of a study that the agent keeps."""
    whole = study.canonical_bytes
    (copy,) = (file for file in core.home.rglob("*") if file.is_file() and file.read_bytes() == whole)
    copy.write_bytes(whole[:-1])


def refusal(core: Core, path: str) -> str:
    closes_at = core.wall_clock.now()
    with pytest.raises(GuildpostError) as caught:
        take_part(core, round_id="r", study_path=path, period=PERIOD, flower=str(NOWHERE), closes_at=closes_at)
    return caught.value.code


def test_every_kind_says_its_question_what_leaves_and_what_it_costs(say: Say) -> None:
    shown = say()
    for kind in KINDS.values():
        assert f"{kind.name} (Fassung 1), erste Marke: {kind.purpose['de']}" in shown
    assert len(KINDS) == shown.count("Das Haus verlässt: ") == shown.count("Dieser Betrieb nimmt teil.")
    assert 7 == shown.count("ε = 1 und δ = 1e-06 für einen Kunden; höchstens ")
    assert 1 == shown.count("ε = 1 und δ = 1e-06 für einen Betrieb; mindestens 10 Unternehmen.")
    assert len(KINDS) == say("--lang", "en").count("This dealership takes part.")


def test_a_training_says_everything_that_is_asked(say: Say) -> None:
    asked = "Gefragt wird nach: Art der Leistung, Weg der Nachricht, Monat, Firma oder privat, Alter des Fahrzeugs"
    assert asked in say()
    assert "mileage, age of the tyres" in say("--lang", "en")
    columns = {one["study"]: one["columns"] for one in json.loads(say("--json"))}
    assert {"propensity": list(USUAL)} == {name: found for name, found in columns.items() if found}


def test_a_declined_study_is_not_joined_and_an_accepted_one_is_again(core: Core, say: Say) -> None:
    assert "catalogue_unknown_path" == refusal(core, "studies/lift/1.json")  # there is no roster here: the next look
    say("--decline", "lift", "--by", "Ada Muster")
    assert "study_declined" == refusal(core, "studies/lift/1.json")
    assert "catalogue_unknown_path" == refusal(core, "studies/channel/1.json")
    assert "abgelehnt von Ada Muster" in say()
    taking = {one["study"]: (one["takes_part"], one["declined_by"]) for one in json.loads(say("--json"))}
    assert {"lift": (False, "Ada Muster")} == {name: one for name, one in taking.items() if not one[0]}
    say("--accept", "lift", "--by", "Ada Muster")
    assert "catalogue_unknown_path" == refusal(core, "studies/lift/1.json")
    assert len(KINDS) == say().count("Dieser Betrieb nimmt teil.")


def test_where_the_policy_lets_no_studies_out_none_is_said_to_be_joined(core: Core, say: Say) -> None:
    main(["policy", "--write", "--home", str(core.home)])
    file = core.home / "egress-policy.toml"
    file.write_text(file.read_text("utf-8").replace('sharing = "studies"', 'sharing = "membership"'), "utf-8")
    shown = say()
    assert len(KINDS) == shown.count("lässt keine Auswertungen hinaus")
    assert "Dieser Betrieb nimmt teil." not in shown


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--decline", "lift"], 78),
        (["--decline", "ranking", "--by", "Ada"], 77),
        (["--accept", "x", "--by", "Ada"], 77),
    ],
    ids=["nobody is named", "no such study", "accepted what is not there"],
)
def test_a_slip_of_the_pen_changes_nothing(say: Say, words: list[str], code: int) -> None:
    say(*words, code=code)
    assert len(KINDS) == say().count("Dieser Betrieb nimmt teil.")


def test_before_enrolment_there_is_nothing_to_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 78 == main(["studies", "--home", str(an_agent_home(tmp_path, monkeypatch))])


def test_of_each_study_the_highest_version_counts_and_what_a_newer_program_wrote_is_named() -> None:
    old, new = a_study("lift", 2), a_study("lift", 10)
    newer = b'{"type":"study","kind":"mileage"}'
    documents = {one.target_path: one.canonical_bytes for one in (new, old)} | {"studies/mileage/1.json": newer}
    studies, unread = studies_in_force(FakeCatalogue(documents))
    assert ([new], ["studies/mileage/1.json"]) == (studies, [one.path for one in unread])


def test_a_damaged_copy_of_one_study_is_said_and_the_others_are_shown(core: Core, say: Say) -> None:
    spoil(core, a_study("lift"))
    shown = say(code=76)
    assert "Die gespeicherte Kopie von „studies/lift/1.json“ ist beschädigt." in shown
    assert len(KINDS) - 1 == shown.count("Dieser Betrieb nimmt teil.")
    assert len(KINDS) - 1 == len(json.loads(say("--json", code=76).partition("\n")[0]))
    say("--decline", "channel", "--by", "Ada Muster")


def test_insights_say_a_damaged_copy_of_a_study_and_show_the_rest(
    core: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(core, a_study("lift"))
    assert 76 == main(["insights", "--home", str(core.home)])
    shown = capsys.readouterr().out
    assert "Die gespeicherte Kopie von „studies/lift/1.json“ ist beschädigt." in shown
    assert len(COMPARED) - 1 == shown.count("noch keine Zahlen")
