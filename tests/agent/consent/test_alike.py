"""Whose entries are alike is decided alike, so that planning asks the ledger once for all of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.consent.book import ConsentBook
from guildpost_agent.domain.consent.decide import Approach, Facts, decide
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.terms import ADVERTISING, CHANNELS, EVERY, Basis, Kind, Origin
from tests.factories.agent import NOW, open_store

BEFORE: Final = NOW.date() - timedelta(days=900)
DAYS: Final = [None, *(NOW.date() + timedelta(days=days) for days in (-900, -700, -2, -1, 0, 1, 2))]
APPROACHES: Final = [Approach(purpose, channel) for purpose in ADVERTISING for channel in CHANNELS]
_OPENED = st.builds(
    ConsentEvent,
    customer_id=st.just("1"),
    kind=st.just(Kind.IMPORTED),
    channel=st.sampled_from(["email", "phone"]),
    purpose=st.just("service_reminders"),
    at=st.sampled_from([NOW, NOW - timedelta(days=1), NOW - timedelta(days=800)]),
    basis=st.just(Basis.CONSENT),
    origin=st.just(Origin.DMS),
    evidence=st.builds(Evidence, source=st.sampled_from(["", "Annahme"]), given_on=st.sampled_from(DAYS)),
    valid_to=st.sampled_from([None, NOW.date(), BEFORE]),
)
_CLOSED = st.builds(
    ConsentEvent,
    customer_id=st.just("1"),
    kind=st.sampled_from([Kind.OBJECTED, Kind.WITHDRAWN]),
    channel=st.sampled_from(["email", EVERY]),
    purpose=st.sampled_from(["service_reminders", EVERY]),
    at=st.sampled_from([NOW, NOW - timedelta(days=1), NOW - timedelta(days=800)]),
    origin=st.sampled_from(Origin),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> OpenUnitOfWork:
    return open_store(tmp_path_factory.mktemp("alike"))


def on_other_days(events: Sequence[ConsentEvent], days: Sequence[date | None]) -> list[ConsentEvent]:
    """Give a second customer the same entries, with consents of other days."""
    return [
        replace(event, customer_id="2", evidence=replace(event.evidence, given_on=day))
        for event, day in zip(events, days, strict=False)
    ]


def a_ledger(store: OpenUnitOfWork, events: Sequence[ConsentEvent]) -> ConsentBook[object]:
    with store() as uow:  # never committed
        uow.consents.append(events)
        return uow.consents.book()


def decided(book: ConsentBook[object], customer_id: str) -> list[object]:
    found = (decide(book.of(customer_id), Facts(), approach, NOW) for approach in APPROACHES)
    return [(one.allowed, one.basis, one.refusal) for one in found]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    events=st.lists(st.one_of(_OPENED, _CLOSED), min_size=1, max_size=4),
    days=st.lists(st.sampled_from(DAYS), min_size=4, max_size=4),
)
def test_whose_entries_are_alike_is_decided_alike(
    store: OpenUnitOfWork, events: list[ConsentEvent], days: list[date | None]
) -> None:
    book = a_ledger(store, [*events, *on_other_days(events, days)])
    assert book.likeness("1") != book.likeness("2") or decided(book, "1") == decided(book, "2")


_YES = ConsentEvent(
    "1", Kind.IMPORTED, "email", "service_reminders", NOW, Basis.CONSENT, Origin.DMS,
    Evidence(source="Annahme", given_on=BEFORE),
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "alike"),
    [
        pytest.param(NOW.date() - timedelta(days=1), True, id="another day before the ledger heard anything"),
        pytest.param(NOW.date() + timedelta(days=2), False, id="a day that is still to come"),
        pytest.param(None, False, id="no day"),
    ],
)
def test_consents_of_earlier_days_are_alike(tmp_path: Path, *, day: date | None, alike: bool) -> None:
    book = a_ledger(open_store(tmp_path), [_YES, *on_other_days([_YES], [day])])
    assert alike == (book.likeness("1") == book.likeness("2"))


def test_who_said_nothing_is_like_everybody_who_said_nothing(store: OpenUnitOfWork) -> None:
    book = a_ledger(store, [_YES])
    assert book.likeness("3") is book.likeness("4") is None
