"""The staff's inbox of replies, each with what whoever answers should know."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.exclusions import gone
from guildpost_agent.domain.records import Customer, Touchpoint, Vehicle
from guildpost_agent.domain.replies.reply import Reply, ReplyKind, ReplyState
from guildpost_agent.domain.replies.sorting import Doubt, sort_reply
from guildpost_shared.errors import Refused

_MET: Final = frozenset({"sent", "unsure"})


class Beyond(StrEnum):
    """Why a reply that says one thing beyond doubt waits for a person all the same."""

    ARRANGE = "arrange"
    """The wish is noted; the appointment has to be made."""
    REST = "rest"
    """The objection is carried out; something else is said as well."""
    NO_MESSAGE = "no_message"
    """It answers no message of ours, so nobody knows which vehicle is meant."""
    NOTHING_DONE = "nothing_done"
    """The same was known already, or could not be noted."""


@dataclass(frozen=True)
class OpenReply:
    """A reply with its context.

    Attributes:
        reply: what arrived.
        customer: who wrote.
        vehicles: that of the message that was answered; else all that the customer has.
        message: the message that was answered; else the last one before that the customer met. None without any.
        waits_for: why a person has to look at it.
    """

    reply: Reply
    customer: Customer
    vehicles: tuple[Vehicle, ...]
    message: Touchpoint | None
    waits_for: Doubt | Beyond


def open_replies(open_uow: OpenUnitOfWork, today: date) -> list[OpenReply]:
    """List what waits for a person, oldest first.

    Args:
        open_uow: opens a transaction.
        today: the dealer's local day; vehicles that are gone by then are left out.
    """
    with open_uow() as uow:
        found = []
        for reply in uow.replies.open():
            customer = uow.records.customer(reply.customer_id)
            if customer is not None:
                answered = uow.plans.touchpoint(reply.touchpoint_id) if reply.touchpoint_id else None
                message = answered or _last_message(uow, reply)
                vehicles = _vehicles(uow, reply, answered, today)
                found.append(OpenReply(reply, customer, vehicles, message, waits_for(reply)))
        return found


def waits_for(reply: Reply) -> Doubt | Beyond:
    """Say why a reply was left to a person."""
    found = sort_reply(reply.text, reply.subject)
    if reply.acted and found.doubt is not Doubt.RIGHTS:
        return Beyond.REST if reply.kind is ReplyKind.OBJECTION else Beyond.ARRANGE
    if found.doubt is not None:
        return found.doubt
    return Beyond.NOTHING_DONE if reply.touchpoint_id or found.kind is ReplyKind.OBJECTION else Beyond.NO_MESSAGE


def close_reply(open_uow: OpenUnitOfWork, reply_id: str, *, by: str, note: str, now: datetime) -> Reply:
    """Close a reply; one that is closed already stays as it is.

    Returns:
        The reply as it was before, so that whoever comes second hears who was first.

    Raises:
        Refused: ``reply_unknown``.
    """
    with open_uow() as uow:
        before = uow.replies.get(reply_id)
        if before is None:
            raise Refused("reply_unknown", reply=reply_id)
        if before.state is ReplyState.OPEN:
            uow.replies.close(reply_id, at=now, by=by, note=note)
            uow.commit()
        return before


def _last_message(uow: UnitOfWork, reply: Reply) -> Touchpoint | None:
    theirs = uow.plans.touchpoints_of(reply.customer_id)
    met = [one for one in theirs if one.state in _MET and one.planned_at <= reply.received_at]
    return max(met, key=lambda one: one.planned_at, default=None)


def _vehicles(uow: UnitOfWork, reply: Reply, answered: Touchpoint | None, today: date) -> tuple[Vehicle, ...]:
    if answered is not None:
        vehicle = uow.records.vehicle(answered.vehicle_id)
        return (vehicle,) if vehicle else ()
    theirs = uow.records.vehicles_of_customers([reply.customer_id])
    return tuple(vehicle for vehicle in theirs if gone(vehicle, today) is None)
