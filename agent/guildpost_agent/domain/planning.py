"""One household's plan: which occasion leads, with which message of its sequence, by which channel, and when.

For each due cycle one message at a time. The strongest occasion is placed first; what is due close to it, of the same
customer and group, is carried along in the same message; the next ones have to keep the contact cap around it, and what
is left of budget and workshop places. The control group is taken out last, so that it differs from those who are
written to by nothing but the draw.

Why something has no place is said when everything is planned (``HouseholdPlan.settle``): whoever came earlier and found
no room may be told of what was planned later. So the reason is the one that planning again would give.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from guildpost_agent.domain.allowance import Allowance
from guildpost_agent.domain.cadence import GAP_DAYS, YEAR_DAYS
from guildpost_agent.domain.cycles import carried_before
from guildpost_agent.domain.exclusions import Reason, Refusal, because
from guildpost_agent.domain.placing import contact_of, place
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.regions import states_of
from guildpost_agent.domain.reminders import reminder_step
from guildpost_agent.domain.sequence import Step, follow_up
from guildpost_agent.domain.service_work import cycle_days
from guildpost_agent.domain.timing import Candidate, Dealer
from guildpost_agent.domain.touchpoint_states import CONTACTS, OPEN, PROPOSED, UNHEARD
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule, AfterEventRule, Event

HORIZON_DAYS: Final = 28
# An occasion whose touchpoint was withdrawn (booking called off, caps moved by an outage) is planned again so often.
MOST_ATTEMPTS: Final = 3
MOST_BUNDLED: Final = 40
_COMPETING: Final = frozenset({Reason.CAPACITY, Reason.BUDGET, Reason.FREQUENCY_CAP})
_NOBODY: Final[Mapping[str, date]] = MappingProxyType({})


@dataclass(frozen=True)
class Bundled:
    """An occasion that another's message carries along; ``leader`` is that one's service."""

    touchpoint_id: str
    leader: str


Planned = tuple[Candidate, Touchpoint | Bundled | Refusal]


@lru_cache(maxsize=16_384)
def states_for(postcode: str, country: str, dealer_state: str) -> frozenset[str]:
    """List the states whose holidays count for a recipient: the dealer's and every one the postcode may lie in."""
    return states_of(postcode, country) | {dealer_state}


def plan_household(
    candidates: Iterable[Candidate],
    touchpoints: Sequence[Touchpoint],
    dealer: Dealer,
    horizon_days: int = HORIZON_DAYS,
    *,
    allowance: Allowance | None = None,
    answered: Collection[str] = (),
    reminders: Mapping[str, date] = _NOBODY,
) -> "HouseholdPlan":
    """Plan one household's occasions.

    Args:
        candidates: the occasions that nothing excludes, in any order.
        touchpoints: everything the household was or will be sent, in any state.
        dealer: how the dealer plans.
        horizon_days: windows that open later wait.
        allowance: what is left of budget and workshop places; what is planned is taken from it.
        answered: touchpoints that somebody booked on or answered.
        reminders: those of them whose last answer was a wish to be reminded, with the day from which on.

    Returns:
        The plan; its results are final once ``settle`` was called.
    """
    heard = _Heard(answered, reminders)
    plan = HouseholdPlan(touchpoints, dealer, allowance or Allowance(), heard, horizon_days)
    for candidate in sorted(candidates, key=attrgetter("rank")):
        plan.add(candidate)
    return plan


def all_shut(candidates: Iterable[Candidate], allowance: Allowance) -> list[tuple[Candidate, Refusal]]:
    """Refuse the occasions of a household that nobody has written to, if no window of any of them has a place left."""
    found = [(candidate, allowance.shut.get(candidate.window_key)) for candidate in candidates]
    refused = [(candidate, refusal) for candidate, refusal in found if refusal is not None]
    return refused if len(refused) == len(found) else []


@dataclass(frozen=True)
class _Heard:
    """Which messages were answered, and after which of them a reminder is wished."""

    answered: Collection[str]
    reminders: Mapping[str, date]


