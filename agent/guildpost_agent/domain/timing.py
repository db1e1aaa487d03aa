"""When a message goes out: the possible times inside window, quiet hours and holidays, and the one the draw aims at.

Half of the touchpoints (arm ``default``) aim at the service's default lead time and slot, the other half (``explore``)
at a lead time from the service's whole window and at any permitted slot, so that the network can learn. A later message
of a sequence keeps its own default: only the first one of a due cycle teaches. The draw comes from the dealer's key and
the occasion, never from a global generator. Where the default time is over, what is left of the window is explored: the
first import spreads its backlog by itself.

Weak weeks are filled first, within bounds that learning can bear: a message that was not drawn to explore moves by one
week (a letter to the release that is no more than a week further from the aim), and only where the workshop is emptier
by a tenth of its places then. Weekday and hour stay, and so does what is explored.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.cadence import Contact
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.keyed import choose, draw
from guildpost_agent.domain.lift.control import LEAST_SHARE, ControlGroup, Member
from guildpost_agent.domain.records import Channel, Occasion
from guildpost_agent.domain.release_days import Rhythm
from guildpost_agent.domain.sequence import Step, Window, first_step, opening_of
from guildpost_agent.domain.service_work import is_notice
from guildpost_agent.domain.working_days import (
    END_HOUR,
    FIRST_HOUR,
    LETTER_WORKING_DAYS,
    SATURDAY,
    add_working_days,
    day_end,
    is_working_day,
    may_mail_on,
    to_utc,
)
from guildpost_shared.services.definition import Channel as Via
from guildpost_shared.services.definition import ServiceDefinition

DEFAULT_SHARE: Final = 0.5
DEFAULT_ARM: Final = "default"
EXPLORE_ARM: Final = "explore"
FOLLOW_UP_ARM: Final = "follow_up"
EASE: Final = 0.10
"""So much emptier must the workshop be that a message moves."""
RELEASE_HOUR: Final = 7
_LAST_HOUR: Final = END_HOUR - 1
# Four working days take no longer than this, Christmas and Easter included.
_LONGEST_WAY_DAYS: Final = 14
_WEEK_DAYS: Final = 7


@dataclass(frozen=True)
class Dealer:
    """How this dealer plans.

    Attributes:
        key: 32 bytes, behind all draws.
        zone: the dealer's time zone.
        state: the dealer's federal state.
        rhythm: of letters.
        now: the business clock.
        share: of the control groups.
        members: who was held out before, and from which service.
        reviewed: services whose messages a person approves first.
    """

    key: bytes
    zone: ZoneInfo
    state: str
    rhythm: Rhythm
    now: datetime
    share: float = LEAST_SHARE
    members: Collection[Member] = frozenset()
    reviewed: Collection[str] = frozenset()
    _firsts: dict[tuple[str, date], Step] = field(default_factory=dict, init=False, repr=False, compare=False)

    def first_step(self, service: ServiceDefinition, due: date) -> Step:
        """Give the first contact of a cycle; many occasions share service and due date."""
        key = (service.service_id, due)
        known = self._firsts.get(key)
        if known is None:
            known = self._firsts[key] = first_step(service, due, self.today)
        return known

    @cached_property
    def today(self) -> date:
        """The dealer's local day."""
        return self.now.astimezone(self.zone).date()

    def holds_out(self, customer_id: str, service_id: str) -> bool:
        """Say whether a customer is in a service's control group."""
        return ControlGroup(self.key, self.share, self.members).holds(customer_id, service_id)


