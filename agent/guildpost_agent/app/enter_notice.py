"""Enter a notice of the workshop – closure, delay, delivery, repair – for one vehicle, in the staff's own words."""

from collections.abc import Iterator
from datetime import date
from itertools import count

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.exclusions import gone
from guildpost_agent.domain.notice_text import fitting
from guildpost_agent.domain.records import Vehicle
from guildpost_agent.domain.vehicle_lists import NOTICE, ListEntry
from guildpost_shared.errors import Refused

BY_HAND = "staff"


def enter_notice(
    open_uow: OpenUnitOfWork, *, text: str, today: date, vehicle_id: str = "", customer_id: str = ""
) -> ListEntry:
    """Store a notice as an entry of the list ``notice``; whom it may reach, the plan decides.

    Args:
        open_uow: opens a transaction.
        text: what the customer must know, at most 240 characters without markup and without advertising.
        today: the dealer's local day.
        vehicle_id: the vehicle; or
        customer_id: its keeper, who has one vehicle only.

    Raises:
        Refused: ``notice_text_…``, ``vehicle_unknown``, ``vehicle_gone``, ``customer_unknown``,
            ``notice_vehicle_needed``.
    """
    words = fitting(text)
    with open_uow() as uow:
        vehicle = _of_customer(uow, customer_id, today) if customer_id else uow.records.vehicle(vehicle_id)
        if vehicle is None:
            raise Refused("vehicle_unknown", vehicle=vehicle_id)
        if gone(vehicle, today) is not None:
            raise Refused("vehicle_gone", vehicle=vehicle_id)
        taken = {kept.entry.reference for kept in uow.lists.all() if kept.entry.list_id == NOTICE}
        reference = next(one for one in _references(today) if one not in taken)
        entry = ListEntry(NOTICE, vehicle.vehicle_id, reference, today, words)
        uow.lists.add([entry], BY_HAND)
        uow.commit()
    return entry


def _of_customer(uow: UnitOfWork, customer_id: str, today: date) -> Vehicle:
    if uow.records.customer(customer_id) is None:
        raise Refused("customer_unknown", customer=customer_id)
    theirs = [
        vehicle
        for vehicle in uow.records.vehicles()
        if vehicle.customer_id == customer_id and gone(vehicle, today) is None
    ]
    if len(theirs) != 1:
        names = ", ".join(sorted(vehicle.vehicle_id for vehicle in theirs)) or "–"
        raise Refused("notice_vehicle_needed", customer=customer_id, vehicles=names)
    return theirs[0]


def _references(today: date) -> Iterator[str]:
    return (f"{today:%Y%m%d}-{number}" for number in count(1))
