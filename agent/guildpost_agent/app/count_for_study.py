"""Count for a study: gather the records that its kind is about and let its module in ``domain`` choose.

Only what belongs to the round's brand is looked at, under the names that its studies know.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.measure_learned import drawn_trials
from guildpost_agent.app.measure_lift import stated_trials, visits_of
from guildpost_agent.app.planning_state import KEY
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.recipients import recipients_of
from guildpost_agent.domain.brands import brand_of, signed_name
from guildpost_agent.domain.consent.terms import CLOSING, Origin
from guildpost_agent.domain.contributing.adoption import adoption_part
from guildpost_agent.domain.contributing.channels import channel_parts
from guildpost_agent.domain.contributing.contacts import Met, answered_on, called, delivered
from guildpost_agent.domain.contributing.lift import eligible, lift_parts
from guildpost_agent.domain.contributing.pressure import YEAR, pressure_parts
from guildpost_agent.domain.contributing.units import Counted
from guildpost_agent.domain.contributing.when_to_write import learning_parts
from guildpost_agent.domain.contributions import Matured, first_matured, slot_lead_parts
from guildpost_agent.domain.lift.trials import Trial
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.service_work import is_notice
from guildpost_shared.learning.model import NetworkModel
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.studies.kinds import (
    ADOPTION,
    CALL,
    CHANNEL,
    LEARNED_TIMES,
    LIFT,
    PRESSURE,
    SLOT_LEAD,
    WHEN_TO_WRITE,
)
from guildpost_shared.studies.spec import StudySpec

_BOOKED: Final = frozenset({"booked"})
_ANSWERED: Final = frozenset({"booked", "answered"})


def unknown_zone(_postcode: str) -> str:
    """Know of no climate zone."""
    return ""


@dataclass(frozen=True)
class Setting:
    """What counting needs beside the database.

    Attributes:
        zone: the dealer's time zone.
        services: in force, of all brands, under local names: what a visit for each of them is.
        climate_zone: of a customer's postcode; empty where it is not known.
        unlearned: services for which the dealer switched learned times off.
    """

    zone: ZoneInfo
    services: tuple[ServiceDefinition, ...]
    climate_zone: Callable[[str], str] = unknown_zone
    unlearned: frozenset[str] = frozenset()


def count_for_study(
    uow: UnitOfWork,
    study: StudySpec,
    brand: str,
    setting: Setting,
    *,
    today: date,
    already_counted: Collection[str],
    model: NetworkModel | None = None,
) -> list[Counted[Any]]:
    """Give the part of each unit: at most one for a customer, one for the dealer (a training: ``seated_for_training``).

    Args:
        uow: an open transaction.
        study: the verified study, or the part of it that the round is about.
        brand: whose it is.
        setting: the dealer's.
        today: the dealer's local day.
        already_counted: units that are left out.
        model: under which is scored, where the study moves one.
    """
    desk = _Desk(uow, study, brand, setting, today, already_counted, model)
    count: Mapping[str, Callable[[], list[Counted[Any]]]] = {
        SLOT_LEAD: desk.slot_lead,
        LIFT: desk.lift,
        LEARNED_TIMES: desk.learned_times,
        CHANNEL: desk.channel,
        PRESSURE: desk.pressure,
        ADOPTION: desk.adoption,
        WHEN_TO_WRITE: desk.when_to_write,
    }
    return count[study.kind]()


def reminders_for_study(
    uow: UnitOfWork,
    study: StudySpec,
    brand: str,
    setting: Setting,
    *,
    today: date,
    already_counted: Collection[str],
) -> dict[str, Matured]:
    """Give by customer the reminder that stands for it, as ``count_for_study`` chooses."""
    return _Desk(uow, study, brand, setting, today, already_counted, None)._matured()  # noqa: SLF001 — the same desk


@dataclass(frozen=True)
class _Desk:
    uow: UnitOfWork
    study: StudySpec
    brand: str
    setting: Setting
    today: date
    already_counted: Collection[str]
    model: NetworkModel | None

    def slot_lead(self) -> list[Counted[Any]]:
        return list(slot_lead_parts(self._matured(), self.setting.zone))

    def when_to_write(self) -> list[Counted[Any]]:
        if self.model is None:
            raise ValueError("a study that moves a model is scored under it")
        matured = self._matured()
        own = [service for service in self.setting.services if self._is_own(service.service_id)]
        return list(
            learning_parts(
                matured,
                services={signed_name(service.service_id): service for service in own},
                who=recipients_of(self.uow, [one.touchpoint for one in matured.values()], self.study.period_start),
                model=self.model,
                zone=self.setting.zone,
            )
        )

    def _matured(self) -> dict[str, Matured]:
        return first_matured(
            self.study,
            self._touchpoints,
            self.uow.outcomes.all(),
            today=self.today,
            zone=self.setting.zone,
            already_counted=self.already_counted,
        )

    def lift(self) -> list[Counted[Any]]:
        services = self._advertised()
        return self._arms(services, stated_trials(self.uow, services, self.setting.zone))

    def learned_times(self) -> list[Counted[Any]]:
        """Count over the study's days; a service that may write so early that they are too few is left out."""
        services, key = self._advertised(), self.uow.documents.get(KEY)
        if key is None:
            return []  # nothing was ever planned
        trials = drawn_trials(self.uow, services, key, self.setting.unlearned)
        return self._arms(services, [one for one in trials if one.window_days <= self.study.maturity_days])

    def _advertised(self) -> dict[str, ServiceDefinition]:
        return {
            service.service_id: service
            for service in self.setting.services
            if not is_notice(service) and self._is_own(service.service_id)
        }

    def _arms(self, services: Mapping[str, ServiceDefinition], trials: Iterable[Trial]) -> list[Counted[Any]]:
        latest = self.uow.imports.latest()
        if latest is None:
            return []
        chosen = eligible(
            self.study,
            [replace(trial, service_id=signed_name(trial.service_id)) for trial in trials],
            today=self.today,
            known_until=min(self.today, latest.at.astimezone(self.setting.zone).date()),
            already_counted=self.already_counted,
        )
        local = {signed_name(name): name for name in services}
        visits = visits_of(self.uow, services, [replace(one, service_id=local[one.service_id]) for one in chosen])
        named = [replace(one, service_id=signed_name(one.service_id)) for one in visits]
        return list(lift_parts(self.study, chosen, named))

    def channel(self) -> list[Counted[Any]]:
        calls = self._calls(self.study.period_start) if CALL in self.study.channels else []
        outcomes = self.uow.outcomes.all()
        return list(
            channel_parts(
                self.study,
                [*delivered(self._touchpoints.values(), outcomes), *calls],
                answered_on(self._touchpoints, outcomes, _BOOKED, self.setting.zone),
                today=self.today,
                zone=self.setting.zone,
                already_counted=self.already_counted,
            )
        )

    def pressure(self) -> list[Counted[Any]]:
        outcomes, zone = self.uow.outcomes.all(), self.setting.zone
        contacts = [*delivered(self._touchpoints.values(), outcomes), *self._calls(self.study.period_start - YEAR)]
        return list(
            pressure_parts(
                self.study,
                contacts,
                answered_on(self._touchpoints, outcomes, _ANSWERED, zone),
                self._objections({contact.customer_id for contact in contacts}),
                today=self.today,
                zone=zone,
                already_counted=self.already_counted,
            )
        )

    def adoption(self) -> list[Counted[Any]]:
        touchpoints = self._touchpoints.values()
        zone = self.setting.zone
        return list(adoption_part(self.study, touchpoints, zone=zone, already_counted=self.already_counted))

    @cached_property
    def _touchpoints(self) -> dict[str, Touchpoint]:
        return {touchpoint.touchpoint_id: touchpoint for touchpoint in self._own(self.uow.plans.touchpoints())}

    def _own(self, touchpoints: Iterable[Touchpoint]) -> Iterator[Touchpoint]:
        """Give what was planned for the round's brand, under the names that its study knows."""
        for touchpoint in touchpoints:
            if self._is_own(touchpoint.service_id):
                named = signed_name(touchpoint.service_id)
                yield touchpoint if named == touchpoint.service_id else replace(touchpoint, service_id=named)

    def _is_own(self, service_id: str) -> bool:
        return brand_of(service_id) == self.brand

    def _calls(self, since: date) -> list[Met]:
        """List the calls about the brand's services since the local midnight that begins a day."""
        zone = self.setting.zone
        start = datetime.combine(since, time.min, zone).astimezone(UTC)
        own = (task for task in self.uow.calls.made_since(start) if task.service_id and self._is_own(task.service_id))
        return called((replace(task, service_id=signed_name(task.service_id)) for task in own), zone)

    def _objections(self, customers: Collection[str]) -> dict[str, list[date]]:
        """List by customer the local days on which they told the dealership to stop, wholly or in part."""
        book, zone = self.uow.consents.book(customers), self.setting.zone
        days: defaultdict[str, list[date]] = defaultdict(list)
        for customer in customers:
            for event in book.events_of(customer):
                if event.kind in CLOSING and event.origin is Origin.HERE:
                    days[customer].append(event.at.astimezone(zone).date())
        return days