@frozen
class Candidate:
    """An occasion that nothing excludes, with its lawful channels in order.

    Attributes:
        attempt: how many of its touchpoints were withdrawn.
        step: which message of the sequence; None means the first.
        number: how many touchpoints it had, in any state.
        why: for channels that stand elsewhere than the service says, why.
    """

    occasion: Occasion
    service: ServiceDefinition
    channels: tuple[tuple[Channel, str], ...]
    states: frozenset[str]
    attempt: int = 0
    step: Step | None = None
    number: int = 0
    why: Mapping[Channel, dict[str, str | int | float | bool]] = field(default_factory=dict)

    def at_step(self, step: Step) -> "Candidate":
        """Give the candidate with its next message."""
        return Candidate(
            self.occasion, self.service, self.channels, self.states, self.attempt, step, self.number, self.why
        )

    @property
    def window(self) -> Window:
        """The days before the due date in which the message belongs."""
        return self.step.window if self.step is not None else opening_of(self.service)

    @property
    def opens(self) -> date:
        """The first day of the window, or the first that keeps its distance from the message before."""
        opens = self.occasion.due_date - timedelta(days=self.window.first_day)
        return max(opens, self.step.not_before) if self.step is not None else opens

    @property
    def closes(self) -> date:
        """The last day of the window."""
        return self.occasion.due_date - timedelta(days=self.window.last_day)

    @property
    def window_key(self) -> Hashable:
        """What the possible times of the first message depend on, beside the dealer."""
        return self.occasion.service_id, self.occasion.due_date, self.states, self.channels

    @property
    def rank(self) -> tuple[int, date, str]:
        """The order among one customer's occasions: strength, due date, id."""
        return -self.service.strength, self.occasion.due_date, self.occasion.occasion_id


@frozen
class Option:
    """One possible time: when it goes out, the local day on which it is met, and as what contact it counts."""

    planned_at: datetime
    met: date
    contact: Contact


@frozen
class Aim:
    """What the draw wants: arm, lead time in days, weekday (0 = Monday) and hour of the slot."""

    arm: str
    lead: int
    weekday: int
    hour: int


@frozen
class Timing:
    """The time chosen.

    Attributes:
        option: when, and how it counts.
        arm: of the experiment.
        hour: local; e-mail only.
        not_after: the last instant at which it may still go out.
        eased_days: by how many days the workshop's weak weeks moved it.
    """

    option: Option
    arm: str
    hour: int | None
    not_after: datetime
    eased_days: int = 0


def options(candidate: Candidate, channel: Channel, dealer: Dealer) -> tuple[Option, ...]:
    """List the possible times of a channel, one per day, earliest first; the hour is settled by ``choose_time``."""
    opens, closes, states = candidate.opens, candidate.closes, candidate.states
    if channel is Channel.LETTER:
        return _releases(opens, closes, states, dealer.state, dealer.rhythm, dealer.zone, dealer.now)
    return _mail_days(max(opens, dealer.today), closes, states, dealer.zone, dealer.now)


@lru_cache(maxsize=8_192)
def _mail_days(start: date, closes: date, states: frozenset[str], zone: ZoneInfo, now: datetime) -> tuple[Option, ...]:
    """List the days on which e-mail may go out; many customers share window and state."""
    days = (start + timedelta(days=offset) for offset in range((closes - start).days + 1))
    return tuple(
        Option(at, day, Contact(day, day))
        for day in days
        if may_mail_on(day, states) and (at := to_utc(day, _LAST_HOUR, zone)) >= now
    )


@lru_cache(maxsize=8_192)
def _releases(  # noqa: PLR0917 — what the days depend on, and nothing else, so that they are worked out once
    opens: date, closes: date, states: frozenset[str], state: str, rhythm: Rhythm, zone: ZoneInfo, now: datetime
) -> tuple[Option, ...]:
    """List the release days whose letters arrive inside the window (the fourth working day after release)."""
    found = []
    start = max(opens - timedelta(days=_LONGEST_WAY_DAYS), now.astimezone(zone).date())
    for day in rhythm.between(start, closes, frozenset({state})):
        at = to_utc(day, RELEASE_HOUR, zone)
        arrival = add_working_days(day, LETTER_WORKING_DAYS, states)
        if at >= now and opens <= arrival <= closes:
            found.append(Option(at, arrival, Contact(day, arrival)))
    return tuple(found)


