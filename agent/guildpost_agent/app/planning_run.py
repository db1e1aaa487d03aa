"""One run of planning: what it reads, what it decides household by household, and what is to be written in the end.

``consider`` asks the exclusions about a household's occasions, ``place`` plans what nothing excludes around what the
household was and will be sent, and ``settle`` says of what found no place why, once everybody is planned.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from guildpost_agent.app.channel_order import ChannelOrder
from guildpost_agent.app.judging import Judge
from guildpost_agent.domain.allowance import Allowance
from guildpost_agent.domain.exclusions import Facts, Reason, Refusal
from guildpost_agent.domain.planning import Bundled, HouseholdPlan, all_shut, plan_household
from guildpost_agent.domain.records import Decision, Occasion, Touchpoint
from guildpost_agent.domain.sequence import opening_of
from guildpost_agent.domain.timing import Candidate
from guildpost_agent.domain.touchpoint_states import CANCELLED, OPEN, UNHEARD, WAITING

KEPT: Final = frozenset({Reason.PLANNED, Reason.BUNDLED})
"""What is written to somebody about; every other decision is a refusal."""
_LAST: Final = (1, date.max)
_Open = tuple[list[Candidate], Sequence[Touchpoint]]
"""What nothing excludes of a household's occasions, and everything it was or will be sent."""


@dataclass
class PlanningRun:
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
        kept = reason in KEPT
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

    def place(self, candidates: Sequence[Candidate], known: Sequence[Touchpoint]) -> None:
        """Plan what nothing excludes around what the household was and will be sent."""
        if not known and (shut := all_shut(candidates, self.allowance)):
            for candidate, refusal in shut:
                self.decide(candidate.occasion, refusal.reason, refusal.facts)
            return
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


def plan_all(run: PlanningRun, occasions: Iterable[Occasion], touchpoints: Iterable[Touchpoint]) -> None:
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
