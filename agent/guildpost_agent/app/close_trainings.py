"""End the trainings before a new one: what they have not asked is asked no more, and weighs on no year any longer.

A training is charged as a whole in its first round, because it is not known which of its rounds will be held. One that
failed, or that this dealership missed rounds of, made fewer vectors than that. Which ones, the agent knows by itself: a
round charges its one upload before its vector leaves, and never gives it back. So the first round of the next training
does two things in its own transaction:

1. the uploads of all other rounds of the earlier trainings are spent without one: whoever asks for them is refused,
   for ever, whatever the coordinator says
2. the entries of those trainings hold from now on what their vectors cost, and nothing for vectors that will never be

A customer's mark of the quarter stays. What is charged bounds what left at every moment: the divergences of the vectors
that were made add up, in whatever order, and however the choice of the next one came about (fully adaptive composition:
Feldman and Zrnic 2021, Individual Privacy Accounting via a Rényi Filter).
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_shared.privacy.ledger import Entry
from guildpost_shared.studies.noise import expenses_of
from guildpost_shared.studies.propensity.budget import expenses_of_rounds
from guildpost_shared.studies.propensity.terms import LAST_STEP, SURVEY
from guildpost_shared.studies.spec import StudySpec

_CLOSED: Final = "(closed)"
"""Stands where the round of an upload would; no round can be called so."""
_EVERY_STEP: Final = range(SURVEY, LAST_STEP + 1)


def close_trainings_before(uow: UnitOfWork, study: StudySpec, *, brand: str, study_key: str, now: datetime) -> None:
    """Close every other training of the study.

    Args:
        uow: the transaction in which the new training's first vector is made.
        study: the new training.
        brand: whose it is.
        study_key: its name among the uploads.
        now: UTC.
    """
    for entry in _whole_entries(uow, study, brand):
        periods = {step: f"{entry.period}_{step}" for step in _EVERY_STEP}
        made = [
            step
            for step, period in periods.items()
            if not uow.rounds.charge(study_id=study_key, period=period, round_id=_CLOSED, now=now)
        ]
        if SURVEY in made:  # the charge was made with it: without it the record of uploads is not whole, and all stands
            uow.rounds.settle(entry, expenses_of_rounds(entry.expenses, made))


def _whole_entries(uow: UnitOfWork, study: StudySpec, brand: str) -> list[Entry]:
    """Give an entry of each training of the study that has other days and was not closed before.

    Closing one that made all its vectors a second time changes nothing.
    """
    whole = len(expenses_of(study))
    entries = {
        replace(entry, record="", day=study.period_end)
        for ledger in uow.rounds.ledgers().values()
        for entry in ledger
        if (entry.brand, entry.study_id) == (brand, study.study_id) and entry.period != study.days
    }
    return [entry for entry in entries if len(entry.expenses) == whole]
