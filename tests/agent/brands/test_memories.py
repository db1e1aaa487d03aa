"""What the dealer's database keeps of several brands: keys that stay, messages that wait, budgets over all."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from alembic import command
from alembic.config import Config
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.migrate import MIGRATIONS, migrate
from guildpost_agent.adapters.sql.tables import contributed_customers
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.membership import load_memberships, store_membership
from guildpost_agent.app.resting_brands import note_resting
from guildpost_agent.app.sending_keys import ensure_sending_keys
from guildpost_agent.domain.contributions import used_up
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.keys import load_sealing_key, new_sealing_key, private_bytes, raw_public
from guildpost_shared.privacy.accountant import Expense, variance_for
from guildpost_shared.privacy.ledger import YEARLY_DELTA, Entry, spent
from guildpost_shared.privacy.sensitivity import of_increments
from tests.factories.agent import an_entry, open_store
from tests.factories.membership import a_membership
from tests.factories.sending_world import SendingWorld
from tests.fakes.channel import FakeChannel

ENTROPY = OsEntropy()


def public(key: X25519PrivateKey) -> bytes:
    return raw_public(key)


def test_a_relay_that_knows_the_first_memberships_key_goes_on_with_it(tmp_path: Path) -> None:
    store, known = open_store(tmp_path), new_sealing_key(ENTROPY)
    with store() as uow:
        store_membership(uow.documents, a_membership(sealing_key=private_bytes(known)))
        store_membership(
            uow.documents, a_membership(sealing_key=private_bytes(new_sealing_key(ENTROPY)), brand="skoda")
        )
        kept = ensure_sending_keys(uow, ENTROPY).sealing
        uow.commit()
    assert public(known) == public(kept)


def test_the_dealers_sealing_key_stays_whatever_is_joined_later(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store() as uow:
        first = ensure_sending_keys(uow, ENTROPY).sealing
        store_membership(uow.documents, a_membership(sealing_key=private_bytes(new_sealing_key(ENTROPY))))
        assert public(first) == public(ensure_sending_keys(uow, ENTROPY).sealing)
        (member,) = load_memberships(uow.documents)
    assert public(first) != public(load_sealing_key(member.sealing_key))


def test_a_membership_of_a_former_version_is_the_first_brands(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store() as uow:
        store_membership(uow.documents, a_membership())
        body = uow.documents.get("membership/dealer-01")
        assert body is not None
        uow.documents.put("membership/dealer-01", body.replace(b'"brand": "", ', b""))
        assert b"brand" not in (uow.documents.get("membership/dealer-01") or b"brand")
        assert (a_membership(),) == load_memberships(uow.documents)


def test_messages_of_a_brand_that_was_not_heard_of_for_too_long_wait_and_the_others_leave(tmp_path: Path) -> None:
    world, channel = SendingWorld(tmp_path), FakeChannel()
    ours, theirs = world.plan("anna"), world.plan("berta", service_id="skoda-hu_au")
    note_resting(world.open_uow, {"skoda"})
    run = world.dispatch(channel)
    assert (1, 1) == (run.sent, run.deferred)
    assert ["sent/sent", "planned/ready"] == ["/".join(world.states(one)) for one in (ours, theirs)]
    note_resting(world.open_uow, set())
    assert 1 == world.dispatch(channel).sent


def test_a_customers_year_holds_a_budget_over_all_studies_and_brands(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    dear = Expense(of_increments(1), variance_for(3.0, YEARLY_DELTA, of_increments(1)))
    with store() as uow:
        uow.rounds.mark_contributed("2027-Q1", [an_entry("quarterly"), an_entry("dear", expenses=(dear,))], 1.0)
        uow.rounds.mark_contributed("2027-Q2", [an_entry("quarterly", day=date(2027, 5, 1))], 1.0)
        uow.rounds.mark_contributed(
            "2027-Q1", [an_entry("dear", study_id="other", brand="skoda", expenses=(dear,))], 3.0
        )
        uow.commit()
        ledgers = uow.rounds.ledgers()

    def planned(day: date) -> Callable[[str], Entry]:
        return lambda customer: an_entry(customer, study_id="next", day=day)

    assert (2, 2) == (len(ledgers["quarterly"]), len(ledgers["dear"]))
    assert {"dear"} == used_up(ledgers, planned(date(2027, 8, 1)))
    assert set() == used_up(ledgers, planned(date(2028, 2, 1)))


def test_of_an_old_contribution_its_epsilon_counts_from_the_end_of_its_quarter(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store() as uow:
        uow.rounds.mark_contributed("2026-Q4", [an_entry("old")], 3.9)
        as_it_was = contributed_customers.update().values(day=None, expenses=None)
        uow.rounds._connection.execute(as_it_was)  # type: ignore[attr-defined]  # as a former version wrote it
        (entry,) = uow.rounds.ledgers()["old"]
        assert date(2026, 12, 31) == entry.day
        assert 3.9 <= spent(frozenset({entry}), entry.day) < 3.95
        assert {"old"} == used_up(uow.rounds.ledgers(), lambda customer: an_entry(customer, day=date(2027, 12, 30)))
        assert set() == used_up(uow.rounds.ledgers(), lambda customer: an_entry(customer, day=date(2027, 12, 31)))


def test_what_a_contribution_cost_is_the_same_after_a_database_of_a_former_version_is_opened(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "agent.db", bytes(range(32)))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    cost = Expense(of_increments(2), variance_for(1.0, YEARLY_DELTA, of_increments(2)))
    columns = "study_id, customer_id, quarter, epsilon, brand, period, day, l1, l2_squared, variance"
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0024")
        for row in (
            ("lift", "dated", "2027-Q1", 1.0, "skoda", "2027-01-01_2027-03-31", "2027-05-01", 2, 2, cost.variance),
            ("lift", "old", "2026-Q4", 1.0, "", "", None, None, None, None),
        ):
            marks = ", ".join("?" * len(row))
            connection.exec_driver_sql(f"INSERT INTO contributed_customers ({columns}) VALUES ({marks})", row)  # noqa: S608 — names of ours
    migrate(engine)
    with unit_of_work_factory(engine)() as uow:
        (dated,), (old,) = (uow.rounds.ledgers()[name] for name in ("dated", "old"))
    engine.dispose()
    period = "2027-01-01_2027-03-31"
    assert Entry("skoda", "lift", period, "dated", date(2027, 5, 1), (cost,)) == dated
    assert (date(2026, 12, 31), True) == (old.day, 1.0 <= spent(frozenset({old}), old.day) < 1.1)
