"""Goodwill credits on the real database and the command line; they are the dealer's alone."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlcipher3 import dbapi2

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.migrate import migrate
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.egress.contents import forbidden
from guildpost_agent.app.egress.policy import COORDINATOR, LETTERSHOP, RELAY, STANDARD_RULES, EgressPolicy
from guildpost_agent.app.keep_goodwill import GoodwillDesk, approve, expire, grant, listed, redeem
from guildpost_agent.app.rights.erase import erase_person
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.cli.goodwill import cents_of
from guildpost_agent.domain.goodwill.ledger import Entry, Kind, State, credits_of
from guildpost_shared.errors import Refused
from tests.factories.agent import KEY, NOW, a_customer
from tests.factories.agent_home import an_agent_home
from tests.factories.planner import BERLIN
from tests.fakes.seeded_entropy import SeededEntropy


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_engine(tmp_path / "agent.db", KEY)
    migrate(engine)
    return engine


@pytest.fixture
def desk(engine: Engine) -> GoodwillDesk:
    open_uow = unit_of_work_factory(engine)
    with open_uow() as uow:
        uow.records.upsert_customers([a_customer("1"), a_customer("2")])
        uow.commit()
    return GoodwillDesk(open_uow, 5_000, 365, ("Carla",), BERLIN, SeededEntropy(b"goodwill"))


def test_a_credit_is_granted_approved_and_redeemed(desk: GoodwillDesk) -> None:
    small = grant(desk, "1", 3_000, "Wartezeit", "Anna", now=NOW)
    large = grant(desk, "1", 4_000, "Kratzer", "Anna", now=NOW + timedelta(minutes=1))
    assert (State.OPEN, State.PENDING) == (small.state, large.state)
    approve(desk, large.credit_id, "Carla", now=NOW)
    assert 1_000 == redeem(desk, "1", 6_000, "Auftrag 7", "Bernd", now=NOW)
    states = {one.credit_id: one.state for one in listed(desk, "1")}
    assert {small.credit_id: State.SPENT, large.credit_id: State.OPEN} == states
    assert [] == listed(desk, "2")


def test_what_is_refused_changes_nothing(desk: GoodwillDesk) -> None:
    credit = grant(desk, "1", 9_000, "Kratzer", "Anna", now=NOW)
    with pytest.raises(Refused, match="goodwill_balance"):
        redeem(desk, "1", 1, "Auftrag 7", "Bernd", now=NOW)
    with pytest.raises(Refused, match="goodwill_unknown"):
        approve(desk, "nothing", "Carla", now=NOW)
    with pytest.raises(Refused, match="customer_unknown"):
        grant(desk, "9", 1, "Kratzer", "Anna", now=NOW)
    with desk.open_uow() as uow:
        assert [Kind.REQUESTED] == [entry.kind for entry in uow.goodwill.of_credit(credit.credit_id)]


def test_what_is_left_expires_once(desk: GoodwillDesk) -> None:
    grant(desk, "1", 3_000, "Wartezeit", "Anna", now=NOW)
    later = NOW + timedelta(days=366)
    assert (1, 0) == (expire(desk, now=later), expire(desk, now=later))
    assert [State.EXPIRED] == [one.state for one in listed(desk, "1")]


def test_the_database_refuses_to_change_a_line(desk: GoodwillDesk, engine: Engine) -> None:
    grant(desk, "1", 3_000, "Wartezeit", "Anna", now=NOW)
    with engine.connect() as connection, pytest.raises(dbapi2.IntegrityError, match="append-only"):
        connection.execute(text("UPDATE goodwill_entries SET cents = 1"))


ENTRY = Entry("c1", Kind.GRANTED, NOW, "1", 2_500, "Kratzer", "Anna", NOW.date() + timedelta(days=30))
WIRE = json.dumps(asdict(ENTRY), default=str).encode()


@pytest.mark.parametrize("destination", [COORDINATOR, RELAY, LETTERSHOP])
def test_no_credit_leaves_the_dealership_under_its_own_name(destination: str) -> None:
    with pytest.raises(Refused) as refusal:
        EgressPolicy().check(destination, "goodwill", WIRE)
    assert "not_listed" == refusal.value.params["reason"]


SEARCHED = [key for key, rule in STANDARD_RULES.items() if not rule.opaque and key[0] == COORDINATOR]


@pytest.mark.parametrize(("destination", "kind"), SEARCHED, ids=str)
def test_no_credit_leaves_inside_another_message(destination: str, kind: str) -> None:
    with pytest.raises(Refused) as refusal:
        EgressPolicy().check(destination, kind, WIRE)
    assert "money" == refusal.value.params["reason"]


@pytest.mark.parametrize("payload", ["Kulanz 25", "goodwill_entries", '{"limit_cents": 5000}', "Guthaben: 10"])
def test_goodwill_is_forbidden_content_in_every_spelling(payload: str) -> None:
    assert "money" == forbidden(payload.encode())


@pytest.mark.parametrize(
    ("written", "cents"), [("25", 2_500), ("25,00", 2_500), ("0.05", 5), ("1000,50", 100_050)], ids=str
)
def test_an_amount_is_read_in_either_spelling(written: str, cents: int) -> None:
    assert cents == cents_of(written)


@pytest.mark.parametrize("written", ["", "-5", "5,5", "1.000,00", "fünf", "1e3"], ids=str)
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="25,00"):
        cents_of(written)


def test_the_commands_keep_the_ledger_and_an_erasure_empties_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    core = open_core(home)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer("1")])
        uow.commit()
    what = ["--customer", "1", "--amount", "25,00", "--reason", "Wartezeit"]
    assert 0 == main(["goodwill", "grant", "--home", str(home), *what, "--by", "Anna"])
    with core.open_uow() as uow:
        (credit,) = credits_of(uow.goodwill.all())
    assert "wartet auf Genehmigung" in capsys.readouterr().out
    assert 77 == main(["goodwill", "approve", "--home", str(home), credit.credit_id, "--by", "Anna"])
    assert 0 == main(["goodwill", "approve", "--home", str(home), credit.credit_id, "--by", "Carla"])
    assert 73 == main(["goodwill", "approve", "--home", str(home), credit.credit_id, "--by", "Carla"])
    part = ["--customer", "1", "--amount", "10", "--reason", "Auftrag 7"]
    assert 0 == main(["goodwill", "redeem", "--home", str(home), *part, "--by", "Bernd", "--lang", "en"])
    assert 0 == main(["goodwill", "list", "--home", str(home), "--customer", "1"])
    said = capsys.readouterr().out
    assert "Credit left: 15.00 €" in said
    assert "25,00 €, davon einlösbar 15,00 €" in said
    assert "genehmigt von Carla" in said
    erase_person(core.rights, {"1"}, datetime(2027, 3, 1, tzinfo=UTC))
    with core.open_uow() as uow:
        assert [] == uow.goodwill.all()
