"""The time of a message among those that are free: the one nearest to what the draw aims at, or the best that is known.

Weak weeks are filled first, within bounds that learning can bear: a message that was not drawn to explore moves by one
week (a letter to the release that is no more than a week further from the aim), and only where the workshop is emptier
by a tenth of its places then. Weekday and hour stay, and so does what is explored.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.aims import Aim, aim_of
from guildpost_agent.domain.exclusions import Facts
from guildpost_agent.domain.learned_time import best_time, lead_facts, lead_shift, slot_facts
from guildpost_agent.domain.learning.experiment import EXPLORE_ARM, LEARNED_ARM
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.timing import Candidate, Dealer, Option, Timing
from guildpost_agent.domain.working_days import (
    END_HOUR,
    LETTER_WORKING_DAYS,
    add_working_days,
    day_end,
    is_working_day,
    to_utc,
)

EASE: Final = 0.10
"""So much emptier must the workshop be that a message moves."""
_WEEK_DAYS: Final = 7
_Fullness = Callable[[date], float] | None


def choose_time(
    candidate: Candidate, channel: Channel, free: Sequence[Option], dealer: Dealer, fullness: _Fullness = None
) -> Timing:
    """Choose among the possible times.

    Args:
        candidate: the occasion and its service.
        channel: e-mails keep to the slot's weekday where they can; letters have no slot.
        free: the options that keep the contact cap, earliest first; at least one.
        dealer: how the dealer plans.
        fullness: how full the workshop is when the readers of a message met on a day come, 0 to 1; None: no matter.
    """
    aim = aim_of(candidate, channel, free[0].met, dealer)
    best = best_time(candidate, channel, free, dealer) if aim.arm == LEARNED_ARM else None
    if best is None:
        target = candidate.occasion.due_date - timedelta(days=aim.lead)
        usual, near = _nearest(aim, target, channel, free, dealer)
    else:
        usual, near, target = best.usual, best.near, best.usual.met
    chosen = usual
    if fullness is not None and aim.arm != EXPLORE_ARM:
        chosen = _weakest(usual, near, target, fullness)
    hour = None if channel is Channel.LETTER else chosen.planned_at.astimezone(dealer.zone).hour
    lead: Facts = {"code": f"lead_{aim.why}"} if best is None else lead_facts(candidate, best, chosen, dealer)
    slot: Facts = {"code": f"slot_{aim.arm}"}
    if best is not None and hour is not None:
        slot = slot_facts(candidate, best, chosen.met.weekday(), hour, dealer)
    shift = 0
    if aim.model:
        lead["model"] = aim.model
        shift = lead_shift(candidate, channel, dealer)
    last = max(chosen.planned_at, _not_after(candidate, channel, dealer))
    return Timing(chosen, aim.arm, hour, last, lead, slot, (chosen.met - usual.met).days, shift)


def _nearest(
    aim: Aim, target: date, channel: Channel, free: Sequence[Option], dealer: Dealer
) -> tuple[Option, Sequence[Option]]:
    """Find the option nearest to the aim, and those that are as good but for the week."""
    if channel is Channel.LETTER:
        return min(free, key=lambda option: (abs((option.met - target).days), option.met)), free
    if to_utc(free[0].met, aim.hour, dealer.zone) >= dealer.now:  # and so is every later day
        timely, at_hour = free, True
    else:
        later = [one for one in free if to_utc(one.met, aim.hour, dealer.zone) >= dealer.now]
        timely, at_hour = later or free, bool(later)
    best = min(timely, key=lambda o: (o.met.weekday() != aim.weekday, abs((o.met - target).days), o.met)).met
    alike = [one for one in timely if one.met.weekday() == best.weekday()]
    if at_hour:
        alike = [Option(to_utc(one.met, aim.hour, dealer.zone), one.met, one.contact) for one in alike]
    return next(one for one in alike if one.met == best), alike


def _weakest(usual: Option, near: Sequence[Option], target: date, fullness: Callable[[date], float]) -> Option:
    """Choose an option no more than a week further from the aim, if the workshop is emptier by a tenth then."""
    most = abs((usual.met - target).days) + _WEEK_DAYS
    reach = [option for option in near if abs((option.met - target).days) <= most]
    if len(reach) == 1:
        return usual
    weakest = min(reach, key=lambda o: (fullness(o.met), abs((o.met - target).days), o.met))
    return weakest if fullness(usual.met) - fullness(weakest.met) >= EASE else usual


def _not_after(candidate: Candidate, channel: Channel, dealer: Dealer) -> datetime:
    """Give the last instant at which the message would still be met inside its window."""
    if channel is Channel.EMAIL:
        return to_utc(candidate.closes, END_HOUR, dealer.zone)
    return _last_release(candidate.closes, candidate.states, dealer.zone)


@lru_cache(maxsize=4_096)
def _last_release(closes: date, states: frozenset[str], zone: ZoneInfo) -> datetime:
    """Give the end of the last day from which a letter arrives by a day."""
    last = closes
    while not is_working_day(last, states):
        last -= timedelta(days=1)
    return day_end(add_working_days(last, -LETTER_WORKING_DAYS, states), zone)
