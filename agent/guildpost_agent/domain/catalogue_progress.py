"""What a catalogue may not fall back behind, whatever happened to the metadata that was kept.

The updater refuses older files than those it has kept; what it has kept may be lost (a power cut, a restored folder, a
hand that deletes files). So the versions of the last good state stand beside that state, and here is the rule:

1. the root's version never falls;
2. no other version falls, as long as the same keys sign snapshot and timestamp. Once the root names others, versions
   may begin anew: whoever stole the former keys may have driven them up (TUF specification 1.0.34, section 5.3.11).

A clock proves nothing by itself: only a timestamp that is newer than the last one does. Until there is one, time is
the latest that this machine ever showed, so that a clock set back prolongs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guildpost_shared.errors import Untrusted

ROOT: Final = "root"


@dataclass(frozen=True)
class Progress:
    """How far a state of the catalogue is.

    Attributes:
        versions: role (root, timestamp, snapshot, targets and the delegated ones) → version.
        online_keys: key ids that sign snapshot and timestamp, sorted.
    """

    versions: Mapping[str, int]
    online_keys: tuple[str, ...]


def check_progress(known: Progress, found: Progress) -> None:
    """Compare a newly verified state with the last good one.

    Raises:
        Untrusted: ``catalogue_rollback``.
    """
    same_keys = known.online_keys == found.online_keys
    for role, version in known.versions.items():
        if (same_keys or role == ROOT) and found.versions.get(role, 0) < version:  # 2, 1
            raise Untrusted("catalogue_rollback", detail=f"{role} {found.versions.get(role, 0)} < {version}")


def latest(now: datetime, seen: datetime | None) -> datetime:
    """Give the time to reckon ages with: the clock's, or the latest it ever showed."""
    return now if seen is None else max(now, seen)
