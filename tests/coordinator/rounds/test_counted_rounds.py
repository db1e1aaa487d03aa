"""Channels, contact pressure and adoption through the real state machines: without noise the sums are exact."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from guildpost_agent.domain.contributing.units import DEALER
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.release import parse_release
from tests.factories.round_world import CUSTOMERS, STUDY, RoundWorld

DEALERS = 11
EVERYBODY, BOOKED = DEALERS * CUSTOMERS, DEALERS * CUSTOMERS // 3
SUMS = {
    "channel": {"hu_au/email/delivered": EVERYBODY, "hu_au/email/booked": BOOKED},
    "pressure": {"contacts/2/contacted": EVERYBODY, "contacts/2/answered": BOOKED},
    "adoption": {"hu_au/dealers/switched_on": DEALERS},
}
RATES = {"channel": ("email", BOOKED / EVERYBODY), "pressure": ("2", BOOKED / EVERYBODY), "adoption": ("dealers", 1.0)}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    world = RoundWorld(tmp_path, dealers=DEALERS)
    yield world
    world.close()


@pytest.mark.parametrize("kind", SUMS)
def test_a_round_of_every_kind_counts_each_unit_once_and_charges_it(
    world: RoundWorld, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guildpost_shared.studies.noise.with_noise_share", lambda counts, *_args, **_named: counts)
    world.study = counted_study(
        kind, brand="Arvana", services=["hu_au"], period_start=STUDY.period_start, period_end=STUDY.period_end
    )
    round_ = world.announce()
    assert DEALERS == world.conduct(round_, world.exchange(round_.round_id)).contributors
    names = layout_of(world.study).names
    assert SUMS[kind] == {name: n for name, n in zip(names, world.results[-1].sum.tolist(), strict=True) if n}
    expected = {DEALER} if kind == "adoption" else {f"c-{number}" for number in range(CUSTOMERS)}
    for agent in world.agents.values():
        with agent.open_uow() as uow:
            assert expected == uow.rounds.contributed(kind, "2027-Q1") == uow.rounds.ledgers().keys()
    (record,) = world.rounds.releases()
    row, rate = RATES[kind]
    figure = parse_release(record.body).tables[0].row(row)
    assert figure is not None
    assert figure.low < rate <= figure.high


@pytest.mark.parametrize("kind", SUMS)
def test_a_second_study_of_the_quarter_finds_nobody_left_to_count(
    world: RoundWorld, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("guildpost_shared.studies.noise.with_noise_share", lambda counts, *_args, **_named: counts)
    for version, end in ((1, STUDY.period_end), (2, STUDY.period_end.replace(day=27))):
        study = counted_study(
            kind, brand="A", services=["hu_au"], period_start=STUDY.period_start, period_end=end, version=version
        )
        world.use(study, tmp_path / str(version))
        round_ = world.announce()
        world.conduct(round_, world.exchange(round_.round_id))
    assert [True, False] == [bool(result.sum.any()) for result in world.results]
