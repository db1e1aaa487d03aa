"""By which of the lawful channels a customer is written to first: wishes, the service's order, success and cost.

    1. what the customer wishes comes first, in the wished order
    2. the others follow as the service, or the dealer for it, says
    3. a channel passes the one before it where what is known of this customer speaks for it, and it is worth more:
           worth  =  chance of an answer x worth of a visit - cost of the message
           chance =  (answers + 4 x usual chance) / (messages + 4)
       known means: the channel before was tried twice at least, or this one was answered
    4. no optional channel passes a mandatory one, and nothing passes what was wished

Only lawful channels are asked about; nothing is added and none is taken away, so that the next one is there when a
message bounces. Messages count that were sent or bounced in two years and whose time to be answered is over; a click,
an answer and a booking are answers.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guildpost_agent.domain.records import Channel

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
class Worth:
    """What the dealer reckons with.

    Attributes:
        visit_cents: what a visit is worth.
        cost_cents: of a message, by channel.
        usual: answers in one message, by channel.
    """

    visit_cents: int
    cost_cents: Mapping[Channel, int]
    usual: Mapping[Channel, float]

    def of(self, channel: Channel, tried: Tried) -> float:
        """Give what one more message is worth, in cents."""
        usual = self.usual[channel]
        chance = (tried.answers + SMOOTHING * usual) / (tried.messages + SMOOTHING)
        return chance * self.visit_cents - self.cost_cents.get(channel, 0)


@dataclass(frozen=True)
class Chain:
    """Channels in order, and for those that stand elsewhere than the service says, why."""

    order: tuple[Channel, ...]
    why: Mapping[Channel, Facts] = field(default_factory=dict)


def chain(
    channels: Sequence[Channel],
    worth: Worth,
    *,
    tried: Mapping[Channel, Tried],
    mandatory: Collection[Channel] = (),
    wished: Sequence[Channel] = (),
) -> Chain:
    """Put lawful channels into the order in which they are used.

    Args:
        channels: in the order of the service.
        worth: what the dealer reckons with.
        tried: what came of each channel with this customer.
        mandatory: those that the service may not do without.
        wished: by the customer, the first one first.
    """
    first = [one for one in wished if one in channels]
    rest = [one for one in channels if one not in first]
    why: dict[Channel, Facts] = {}
    if first and first[0] != channels[0]:
        why[first[0]] = {"code": "chain_wished", "channel": first[0].value}
    order = list[Channel]()
    for one in rest:
        at = len(order)
        while at and _passes(one, order[at - 1], worth, tried, mandatory):
            at -= 1
        if at < len(order):
            before, known = order[at], tried.get(order[at], Tried())
            why[one] = {"code": "chain_passed", "channel": one.value, "passed": before.value, **vars(known)}
        order.insert(at, one)
    return Chain((*first, *order), why)


def _passes(
    one: Channel, before: Channel, worth: Worth, tried: Mapping[Channel, Tried], mandatory: Collection[Channel]
) -> bool:
    if before in mandatory and one not in mandatory:
        return False
    mine, theirs = tried.get(one, Tried()), tried.get(before, Tried())
    known = bool(mine.answers) or theirs.messages >= LEAST_TRIED
    return known and worth.of(one, mine) > worth.of(before, theirs)
