"""The learned time among those that are free, and what is said of it.

What is free keeps everything already: quiet hours, holidays, window, contact cap, budget, places. Of these days the one
is taken whose lead time and best hour are worth most together under the draw of the occasion's bucket; a letter has
a day of arrival and no hour. Nothing outside what is free can be chosen.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from guildpost_agent.domain.exclusions import Facts
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.learning.buckets import MEAN
from guildpost_agent.domain.learning.grounds import Ground
from guildpost_agent.domain.learning.picking import Pick, pick, step_of
from guildpost_agent.domain.learning.reading import Addressed, nearest_slot
from guildpost_agent.domain.learning.times import Values
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.timing import Candidate, Dealer, Option
from guildpost_agent.domain.working_days import to_utc
from guildpost_shared.services.definition import Channel as Via

_WEEK: Final = timedelta(days=7)


@frozen
class Best:
    """What was chosen.

    Attributes:
        usual: the option.
        near: what the workshop's weak weeks may choose from: the same slot of the weeks before, of it, and after it.
        addressed: the context it was chosen in.
        lead_tried: the draw wanted another lead time than the one that is thought best.
        slot_tried: likewise another weekday or hour.
    """

    usual: Option
    near: tuple[Option, ...]
    addressed: Addressed
    lead_tried: bool
    slot_tried: bool


def best_time(candidate: Candidate, channel: Channel, free: Sequence[Option], dealer: Dealer) -> Best:
    """Choose the best of the free options.

    Args:
        candidate: the occasion; its service is learned.
        channel: a letter has no hour.
        free: earliest first; at least one.
        dealer: how the dealer plans.
    """
    learning, due = dealer.learning, candidate.occasion.due_date
    times = learning.times_for(candidate.service)
    addressed = learning.addressed(candidate.service, channel, candidate.occasion)
    values = times.values(addressed, times.bucket(candidate.occasion.occasion_id))
    mean, usual_lead = times.values(addressed, MEAN), candidate.window.default_lead
    some = free if channel is Channel.LETTER else _timely(free, values, dealer)
    days = [((due - one.met).days, one.met.weekday()) for one in some]
    drawn, thought = pick(days, values, usual_lead), pick(days, mean, usual_lead)
    (lead, weekday), (best_lead, best_weekday) = days[drawn.at], days[thought.at]
    tried = (weekday, drawn.hour) != (best_weekday, thought.hour)
    near = _near(some, drawn, channel, dealer)
    usual = next(one for one in near if one.met == some[drawn.at].met)
    return Best(usual, near, addressed, step_of(lead) != step_of(best_lead), tried and channel is not Channel.LETTER)


def _timely(free: Sequence[Option], values: Values, dealer: Dealer) -> Sequence[Option]:
    """Leave today out where its best hour is over, unless nothing else is left."""
    first = free[0].met
    if first == dealer.today and len(free) > 1:
        late = to_utc(first, values.hours[first.weekday()], dealer.zone) < dealer.now
        return free[1:] if late else free
    return free


def _near(some: Sequence[Option], drawn: Pick, channel: Channel, dealer: Dealer) -> tuple[Option, ...]:
    """Give the chosen option and its neighbours of a week, at their hour; what is over by then is left out."""
    met = some[drawn.at].met
    if channel is Channel.LETTER:
        return tuple(one for one in some if abs(one.met - met) <= _WEEK)
    days = [one for one in some if one.met in {met - _WEEK, met, met + _WEEK}]
    at_hour = (Option(to_utc(one.met, drawn.hour, dealer.zone), one.met, one.contact) for one in days)
    timely = tuple(one for one in at_hour if one.planned_at >= dealer.now)
    return timely if any(one.met == met for one in timely) else (some[drawn.at],)


def lead_shift(candidate: Candidate, channel: Channel, dealer: Dealer) -> int:
    """Tell how far this dealership's best lead time lies from the network's; the service is learned."""
    learning = dealer.learning
    addressed = learning.addressed(candidate.service, channel, candidate.occasion)
    return learning.times_for(candidate.service).lead_shift(addressed)


def lead_facts(candidate: Candidate, best: Best, option: Option, dealer: Dealer) -> Facts:
    """Say what speaks for the lead time of an option."""
    lead = (candidate.occasion.due_date - option.met).days
    grounds = dealer.learning.grounds_for(candidate.service)
    ground = grounds.lead(best.addressed, step_of(lead), step_of(candidate.window.default_lead))
    return _facts("lead_learned", ground, best.addressed, trial=best.lead_tried)


def slot_facts(candidate: Candidate, best: Best, weekday: int, hour: int, dealer: Dealer) -> Facts:
    """Say what speaks for a weekday and hour."""
    use = candidate.service.channel(Via.EMAIL)
    slot = nearest_slot(weekday, hour)
    usual = slot if use is None else nearest_slot(use.default_slot.weekday, use.default_slot.hour or hour)
    ground = dealer.learning.grounds_for(candidate.service).slot(best.addressed, slot, usual)
    return _facts("slot_learned", ground, best.addressed, trial=best.slot_tried)


def _facts(code: str, ground: Ground, addressed: Addressed, *, trial: bool) -> Facts:
    group = "business" if addressed.recipient.business else "private"
    return {"code": code, "group": group, "percent": ground.percent, "own": ground.own.value, "trial": trial}
