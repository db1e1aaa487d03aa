"""Channels: of each customer the first contact of the period, by which way, and whether a booking followed.

The earliest stands for a customer, so that the choice does not depend on how it turned out. A call that follows an
unanswered message is therefore never counted beside that message: what is compared are first contacts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from guildpost_agent.domain.contributing.contacts import Met, earliest_of_each, within
from guildpost_agent.domain.contributing.units import Counted
from guildpost_shared.studies.cells import Cells
from guildpost_shared.studies.spec import StudySpec


def channel_parts(
    study: StudySpec,
    contacts: Iterable[Met],
    booked: Mapping[str, Sequence[date]],
    *,
    today: date,
    zone: ZoneInfo,
    already_counted: Collection[str],
) -> list[Counted[Cells]]:
    """Say what each customer brings.

    Args:
        study: the verified study.
        contacts: messages and calls, under the study's names.
        booked: local days of bookings by occasion.
        today: the dealer's local day.
        zone: the dealer's time zone.
        already_counted: customers who are left out.
    """
    chosen = earliest_of_each(
        contact
        for contact in contacts
        if contact.first
        and contact.service_id in study.services
        and contact.channel in study.channels
        and study.counts(contact.at.astimezone(zone).date(), today)
    )
    return [
        Counted(customer, _cells(contact, booked, study, zone))
        for customer, contact in chosen.items()
        if customer not in already_counted
    ]


def _cells(contact: Met, booked: Mapping[str, Sequence[date]], study: StudySpec, zone: ZoneInfo) -> Cells:
    cell, day = f"{contact.service_id}/{contact.channel}", contact.at.astimezone(zone).date()
    hit = contact.booked or within(booked.get(contact.occasion_id, ()), day, study.maturity_days)
    return (f"{cell}/delivered", f"{cell}/booked") if hit else (f"{cell}/delivered",)