def _aim(candidate: Candidate, channel: Channel, first: date, dealer: Dealer) -> Aim:
    """Draw arm, lead time and slot; repeatable from the key and the occasion.

    Nothing is drawn where a day is meant (a birthday), or haste (a notice): that is the day itself, or the first one.

    Args:
        candidate: the occasion and its service.
        channel: has a default slot of its own.
        first: the first day still possible.
        dealer: has the key of all draws.
    """
    key, occasion, window = dealer.key, candidate.occasion.occasion_id, candidate.window
    most = min(window.first_day, (candidate.occasion.due_date - first).days)
    use = candidate.service.channel(Via(channel.value))
    if candidate.step is not None and candidate.step.follow_up and use is not None:
        hour = use.default_slot.hour or FIRST_HOUR
        lead, slot = min(window.default_lead, most), use.default_slot
        return Aim(FOLLOW_UP_ARM, lead, slot.weekday, min(max(hour, FIRST_HOUR), _LAST_HOUR))
    if is_notice(candidate.service) or window.first_day - window.last_day < _WEEK_DAYS:
        lead = most if is_notice(candidate.service) else min(window.default_lead, most)
        day, now = candidate.occasion.due_date - timedelta(days=lead), dealer.now.astimezone(dealer.zone)
        usual = use.default_slot.hour if use is not None else None
        soonest = now.hour + 1 if day == now.date() else 0
        return Aim(DEFAULT_ARM, lead, day.weekday(), min(max(usual or FIRST_HOUR, soonest, FIRST_HOUR), _LAST_HOUR))
    if use is not None and window.default_lead <= most and draw(key, "arm", occasion) < DEFAULT_SHARE:
        hour = use.default_slot.hour or FIRST_HOUR
        return Aim(DEFAULT_ARM, window.default_lead, use.default_slot.weekday, min(max(hour, FIRST_HOUR), _LAST_HOUR))
    return Aim(
        EXPLORE_ARM,
        choose(key, window.last_day, most, "lead", occasion),
        choose(key, 0, SATURDAY, "weekday", occasion),
        choose(key, FIRST_HOUR, _LAST_HOUR, "hour", occasion),
    )


def choose_time(
    candidate: Candidate,
    channel: Channel,
    free: Sequence[Option],
    dealer: Dealer,
    fullness: Callable[[date], float] | None = None,
) -> Timing:
    """Choose among the possible times the one nearest to what the draw aims at.

    Args:
        candidate: the occasion and its service.
        channel: e-mails keep to the slot's weekday where they can; letters have no slot.
        free: the options that keep the contact cap, earliest first; at least one.
        dealer: how the dealer plans.
        fullness: how full the workshop is when the readers of a message met on a day come, 0 to 1; None: no matter.
    """
    aim = _aim(candidate, channel, free[0].met, dealer)
    target = candidate.occasion.due_date - timedelta(days=aim.lead)
    if channel is Channel.LETTER:
        usual = min(free, key=lambda option: (abs((option.met - target).days), option.met))
        near: Sequence[Option] = free
        hour = None
    else:
        at_hour = [Option(to_utc(one.met, aim.hour, dealer.zone), one.met, one.contact) for one in free]
        timely = [option for option in at_hour if option.planned_at >= dealer.now] or list(free)
        usual = min(timely, key=lambda o: (o.met.weekday() != aim.weekday, abs((o.met - target).days), o.met))
        near = [option for option in timely if option.met.weekday() == usual.met.weekday()]
    chosen = usual
    if fullness is not None and aim.arm != EXPLORE_ARM:
        chosen = _weakest(usual, near, target, fullness)
    if channel is not Channel.LETTER:
        hour = chosen.planned_at.astimezone(dealer.zone).hour
    last = max(chosen.planned_at, _not_after(candidate, channel, dealer))
    return Timing(chosen, aim.arm, hour, last, (chosen.met - usual.met).days)


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
    last = candidate.closes
    while not is_working_day(last, candidate.states):
        last -= timedelta(days=1)
    return day_end(add_working_days(last, -LETTER_WORKING_DAYS, candidate.states), dealer.zone)
