"""Plan: find the occasions, decide about each, and place what is kept – one transaction, the same result every time.

    1. find the occasions that hold now; what was planned for others is cancelled
    2. ask the exclusions about each; what is planned already and has become excluded is cancelled
    3. the strongest first, plan each household's remaining occasions around what it was and will be sent
    4. say of what found no place why, now that everything is planned
    5. store decisions and touchpoints, commit

Running it again changes nothing but what the data changed: planned touchpoints stay where they are, what was sent is
settled, and who was taken into the control group stays in it, whatever happens afterwards (that is what it measures).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from operator import attrgetter

from guildpost_agent.app.allowance import allowance_of
from guildpost_agent.app.channel_order import ChannelOrder, tried_channels
from guildpost_agent.app.concerned import Changed, concerned
from guildpost_agent.app.dealership import (
    consent_rules,
    enabled_services,
    load_dealership,
    suppression_check,
    zone_of,
)
from guildpost_agent.app.final_outcomes import Past
from guildpost_agent.app.find_occasions import refresh_occasions
from guildpost_agent.app.judging import Judge
from guildpost_agent.app.learn_times import learn_times
from guildpost_agent.app.plan_calls import plan_calls
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.app.uncollected import uncollected
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.allowance import Allowance
from guildpost_agent.domain.exclusions import (
    Facts,
    Reason,
    Refusal,
    booked_or_done,
    gone,
)
from guildpost_agent.domain.occasions import SIGHT_DAYS
from guildpost_agent.domain.planning import HORIZON_DAYS, Bundled, HouseholdPlan, plan_household
from guildpost_agent.domain.records import Decision, Occasion, Touchpoint, Triage
from guildpost_agent.domain.release_days import Rhythm
from guildpost_agent.domain.reminders import wished_days
from guildpost_agent.domain.sequence import opening_of
from guildpost_agent.domain.service_work import done_within_days
from guildpost_agent.domain.subjects import FirstFrost, no_frost
from guildpost_agent.domain.timing import Candidate, Dealer
from guildpost_agent.domain.touchpoint_states import CANCELLED, OPEN, UNHEARD, WAITING, WITHDRAWN
from guildpost_shared.services.definition import ServiceDefinition

_LAST = (1, date.max)
_KEPT = frozenset({Reason.PLANNED, Reason.BUNDLED})
_ANSWERS = frozenset({"booked", "answered"})
_Open = tuple[list[Candidate], Sequence[Touchpoint]]
"""What nothing excludes of a household's occasions, and everything it was or will be sent."""


@dataclass(frozen=True)
class PlanSummary:
    """What one run did; ``refused`` counts decisions by reason, the stale ones among them (the work list)."""

    occasions: int
    triage: dict[str, int]
    planned: int
    cancelled: int
    refused: dict[str, int]


