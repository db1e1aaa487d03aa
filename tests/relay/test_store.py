"""The relay's file under many hands at once: each answer once, durable, or an error for whoever brought it."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_relay.store import RelayStore
from tests.factories.relay_dealer import RelayDealer

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DEALER = RelayDealer()


@pytest.fixture
def store(tmp_path: Path) -> RelayStore:
    store = RelayStore.create(tmp_path)
    store.admit(DEALER.card)
    return store


def adding(store: RelayStore) -> Callable[[int], bool]:
    """Give what stores an answer with the n-th mark."""

    def add(number: int) -> bool:
        mark = number.to_bytes(4)
        later = NOW + timedelta(days=1)
        return store.add_once(
            mark, key_id=DEALER.card.key_id, token_id=b"t" + mark, sealed=b"s" * 560, expires=later, kept_until=later
        )

    return add


def waiting(store: RelayStore) -> list[bytes]:
    return [answer.token_id for answer in store.answers(DEALER.card.key_id, 0, 10_000)]


def test_many_at_once_are_each_stored_once_and_one_of_each_pair_is_new(store: RelayStore) -> None:
    with ThreadPoolExecutor(32) as people:
        new = list(people.map(adding(store), [n // 2 for n in range(600)]))
    assert (300, 300, 300) == (sum(new), len(waiting(store)), len(set(waiting(store))))


def test_what_was_said_to_be_stored_is_there_for_somebody_who_opens_the_file_anew(
    store: RelayStore, tmp_path: Path
) -> None:
    assert adding(store)(1)
    other = RelayStore.open(tmp_path)
    assert (waiting(store), False) == (waiting(other), adding(other)(1))


def test_a_file_that_cannot_be_written_tells_everybody_and_takes_the_next_ones_when_it_can(
    store: RelayStore, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "relay.db") as connection:
        trigger = "CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        connection.execute(trigger)
    with ThreadPoolExecutor(8) as people:
        failed = [people.submit(adding(store), n) for n in range(20)]
        assert 20 == sum(isinstance(one.exception(), sqlite3.Error) for one in failed)
    with sqlite3.connect(tmp_path / "relay.db") as connection:
        connection.execute("DROP TRIGGER full")
    assert [] == waiting(store)
    assert all(map(adding(store), range(20)))


def test_a_dealer_who_is_admitted_by_another_program_is_known_at_once(store: RelayStore, tmp_path: Path) -> None:
    stranger = RelayDealer("andere")
    assert store.dealer(stranger.card.key_id) is None
    RelayStore.open(tmp_path).admit(stranger.card)
    assert stranger.card == store.dealer(stranger.card.key_id)
