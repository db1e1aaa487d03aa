"""When certificates are renewed and how long a failed attempt waits."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.identity.rotation import renewal_due, retry_after

START = datetime(2027, 3, 1, tzinfo=UTC)


@given(st.binary(max_size=64), st.integers(60, 10**7))
def test_renewal_falls_within_ten_per_cent_of_the_half_life(seed: bytes, seconds: int) -> None:
    half = timedelta(seconds=seconds) / 2
    due = renewal_due(START, START + timedelta(seconds=seconds), seed) - START
    assert half * 0.9 <= due <= half * 1.1


def test_renewal_of_one_certificate_is_always_due_at_the_same_instant() -> None:
    end = START + timedelta(hours=24)
    assert renewal_due(START, end, b"certificate") == renewal_due(START, end, b"certificate")


def test_renewals_of_a_thousand_agents_are_spread_over_more_than_two_hours() -> None:
    end = START + timedelta(hours=24)
    due = [renewal_due(START, end, i.to_bytes(2, "big")) for i in range(1000)]
    assert timedelta(hours=2) < max(due) - min(due) < timedelta(hours=2, minutes=24)


@given(st.integers(1, 10**6), st.binary(max_size=16))
def test_a_retry_waits_between_one_second_and_five_minutes(attempt: int, jitter: bytes) -> None:
    assert timedelta(seconds=1) <= retry_after(attempt, jitter) <= timedelta(minutes=5)


def test_the_pause_doubles_up_to_its_ceiling() -> None:
    pauses = [retry_after(attempt, b"same").total_seconds() for attempt in range(1, 12)]
    ratios = [later / earlier for earlier, later in pairwise(pauses)]
    assert [round(ratio, 2) for ratio in ratios] == [2.0] * 7 + [1.17] + [1.0] * 2