class HouseholdPlan:
    """The plan of one household while it grows.

    Attributes:
        results: a touchpoint, the touchpoint that carries it along, or a refusal for each candidate, the strongest
            first.
    """

    def __init__(
        self,
        touchpoints: Sequence[Touchpoint],
        dealer: Dealer,
        allowance: Allowance,
        heard: _Heard,
        horizon_days: int,
    ) -> None:
        self.results: list[Planned] = []
        self._touchpoints, self._dealer, self._allowance = touchpoints, dealer, allowance
        self._heard, self._horizon_days = heard, horizon_days
        self._contacts = [contact_of(t, dealer.zone) for t in touchpoints if t.state in CONTACTS]
        self._led: list[int] = []
        self._cycles: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._refused: list[tuple[int, Candidate]] = []

    def add(self, given: Candidate) -> None:
        """Plan one more occasion."""
        at = len(self.results)
        shut = None if self._touchpoints or self._led else self._allowance.shut.get(given.window_key)
        # Nothing else can come of it where nothing was or will be sent.
        candidate, result = (given, shut) if shut is not None else self._decide(given, at)
        if isinstance(result, Refusal):
            self._refused.append((at, given))
        self.results.append((candidate, result))

    def may_change(self) -> bool:
        """Say whether what was planned after a refusal may be the better reason for it."""
        return any(self._concerned(at, given) for at, given in self._refused)

    def settle(self) -> None:
        """Say anew why something has no place, now that everybody is planned."""
        for at, given in self._refused:
            if self._concerned(at, given):
                self.results[at] = self._decide(given, at, late=True)

    def _concerned(self, at: int, given: Candidate) -> bool:
        """Say whether a refusal depends on what others were given, or on what this household is sent now."""
        _, result = self.results[at]
        if not isinstance(result, Refusal) or result.reason is Reason.HOLDOUT:
            return False
        if result.reason in _COMPETING and (self._led or result.reason is not Reason.CAPACITY):
            return True
        return _cycle(given) in self._cycles or (bool(self._led) and isinstance(given.service.occasion, AbsenceRule))

    def _decide(self, given: Candidate, at: int, *, late: bool = False) -> Planned:
        """Find an occasion's message, and a place for it; late, nobody carries it along any more."""
        step = _step(given, self._known(given), self._dealer, self._heard)
        if isinstance(step, Refusal):
            return given, step
        candidate = given.at_step(step)
        result: Touchpoint | Bundled | Refusal | None = _waiting(candidate, self._dealer, self._horizon_days)
        result = result or (None if late else self._carried(candidate))
        if result is None:
            result = self._placed(candidate, at)
        return candidate, result

    def _placed(self, candidate: Candidate, at: int) -> Touchpoint | Refusal:
        """Find a place of its own for an occasion's message.

        A window is shut for whoever was asked about before, and for everybody after, whatever else they are sent.
        """
        key, shut = candidate.window_key, self._allowance.shut
        first = candidate.step is self._dealer.first_step(candidate.service, candidate.occasion.due_date)
        if first and key in shut:
            return shut[key]
        result = place(candidate, self._contacts, self._dealer, self._allowance)
        if isinstance(result, Touchpoint):
            self._contacts.append(contact_of(result, self._dealer.zone))
            self._led.append(at)
            self._cycles[_cycle(candidate)].add(at)
        elif first and result.reason is Reason.CAPACITY and not (self._contacts or self._is_called(candidate)):
            shut[key] = result
        return result

    def _known(self, given: Candidate) -> Sequence[Touchpoint]:
        """Give what the household was or will be sent, of what is planned just now all that may concern an occasion."""
        if not self._led:
            return self._touchpoints
        every = isinstance(given.service.occasion, AbsenceRule)
        places = self._led if every else sorted(self._cycles.get(_cycle(given), ()))
        new = [result for at in places if isinstance(result := self.results[at][1], Touchpoint)]
        return [*self._touchpoints, *new] if new else self._touchpoints

    def _is_called(self, candidate: Candidate) -> bool:
        """Say whether calls were in the way of a message, too."""
        return candidate.occasion.customer_id in self._allowance.called

    def _carried(self, candidate: Candidate) -> Bundled | None:
        """Let a message of the same customer and group that is met inside the window carry the occasion along."""
        occasion, service = candidate.occasion, candidate.service
        if not self._led:
            return None
        lawful = {channel for channel, _ in candidate.channels}
        for at in self._led:
            other, leader = self.results[at]
            if not isinstance(leader, Touchpoint) or len(leader.bundled) >= MOST_BUNDLED:
                continue
            same = leader.customer_id == occasion.customer_id and other.service.purpose is service.purpose
            group = other.service.bundle_group == service.bundle_group
            met = leader.due_date - timedelta(days=leader.lead_days)
            near = same and group and leader.channel in lawful and candidate.opens <= met <= candidate.closes
            if near and self._dealer.holds_out(occasion.customer_id, service.service_id):
                return None
            if near and self._allowance.join(leader.touchpoint_id, service.service_id, leader.channel, met):
                state = PROPOSED if service.service_id in self._dealer.reviewed else leader.state
                bundled = (*leader.bundled, occasion.occasion_id)
                self.results[at] = (other, replace(leader, bundled=bundled, state=state))
                self._cycles[_cycle(candidate)].add(at)
                return Bundled(leader.touchpoint_id, leader.service_id)
        return None


def _cycle(candidate: Candidate) -> tuple[str, str]:
    return candidate.occasion.vehicle_id, candidate.service.service_id


