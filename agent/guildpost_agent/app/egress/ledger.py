"""The egress ledger's chain: each entry's hash covers the one before it, so none can be changed or taken out unseen.

    hash(n) = SHA-256("guildpost/egress/v1" ⏎ seq ⏎ at ⏎ destination ⏎ kind ⏎ size ⏎ sha256 ⏎ count ⏎ hash(n − 1))

``hash(0)`` is 64 zeros. The chain shows changes in the middle; a ledger cut off at its end shows when compared with a
printed or exported last hash.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from guildpost_agent.app.ports.unit_of_work import LedgerEntry
from guildpost_shared.errors import Untrusted

START: Final = "0" * 64


def next_entry(
    last: LedgerEntry | None, *, at: datetime, destination: str, kind: str, size: int, sha256: str, count: int = 1
) -> LedgerEntry:
    """Make the entry that follows.

    Args:
        last: the youngest entry, None for an empty ledger.
        at: when it left (or the end of the day it sums up).
        destination: where to.
        kind: what kind of message.
        size: bytes, in sum.
        sha256: of the payload; of a day's payloads the running digest (see ``gate``).
        count: how many messages.
    """
    seq, previous = (1, START) if last is None else (last.seq + 1, last.hash)
    entry = LedgerEntry(seq, at, destination, kind, size, sha256, previous, hash="", count=count)
    return replace(entry, hash=_hash(entry))


def verify_ledger(entries: Sequence[LedgerEntry]) -> None:
    """Check the whole chain, oldest entry first.

    Raises:
        Untrusted: ``egress_ledger_broken``, with the number of the first entry that does not fit.
    """
    previous = START
    for expected_seq, entry in enumerate(entries, start=1):
        if entry.seq != expected_seq or entry.previous != previous or entry.hash != _hash(entry):
            raise Untrusted("egress_ledger_broken", seq=expected_seq)
        previous = entry.hash


def _hash(entry: LedgerEntry) -> str:
    parts = (
        "guildpost/egress/v1",
        str(entry.seq),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.destination,
        entry.kind,
        str(entry.size),
        entry.sha256,
        str(entry.count),
        entry.previous,
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
