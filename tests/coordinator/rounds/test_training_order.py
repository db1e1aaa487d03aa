"""A study's new version waits until the training under way is over; until then rounds are of the old one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.app.choose_version import choose_version
from guildpost_coordinator.app.ports.rounds import Finished, ReleaseRecord
from guildpost_coordinator.domain.rounds import Round, move
from guildpost_shared.errors import Refused
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.propensity.document import NOTHING_LEARNED, NextRound, PropensityDocument
from guildpost_shared.studies.propensity.features import FeatureMap, Numeric
from guildpost_shared.studies.propensity.model import Model
from guildpost_shared.studies.propensity.terms import LAST_STEP, TARGET_PATH
from guildpost_shared.studies.spec import StudySpec
from tests.factories.round_world import STUDY
from tests.fakes.seeded_entropy import SeededEntropy

COLUMNS = ("service_class", "vehicle_age_months")
MODEL = Model(COLUMNS, (), FeatureMap((Numeric(1, 0.0, 200.0, 90.0, 40.0),), (), 2.5), np.zeros(2))
OLD = counted_study(
    "propensity",
    brand="Arvana",
    services=["hu_au"],
    period_start=STUDY.period_start,
    period_end=STUDY.period_end,
    columns=COLUMNS,
)
NEW = replace(
    OLD,
    version=2,
    period_start=OLD.period_start + timedelta(days=91),
    period_end=OLD.period_end + timedelta(days=91),
)


class Network:
    """The record of rounds, and the file in the catalogue."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(folder / "coordinator.sqlite")
        migrate(self.engine)
        self.rounds = SqlRounds(self.engine)
        self.now = datetime(2027, 9, 1, 8, tzinfo=UTC)
        self.file: PropensityDocument | None = None
        self.versions = [OLD, NEW]
        self._entropy = SeededEntropy(b"order")

    @property
    def in_turn(self) -> StudySpec:
        found = {} if self.file is None else {TARGET_PATH: self.file.canonical_bytes}
        return choose_version(self.versions, self.rounds, found.get)

    def announce(self, study: StudySpec) -> Round:
        """Announce the next round of a study, an hour after the last one."""
        self.now += timedelta(hours=1)
        return announce_round(
            rounds=self.rounds,
            study=study,
            today=self.now.date(),
            window=timedelta(minutes=2),
            now=self.now,
            entropy=self._entropy,
        )

    def hold(self, study: StudySpec, *, publish: bool = True) -> None:
        """Hold the next round of a study, and publish what the one after it asks."""
        round_ = self._under_way(study)
        step = study.part(round_.period).step + 1
        following = NextRound(study.study_id, study.days, step, COLUMNS, model=MODEL if step > 2 else None)
        asked = following if step <= LAST_STEP else None
        file = replace(NOTHING_LEARNED, version=step - 1, learned=MODEL if step > 2 else None, training=asked)
        record = ReleaseRecord(
            study.study_id, round_.period, round_.round_id, TARGET_PATH, file.canonical_bytes, self.now
        )
        self.rounds.save(move(round_, "release", contributors=11), Finished(record))
        if publish:
            self.file = file
            self.rounds.mark_published(study.study_id, round_.period)

    def lose(self, study: StudySpec, stage: Stage) -> None:
        """Give the next round of a study up in a stage."""
        round_ = self._under_way(study)
        self.rounds.enter(round_, stage, 11, None)
        self.rounds.save(move(round_, "abort", reason="secagg_below_threshold"))

    def _under_way(self, study: StudySpec) -> Round:
        round_ = move(self.announce(study), "open")
        self.rounds.save(round_)
        return round_


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    network = Network(tmp_path)
    yield network
    network.engine.dispose()


def test_a_training_under_way_is_finished_under_its_own_version_before_the_next_one_begins(network: Network) -> None:
    network.hold(OLD)
    for step in range(2, LAST_STEP + 1):
        assert network.in_turn == OLD
        assert f"{OLD.days}_{step}" == network.announce(network.in_turn).period
        assert network.in_turn == OLD  # it is announced
        held = network.rounds.all()[0]
        network.rounds.save(move(held, "abort", reason="round_window_missed"))
        network.hold(network.in_turn)
    assert network.in_turn == NEW
    assert f"{NEW.days}_1" == network.announce(network.in_turn).period


