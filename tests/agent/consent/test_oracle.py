"""Two opinions on every send: the product's decision, and an oracle that was written from the law alone."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.adapters.sql.unit_of_work import SqlUnitOfWork
from guildpost_agent.domain.consent import decide, events, state
from guildpost_agent.domain.consent.terms import Basis, Refusal
from tests.agent.consent.histories import IDS, Life
from tests.agent.consent.oracle import lawful
from tests.factories.agent import KEY

WITHOUT_ENTRY = {Basis.DUTY, Basis.LEGITIMATE_INTEREST}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("ledger")
    engine = open_engine(folder / "agent.db", KEY)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def campaign(engine: Engine, dice: Random, tally: Counter[str], acts: int = 14) -> list[str]:
    """Live one life and compare both opinions again and again; nothing is kept. Return what was disallowed."""
    wrong = []
    with engine.connect() as connection:
        uow = SqlUnitOfWork(connection)
        life = Life(uow, dice)
        for _ in range(acts):
            life.live()
            if dice.random() < 0.35:
                wrong += compare(life, tally)
        uow.close()
    return wrong


def compare(life: Life, tally: Counter[str]) -> list[str]:
    """Put every question to both."""
    known = {event.seq for event in life.uow.consents.events_of(*IDS)}
    wrong = []
    for question, decision in life.questions():
        allowed = lawful(life.said, question, life.uses)
        tally["decisions"] += 1
        tally["lawful"] += allowed
        tally[decision.basis if decision.basis is not None else f"no {decision.refusal}"] += 1
        if decision.allowed and not allowed:
            wrong.append(f"{question} was allowed by {decision}")
        if allowed and not decision.allowed:
            tally["too strict"] += 1
        if decision.allowed and decision.basis not in WITHOUT_ENTRY:
            assert decision.proof, "an allowed decision shows its proof"
        assert set(decision.proof) <= known, "a proof is an entry of the ledger"
    return wrong


def run(engine: Engine, decisions: int, seed: int) -> tuple[list[str], Counter[str]]:
    """Run lives until so many decisions were compared."""
    dice, tally, wrong = Random(seed), Counter[str](), list[str]()
    while tally["decisions"] < decisions:
        wrong += campaign(engine, dice, tally)
    return wrong, tally


def assert_telling(tally: Counter[str]) -> None:
    """Every ground and every refusal came up, and the decision is not merely always no."""
    seen = {name.removeprefix("no ") for name in tally}
    assert {basis.value for basis in Basis} <= seen
    assert set() == {refusal.value for refusal in Refusal} - seen
    assert tally["too strict"] <= 0.005 * tally["lawful"]


def test_no_decision_allows_what_the_law_forbids(engine: Engine) -> None:
    wrong, tally = run(engine, 60_000, seed=5)
    assert [] == wrong[:3]
    assert_telling(tally)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_no_decision_in_a_million_allows_what_the_law_forbids(engine: Engine) -> None:
    wrong, tally = run(engine, 1_000_000, seed=7)
    assert [] == wrong[:3]
    assert_telling(tally)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dice=st.randoms(use_true_random=False))
def test_no_life_that_can_be_found_is_disallowed(engine: Engine, dice: Random) -> None:
    assert [] == campaign(engine, dice, Counter(), acts=6)


def nothing(*_: Any, **__: Any) -> None:
    return None


def exactly(event: events.ConsentEvent) -> list[tuple[str, str]]:
    return [(event.purpose, event.channel)]


@pytest.mark.parametrize(
    ("module", "rule", "broken"),
    [
        pytest.param(decide, "barred", nothing, id="objections are not looked at"),
        pytest.param(decide, "unwanted", nothing, id="wishes are not looked at"),
        pytest.param(decide, "_weak", nothing, id="validity is not looked at"),
        pytest.param(decide, "is_dormant", lambda *_: False, id="consents never fall asleep"),
        pytest.param(state, "evidence_gap", nothing, id="no evidence is asked for"),
        pytest.param(events, "missing_condition", nothing, id="the evidences of § 7(3) are not asked for"),
        pytest.param(state, "reopens", lambda *_: True, id="any yes lifts an objection"),
        pytest.param(state, "pairs_of", exactly, id="an objection to everything closes nothing"),
    ],
)
def test_the_oracle_notices_a_rule_that_is_switched_off(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, module: Any, rule: str, broken: Callable[..., Any]
) -> None:
    monkeypatch.setattr(module, rule, broken)
    dice = Random(19)  # lives in which each rule matters early; others find it later
    assert any(campaign(engine, dice, Counter()) for _ in range(400))