@dataclass
class _Run:
    """What one run reads, and what it will write."""

    judge: Judge
    horizon_days: int
    held_out: frozenset[str]
    allowance: Allowance
    answered: frozenset[str]
    reminders: Mapping[str, date]
    order: ChannelOrder
    decisions: list[Decision] = field(default_factory=list)
    touchpoints: list[Touchpoint] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    unbundled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    latest: dict[str, date] = field(default_factory=dict)
    early: dict[tuple[str, date], Refusal] = field(default_factory=dict)
    unsettled: list[tuple[HouseholdPlan, Sequence[Touchpoint]]] = field(default_factory=list)

    def decide(self, occasion: Occasion, reason: Reason, facts: Facts) -> None:
        """Note a decision."""
        kept = reason in _KEPT
        self.decisions.append(Decision(occasion.occasion_id, self.judge.dealer.now, kept, reason.value, facts))

    def consider(self, occasions: Iterable[Occasion], touchpoints: Sequence[Touchpoint]) -> _Open:
        """Ask the exclusions about one household's occasions; what somebody was written about stays decided."""
        if not touchpoints:
            return self._consider_first(occasions), ()
        known = list(touchpoints)
        candidates: list[Candidate] = []
        leaders = {t.occasion_id for t in known if t.bundled and t.state in OPEN}  # first: what they carry follows
        for occasion in sorted(occasions, key=lambda one: one.occasion_id not in leaders) if leaders else occasions:
            mine = [t for t in known if _carries(t, occasion)]
            live = next((t for t in mine if t.state in OPEN), None)
            if occasion.occasion_id in self.held_out or (live is not None and live.state not in WAITING):
                continue
            early = None if mine else self.too_early(occasion)
            if early is not None:
                self.decide(occasion, early.reason, early.facts)
                continue
            settled = any(t.state not in UNHEARD | OPEN for t in mine)
            judged = self.judge.judge(occasion, known)
            if not isinstance(judged, Refusal):
                if live is None:
                    candidates.append(self.order.of(judged))
                continue
            if live is not None:
                self._take_out(occasion, live, known)
            if not settled:
                self.decide(occasion, judged.reason, judged.facts)
        return candidates, known

    def _consider_first(self, occasions: Iterable[Occasion]) -> list[Candidate]:
        """Ask about a household that nobody has written to: nothing of it is settled, or under way."""
        candidates: list[Candidate] = []
        for occasion in occasions:
            if occasion.occasion_id in self.held_out:
                continue
            judged = self.judge.judge(occasion, ())
            if isinstance(judged, Refusal):
                self.decide(occasion, judged.reason, judged.facts)
            else:
                candidates.append(self.order.of(judged))
        return candidates

    def too_early(self, occasion: Occasion) -> Refusal | None:
        """Let an occasion wait whose first window opens later; nobody needs to ask anything else about it yet."""
        service_id, due = occasion.service_id, occasion.due_date
        latest = self.latest.get(service_id)
        if latest is None:
            first_day = opening_of(self.judge.services[service_id]).first_day
            latest = self.judge.dealer.today + timedelta(days=self.horizon_days + first_day)
            self.latest[service_id] = latest
        if due <= latest:
            return None
        early = self.early.get((service_id, due))
        if early is None:
            opens = due - timedelta(days=opening_of(self.judge.services[service_id]).first_day)
            early = self.early[service_id, due] = Refusal(Reason.NOT_YET, {"opens": opens.isoformat()})
        return early

    def place(self, candidates: Iterable[Candidate], known: Sequence[Touchpoint]) -> None:
        """Plan what nothing excludes around what the household was and will be sent."""
        plan = plan_household(
            candidates,
            known,
            self.judge.dealer,
            self.horizon_days,
            allowance=self.allowance,
            answered=self.answered,
            reminders=self.reminders,
        )
        if plan.may_change():
            self.unsettled.append((plan, known))
        else:
            self._write_down(plan, known)

    def settle(self) -> None:
        """Decide what waited until everybody was planned."""
        for plan, known in self.unsettled:
            plan.settle()
            self._write_down(plan, known)

    def _write_down(self, plan: HouseholdPlan, known: Sequence[Touchpoint]) -> None:
        for candidate, result in plan.results:
            occasion = candidate.occasion
            if isinstance(result, Touchpoint):
                self.touchpoints.append(result)
                self.decide(occasion, Reason.PLANNED, _facts(result, occasion))
            elif isinstance(result, Bundled):
                facts: Facts = {"touchpoint": result.touchpoint_id, "leader": result.leader}
                self.decide(occasion, Reason.BUNDLED, facts)
            elif not any(_carries(t, occasion) and t.state not in UNHEARD for t in known):
                self.decide(occasion, result.reason, result.facts)

    def _take_out(self, occasion: Occasion, live: Touchpoint, known: list[Touchpoint]) -> None:
        """Cancel what is planned for an occasion, or let its message go without it."""
        at = known.index(live)
        if live.occasion_id == occasion.occasion_id:
            self.cancelled.append(occasion.occasion_id)
            known[at] = replace(live, state=CANCELLED)
        else:
            known[at] = replace(live, bundled=tuple(one for one in live.bundled if one != occasion.occasion_id))
            self.unbundled[live.touchpoint_id] = known[at].bundled


def _carries(touchpoint: Touchpoint, occasion: Occasion) -> bool:
    return occasion.occasion_id == touchpoint.occasion_id or occasion.occasion_id in touchpoint.bundled


