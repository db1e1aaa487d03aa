"""What may be entered in the ledger of goodwill credits, and what it adds up to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.goodwill.ledger import Credit, Entry, Kind, State, balance, credits_of
from guildpost_agent.domain.goodwill.rules import LIMIT_DAYS, Moment, approve, expire, grant, redeem
from guildpost_shared.errors import GuildpostError

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LIMIT = 5_000
AT = Moment(NOW, NOW.date())


def wish(cents: int = 2_500, credit_id: str = "c1", *, at: datetime = NOW, days: int = 365, by: str = "Anna") -> Entry:
    last = at.date() + timedelta(days=days)
    return Entry(credit_id, Kind.REQUESTED, at, "1", cents, "lange Wartezeit", by, last)


def given_credits(*wishes: Entry) -> list[Credit]:
    entries: list[Entry] = []
    for one in wishes:
        entries.append(grant(credits_of(entries), one, LIMIT))
    return credits_of(entries)


@pytest.mark.parametrize(
    ("earlier", "cents", "limit", "state"),
    [
        ([], 5_000, 5_000, State.OPEN),
        ([], 5_001, 5_000, State.PENDING),
        ([], 1, 0, State.PENDING),
        ([wish(3_000, "c0")], 2_000, 5_000, State.OPEN),
        ([wish(3_000, "c0")], 2_001, 5_000, State.PENDING),
        ([wish(9_000, "c0")], 5_000, 5_000, State.OPEN),
        ([wish(5_000, "c0", at=NOW - timedelta(days=LIMIT_DAYS))], 5_000, 5_000, State.OPEN),
    ],
    ids=[
        "at the limit", "a cent above it", "no limit set", "together at the limit", "together above it",
        "what needed approval does not count", "thirty days later",
    ],
)  # fmt: skip
def test_staff_grant_up_to_the_limit_and_no_further(earlier: list[Entry], cents: int, limit: int, state: State) -> None:
    (credit,) = credits_of([grant(given_credits(*earlier), wish(cents), limit)])
    assert (state, cents if state is State.OPEN else 0) == (credit.state, credit.left)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (wish(0), "goodwill_amount"),
        (wish(-5), "goodwill_amount"),
        (wish(1_000_001), "goodwill_amount"),
        (wish(by="  "), "goodwill_words"),
        (replace(wish(), reason=""), "goodwill_words"),
        (replace(wish(), reason="x" * 301), "goodwill_words"),
        (replace(wish(), reason="zwei\nZeilen"), "goodwill_words"),
    ],
    ids=["nothing", "less than nothing", "too much", "nobody", "no reason", "too long a reason", "two lines"],
)
def test_a_credit_has_an_amount_a_reason_and_a_name(entry: Entry, code: str) -> None:
    with pytest.raises(GuildpostError, match=code):
        grant([], entry, LIMIT)


PENDING = credits_of([wish(9_000)])[0]


@pytest.mark.parametrize(
    ("credit", "by", "approvers", "code"),
    [
        (PENDING, "Anna", (), "goodwill_own"),
        (PENDING, " ANNA ", ("Anna",), "goodwill_own"),
        (PENDING, "Bernd", ("Carla",), "goodwill_not_approver"),
        (PENDING, "", (), "goodwill_words"),
        (given_credits(wish(100))[0], "Bernd", (), "goodwill_not_pending"),
        (replace(PENDING, expires_on=date(2027, 2, 28)), "Bernd", (), "goodwill_not_pending"),
    ],
    ids=["the granter", "the granter in capitals", "no approver", "nobody", "needs no approval", "too late"],
)
def test_only_another_named_person_approves(credit: Credit, by: str, approvers: tuple[str, ...], code: str) -> None:
    with pytest.raises(GuildpostError, match=code):
        approve(credit, by, approvers, AT)


def test_an_approved_credit_is_open_and_names_its_approver() -> None:
    entry = approve(PENDING, "Carla Chef", ("carla  chef",), AT)
    (credit,) = credits_of([wish(9_000), entry])
    assert (State.OPEN, 9_000, "Carla Chef") == (credit.state, credit.left, credit.approved_by)


def test_what_expires_first_is_redeemed_first() -> None:
    theirs = given_credits(wish(2_000, "late", days=100), wish(1_000, "soon", days=10), wish(9_000, "waiting"))
    entries = redeem(theirs, 1_500, "Anna", "Auftrag 7", AT)
    assert [("soon", 1_000), ("late", 500)] == [(entry.credit_id, entry.cents) for entry in entries]


@pytest.mark.parametrize(
    ("cents", "moment", "code"),
    [
        (2_501, AT, "goodwill_balance"),
        (1, Moment(NOW, NOW.date() + timedelta(days=366)), "goodwill_balance"),
        (0, AT, "goodwill_amount"),
    ],
    ids=["more than is left", "after the last day", "nothing"],
)
def test_no_more_is_redeemed_than_is_left(cents: int, moment: Moment, code: str) -> None:
    with pytest.raises(GuildpostError, match=code):
        redeem(given_credits(wish()), cents, "Anna", "Auftrag 7", moment)


def test_a_credit_counts_to_the_end_of_its_last_day() -> None:
    theirs, last = given_credits(wish(days=10)), NOW.date() + timedelta(days=10)
    assert (2_500, 0) == (balance(theirs, last), balance(theirs, last + timedelta(days=1)))
    assert [] == list(expire(theirs, Moment(NOW, last)))
    (entry,) = expire(theirs, Moment(NOW, last + timedelta(days=1)))
    assert (Kind.EXPIRED, 2_500, "") == (entry.kind, entry.cents, entry.by_whom)


GRANTED = replace(wish(), kind=Kind.GRANTED)


@pytest.mark.parametrize(
    "entries",
    [
        [replace(wish(), kind=Kind.APPROVED)],
        [GRANTED, GRANTED],
        [GRANTED, replace(GRANTED, kind=Kind.APPROVED)],
        [GRANTED, replace(GRANTED, kind=Kind.REDEEMED, cents=2_501)],
        [wish(), replace(wish(), kind=Kind.REDEEMED, cents=1)],
        [GRANTED, replace(GRANTED, kind=Kind.EXPIRED, cents=1)],
        [replace(GRANTED, expires_on=None)],
    ],
    ids=[
        "approved and never granted", "granted twice", "approved without need", "too much redeemed",
        "redeemed while it waits", "expired in part", "without a last day",
    ],
)  # fmt: skip
def test_lines_that_cannot_follow_one_another_are_no_ledger(entries: list[Entry]) -> None:
    with pytest.raises(ValueError, match="c1"):
        credits_of(entries)


STEPS = st.lists(
    st.tuples(st.sampled_from(["grant", "approve", "redeem", "expire"]), st.integers(1, 8_000), st.integers(0, 20)),
    max_size=25,
)


def _walk(steps: Sequence[tuple[str, int, int]]) -> list[tuple[list[Entry], Moment]]:
    """Do one step after the other, each so many days after the last; refused ones change nothing."""
    entries: list[Entry] = []
    seen: list[tuple[list[Entry], Moment]] = []
    now = NOW
    for number, (step, cents, days) in enumerate(steps):
        now += timedelta(days=days)
        moment, known = Moment(now, now.date()), credits_of(entries)
        try:
            match step:
                case "grant":
                    entries = [*entries, grant(known, wish(cents, f"c{number}", at=now, days=40), LIMIT)]
                case "approve" if known:
                    entries = [*entries, approve(known[cents % len(known)], "Carla", (), moment)]
                case "redeem":
                    entries = [*entries, *redeem(known, cents, "Anna", "Auftrag", moment)]
                case _:
                    entries = [*entries, *expire(known, moment)]
        except GuildpostError:
            pass
        seen.append((entries, moment))
    return seen


def _sum(entries: Sequence[Entry], *kinds: Kind) -> int:
    return sum(entry.cents for entry in entries if entry.kind in kinds)


@given(STEPS)
def test_whatever_is_done_the_ledger_only_grows_and_adds_up(steps: list[tuple[str, int, int]]) -> None:
    before: list[Entry] = []
    for entries, moment in _walk(steps):
        assert before == entries[: len(before)]
        left = sum(credit.left for credit in credits_of(entries))
        given_ = _sum(entries, Kind.GRANTED, Kind.APPROVED)
        assert given_ - _sum(entries, Kind.REDEEMED, Kind.EXPIRED) == left
        assert 0 <= balance(credits_of(entries), moment.today) <= left
        before = entries


@given(STEPS)
def test_nobody_passes_the_limit_in_any_thirty_days_without_an_approval(steps: list[tuple[str, int, int]]) -> None:
    for entries, _ in _walk(steps):
        free = [entry for entry in entries if entry.kind is Kind.GRANTED]
        for last in free:
            within = (one.cents for one in free if last.at - timedelta(days=LIMIT_DAYS) < one.at <= last.at)
            assert sum(within) <= LIMIT
