"""Plan: find the occasions, decide about each, and place what is kept – one transaction, the same result every time.

    1. find the occasions that hold now; what was planned for others is cancelled
    2. ask the exclusions about each; what is planned already and has become excluded is cancelled
    3. the strongest first, plan each household's remaining occasions around what it was and will be sent
    4. say of what found no place why, now that everything is planned
    5. store decisions and touchpoints, commit

Running it again changes nothing but what the data changed: planned touchpoints stay where they are, what was sent is
settled, and who was taken into the control group stays in it, whatever happens afterwards (that is what it measures).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from guildpost_agent.app.allowance import allowance_of
from guildpost_agent.app.channel_order import ANSWERS, ChannelOrder, tried_channels
from guildpost_agent.app.concerned import Changed, concerned
from guildpost_agent.app.dealership import (
    Dealership,
    consent_rules,
    enabled_services,
    load_dealership,
    suppression_check,
    zone_of,
)
from guildpost_agent.app.final_outcomes import Past, first_visit
from guildpost_agent.app.find_occasions import refresh_occasions
from guildpost_agent.app.judging import Judge
from guildpost_agent.app.learn_times import learn_times
from guildpost_agent.app.plan_calls import plan_calls
from guildpost_agent.app.planning_run import KEPT, PlanningRun, plan_all
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.app.uncollected import uncollected
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.exclusions import Reason, Refusal, booked_or_done, gone
from guildpost_agent.domain.occasions import SIGHT_DAYS
from guildpost_agent.domain.planning import HORIZON_DAYS
from guildpost_agent.domain.records import Occasion, Touchpoint, Triage
from guildpost_agent.domain.release_days import Rhythm
from guildpost_agent.domain.reminders import SPEAKING, wished_days
from guildpost_agent.domain.service_work import done_within_days
from guildpost_agent.domain.subjects import FirstFrost, no_frost
from guildpost_agent.domain.timing import Dealer
from guildpost_agent.domain.touchpoint_states import WITHDRAWN
from guildpost_shared.services.definition import ServiceDefinition

_ANSWERS = frozenset({"booked", "answered"})
_TOLD = SPEAKING | ANSWERS
"""The kinds of what came back that a plan depends on; what learns looks at deliveries, too."""


@dataclass(frozen=True)
class PlanSummary:
    """What one run did; ``refused`` counts decisions by reason, the stale ones among them (the work list)."""

    occasions: int
    triage: dict[str, int]
    planned: int
    cancelled: int
    refused: dict[str, int]


def plan_touchpoints(
    open_uow: OpenUnitOfWork,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    now: datetime,
    key: bytes,
    *,
    horizon_days: int = HORIZON_DAYS,
    changed: Changed | None = None,
    first_frost: FirstFrost = no_frost,
    taught: Taught = NOTHING_TAUGHT,
) -> PlanSummary:
    """Plan everything whose window opens within the horizon.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers; only those that the dealer runs count.
        config: the dealer's settings.
        now: the business clock.
        key: 32 bytes of this dealer's own, behind every draw; must never change.
        horizon_days: how far ahead windows may open.
        changed: plan anew only the households that a delivery concerns; None for everybody.
        first_frost: of a postcode and year, where a table knows it.
        taught: what the brands' catalogues teach about lead times and slots.
    """
    with uncollected(), open_uow() as uow:
        summary = plan_within(
            uow,
            services,
            config,
            now,
            key,
            horizon_days=horizon_days,
            changed=changed,
            first_frost=first_frost,
            taught=taught,
        )
        uow.commit()
    return summary


def plan_within(
    uow: UnitOfWork,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    now: datetime,
    key: bytes,
    *,
    horizon_days: int = HORIZON_DAYS,
    changed: Changed | None = None,
    first_frost: FirstFrost = no_frost,
    taught: Taught = NOTHING_TAUGHT,
) -> PlanSummary:
    """Plan in an open transaction; whoever opened it commits, or rolls back what was only a rehearsal.

    Args:
        uow: the transaction.
        services: what the catalogue offers.
        config: the dealer's settings.
        now: the business clock.
        key: behind every draw.
        horizon_days: how far ahead windows may open.
        changed: plan only the households that a delivery concerns; None for everybody.
        first_frost: of a postcode and year, where a table knows it.
        taught: what the brands' catalogues teach about lead times and slots.
    """
    running = enabled_services(services, config)
    rhythm = Rhythm(frozenset(config.letters.release_weekdays), config.letters.release_every_days)
    share, members = config.services.holdout_share, uow.plans.control_group()
    scope = None if changed is None else concerned(uow, changed)
    zone, everybody = zone_of(config), scope is None
    today = now.astimezone(zone).date()
    since = first_visit(today) if everybody and taught.models else None
    dealership = load_dealership(uow, running, scope, plain=True, first_frost=first_frost, visits_since=since)
    vehicle_ids = None if changed is None else {*dealership.vehicles, *changed.vehicles}
    sight = SIGHT_DAYS + max(0, horizon_days - HORIZON_DAYS)
    occasions, cancelled, vanished = refresh_occasions(
        uow, dealership, running, config, now, sight_days=sight, vehicle_ids=vehicle_ids
    )
    by_id = {service.service_id: service for service in running}
    outcomes = uow.outcomes.of_kinds(_TOLD)
    reminders = wished_days(outcomes, zone)
    occasions += _still_wished(uow, dealership, by_id, (*occasions, *vanished), reminders, today=today)
    if scope is None:
        touchpoints = uow.plans.touchpoints()
    else:
        touchpoints = uow.plans.touchpoints_of_all(scope | {one.customer_id for one in (*occasions, *vanished)})

    def past() -> Past:
        return Past(touchpoints if everybody else uow.plans.touchpoints(), uow.outcomes.first_of("delivered"), outcomes)

    learning = learn_times(uow, taught, dealership, by_id, config, past, now=now, key=key, everybody=everybody)
    state, reviewed, held_out = config.dealer.state, config.services.reviewed, uow.plans.held_out()
    dealer = Dealer(key, zone, state, rhythm, now, share, members, reviewed, learning)
    aside = frozenset(uow.rights.restricted())
    holds = uow.holds.in_force(dealer.today)
    rules, declined = consent_rules(config), uow.approvals.declined()
    judge = Judge(dealership, dealer, by_id, suppression_check(uow), aside, rules, holds, declined)
    answered = frozenset(outcome.touchpoint_id for outcome in outcomes if outcome.kind in _ANSWERS)
    at_home = dealership.households
    allowance = allowance_of(uow, config, now, by_id, answered=answered, households=at_home, scope=scope)
    order = ChannelOrder(judge.ways.wishes, tried_channels(touchpoints, outcomes, now), config)
    run = PlanningRun(judge, horizon_days, held_out, allowance, answered, reminders, order)
    plan_all(run, occasions, touchpoints)
    run.settle()
    run.allowance.complete()
    _explain_vanished(run, vanished, touchpoints, uow)
    cancelled += uow.plans.cancel_planned(occasion_ids=run.cancelled)
    for touchpoint_id, kept in run.unbundled.items():
        uow.plans.unbundle(touchpoint_id, kept)
    uow.plans.record_decisions(run.decisions)
    uow.plans.add_touchpoints(run.touchpoints)
    plan_calls(uow, judge, occasions, answered, language=config.language, order=order)
    triage = Counter(map(attrgetter("triage"), occasions))
    refused = Counter(map(attrgetter("reason"), run.decisions))
    for reason in KEPT:
        del refused[reason]
    refused[Reason.HOLDOUT.value] += sum(occasion.occasion_id in held_out for occasion in occasions if held_out)
    return PlanSummary(
        occasions=len(occasions),
        triage={kind.value: triage[kind] for kind in Triage},
        planned=len(run.touchpoints),
        cancelled=cancelled,
        refused=dict(sorted((+refused).items())),
    )


def _still_wished(
    uow: UnitOfWork,
    house: Dealership,
    services: Mapping[str, ServiceDefinition],
    occasions: Iterable[Occasion],
    reminders: Mapping[str, date],
    *,
    today: date,
) -> list[Occasion]:
    """List the occasions whose due date is over, and of which somebody asked to be reminded all the same."""
    if not reminders:
        return []
    known = {occasion.occasion_id for occasion in occasions}
    asked = {touchpoint.occasion_id for touchpoint in uow.plans.some_touchpoints(reminders)}
    found = sorted(uow.plans.some_occasions(asked - known), key=attrgetter("occasion_id"))
    return [o for o in found if o.due_date < today and o.service_id in services and o.vehicle_id in house.vehicles]


def _explain_vanished(
    run: PlanningRun, vanished: Iterable[Occasion], touchpoints: Iterable[Touchpoint], uow: UnitOfWork
) -> None:
    """Say of an occasion that was planned and is due at another time now, why nothing came of it."""
    live = {t.occasion_id: t.state not in WITHDRAWN for t in touchpoints}
    for occasion in vanished:
        if live.get(occasion.occasion_id, True) or _done_elsewhere(uow, occasion):
            continue
        house, dealer = run.judge.dealership, run.judge.dealer
        history = house.history(occasion.vehicle_id)
        service = run.judge.services.get(occasion.service_id)
        done = None
        if service is not None:
            done = booked_or_done(occasion, (), history.last_of(service), dealer.now, done_within_days(service))
        refusal = gone(house.vehicles.get(occasion.vehicle_id), dealer.today) or done
        refusal = refusal or Refusal(Reason.DUE_MOVED, {"due": occasion.due_date.isoformat()})
        run.decide(occasion, refusal.reason, refusal.facts)


def _done_elsewhere(uow: UnitOfWork, occasion: Occasion) -> bool:
    """Say whether the customer said so; that is why it is due at another time now."""
    decision = uow.plans.decision(occasion.occasion_id)
    return decision is not None and decision.reason == Reason.DONE_ELSEWHERE
