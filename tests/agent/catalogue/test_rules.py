"""When a path is in force: the rule against an oracle written the other way round."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.catalogue import (
    CLOCK_TOLERANCE,
    AssociationTrust,
    Listing,
    check_clock,
    judge,
    may_send,
    may_take_part,
)
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES, REQUIRED_ROLES, ROLES, Role
from guildpost_shared.errors import Untrusted

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)
LISTINGS = st.dictionaries(
    st.sampled_from(ROLES),
    st.builds(Listing, st.sampled_from([1, MAX_TARGET_BYTES, MAX_TARGET_BYTES + 1]), st.sampled_from(["a", "b"])),
)
TRUST: st.SearchStrategy[AssociationTrust] = st.sampled_from(
    ["trusted", "association_key_missing", "association_key_mismatch"]
)


@given(st.sampled_from(sorted(REQUIRED_ROLES)), LISTINGS, TRUST)
def test_a_path_is_in_force_exactly_when_nothing_speaks_against_it(
    kind: str, listings: dict[Role, Listing], trust: AssociationTrust
) -> None:
    roles = REQUIRED_ROLES[kind]
    said = {listings.get(role) for role in roles}
    agreed = said.pop() if len(said) == 1 else None
    allowed = agreed is not None and agreed.length <= MAX_TARGET_BYTES
    anchored = "association" not in roles or trust == "trusted"
    verdict = judge(f"{kind}/x/1.json", listings, trust)
    assert (allowed and anchored) == isinstance(verdict, Listing)
    if isinstance(verdict, Listing):
        assert agreed == verdict


@pytest.mark.parametrize("ahead", [timedelta(0), CLOCK_TOLERANCE], ids=["same instant", "within tolerance"])
def test_a_clock_slightly_behind_is_no_alarm(ahead: timedelta) -> None:
    check_clock(NOW, NOW + ahead)


def test_a_clock_further_behind_is_not_trusted() -> None:
    with pytest.raises(Untrusted, match="catalogue_clock_behind"):
        check_clock(NOW, NOW + CLOCK_TOLERANCE + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("age", "allowed"), [(timedelta(days=28), True), (timedelta(days=28, seconds=1), False)], ids=["28 days", "later"]
)
def test_sending_ends_after_28_days(age: timedelta, allowed: bool) -> None:  # noqa: FBT001 — a table's column
    assert allowed == may_send(age)


@pytest.mark.parametrize(
    ("age", "allowed"),
    [
        (timedelta(days=3) - timedelta(seconds=1), True),
        (timedelta(days=3), False),
        (timedelta(days=27), False),
        (-CLOCK_TOLERANCE, True),
        (-CLOCK_TOLERANCE - timedelta(seconds=1), False),
    ],
    ids=[
        "before three days",
        "three days",
        "while sending goes on",
        "a clock slightly behind",
        "a clock further behind",
    ],
)
def test_rounds_end_when_the_timestamp_expires(age: timedelta, allowed: bool) -> None:  # noqa: FBT001 — a table's column
    assert allowed == may_take_part(age)
