"""The dealer's word before anybody is set aside or erased for long silence; asked for once.

unconfirmed   a walk that finds somebody notes whom it would take and leaves the profiles as they are
confirm       the day and what was due are stored and logged
confirmed     every later walk does what the rules say
"""

import json
from datetime import datetime
from typing import Final

from guildpost_agent.app.ports.documents import DocumentsTransaction
from guildpost_agent.app.ports.rights import LogEntry
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.remember_problems import remember_problem
from guildpost_agent.domain.rights.retention import Periods, Silent
from guildpost_shared.errors import GuildpostError, Refused

CONFIRMED: Final = "rights/retention_confirmed"
WAITING: Final = "rights/retention_waiting"
PROBLEM: Final = "retention-confirmation"
"""Under this name a missing confirmation is noted among the problems."""


def confirm_retention(open_uow: OpenUnitOfWork, silent: Silent, now: datetime) -> None:
    """Store that the dealer wants the rules applied; the notice in the status goes.

    Args:
        open_uow: opens a transaction.
        silent: how many are due now, for the log.
        now: the business clock.
    """
    with open_uow() as uow:
        uow.documents.put(CONFIRMED, now.isoformat().encode())
        uow.documents.delete(WAITING)
        uow.rights.log(LogEntry(now, "retention_confirmed", "–", vars(silent)))
        uow.commit()
    remember_problem(open_uow, PROBLEM, None)


def confirmed_at(uow: DocumentsTransaction) -> datetime | None:
    """Give when the dealer confirmed; None before."""
    stored = uow.documents.get(CONFIRMED)
    return None if stored is None else datetime.fromisoformat(stored.decode())


def hold_back(uow: UnitOfWork, silent: Silent, periods: Periods) -> bool:
    """Say whether the profiles must wait for the dealer, and note it; the caller commits."""
    waits = silent.restrict > 0 and confirmed_at(uow) is None
    if waits:
        months = {"restrict_months": periods.profile_restrict_months, "delete_months": periods.profile_delete_months}
        uow.documents.put(WAITING, json.dumps({**vars(silent), **months}).encode())
    else:
        uow.documents.delete(WAITING)
    return waits


def unconfirmed(uow: DocumentsTransaction) -> GuildpostError | None:
    """Give the notice that the rules wait for the dealer, with what the last walk found."""
    stored = uow.documents.get(WAITING)
    return None if stored is None else Refused("retention_unconfirmed", "", **json.loads(stored))
