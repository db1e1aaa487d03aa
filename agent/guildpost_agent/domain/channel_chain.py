"""By which channel a customer is approached first: wishes, the service's order, success and cost.

    1. what the customer wishes comes first, in the wished order
    2. the others follow as the service, or the dealer for it, says
    3. a channel passes the one before it where what is known of this customer speaks for it, and it is worth more:
           worth  =  chance of an answer x worth of a visit - cost of the message
           chance =  (answers + 4 x usual chance) / (messages + 4)
       known means: the channel before was tried twice at least, or this one was answered
    4. no optional channel passes a mandatory one, and nothing passes what was wished
    5. a channel that intrudes (a call) passes another one only where it was answered itself: that others were in vain
       is no reason for it, since it follows them anyway

Nothing is added and none is taken away, so that the next channel is there when a message bounces. Messages count that
were sent or bounced in two years and whose time to be answered is over; a click, an answer and a booking are answers.
Calls count that were made on the dealer's own account; that the customer was spoken to is an answer.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Generic, TypeVar

_C = TypeVar("_C", bound=StrEnum)
Facts = dict[str, str | int | float | bool]
SMOOTHING: Final = 4
"""So many messages of the usual kind stand beside what is known of one customer."""
LEAST_TRIED: Final = 2


@dataclass(frozen=True)
class Tried:
    """What came of a channel with one customer: messages sent or bounced, and those answered."""

    messages: int = 0
    answers: int = 0


@dataclass(frozen=True)
class Worth(Generic[_C]):
    """What the dealer reckons with.

    Attributes:
        visit_cents: what a visit is worth.
        cost_cents: of a message or a call, by channel.
        usual: answers in one message or call, by channel.
    """

    visit_cents: int
    cost_cents: Mapping[_C, int]
    usual: Mapping[_C, float]

    def of(self, channel: _C, tried: Tried) -> float:
        """Give what one more message is worth, in cents."""
        usual = self.usual[channel]
        chance = (tried.answers + SMOOTHING * usual) / (tried.messages + SMOOTHING)
        return chance * self.visit_cents - self.cost_cents.get(channel, 0)


@dataclass(frozen=True)
class Chain(Generic[_C]):
    """Channels in order, and for those that stand elsewhere than the service says, why."""

    order: tuple[_C, ...]
    why: Mapping[_C, Facts] = field(default_factory=dict)


def chain(
    channels: Sequence[_C],
    worth: Worth[_C],
    *,
    tried: Mapping[_C, Tried],
    mandatory: Collection[_C] = (),
    wished: Sequence[_C] = (),
    intruding: Collection[_C] = (),
) -> Chain[_C]:
    """Put channels into the order in which they are used.

    Args:
        channels: in the order of the service.
        worth: what the dealer reckons with.
        tried: what came of each channel with this customer.
        mandatory: those that the service may not do without.
        wished: by the customer, the first one first.
        intruding: those that pass another one only where they were answered themselves.
    """
    first = [one for one in wished if one in channels]
    rest = [one for one in channels if one not in first]
    why: dict[_C, Facts] = {}
    if first and first[0] != channels[0]:
        why[first[0]] = {"code": "chain_wished", "channel": first[0].value}
    order: list[_C] = []
    for one in rest:
        at = len(order)
        while at and _passes(one, order[at - 1], worth, tried, mandatory, shy=one in intruding):
            at -= 1
        if at < len(order):
            before, known = order[at], tried.get(order[at], Tried())
            why[one] = {"code": "chain_passed", "channel": one.value, "passed": before.value, **vars(known)}
        order.insert(at, one)
    return Chain((*first, *order), why)


def _passes(
    one: _C,
    before: _C,
    worth: Worth[_C],
    tried: Mapping[_C, Tried],
    mandatory: Collection[_C],
    *,
    shy: bool,
) -> bool:
    if before in mandatory and one not in mandatory:
        return False
    mine, theirs = tried.get(one, Tried()), tried.get(before, Tried())
    known = bool(mine.answers) or (not shy and theirs.messages >= LEAST_TRIED)
    return known and worth.of(one, mine) > worth.of(before, theirs)
