"""The ledger's end, noted outside the database: a chain shows every change but one, being cut off at its end.

    after each entry     the witness notes number and hash, if the ledger still holds what it noted before
    when it is checked   the ledger must hold the noted entry; fewer entries, or another hash there, is an alarm
    after a restore      a person confirms that entries are missing; that stays on record

The witness lies on the same machine, sealed with a key derived from the master secret. Whoever holds that secret and
writes both anew is found only by what left the machine: an export (``export``) or a print-out of number and hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from guildpost_agent.app.egress.ledger import START, verify_ledger
from guildpost_agent.app.ports.unit_of_work import LedgerEntry, UnitOfWork
from guildpost_shared.errors import GuildpostError, Untrusted


@dataclass(frozen=True)
class Gap:
    """A person's word that the ledger went on from ``now_at`` although it had been at ``was`` before."""

    was: int
    now_at: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Witness:
    """What is noted: the youngest entry's number and hash, and every gap that was confirmed."""

    seq: int = 0
    hash: str = START
    gaps: tuple[Gap, ...] = ()


class WitnessKeeper(Protocol):
    """Keeps the note outside the database."""

    def read(self) -> Witness:
        """Give the note.

        Raises:
            Untrusted: ``egress_ledger_witness``: it is missing, or not ours.
        """
        ...

    def write(self, witness: Witness) -> None:
        """Replace the note, durably.

        Raises:
            Unavailable: ``egress_witness_not_written``.
        """
        ...


def vouched(uow: UnitOfWork, keeper: WitnessKeeper) -> Witness | None:
    """Give the note if the ledger holds what it says; otherwise it must stay as it is, for it is the alarm."""
    try:
        noted = keeper.read()
    except Untrusted:
        return None
    return noted if _holds(uow, noted) else None


def note(keeper: WitnessKeeper, before: Witness | None, entry: LedgerEntry) -> None:
    """Note the youngest entry, on top of a note that the ledger vouched for."""
    if before is not None and before.seq < entry.seq:
        keeper.write(replace(before, seq=entry.seq, hash=entry.hash))


def check_ledger(entries: Sequence[LedgerEntry], keeper: WitnessKeeper) -> Witness:
    """Check chain and end, oldest entry first.

    Raises:
        Untrusted: ``egress_ledger_broken``, ``egress_ledger_cut``, ``egress_ledger_other``, ``egress_ledger_witness``.
    """
    verify_ledger(entries)
    noted = keeper.read()
    require_entry(entries, noted.seq, noted.hash, against="ledger-end")
    return noted


def require_entry(entries: Sequence[LedgerEntry], seq: int, hash_: str, *, against: object) -> None:
    """Check that a verified ledger holds an entry that was noted elsewhere.

    Args:
        entries: oldest first.
        seq: its number; 0 for an empty ledger.
        hash_: its hash, or the first characters of it.
        against: what it was noted in, for the error.

    Raises:
        Untrusted: ``egress_ledger_cut`` or ``egress_ledger_other``.
    """
    if seq > len(entries):
        raise Untrusted("egress_ledger_cut", seq=len(entries), was=seq)
    found = entries[seq - 1].hash if seq > 0 else START
    if not hash_ or not found.startswith(hash_):
        raise Untrusted("egress_ledger_other", seq=seq, against=against)


def ledger_trouble(entries: Sequence[LedgerEntry], keeper: WitnessKeeper) -> GuildpostError | None:
    """Say what is wrong with the ledger, if something is."""
    try:
        check_ledger(entries, keeper)
    except Untrusted as error:
        return error
    return None


def accept_ledger(entries: Sequence[LedgerEntry], keeper: WitnessKeeper, *, by: str, now: datetime) -> Gap | None:
    """Go on from the ledger as it is, on a person's word; what was noted before stays on record.

    Returns:
        The gap, or None where nothing was wrong.

    Raises:
        Untrusted: ``egress_ledger_broken``: a change in the middle is nothing that a restore explains.
    """
    verify_ledger(entries)
    last = entries[-1] if entries else None
    seq, hash_ = (last.seq, last.hash) if last else (0, START)
    try:
        before = keeper.read()
        require_entry(entries, before.seq, before.hash, against="")
    except Untrusted:
        before = _or_nothing(keeper)
        gap = Gap(was=before.seq, now_at=seq, by=by, at=now)
        keeper.write(Witness(seq, hash_, (*before.gaps, gap)))
        return gap
    return None


def _or_nothing(keeper: WitnessKeeper) -> Witness:
    try:
        return keeper.read()
    except Untrusted:
        return Witness()


def _holds(uow: UnitOfWork, noted: Witness) -> bool:
    if noted.seq == 0:
        return True
    entry = uow.egress.get(noted.seq)
    return entry is not None and entry.hash == noted.hash
