"""What a catalogue may not fall back behind: the rule on its own."""

import pytest

from guildpost_agent.domain.catalogue_progress import Progress, check_progress
from guildpost_shared.errors import Untrusted

KNOWN = Progress({"root": 2, "timestamp": 9, "snapshot": 7, "legal": 4}, ("a", "b"))


@pytest.mark.parametrize(
    ("changed", "keys", "refused"),
    [
        ({}, ("a", "b"), ""),
        ({"timestamp": 10, "legal": 5}, ("a", "b"), ""),
        ({"legal": 3}, ("a", "b"), "catalogue_rollback"),
        ({"timestamp": 8}, ("a", "b"), "catalogue_rollback"),
        ({"legal": 0}, ("a", "b"), "catalogue_rollback"),
        ({"root": 3, "timestamp": 1, "snapshot": 1, "legal": 1}, ("c", "d"), ""),
        ({"root": 1}, ("c", "d"), "catalogue_rollback"),
    ],
    ids=[
        "the same",
        "newer",
        "an older role",
        "an older timestamp",
        "a missing role",
        "all begins anew under other online keys",
        "the root never falls",
    ],
)
def test_no_version_falls_but_under_other_online_keys(
    changed: dict[str, int], keys: tuple[str, ...], refused: str
) -> None:
    found = Progress({**KNOWN.versions, **changed}, keys)
    if refused:
        with pytest.raises(Untrusted, match=refused):
            check_progress(KNOWN, found)
    else:
        check_progress(KNOWN, found)
