"""Contact pressure: of each customer the first message of the period, and which contact of a year it was.

Counted are the contacts about the study's services, messages and calls, in the 365 days that end with that message. It
was answered when the customer answered or booked within the study's window; the customer objected when they
unsubscribed, objected or withdrew a consent in it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.contributing.contacts import Met, earliest_of_each, within
from guildpost_agent.domain.contributing.units import Counted
from guildpost_shared.studies.cells import Cells
from guildpost_shared.studies.kinds import CALL, CONTACTS, contact_rows
from guildpost_shared.studies.spec import StudySpec

YEAR: Final = timedelta(days=365)


def pressure_parts(
    study: StudySpec,
    contacts: Iterable[Met],
    answers: Mapping[str, Sequence[date]],
    objections: Mapping[str, Sequence[date]],
    *,
    today: date,
    zone: ZoneInfo,
    already_counted: Collection[str],
) -> list[Counted[Cells]]:
    """Say what each customer brings.

    Args:
        study: the verified study.
        contacts: messages and calls, under the study's names.
        answers: local days of answers and bookings by occasion.
        objections: local days of objections by customer.
        today: the dealer's local day.
        zone: the dealer's time zone.
        already_counted: customers who are left out.
    """
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    messages = []
    for contact in contacts:
        if contact.service_id in study.services:
            times[contact.customer_id].append(contact.at)
            if contact.channel != CALL and study.counts(contact.at.astimezone(zone).date(), today):
                messages.append(contact)
    rows = contact_rows(study.contact_edges)
    parts = []
    for customer, message in earliest_of_each(messages).items():
        if customer not in already_counted:
            count = sum(message.at - YEAR < at <= message.at for at in times[customer])
            cell = f"{CONTACTS}/{rows[bisect_right(study.contact_edges, count) - 1]}"
            day = message.at.astimezone(zone).date()
            what = ["contacted"]
            if within(answers.get(message.occasion_id, ()), day, study.maturity_days):
                what.append("answered")
            if within(objections.get(customer, ()), day, study.maturity_days):
                what.append("objected")
            parts.append(Counted(customer, tuple(f"{cell}/{one}" for one in what)))
    return parts
