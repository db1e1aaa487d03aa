"""Plan without storing anything: the worker's step "plan" in a transaction that is rolled back.

    1. attribute bookings, as before every plan
    2. afresh only: take back what is planned and not handed over yet
    3. plan, and read the result inside the same transaction
    4. leave without commit

Before the first plan there is no key behind the draws; a rehearsal stores none, so it draws with a stand-in and says
so.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from guildpost_agent.app.dealership import enabled_services, zone_of
from guildpost_agent.app.plan_touchpoints import plan_within
from guildpost_agent.app.planning_state import KEY, KEY_BYTES
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.record_bookings import record_bookings
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.planning import HORIZON_DAYS
from guildpost_agent.domain.records import Decision, Occasion, Outcome, Touchpoint
from guildpost_agent.domain.subjects import FirstFrost, no_frost
from guildpost_agent.domain.touchpoint_states import WAITING
from guildpost_shared.services.definition import ServiceDefinition

STAND_IN: Final = bytes(KEY_BYTES)


@dataclass(frozen=True)
class Rehearsal:
    """The plan as it would stand after planning now.

    Attributes:
        now: the business clock of the plan.
        services: what the dealer runs, by id.
        occasions: by id, the past ones with messages too.
        decisions: by occasion.
        touchpoints: in every state, by the instant for which they are planned.
        known: touchpoints that were stored before.
        outcomes: what came back, in the order of its instants.
        household: the household of every customer who shares one.
        letter_cents: what one letter costs.
        drawn_for_good: the dealer's own key was there.
    """

    now: datetime
    zone: ZoneInfo
    services: dict[str, ServiceDefinition] = field(repr=False)
    occasions: dict[str, Occasion] = field(repr=False)
    decisions: dict[str, Decision] = field(repr=False)
    touchpoints: tuple[Touchpoint, ...] = field(repr=False)
    known: frozenset[str] = field(repr=False)
    outcomes: tuple[Outcome, ...] = field(repr=False)
    household: dict[str, str] = field(repr=False)
    letter_cents: int
    drawn_for_good: bool

    @property
    def today(self) -> date:
        """The dealer's local day of the plan."""
        return self.now.astimezone(self.zone).date()


def rehearse_plan(
    open_uow: OpenUnitOfWork,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    now: datetime,
    *,
    horizon_days: int = HORIZON_DAYS,
    afresh: bool = False,
    first_frost: FirstFrost = no_frost,
    taught: Taught = NOTHING_TAUGHT,
) -> Rehearsal:
    """Plan, and keep nothing but the answer.

    Args:
        open_uow: opens a transaction; best one for which no writer waits.
        services: what the catalogue offers; only those that the dealer runs count.
        config: the dealer's settings.
        now: the business clock.
        horizon_days: how far ahead windows may open.
        afresh: as if nothing were planned yet; what was sent stays sent.
        first_frost: of a postcode and year.
        taught: what the brands' catalogues teach about lead times and slots.
    """
    offered = tuple(services)
    with open_uow() as uow:
        stored = uow.documents.get(KEY)
        known = frozenset(t.touchpoint_id for t in uow.plans.touchpoints())
        record_bookings(_uncommitted(uow), offered, config, now)
        if afresh:
            uow.plans.cancel_planned(
                occasion_ids=[t.occasion_id for t in uow.plans.touchpoints() if t.state in WAITING]
            )
        plan_within(
            uow,
            offered,
            config,
            now,
            stored or STAND_IN,
            horizon_days=horizon_days,
            first_frost=first_frost,
            taught=taught,
        )
        return Rehearsal(
            now=now,
            zone=zone_of(config),
            services={service.service_id: service for service in enabled_services(offered, config)},
            occasions={occasion.occasion_id: occasion for occasion in uow.plans.occasions()},
            decisions={one.occasion_id: one for reason in Reason for one in uow.plans.decisions_for(reason)},
            touchpoints=tuple(uow.plans.touchpoints()),
            known=known,
            outcomes=tuple(sorted(uow.outcomes.all(), key=lambda outcome: (outcome.at, outcome.outcome_id))),
            household={member.customer_id: member.household_id for member in uow.people.all()},
            letter_cents=config.figures.letter_cents,
            drawn_for_good=stored is not None,
        )


class _Uncommitted:
    """A transaction lent to a use case: its commit is not the end."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uow, name)

    def commit(self) -> None:
        """Leave the decision to the one who lent it."""


def _uncommitted(uow: UnitOfWork) -> OpenUnitOfWork:
    @contextmanager
    def open_uow() -> Iterator[UnitOfWork]:
        yield cast("UnitOfWork", _Uncommitted(uow))

    return open_uow