def _facts(touchpoint: Touchpoint, occasion: Occasion) -> Facts:
    return {
        "channel": touchpoint.channel.value,
        "lead_days": touchpoint.lead_days,
        "arm": touchpoint.arm,
        "source": occasion.source,
        "confidence": occasion.confidence,
    }


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
    dealership = load_dealership(uow, running, scope, plain=True, first_frost=first_frost)
    vehicle_ids = None if changed is None else {*dealership.vehicles, *changed.vehicles}
    sight = SIGHT_DAYS + max(0, horizon_days - HORIZON_DAYS)
    occasions, cancelled, vanished = refresh_occasions(
        uow, dealership, running, config, now, sight_days=sight, vehicle_ids=vehicle_ids
    )
    by_id, outcomes = {service.service_id: service for service in running}, uow.outcomes.all()
    past = Past(uow.plans.touchpoints(), outcomes)
    learning = learn_times(uow, taught, dealership, by_id, config, past, now=now, key=key, everybody=scope is None)
    zone, state, reviewed = zone_of(config), config.dealer.state, config.services.reviewed
    dealer = Dealer(key, zone, state, rhythm, now, share, members, reviewed, learning)
    held_out = frozenset(decision.occasion_id for decision in uow.plans.decisions_for(Reason.HOLDOUT))
    aside = frozenset(uow.rights.restricted())
    holds = uow.holds.in_force(dealer.today)
    rules, declined = consent_rules(config), uow.approvals.declined()
    judge = Judge(dealership, dealer, by_id, suppression_check(uow), aside, rules, holds, declined)
    answered = frozenset(outcome.touchpoint_id for outcome in outcomes if outcome.kind in _ANSWERS)
    reminders = wished_days(outcomes, dealer.zone)
    occasions = [*occasions, *_still_wished(uow, judge, (*occasions, *vanished), reminders)]
    allowance = allowance_of(uow, config, now, by_id, answered=answered, households=dealership.households)
    order = ChannelOrder(judge.ways.wishes, tried_channels(uow, now), config)
    run = _Run(judge, horizon_days, held_out, allowance, answered, reminders, order)
    _plan_all(run, occasions, past.touchpoints)
    run.settle()
    run.allowance.complete()
    _explain_vanished(run, vanished, past.touchpoints, uow)
    cancelled += uow.plans.cancel_planned(occasion_ids=run.cancelled)
    for touchpoint_id, kept in run.unbundled.items():
        uow.plans.unbundle(touchpoint_id, kept)
    uow.plans.record_decisions(run.decisions)
    uow.plans.add_touchpoints(run.touchpoints)
    plan_calls(uow, judge, occasions, answered, language=config.language, order=order)
    triage = Counter(map(attrgetter("triage"), occasions))
    refused = Counter(map(attrgetter("reason"), run.decisions))
    for reason in _KEPT:
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
    uow: UnitOfWork, judge: Judge, occasions: Iterable[Occasion], reminders: Mapping[str, date]
) -> list[Occasion]:
    """List the occasions whose due date is over, and of which somebody asked to be reminded all the same."""
    if not reminders:
        return []
    known = {occasion.occasion_id for occasion in occasions}
    asked = {t.occasion_id for name in reminders if (t := uow.plans.touchpoint(name)) is not None}
    found = (uow.plans.occasion(occasion_id) for occasion_id in sorted(asked - known))
    over = (o for o in found if o is not None and o.due_date < judge.dealer.today)
    return [o for o in over if o.service_id in judge.services and o.vehicle_id in judge.dealership.vehicles]


def _plan_all(run: _Run, occasions: Iterable[Occasion], touchpoints: Iterable[Touchpoint]) -> None:
    """Plan household by household: whoever lives together shares the contacts of all."""
    household = {one: home for one, home in run.judge.dealership.households.items() if one != home}
    sent: defaultdict[str, list[Touchpoint]] = defaultdict(list)
    for touchpoint in touchpoints:
        sent[household.get(touchpoint.customer_id, touchpoint.customer_id)].append(touchpoint)
    strength = {service_id: -service.strength for service_id, service in run.judge.services.items()}
    due: defaultdict[str, list[Occasion]] = defaultdict(list)
    order: dict[str, tuple[int, date]] = {}
    for occasion in occasions:
        household_id = household.get(occasion.customer_id, occasion.customer_id)
        early = run.too_early(occasion)
        if early is not None and household_id not in sent and occasion.occasion_id not in run.held_out:
            run.decide(occasion, early.reason, early.facts)
            continue
        due[household_id].append(occasion)
        rank = (strength[occasion.service_id], occasion.due_date)
        if early is None and rank < order.get(household_id, _LAST):
            order[household_id] = rank
    considered = ((one, run.consider(mine, sent.get(one, ()))) for one, mine in due.items())
    open_ones = {household_id: found for household_id, found in considered if found[0]}
    # Budget and places go to the strongest first.
    for household_id in sorted(open_ones, key=lambda one: (order.get(one, _LAST), one)):
        run.place(*open_ones[household_id])


def _explain_vanished(
    run: _Run, vanished: Iterable[Occasion], touchpoints: Iterable[Touchpoint], uow: UnitOfWork
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
