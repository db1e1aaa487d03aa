"""What the draw aims at: arm, lead time and slot of an occasion's next message.

    follow-up    a later message of a sequence keeps its own recommended time: only the first one of a cycle teaches
    meant days   nothing is drawn where a day is meant (a birthday), or haste (a notice): that day, or the first one
    default      the recommended lead time and slot
    explore      a lead time from the service's window and any permitted slot, so that the network can learn
    learned      what is known to be best (``learned_time``)

Arms are drawn by ``learning.experiment``, from the dealer's key and the occasion, never from a global generator. Where
the recommended day is over, what is left of the window is spread over by lot: the first import spreads its backlog by
itself.
"""

from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.keyed import choose
from guildpost_agent.domain.learning.experiment import DEFAULT_ARM, EXPLORE_ARM, LEARNED_ARM, Way, arm_of
from guildpost_agent.domain.learning.exploring import tried_leads
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.service_work import is_notice
from guildpost_agent.domain.timing import FOLLOW_UP_ARM, LAST_HOUR, Candidate, Dealer
from guildpost_agent.domain.working_days import FIRST_HOUR, SATURDAY
from guildpost_shared.learning.bases import FIRST_HOUR as FIRST_LEARNED_HOUR
from guildpost_shared.services.definition import Channel as Via
from guildpost_shared.services.definition import ChannelUse

_WEEK_DAYS: Final = 7
_WHY: Final = {Way.USUAL: DEFAULT_ARM, Way.PLAIN: DEFAULT_ARM, Way.OFF: "off"}
"""Why the recommended time is taken; of those who would otherwise be written to at another one, to compare with."""


@frozen
class Aim:
    """What the draw wants.

    Attributes:
        arm: of the experiment; with ``learned`` the other fields say the recommended time, since what is best depends
            on the days that are free.
        lead: time in days.
        weekday: of the slot, 0 = Monday.
        hour: of the slot.
        why: names the reason.
        model: version of the model that took part in the draw; 0 where none did.
    """

    arm: str
    lead: int
    weekday: int
    hour: int
    why: str
    model: int = 0


def aim_of(candidate: Candidate, channel: Channel, first: date, dealer: Dealer) -> Aim:
    """Draw arm, lead time and slot; repeatable from the key and the occasion.

    Args:
        candidate: the occasion and its service.
        channel: has a default slot of its own.
        first: the first day still possible.
        dealer: has the key of all draws.
    """
    window = candidate.window
    most = min(window.first_day, (candidate.occasion.due_date - first).days)
    use = candidate.service.channel(Via(channel.value))
    if candidate.step is not None and candidate.step.follow_up and use is not None:
        return _usual(use, FOLLOW_UP_ARM, min(window.default_lead, most))
    if is_notice(candidate.service) or window.first_day - window.last_day < _WEEK_DAYS:
        return _meant(candidate, use, most, dealer)
    aim = _drawn(candidate, use, most, dealer)
    if dealer.learning.way(candidate.service) is not Way.LEARNED:
        return aim
    model = dealer.learning.times_for(candidate.service).published.version
    return Aim(aim.arm, aim.lead, aim.weekday, aim.hour, aim.why, model)


def _usual(use: ChannelUse, arm: str, lead: int, why: str = "") -> Aim:
    """Aim at the channel's recommended slot."""
    hour = use.default_slot.hour or FIRST_HOUR
    return Aim(arm, lead, use.default_slot.weekday, min(max(hour, FIRST_HOUR), LAST_HOUR), why or arm)


def _meant(candidate: Candidate, use: ChannelUse | None, most: int, dealer: Dealer) -> Aim:
    """Aim at the day that is meant, or in haste at the first one."""
    lead = most if is_notice(candidate.service) else min(candidate.window.default_lead, most)
    day, now = candidate.occasion.due_date - timedelta(days=lead), dealer.now.astimezone(dealer.zone)
    usual = use.default_slot.hour if use is not None else None
    soonest = now.hour + 1 if day == now.date() else 0
    hour = min(max(usual or FIRST_HOUR, soonest, FIRST_HOUR), LAST_HOUR)
    return Aim(DEFAULT_ARM, lead, day.weekday(), hour, DEFAULT_ARM)


def _drawn(candidate: Candidate, use: ChannelUse | None, most: int, dealer: Dealer) -> Aim:
    """Aim at what the occasion's arm wants."""
    way, window, key = dealer.learning.way(candidate.service), candidate.window, dealer.key
    arm, name = arm_of(key, way, candidate.occasion), candidate.occasion.occasion_id
    if use is not None and arm == LEARNED_ARM:
        return _usual(use, arm, window.default_lead)
    if use is not None and arm == DEFAULT_ARM and window.default_lead <= most:
        return _usual(use, arm, window.default_lead, _WHY.get(way, "standing"))
    if use is not None and arm == DEFAULT_ARM and way is not Way.USUAL:
        return _usual(use, arm, choose(key, window.last_day, most, "lead", name), "spread")
    nearest, farthest, earliest = window.last_day, most, FIRST_HOUR
    if way is not Way.USUAL:
        nearest, farthest = tried_leads(most, window.last_day, window.default_lead)
        earliest = FIRST_LEARNED_HOUR
    return Aim(
        EXPLORE_ARM,
        choose(key, nearest, farthest, "lead", name),
        choose(key, 0, SATURDAY, "weekday", name),
        choose(key, earliest, LAST_HOUR, "hour", name),
        EXPLORE_ARM,
    )
