"""Memberships, join codes, announcements: the pure rules."""

from datetime import UTC, datetime, timedelta

import pytest

from guildpost_coordinator.app.announcement_board import AnnouncementBoard
from guildpost_coordinator.domain.join_codes import JoinCodeRecord, check_usable
from guildpost_coordinator.domain.membership import (
    TRANSITIONS,
    Event,
    Membership,
    State,
    plan_membership,
    require_active,
    step,
)
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Conflict, Refused
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.presence import CatalogueChanged, RoundWindow

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)


def _member(state: State) -> Membership:
    return Membership("dealer-01", "Autohaus", "entity-1", state=state)


@pytest.mark.parametrize("state", State, ids=lambda s: s.value)
@pytest.mark.parametrize("event", Event, ids=lambda e: e.value)
def test_every_step_is_in_the_table_or_refused(state: State, event: Event) -> None:
    expected = TRANSITIONS.get((state, event))
    if expected is None:
        with pytest.raises(Conflict, match="membership_ended" if state is State.REVOKED else "membership_not_"):
            step(_member(state), event)
    else:
        assert expected is step(_member(state), event).state


def test_a_revoked_membership_never_comes_back() -> None:
    assert [] == [event for (state, event) in TRANSITIONS if state is State.REVOKED]


@pytest.mark.parametrize(
    ("membership", "code"),
    [
        (None, "membership_unknown"),
        (_member(State.PLANNED), "membership_unknown"),
        (_member(State.LOCKED), "membership_locked"),
        (_member(State.REVOKED), "membership_revoked"),
    ],
    ids=["none", "planned", "locked", "revoked"],
)
def test_only_active_members_pass(membership: Membership | None, code: str) -> None:
    with pytest.raises(Refused, match=code):
        require_active(membership)


@pytest.mark.parametrize(
    ("agent_id", "company", "entity"),
    [
        ("D", "Autohaus", "e1"),
        ("-dealer", "Autohaus", "e1"),
        ("dealer/../x", "Autohaus", "e1"),
        ("dealer-01", "  ", "e1"),
        ("dealer-01", "A" * 121, "e1"),
        ("dealer-01", "Autohaus", ""),
        ("a" * 64, "Autohaus", "e1"),
    ],
    ids=["short", "hyphen first", "path", "no company", "long company", "no entity", "long id"],
)
def test_a_membership_with_an_unfit_name_is_not_planned(agent_id: str, company: str, entity: str) -> None:
    with pytest.raises(Refused, match="membership_name_invalid"):
        plan_membership(agent_id, company, entity)


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (None, "join_code_unknown"),
        (JoinCodeRecord(b"h", "dealer-01", NOW + timedelta(1), cancelled=True), "join_code_unknown"),
        (JoinCodeRecord(b"h", "dealer-01", NOW + timedelta(1), used_at=NOW), "join_code_used"),
        (JoinCodeRecord(b"h", "dealer-01", NOW), "join_code_expired"),
    ],
    ids=["unknown", "replaced", "used", "expired"],
)
def test_a_join_code_that_is_not_open_is_refused(record: JoinCodeRecord | None, code: str) -> None:
    with pytest.raises(Refused, match=code):
        check_usable(record, NOW)


def _window(round_id: str, closes: timedelta) -> RoundWindow:
    period, flower = "2027-01-01_2027-03-31", Endpoint("flower", 1)
    return RoundWindow(round_id, "studies/timing/1.json", period, NOW, NOW + closes, flower)


def test_a_reader_hears_each_change_once_and_an_intermediate_version_never() -> None:
    board = AnnouncementBoard(ManualClock(NOW))
    news, position = board.since(0)
    assert () == news
    for version in (1, 2, 1):
        board.announce_catalogue(version)
    news, position = board.since(position)
    assert (CatalogueChanged(2),) == news
    assert () == board.since(position)[0]


def test_a_newcomer_hears_open_rounds_only() -> None:
    clock = ManualClock(NOW)
    board = AnnouncementBoard(clock)
    short, long_, withdrawn = (_window(f"round-{i}", timedelta(hours=i)) for i in (1, 3, 4))
    for window in (short, long_, withdrawn):
        board.announce_round(window)
    board.withdraw_round("round-4")
    clock.set(NOW + timedelta(hours=2))
    assert (long_,) == board.since(0)[0]


def test_whoever_listens_is_called_at_news_until_the_end() -> None:
    board, rung = AnnouncementBoard(ManualClock(NOW)), list[int]()
    with board.listening(lambda: rung.append(1)), board.listening(lambda: rung.append(2)):
        board.announce_catalogue(7)
        board.announce_catalogue(7)
    board.announce_catalogue(8)
    assert [1, 2] == rung
