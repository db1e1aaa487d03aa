"""The staff's inbox of replies, each with what whoever answers should know."""

from dataclasses import dataclass
from datetime import datetime

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.records import Customer, Vehicle
from guildpost_agent.domain.replies.reply import Reply
from guildpost_shared.errors import Refused


@dataclass(frozen=True)
class OpenReply:
    """A reply with its context: who wrote, and the vehicle and service of the message that was answered."""

    reply: Reply
    customer: Customer
    vehicle: Vehicle | None
    service_id: str


def open_replies(open_uow: OpenUnitOfWork) -> list[OpenReply]:
    """List what waits for a person, oldest first."""
    with open_uow() as uow:
        found = []
        for reply in uow.replies.open():
            customer = uow.records.customer(reply.customer_id)
            touchpoint = uow.plans.touchpoint(reply.touchpoint_id) if reply.touchpoint_id else None
            if customer is not None:
                vehicle = uow.records.vehicle(touchpoint.vehicle_id) if touchpoint else None
                found.append(OpenReply(reply, customer, vehicle, touchpoint.service_id if touchpoint else ""))
        return found


def close_reply(open_uow: OpenUnitOfWork, reply_id: str, *, by: str, note: str, now: datetime) -> None:
    """Close a reply; one that is closed already stays as it is.

    Raises:
        Refused: ``reply_unknown``.
    """
    with open_uow() as uow:
        if uow.replies.get(reply_id) is None:
            raise Refused("reply_unknown", reply=reply_id)
        uow.replies.close(reply_id, at=now, by=by, note=note)
        uow.commit()
