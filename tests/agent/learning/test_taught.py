"""What the catalogues in force teach: a signed model chooses times, and what cannot be read changes nothing."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from guildpost_agent.app.membership import store_membership
from guildpost_agent.app.taught import taught_by
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.cli.work import do_step
from guildpost_agent.domain.learning.experiment import LEARNED_ARM
from guildpost_shared.clock import SystemClock
from guildpost_shared.learning.document import NEUTRAL, TARGET_PATH
from guildpost_shared.studies.counted import counted_study
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent import a_consent, a_customer, a_job, a_vehicle
from tests.factories.agent_home import an_agent_home
from tests.factories.catalogue import CatalogueWorld
from tests.factories.control_plane import join
from tests.factories.network_models import a_model
from tests.fakes.catalogue_source import FakeCatalogue
from tests.fakes.control_plane import FakeControlPlane
from tests.fakes.documents import FakeDocumentStore

TODAY = date(2027, 3, 1)
STUDY = counted_study(
    "when-to-write",
    brand="Arvana",
    services=["hu_au", "inspection"],
    period_start=date(2027, 1, 1),
    period_end=date(2027, 3, 31),
)
MODEL = {TARGET_PATH: a_model().canonical_bytes}
HOSTILE = json.dumps(json.loads(a_model().canonical_bytes) | {"theta": [7_000_000] * 549}).encode()
STUDIED = {STUDY.target_path: STUDY.canonical_bytes}


def test_each_brand_teaches_its_own_services() -> None:
    found = taught_by({"": FakeCatalogue(MODEL), "skoda": FakeCatalogue(STUDIED)}, (), TODAY)
    assert {""} == found.models.keys()
    assert a_model().canonical_bytes == found.models[""].canonical_bytes
    assert {"skoda-hu_au", "skoda-inspection"} == found.studied
    assert not found.unreadable


@pytest.mark.parametrize(
    ("declined", "today"),
    [({"skoda/when-to-write"}, TODAY), ((), date(2027, 4, 1)), ((), date(2026, 12, 31))],
    ids=["declined", "over", "not begun"],
)
def test_nothing_is_tried_for_a_study_that_one_takes_no_part_in(declined: set[str], today: date) -> None:
    assert not taught_by({"skoda": FakeCatalogue(STUDIED)}, declined, today).studied


def test_the_next_periods_version_may_be_there_early_and_this_period_is_studied_on() -> None:
    later = replace(STUDY, version=2, period_start=date(2027, 4, 1), period_end=date(2027, 6, 30), services=("hu_au",))
    catalogue = FakeCatalogue(STUDIED | {later.target_path: later.canonical_bytes})
    assert {"hu_au", "inspection"} == taught_by({"": catalogue}, (), TODAY).studied
    assert {"hu_au"} == taught_by({"": catalogue}, (), date(2027, 4, 1)).studied


@pytest.mark.parametrize(
    ("contents", "unreadable"),
    [(b"{}", {""}), (HOSTILE, {""}), (NEUTRAL.canonical_bytes, set())],
    ids=["no model", "what no learning can have given", "nothing learned yet"],
)
def test_what_teaches_nothing_changes_nothing(contents: bytes, unreadable: set[str]) -> None:
    found = taught_by({"": FakeCatalogue({TARGET_PATH: contents})}, (), TODAY)
    assert not found.models
    assert unreadable == found.unreadable


def test_a_model_in_the_signed_catalogue_chooses_times_and_status_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, world = an_agent_home(tmp_path, monkeypatch), CatalogueWorld(tmp_path)
    world.publish_signed(sample_catalogue() | MODEL)
    world.agent("home/catalogue").sync()
    anchors, plane = world.anchors(), FakeControlPlane(SystemClock())
    joined = join(plane, FakeDocumentStore(), plane.issue("dealer-01"))
    core, people = open_core(home), [str(number) for number in range(100, 140)]
    with core.open_uow() as uow:
        store_membership(uow.documents, replace(joined, root_hash=anchors.root_hash))
        uow.records.upsert_customers([a_customer(one) for one in people])
        uow.consents.append([a_consent(one) for one in people])
        uow.records.upsert_vehicles([a_vehicle(f"V{one}", customer_id=one) for one in people])
        uow.records.upsert_jobs([a_job(f"J{one}", vehicle_id=f"V{one}", customer_id=one) for one in people])
        uow.commit()
    world.close()
    assert 0 == do_step(core, "plan", datetime(2027, 3, 1, 6, tzinfo=UTC), {})
    with core.open_uow() as uow:
        arms = Counter(one.arm for one in uow.plans.touchpoints())
    assert arms[LEARNED_ARM] > arms.total() / 2
    assert 0 == main(["status", "--home", str(home)])
    assert "Wann geschrieben wird, lernt das Netz" in capsys.readouterr().out
