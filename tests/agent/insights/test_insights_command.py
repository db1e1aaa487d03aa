"""``guildpost-agent insights`` on a real home: a signed catalogue with releases, an encrypted database."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.membership import store_membership
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.records import Occasion, Outcome, Triage
from guildpost_shared.clock import SystemClock
from guildpost_shared.studies.release import Release, dump_release
from guildpost_shared.studies.spec import StudySpec
from tests.factories.agent import a_customer
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import CatalogueWorld
from tests.factories.control_plane import join
from tests.factories.membership import NOWHERE
from tests.factories.releases import KINDS, a_release, a_study, every_release
from tests.factories.round_world import a_touchpoint
from tests.fakes.control_plane import FakeControlPlane
from tests.fakes.documents import FakeDocumentStore

YEAR = 2025
SENT = datetime(YEAR, 2, 4, 9, 30, tzinfo=UTC)
Say = Callable[..., str]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CatalogueWorld]:
    world = CatalogueWorld(tmp_path)
    yield world
    world.close()


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: CatalogueWorld) -> Core:
    """An enrolled agent that wrote to forty customers, of whom ten booked; the network signed every kind of study."""
    home = an_agent_home(tmp_path, monkeypatch)
    world.publish_signed({study.target_path: study.canonical_bytes for study in _studies()})
    plane, anchors = FakeControlPlane(SystemClock()), world.anchors()
    member = join(plane, FakeDocumentStore(), plane.issue("dealer-01"), anchors.association or "")
    core = open_core(home)
    with core.open_uow() as uow:
        store_membership(uow.documents, replace(member, control=NOWHERE, root_hash=anchors.root_hash))
        _write_to_forty(uow)
        uow.commit()
    sync(world)
    return core


@pytest.fixture
def say(core: Core, capsys: pytest.CaptureFixture[str]) -> Say:
    def say(*words: str, code: int = 0) -> str:
        assert code == main(["insights", *words, "--home", str(core.home)])
        return capsys.readouterr().out

    return say


def test_before_a_release_each_study_says_since_when_figures_can_come(say: Say) -> None:
    shown = say()
    assert len(KINDS) == shown.count("noch keine Zahlen. Seit dem ")
    assert [True] * len(KINDS) == [one["due"] for one in json.loads(say("--json"))["awaited"]]


def test_a_published_release_is_fetched_verified_and_set_beside_ones_own_figures(
    world: CatalogueWorld, say: Say
) -> None:
    publish(world, every_release(YEAR))
    shown = say()
    assert "E-Mail: 25,0 % (14,2–40,2 %), 10 von 40; Netz 10,0 % (9,4–10,7 %); höher als im Netz" in shown
    assert "28–41 Tage vor Fälligkeit: 25,0 % (14,2–40,2 %), 10 von 40; Netz 22,0 %" in shown
    assert "Brief: keine eigenen Kunden; Netz 18,0 % (16,8–19,3 %); –" in shown
    assert "1. Kontakt binnen eines Jahres: 0,0 % (0,0–8,8 %), 0 von 40; Netz 0,3 %" in shown
    assert "hu_au: nutzen Sie; Netz 90,5 %" in shown
    assert "noch keine Zahlen" not in shown


def test_seen_from_a_day_before_the_answers_were_in_nobody_of_ones_own_counts(world: CatalogueWorld, say: Say) -> None:
    publish(world, every_release(YEAR))
    assert "10 von 40" in say("--as-of", f"{YEAR}-06-30")
    assert "von 40" not in say("--as-of", f"{YEAR}-02-05")


def test_for_programs_the_same_figures_without_anybodys_name(world: CatalogueWorld, say: Say) -> None:
    publish(world, every_release(YEAR))
    found = json.loads(say("--json"))
    assert list(KINDS) == [one["kind"] for one in found["comparisons"]]
    (channel,) = (one for one in found["comparisons"] if one["kind"] == "channel")
    row = channel["questions"][0]["rows"][0]
    assert ("email", {"of": 40, "hits": 10}, "higher") == (row["name"], row["own"], row["standing"])
    assert "k0" not in json.dumps(found)


def test_a_release_that_no_study_backs_is_named_and_the_others_are_shown(world: CatalogueWorld, say: Say) -> None:
    """The online key alone signs releases: whoever holds it puts no other figures before a dealer."""
    lift = a_release("lift", year=YEAR)
    publish(world, [replace(lift, epsilon=3.0), a_release("channel", year=YEAR), replace(lift, study_id="of-nobody")])
    found = json.loads(say("--json", code=77))
    assert ["channel"] == [one["kind"] for one in found["comparisons"]]
    assert ["release_not_backed", "release_not_backed"] == [one["code"] for one in found["refused"]]
    assert "lift" in {one["kind"] for one in found["awaited"]}, "what is not believed is still to come"


def test_looking_leaves_no_trace_in_the_ledger_of_what_left(core: Core, world: CatalogueWorld, say: Say) -> None:
    publish(world, every_release(YEAR))
    say()
    with core.open_uow() as uow:
        assert [] == uow.egress.all()


def test_before_enrolment_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    assert 78 == main(["insights", "--home", str(an_agent_home(tmp_path / "other", monkeypatch))])


def publish(world: CatalogueWorld, releases: list[Release]) -> None:
    """Put releases into the catalogue as the coordinator does, and let the agent fetch them."""
    world.publish_signed({release.target_path: dump_release(release) for release in releases})
    sync(world)


def sync(world: CatalogueWorld) -> None:
    world.agent("home/catalogue").sync()


def _studies() -> list[StudySpec]:
    return [a_study(kind, year=YEAR) for kind in KINDS]


def _write_to_forty(uow: UnitOfWork) -> None:
    names = [f"k{number}" for number in range(40)]
    due = SENT.date() + timedelta(days=35)
    touchpoints = [a_touchpoint(f"t-{name}", name, SENT, due_date=due) for name in names]
    uow.records.upsert_customers([a_customer(name) for name in names])
    uow.plans.replace_occasions(
        [
            Occasion(t.occasion_id, t.customer_id, t.vehicle_id, t.service_id, t.due_date, "dms", 1, Triage.TRUSTED)
            for t in touchpoints
        ]
    )
    uow.plans.add_touchpoints(touchpoints)
    uow.outcomes.add([Outcome(f"d-{t.touchpoint_id}", t.touchpoint_id, "delivered", SENT) for t in touchpoints])
    booked = SENT + timedelta(days=3)
    uow.outcomes.add([Outcome(f"b-{t.touchpoint_id}", t.touchpoint_id, "booked", booked) for t in touchpoints[:10]])
