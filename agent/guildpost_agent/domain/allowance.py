"""What a dealer can spend and serve: postage by release, contacts by week, so that nothing is promised in vain.

    budget     letters of one release cost no more than the weekly budget times the weeks since the release before,
               all services together, and those of a service with a budget of its own
    capacity   a week's messages bring no more visits than the workshop has places left in the week after

Weeks are filled in the order in which they are asked for: whoever plans asks for the strongest occasions first.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain.records import Channel

EXPECTED_RESPONSE: Final = 0.10
"""Visits that one message brings; the order of magnitude of a good reminder, replaced by what was learnt here."""
WORKING_DAYS: Final = 5
_WEEK: Final = 7
_ALL: Final = ""


def week_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


@dataclass
class Allowance:
    """What is left; grows nothing and forgets nothing within one run.

    Attributes:
        budget_cents: for each release; None means that nobody set a limit.
        service_cents: for each release's letters of single services.
        letter_cents: what one letter costs.
        places_per_week: workshop places; None means that nobody set a limit.
        booked: places taken already, by week.
        spent: cents by release day, all services together under the empty name.
        contacts: messages by the week in which they are met.
        response: visits that one message brings.
    """

    budget_cents: int | None = None
    service_cents: Mapping[str, int] = field(default_factory=dict)
    letter_cents: int = 0
    places_per_week: int | None = None
    booked: Counter[date] = field(default_factory=Counter)
    spent: Counter[tuple[str, date]] = field(default_factory=Counter)
    contacts: Counter[date] = field(default_factory=Counter)
    response: float = EXPECTED_RESPONSE

    def affords(self, channel: Channel, released: date, service_id: str) -> bool:
        """Say whether one more letter of a release day and service can be paid; e-mails cost nothing."""
        if channel is not Channel.LETTER:
            return True
        limits = ((_ALL, self.budget_cents), (service_id, self.service_cents.get(service_id)))
        return all(limit is None or self.spent[name, released] + self.letter_cents <= limit for name, limit in limits)

    def serves(self, met: date) -> bool:
        """Say whether the workshop could serve what one more message of a day brings."""
        if self.places_per_week is None:
            return True
        week = week_of(met)
        free = self.places_per_week - self.booked[week + timedelta(days=_WEEK)]
        return (self.contacts[week] + 1) * self.response <= free

    def take(self, channel: Channel, released: date, met: date, service_id: str, *, serves: bool = True) -> None:
        """Count one message; ``serves`` says that it asks for a visit."""
        if channel is Channel.LETTER:
            for name in (_ALL, service_id):
                self.spent[name, released] += self.letter_cents
        if serves:
            self.contacts[week_of(met)] += 1
