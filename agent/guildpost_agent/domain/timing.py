"""When a message may go out: the possible times inside window, quiet hours and holidays; ``time_choice`` takes one."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.cadence import Contact
from guildpost_agent.domain.exclusions import Facts
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.learning.experiment import UNLEARNED, Learning
from guildpost_agent.domain.lift.control import LEAST_SHARE, ControlGroup, Member
from guildpost_agent.domain.records import Channel, Occasion
from guildpost_agent.domain.release_days import Rhythm
from guildpost_agent.domain.sequence import Step, Window, first_step, opening_of
from guildpost_agent.domain.working_days import (
    END_HOUR,
    LETTER_WORKING_DAYS,
    add_working_days,
    may_mail_on,
    to_utc,
)
from guildpost_shared.services.definition import ServiceDefinition

FOLLOW_UP_ARM: Final = "follow_up"
RELEASE_HOUR: Final = 7
LAST_HOUR: Final = END_HOUR - 1
# Four working days take no longer than this, Christmas and Easter included.
_LONGEST_WAY_DAYS: Final = 14


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
        learning: what is learned of lead times and slots.
    """

    key: bytes
    zone: ZoneInfo
    state: str
    rhythm: Rhythm
    now: datetime
    share: float = LEAST_SHARE
    members: Collection[Member] = frozenset()
    reviewed: Collection[str] = frozenset()
    learning: Learning = UNLEARNED
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
        return self._controls.holds(customer_id, service_id)

    @cached_property
    def _controls(self) -> ControlGroup:
        return ControlGroup(self.key, self.share, self.members)


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
class Timing:
    """The time chosen.

    Attributes:
        option: when, and how it counts.
        arm: of the experiment.
        hour: local; e-mail only.
        not_after: the last instant at which it may still go out.
        lead: why this lead time, as a reason's code and facts.
        slot: likewise why this time of the week; of no use for letters.
        eased_days: by how many days the workshop's weak weeks moved it.
        lead_shift: see ``Touchpoint``.
    """

    option: Option
    arm: str
    hour: int | None
    not_after: datetime
    lead: Facts
    slot: Facts
    eased_days: int = 0
    lead_shift: int = 0


def options(candidate: Candidate, channel: Channel, dealer: Dealer) -> tuple[Option, ...]:
    """List the possible times of a channel, one per day, earliest first; the hour is settled by ``time_choice``."""
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
        if may_mail_on(day, states) and (at := to_utc(day, LAST_HOUR, zone)) >= now
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
