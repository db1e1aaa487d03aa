"""Erase a person (Art. 17 GDPR), so that nothing is left and nothing brings them back.

    1. read      which rows and files are theirs; a message that is just being handed over makes the erasure wait
    2. remember  tombstones go to the file beside the database, durably: from here on the erasure will be finished
    3. erase     rows by their rule, tombstones, files that must go, the log; one transaction
    4. files     exports that mention them, batches with a letter to them
    5. scrub     the database file is written anew, its log emptied

A crash after 2 is made good at the next opening (``replay``), one after 3 by the next walk of the retention. The
suppression list is not touched: who objected stays unaddressed, also under a new number.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guildpost_agent.app.consents.close import suppress_closed
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.kept_beliefs import forget_beliefs
from guildpost_agent.app.ports.rights import DoomedFile, KeptFiles, LogEntry, TombstoneKeeper
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.records import Customer
from guildpost_agent.domain.rights.identity import Cause, Tombstone, Tombstones, number_mark, tombstones_for
from guildpost_agent.domain.rights.mentions import Mentioned
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Conflict, Refused

SCRUB_WANTED: Final = "rights/scrub_wanted"
_REFERENCE: Final = 24


@dataclass(frozen=True)
class RightsDesk:
    """What exercising a right needs.

    Attributes:
        open_uow: opens a transaction.
        keeper: the tombstone file.
        files: exports and letter batches on disk.
        scrub: rewrites the database file; False if it has to be tried again.
        key: of the tombstones and of the log's references, 32 bytes.
        collected: how long a batch may still have to be posted.
        file_clock: the clock that dates files (the machine's); None where the business clock does.
    """

    open_uow: OpenUnitOfWork
    keeper: TombstoneKeeper
    files: KeptFiles
    scrub: Callable[[], bool]
    key: bytes
    collected: timedelta
    file_clock: Clock | None = None

    def file_now(self, now: datetime) -> datetime:
        """Give the instant that files' ages count from: a driven business clock does not date them."""
        return now if self.file_clock is None else self.file_clock.now()

    def reference(self, customer_id: str) -> str:
        """Give what the log calls a customer."""
        return number_mark(self.key, customer_id)[:_REFERENCE]

    def note(self, uow: UnitOfWork, kind: str, ids: Collection[str], now: datetime, counts: dict[str, int]) -> None:
        """Enter in the log that a right was exercised, once per customer number."""
        for one in sorted(ids):
            uow.rights.log(LogEntry(now, kind, self.reference(one), counts))


@dataclass(frozen=True)
class Erasure:
    """What an erasure did or would do: rows by table, files, batches that go after they were posted."""

    rows: dict[str, int]
    files: int
    waiting: int
    scrubbed: bool


def erase_person(desk: RightsDesk, ids: Collection[str], now: datetime, *, dry_run: bool = False) -> Erasure:
    """Erase everything about these customer numbers.

    Args:
        desk: what it needs.
        ids: all numbers of one person.
        now: the business clock.
        dry_run: count only.

    Raises:
        Refused: ``person_unknown``; nothing is stored under any of the numbers.
        Conflict: ``person_message_in_flight``.
    """
    with desk.open_uow() as uow:
        counts = uow.rights.count(ids)
        if not counts:
            raise Refused("person_unknown", customer=", ".join(sorted(ids)))
        doomed = _doomed(desk, uow, ids, now)
        files_now = desk.file_now(now)
        waiting = sum(file.not_before > files_now for file in doomed)
        if dry_run:
            return Erasure(counts, len(doomed), waiting, scrubbed=False)
        if uow.rights.in_flight(ids):
            raise Conflict("person_message_in_flight")
        known = {customer.customer_id: customer for customer in uow.rights.customers(ids)}
        stones = {
            replace(stone, person=number_mark(desk.key, min(ids)))
            for one in ids
            for stone in tombstones_for(desk.key, known.get(one) or Customer(one), Cause.ERASURE, now)
        }
        desk.keeper.write(desk.keeper.read() | _erasures(uow) | stones)
        _keep_objections(uow, ids, now)
        rows = _erase(uow, ids, stones, doomed)
        desk.note(uow, "erasure", ids, now, {**rows, "files": len(doomed)})
        uow.commit()
    sweep_files(desk, now)
    return Erasure(rows, len(doomed), waiting, scrubbed=scrub_if_wanted(desk))


def drop_silent(desk: RightsDesk, uow: UnitOfWork, ids: Collection[str], now: datetime) -> dict[str, int]:
    """Erase customers nobody heard of for years; only their numbers are remembered. The caller commits."""
    stones = {stone for one in ids for stone in tombstones_for(desk.key, Customer(one), Cause.RETENTION, now)}
    _keep_objections(uow, ids, now)
    return _erase(uow, ids, stones, ())


def replay(desk: RightsDesk, now: datetime) -> int:
    """Bring database and tombstone file together; whom a restored database knows again is erased again.

    Returns:
        How many customers were erased again.
    """
    kept = desk.keeper.read()
    with desk.open_uow() as uow:
        stored = _erasures(uow)
        if kept == stored:
            return 0
        every = kept | stored
        again: set[str] = set()
        if kept - stored:
            again = Tombstones(desk.key, every).matching(uow.rights.all_customers())
            doomed = _doomed(desk, uow, again, now) if again else []
            rows = _erase(uow, again, every, doomed)
            desk.note(uow, "erasure_again", again, now, rows)
            uow.commit()
        if every - kept:
            desk.keeper.write(every)
    if again:
        sweep_files(desk, now)
        scrub_if_wanted(desk)
    return len(again)


def readmit(desk: RightsDesk, ids: Collection[str], now: datetime) -> int:
    """Let an erased person be taken in again, because they became a customer anew; return how many marks went.

    The marks of all records erased together go: one that stayed would keep the person out by name and address.
    """
    marks = {number_mark(desk.key, one) for one in ids}
    with desk.open_uow() as uow:
        persons = {stone.person for stone in uow.rights.tombstones() if stone.mark in marks}
        lifted = uow.rights.lift_tombstones(persons)
        if not lifted:
            raise Refused("person_not_erased", customer=", ".join(sorted(ids)))
        desk.keeper.write({stone for stone in desk.keeper.read() if stone.person not in persons})
        desk.note(uow, "readmission", ids, now, {"tombstones": lifted})
        uow.commit()
    return lifted


def tombstones_of(desk: RightsDesk, uow: UnitOfWork) -> Tombstones:
    """Give what an import asks whom not to take in."""
    return Tombstones(desk.key, uow.rights.tombstones())


def sweep_files(desk: RightsDesk, now: datetime) -> int:
    """Delete the files whose time has come; return how many."""
    with desk.open_uow() as uow:
        due = [file for file in uow.rights.doomed() if file.not_before <= desk.file_now(now)]
    for file in due:
        desk.files.delete(file.name)
        with desk.open_uow() as uow:
            uow.rights.undoom(file.name)
            uow.commit()
    return len(due)


def scrub_if_wanted(desk: RightsDesk) -> bool:
    """Rewrite the database file if an erasure asked for it; False if a reader is in the way."""
    with desk.open_uow() as uow:
        wanted = uow.documents.get(SCRUB_WANTED) is not None
    if not wanted:
        return True
    if not desk.scrub():
        return False
    with desk.open_uow() as uow:
        uow.documents.delete(SCRUB_WANTED)
        uow.commit()
    return desk.scrub()


def _keep_objections(uow: UnitOfWork, ids: Collection[str], now: datetime) -> None:
    """Put on the suppression list what was objected to, before the ledger's entries go."""
    key = uow.documents.get(SUPPRESSION_KEY)
    if key is not None:
        suppress_closed(uow, ids, key, now)


def _erase(
    uow: UnitOfWork,
    ids: Collection[str],
    stones: Collection[Tombstone],
    doomed: Collection[DoomedFile],
) -> dict[str, int]:
    """Do step 3 in the open transaction."""
    key = uow.documents.get(SUPPRESSION_KEY)
    if key is None:
        raise RuntimeError("an opened home has its keys")
    rows = uow.rights.erase(ids, key)
    forget_beliefs(uow)
    uow.rights.add_tombstones(stones)
    uow.rights.doom(doomed)
    uow.documents.put(SCRUB_WANTED, b"1")
    return rows


def _erasures(uow: UnitOfWork) -> set[Tombstone]:
    return {stone for stone in uow.rights.tombstones() if stone.reason == Cause.ERASURE}


def _doomed(desk: RightsDesk, uow: UnitOfWork, ids: Collection[str], now: datetime) -> list[DoomedFile]:
    files_now = desk.file_now(now)
    who = Mentioned(uow.rights.words(ids))
    exports = [DoomedFile(name, files_now) for name, _ in desk.files.exports() if desk.files.mentions(name, who)]
    theirs = uow.rights.batches(ids)
    written = dict(desk.files.batches())
    letters = [
        DoomedFile(name, max(files_now, written[name] + desk.collected))
        for name in sorted(desk.files.batch_name(batch) for batch in theirs)
        if name in written
    ]
    return exports + letters
