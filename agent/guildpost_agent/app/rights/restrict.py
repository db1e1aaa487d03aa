"""Set a person aside (Art. 18 GDPR): everything is kept, nothing is planned, nothing is sent, until it is lifted.

art18   the person contests the data, or asks that they be kept for a claim
art21   the person objected to the processing itself, until it is decided whose interest weighs more
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.rights.erase import RightsDesk
from guildpost_shared.errors import Refused


class Ground(StrEnum):
    """Why somebody is set aside on their own wish."""

    ART_18 = "art18"
    ART_21 = "art21"


def restrict_person(desk: RightsDesk, ids: Collection[str], ground: Ground, now: datetime) -> int:
    """Set a person aside and cancel what is planned; return how many messages that were.

    Raises:
        Refused: ``person_unknown``.
    """
    with desk.open_uow() as uow:
        if not uow.rights.customers(ids):
            raise Refused("person_unknown", customer=", ".join(sorted(ids)))
        uow.rights.restrict(ids, ground, now)
        cancelled = cancel_planned(uow, ids)
        desk.note(uow, f"restrict_{ground}", ids, now, {"cancelled": cancelled})
        uow.commit()
    return cancelled


def lift_restriction(desk: RightsDesk, ids: Collection[str], ground: Ground, now: datetime) -> None:
    """Take it back.

    Raises:
        Refused: ``person_not_restricted``.
    """
    with desk.open_uow() as uow:
        if not uow.rights.lift(ids, ground):
            raise Refused("person_not_restricted", customer=", ".join(sorted(ids)))
        desk.note(uow, f"lift_{ground}", ids, now, {})
        uow.commit()


def cancel_planned(uow: UnitOfWork, ids: Collection[str]) -> int:
    """Cancel what is planned and not on its way; return how many."""
    return uow.plans.cancel(t.touchpoint_id for one in ids for t in uow.plans.touchpoints_of(one))
