"""What a dealer can spend, serve and say: postage by release, places (``workshop``), and calls made lately.

    budget     letters of one release cost no more than the weekly budget times the weeks since the release before,
               all services together, and those of a service with a budget of its own
    capacity   nothing is written that brings more visits than the workshop has places left

Both are given in the order in which they are asked for: whoever plans asks for the strongest occasions first.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from guildpost_agent.domain.cadence import Contact
from guildpost_agent.domain.exclusions import Refusal
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.workshop import Facts, Room, Workshop

_ALL: Final = ""


@dataclass
class Allowance:
    """What is left; grows nothing and forgets nothing within one run.

    Attributes:
        budget_cents: for each release; None means that nobody set a limit.
        service_cents: for each release's letters of single services.
        letter_cents: what one letter costs.
        workshop: places and expected visits; None means that nobody set a limit.
        spent: cents by release day, all services together under the empty name.
        called: by customer, the calls to the household that count against the contact cap.
        shut: windows in which no channel has a place left, by what they depend on; places are never given back.
    """

    budget_cents: int | None = None
    service_cents: Mapping[str, int] = field(default_factory=dict)
    letter_cents: int = 0
    workshop: Workshop | None = None
    spent: Counter[tuple[str, date]] = field(default_factory=Counter)
    called: Mapping[str, Sequence[Contact]] = field(default_factory=dict)
    shut: dict[Hashable, Refusal] = field(default_factory=dict)

    def limits(self, channel: Channel, service_id: str) -> bool:
        """Say whether a budget limits a service's messages on a channel; e-mails cost nothing."""
        return channel is Channel.LETTER and (self.budget_cents is not None or service_id in self.service_cents)

    def affords(self, channel: Channel, released: date, service_id: str) -> bool:
        """Say whether one more letter of a release day and service can be paid; e-mails cost nothing."""
        if channel is not Channel.LETTER:
            return True
        limits = ((_ALL, self.budget_cents), (service_id, self.service_cents.get(service_id)))
        return all(limit is None or self.spent[name, released] + self.letter_cents <= limit for name, limit in limits)

    def room(self, service_id: str, channel: Channel) -> Room | None:
        """Give the places that a service's messages on a channel need; None where nothing limits them."""
        return None if self.workshop is None else self.workshop.room(service_id, channel)

    def take(self, message_id: str, service_id: str, channel: Channel, released: date, met: date) -> None:
        """Count one message."""
        if channel is Channel.LETTER:
            for name in (_ALL, service_id):
                self.spent[name, released] += self.letter_cents
        if self.workshop is not None:
            self.workshop.take(message_id, service_id, channel, met)

    def full(self, room: Room, last: date) -> Facts:
        """Say that a room is full up to messages met on a day; ``complete`` adds the first week with room."""
        return {} if self.workshop is None else self.workshop.refuse(room, last)

    def complete(self) -> None:
        """Finish what was said of a full workshop; to be called when everything is planned."""
        if self.workshop is not None:
            self.workshop.complete()

    def carry(self, message_id: str, service_id: str, channel: Channel, met: date) -> None:
        """Count what a message carries along already."""
        if self.workshop is not None:
            self.workshop.carry(message_id, service_id, channel, met)

    def join(self, message_id: str, service_id: str, channel: Channel, met: date) -> bool:
        """Let a message carry a service along if the workshop has room for that one's work, too; say whether."""
        return self.workshop is None or self.workshop.join(message_id, service_id, channel, met)
