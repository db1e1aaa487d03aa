"""Who takes part in a training of the propensity model, and in which situation each of them was.

1. first round: of the customers with a matured reminder, who were not counted in the quarter and whose year has room
   for the whole training, at most W are drawn, without looking at their records
2. in the transaction in which the first vector is made, each of them is charged for all rounds: one entry
3. every later round counts exactly those of them who are still here, and charges nothing; a dealership that was not
   there for the first round has nobody seated and adds noise alone

Whom a later round finds seated was charged exactly what this study costs: under other terms nobody is counted.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import numpy as np

from guildpost_agent.app.count_for_study import Setting, reminders_for_study
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.brands import brand_of, signed_name
from guildpost_agent.domain.contributions import Matured, quarter_of, used_up
from guildpost_agent.domain.learning.situation import situation
from guildpost_agent.domain.propensity import Seated
from guildpost_agent.domain.records import Job
from guildpost_agent.domain.rights.marks import CountedBefore
from guildpost_shared.entropy import Entropy
from guildpost_shared.privacy.clipping import cap_customers
from guildpost_shared.privacy.ledger import Entry
from guildpost_shared.studies.propensity.columns import code
from guildpost_shared.studies.propensity.terms import SURVEY
from guildpost_shared.studies.spec import StudySpec

_NOBODY: Final[frozenset[str]] = frozenset()


def seated_for_training(
    uow: UnitOfWork,
    study: StudySpec,
    brand: str,
    setting: Setting,
    *,
    entry: Callable[[str], Entry],
    today: date,
    entropy: Entropy,
) -> Seated:
    """Give the dealer's seated customers; in the first round they are drawn, charged and marked in ``uow``.

    Args:
        uow: the transaction in which the vector is made.
        study: the part of the verified study that the round is about.
        brand: whose it is.
        setting: the dealer's.
        entry: what the whole training costs a customer.
        today: the dealer's local day.
        entropy: operating-system randomness.
    """
    if study.step == SURVEY:
        marked = uow.rounds.contributed(study.study_id, quarter_of(study.period_start))
        barred = CountedBefore(uow.documents.get(SUPPRESSION_KEY) or b"", marked | used_up(uow.rounds.ledgers(), entry))
        free = reminders_for_study(uow, study, brand, setting, today=today, already_counted=barred)
        seats = set(cap_customers(list(free), study.cap_customers, entropy))
        uow.rounds.mark_contributed(quarter_of(study.period_start), map(entry, sorted(seats)), study.epsilon)
    else:
        seats = uow.rounds.seated(entry(""))
        free = reminders_for_study(uow, study, brand, setting, today=today, already_counted=_NOBODY)
    return _described(uow, study, brand, setting, {one: free[one] for one in sorted(seats & free.keys())})


def _described(
    uow: UnitOfWork, study: StudySpec, brand: str, setting: Setting, reminders: Mapping[str, Matured]
) -> Seated:
    classes = {
        signed_name(one.service_id): one.learning_class.value
        for one in setting.services
        if brand_of(one.service_id) == brand
    }
    customers = {one.customer_id: one for one in uow.records.customers_of(reminders.keys())}
    driven = {one.touchpoint.vehicle_id for one in reminders.values()} - {""}
    vehicles = {one.vehicle_id: one for one in uow.records.vehicles_of(driven)}
    jobs: defaultdict[str, list[Job]] = defaultdict(list)
    for job in uow.records.jobs_of_vehicles(driven):
        jobs[job.vehicle_id].append(job)
    found = [
        situation(
            customer,
            vehicles.get(one.touchpoint.vehicle_id),
            jobs[one.touchpoint.vehicle_id],
            one.at.astimezone(setting.zone).date(),
            learning_class=classes.get(one.touchpoint.service_id, ""),
            channel=one.touchpoint.channel.value,
            climate_zone=setting.climate_zone(customer.postcode),
        )
        for name, one in reminders.items()
        if (customer := customers.get(name)) is not None
    ]
    answered = np.array([one.booked for name, one in reminders.items() if name in customers], dtype=np.bool_)
    table = {column: [one.get(column, "") for one in found] for column in study.columns}
    return Seated(code(table, study.columns, len(found)), answered)