def test_a_version_that_was_never_begun_gives_way_to_the_newer_one(network: Network) -> None:
    assert network.in_turn == NEW
    network.lose(OLD, Stage.SHARE_KEYS)
    assert network.in_turn == NEW
    network.versions = [OLD]
    assert network.in_turn == OLD


@pytest.mark.parametrize("held", [0, 1, 2], ids=["the survey", "the ranges", "the first step"])
def test_where_the_beginning_was_lost_after_vectors_had_left_the_newer_one_begins(network: Network, held: int) -> None:
    for _ in range(held):
        network.hold(OLD)
    network.lose(OLD, Stage.MASKED_INPUT_COLLECTION)
    assert network.in_turn == NEW


def test_a_lost_slope_and_a_round_that_charged_nobody_leave_the_training_its_turn(network: Network) -> None:
    for _ in range(3):
        network.hold(OLD)
    network.lose(OLD, Stage.ADVERTISE_KEYS)
    assert network.in_turn == OLD
    network.lose(OLD, Stage.UNMASKING)
    assert network.in_turn == OLD
    network.hold(OLD)
    assert [f"{OLD.days}_5", OLD] == [network.rounds.releases()[0].period, network.in_turn]


def test_who_takes_the_file_out_of_the_catalogue_ends_the_training(network: Network) -> None:
    network.hold(OLD)
    network.file = None
    assert network.in_turn == NEW


def test_what_a_round_has_left_counts_before_it_stands_in_the_catalogue(network: Network) -> None:
    network.hold(OLD, publish=False)
    assert network.in_turn == OLD


def test_studies_of_one_round_a_version_go_by_the_newest(network: Network) -> None:
    network.versions = [STUDY, replace(STUDY, version=2)]
    network.announce(STUDY)
    assert network.in_turn == network.versions[1]


def a_quarter(version: int, months: int, kind: str = "learned-times") -> StudySpec:
    """Write a version whose quarter begins so many months after January."""
    first, last = date(2027, 1 + months, 1), date(2027, 3 + months, 30)
    return counted_study(kind, brand="Arvana", services=["hu_au"], period_start=first, period_end=last, version=version)


@pytest.mark.parametrize("kind", ["learned-times", "when-to-write"])
def test_the_next_quarters_version_may_be_handed_in_early_each_still_has_all_its_rounds(
    network: Network, kind: str
) -> None:
    network.versions = [a_quarter(1, 0, kind), a_quarter(2, 3, kind), a_quarter(3, 6, kind)]
    network.now = datetime(2028, 9, 1, 8, tzinfo=UTC)
    expected = [(one.version, part.period) for one in network.versions for part in one.parts]
    held = []
    for _ in expected:
        study = network.in_turn
        round_ = network.announce(study)
        network.rounds.save(replace(move(move(round_, "open"), "release", contributors=11)))
        held.append((study.version, round_.period))
    assert expected == held
    assert 3 == network.in_turn.version


def test_a_version_that_is_not_yet_ripe_lets_nothing_go_before_it(network: Network) -> None:
    network.versions = [a_quarter(1, 0), a_quarter(2, 3)]
    network.now = datetime(2027, 4, 5, tzinfo=UTC)
    with pytest.raises(Refused, match="study_not_ripe"):
        network.announce(network.in_turn)


def test_a_version_of_overlapping_days_replaces_the_one_before(network: Network) -> None:
    network.versions = [a_quarter(1, 0), a_quarter(2, 1), a_quarter(3, 6)]
    assert 2 == network.in_turn.version


def test_a_period_whose_version_is_taken_out_of_the_catalogue_is_given_up(network: Network) -> None:
    network.versions = [a_quarter(2, 3), a_quarter(3, 6)]
    assert 2 == network.in_turn.version
