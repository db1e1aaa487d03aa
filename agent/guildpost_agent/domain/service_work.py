"""Which of the workshop's lines answer which service of the catalogue, and for what a service needs permission."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from dateutil.easter import easter

from guildpost_agent.domain import work_kinds
from guildpost_agent.domain.consent.terms import Purpose as ConsentPurpose
from guildpost_agent.domain.records import Job
from guildpost_shared.services.definition import LearningClass, Purpose, ServiceDefinition
from guildpost_shared.services.event_rules import (
    AfterEventRule,
    AfterWorkRule,
    AnniversaryRule,
    ContractEndRule,
    Event,
    ListRule,
    SeasonRule,
    YearlyDay,
)
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule
from guildpost_shared.services.work import Work

DONE_WITHIN_DAYS: Final = 180
"""Work done in the half year before it is due answers it; of what comes more often, less."""
_SEASON_DAYS: Final = 75
_CYCLE_DAYS: Final = 150
_HALF_A_MONTH: Final = 15
_VISIT_DAYS: Final = 30
_SOME_YEARS: Final = range(2024, 2044)  # Easter moves by five weeks; these years hold its extremes


def answers(service: ServiceDefinition, job: Job) -> bool:
    """Say whether a labour line is the work that a service asks for; what a message follows is no answer to it."""
    if job.declined:
        return False
    match service.occasion:
        case HuRule():
            return job.kind == work_kinds.HU
        case InspectionRule():
            return job.kind == work_kinds.INSPECTION
        case AfterEventRule(event=Event.WORK | Event.VISIT):
            return False
        case _:
            return service.work is not None and service.work.fits(job.text)


def works_of(services: Iterable[ServiceDefinition]) -> Mapping[str, Work]:
    """Give by service the words of its work, where its work is told by words."""
    return {service.service_id: service.work for service in services if service.work is not None}


def done_within_days(service: ServiceDefinition) -> int:
    """Say how many days before the due date work counts as that of this due cycle.

    What was done before a list named the vehicle answers an earlier entry: nobody misses a recall for the one before.
    A contract is renewed as soon as somebody may be written to about its end.
    """
    match service.occasion:
        case SeasonRule():
            return _spacing(service.occasion)
        case AfterWorkRule():
            return min(DONE_WITHIN_DAYS, service.occasion.months * _HALF_A_MONTH)
        case ListRule():
            return 0
        case ContractEndRule():
            return max(DONE_WITHIN_DAYS, *(touch.first_day for touch in service.touches))
        case _:
            return DONE_WITHIN_DAYS


def counts_from(service: ServiceDefinition, due: date) -> date:
    """Give the first day on which work answers what is due on a day."""
    return due - timedelta(days=done_within_days(service))


def cycle_days(service: ServiceDefinition) -> int:
    """Say how far apart two due dates of a vehicle and service must lie to be two cycles.

    The due date of an interval is an estimate that moves; a day of the calendar or after an event stands, and each of
    its milestones is a cycle of its own.
    """
    match service.occasion:
        case HuRule() | InspectionRule():
            return _CYCLE_DAYS
        case SeasonRule():
            return _spacing(service.occasion)
        case AfterEventRule(event=Event.VISIT):
            return _visit_days(service.occasion)
        case _:
            return 1


def _visit_days(rule: AfterEventRule) -> int:
    """Say within how many days two visits are one: a car that comes back for a part is thanked for once."""
    return min([_VISIT_DAYS, *(later - earlier for earlier, later in pairwise(rule.days))])


@lru_cache(maxsize=64)
def _spacing(rule: SeasonRule) -> int:
    """Give half of what lies between two days of a season's rule, 75 days at most."""
    found = [
        date(year, day.month, 1) + timedelta(days=day.day - 1)
        if day.month is not None and day.day is not None
        else easter(year) + timedelta(days=day.easter_offset or 0)
        for year in _SOME_YEARS
        for day in rule.days
    ]
    return max(1, min(_SEASON_DAYS, *((later - earlier).days // 2 for earlier, later in pairwise(sorted(found)))))


def is_notice(service: ServiceDefinition) -> bool:
    """Say whether a service carries no advertising: it owes its ground to a contract or a legal duty."""
    return service.purpose is Purpose.NOTICE


def consent_purpose(service: ServiceDefinition) -> ConsentPurpose:
    """Say for which purpose of the consent ledger a service writes."""
    rule = service.occasion
    if is_notice(service):
        return ConsentPurpose.TRANSACTIONAL
    if isinstance(rule, AnniversaryRule) and rule.field is YearlyDay.BIRTH_DATE:
        return ConsentPurpose.BIRTHDAY
    if service.learning_class is LearningClass.LEASE:
        return ConsentPurpose.SALES
    if service.learning_class is LearningClass.FOLLOW_UP:
        return ConsentPurpose.SATISFACTION
    return ConsentPurpose.SERVICE_REMINDERS


def asks_for_a_visit(service: ServiceDefinition) -> bool:
    """Say whether a service's message asks people into the workshop; notices, good wishes and thanks do not."""
    rule = service.occasion
    thanks = isinstance(rule, AfterEventRule) and rule.event is Event.VISIT
    return not (thanks or is_notice(service) or isinstance(rule, AnniversaryRule))
