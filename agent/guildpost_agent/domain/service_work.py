"""Which of the workshop's lines answer which service of the catalogue, and for what a service needs permission."""

from collections.abc import Iterable, Mapping
from typing import Final

from guildpost_agent.domain import work_kinds
from guildpost_agent.domain.consent.terms import Purpose as ConsentPurpose
from guildpost_agent.domain.records import Job
from guildpost_shared.services.definition import LearningClass, Purpose, ServiceDefinition
from guildpost_shared.services.event_rules import AnniversaryRule, SeasonRule, YearlyDay
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule
from guildpost_shared.services.work import Work

DONE_WITHIN_DAYS: Final = 180
"""Work done in the half year before it is due answers it; of what comes twice a year, half of that."""
_SEASON_DAYS: Final = 75
_CYCLE_DAYS: Final = 150


def answers(service: ServiceDefinition, job: Job) -> bool:
    """Say whether a labour line is the work that a service asks for."""
    if job.declined:
        return False
    match service.occasion:
        case HuRule():
            return job.kind == work_kinds.HU
        case InspectionRule():
            return job.kind == work_kinds.INSPECTION
        case _:
            return service.work is not None and service.work.fits(job.text)


def works_of(services: Iterable[ServiceDefinition]) -> Mapping[str, Work]:
    """Give by service the words of its work, where its work is told by words."""
    return {service.service_id: service.work for service in services if service.work is not None}


def done_within_days(service: ServiceDefinition) -> int:
    """Say how many days before the due date work counts as that of this due cycle."""
    return _SEASON_DAYS if isinstance(service.occasion, SeasonRule) else DONE_WITHIN_DAYS


def cycle_days(service: ServiceDefinition) -> int:
    """Say how far apart two due dates of a vehicle and service must lie to be two cycles.

    The due date of an interval is an estimate that moves; a day of the calendar or after an event stands, and each of
    its milestones is a cycle of its own.
    """
    match service.occasion:
        case HuRule() | InspectionRule():
            return _CYCLE_DAYS
        case SeasonRule():
            return _SEASON_DAYS
        case _:
            return 1


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