def _step(candidate: Candidate, touchpoints: Sequence[Touchpoint], dealer: Dealer, heard: _Heard) -> Step | Refusal:
    """Find the next message of the occasion's sequence, or why there is none."""
    occasion, service = candidate.occasion, candidate.service
    if not touchpoints:
        return dealer.first_step(service, occasion.due_date)
    mine = [t for t in touchpoints if _same_cycle(t, candidate) and t.state not in UNHEARD]
    if not mine:
        said = next((t for t in touchpoints if t.touchpoint_id in heard.answered and _asked_before(t, candidate)), None)
        if said is not None:
            return Refusal(Reason.ANSWERED, {"on": said.planned_at.astimezone(dealer.zone).date().isoformat()})
        first = dealer.first_step(service, occasion.due_date)
        return _within_year(candidate, first, touchpoints, dealer)
    last = max(mine, key=lambda t: (t.planned_at, t.touchpoint_id))
    on = last.planned_at.astimezone(dealer.zone).date().isoformat()
    if any(t.touchpoint_id in heard.answered for t in mine):
        return _wished(candidate, mine, dealer, heard) or Refusal(Reason.ANSWERED, {"on": on})
    if last.state in OPEN or not service_repeats(service):
        return Refusal(Reason.CYCLE_CONTACTED, {"on": on})
    met = [contact_of(t, dealer.zone).last for t in mine]
    step = follow_up(service, occasion.due_date, met, dealer.today)
    return step if step is not None else Refusal(Reason.CYCLE_CONTACTED, {"on": on})


def _wished(candidate: Candidate, mine: Sequence[Touchpoint], dealer: Dealer, heard: _Heard) -> Step | None:
    """Find the reminder that a customer asked for, unless somebody answered otherwise or it has come already."""
    said = [t for t in mine if t.touchpoint_id in heard.answered]
    days = [heard.reminders[t.touchpoint_id] for t in said if t.touchpoint_id in heard.reminders]
    if len(days) < len(said):
        return None
    day = max(days)
    if any(t.state in OPEN or contact_of(t, dealer.zone).last >= day for t in mine):
        return None
    return reminder_step(candidate.occasion.due_date, day)


def _asked_before(touchpoint: Touchpoint, candidate: Candidate) -> bool:
    """Say whether a message asked the same question already: declined work is asked about several times."""
    occasion, rule = candidate.occasion, candidate.service.occasion
    if not (isinstance(rule, AfterEventRule) and rule.event is Event.DECLINED):
        return False
    same = touchpoint.vehicle_id == occasion.vehicle_id and touchpoint.service_id == occasion.service_id
    return same and 0 <= (occasion.due_date - touchpoint.due_date).days <= rule.days[-1] - rule.days[0]


def _within_year(candidate: Candidate, step: Step, touchpoints: Sequence[Touchpoint], dealer: Dealer) -> Step | Refusal:
    """Keep a message to those who stay away from coming more often in a year than its rule says."""
    occasion, rule = candidate.occasion, candidate.service.occasion
    if not isinstance(rule, AbsenceRule):
        return step
    met: list[date] = sorted(
        contact_of(t, dealer.zone).last
        for t in touchpoints
        if (t.customer_id, t.service_id) == (occasion.customer_id, occasion.service_id) and t.state not in UNHEARD
    )
    if len(met) < rule.per_year:
        return step
    soonest = met[-rule.per_year] + timedelta(days=YEAR_DAYS)
    if occasion.due_date - timedelta(days=step.window.last_day) < soonest:
        return Refusal(Reason.FREQUENCY_CAP, {"days": GAP_DAYS, "per_year": rule.per_year})
    return replace(step, not_before=soonest)


def service_repeats(service: ServiceDefinition) -> bool:
    """Say whether a service's sequence has more than one message."""
    return len(service.touches) > 1


def _same_cycle(touchpoint: Touchpoint, candidate: Candidate) -> bool:
    occasion = candidate.occasion
    if occasion.occasion_id == touchpoint.occasion_id or occasion.occasion_id in touchpoint.bundled:
        return True
    same = touchpoint.vehicle_id == occasion.vehicle_id and touchpoint.service_id == occasion.service_id
    near = abs((touchpoint.due_date - occasion.due_date).days) < cycle_days(candidate.service)
    return (same and near) or carried_before(touchpoint, occasion, cycle_days(candidate.service))


def _waiting(candidate: Candidate, dealer: Dealer, horizon_days: int) -> Refusal | None:
    """Refuse what lies outside its window, or failed too often."""
    if candidate.attempt >= MOST_ATTEMPTS:
        return Refusal(Reason.GIVEN_UP, {"attempts": candidate.attempt})
    if candidate.opens > dealer.today + timedelta(days=horizon_days):
        return because(Reason.NOT_YET, "opens", candidate.opens.isoformat())
    if candidate.closes < dealer.today:
        return because(Reason.WINDOW_OVER, "closed", candidate.closes.isoformat())
    return None
