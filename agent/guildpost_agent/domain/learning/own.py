"""What dealerships' own customers say, worked out from all records at once.

The belief is a function of the published model, the outcomes that are final, and the day: whoever is erased is gone
from it when it is worked out anew, and so is what a restored backup does not know. Old outcomes fade by one per cent a
week; those from before the day on which the coordinator saw the world change count six tenths, once.

Under one model the most likely δ is found by Newton's method: at each estimate the sums of ``deviations`` are the
quadratic that touches the likelihood there, and their posterior is the next estimate. Priors are narrow, so four or
five steps are enough.

An agent has one dealership; a simulated network works on all of its dealerships at once.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from guildpost_agent.domain.learning.deviations import Answers, Clicks, Posterior, fresh, posterior
from guildpost_agent.domain.learning.placing import Placed
from guildpost_agent.domain.learning.reading import reminders_of
from guildpost_shared.learning.contexts import Floats, Ints, Reminders
from guildpost_shared.learning.document import PublishedModel

MOST_STEPS: Final = 12
CLOSE: Final = 0.01
"""In log p: one answer more in a hundred answers."""
FADING: Final = 0.99
"""What is left of an outcome after a week."""
DRIFT_KEPT: Final = 0.6
"""What is left when the coordinator has seen the world change."""
_WEEK_DAYS: Final = 7


@dataclass(frozen=True)
class Dated:
    """Reminders with a final outcome; ``day`` int64[n], ordinals of the local days on which they left."""

    reminders: Reminders
    day: Ints

    def __len__(self) -> int:
        return len(self.day)

    def take(self, at: Ints) -> "Dated":
        """Pick some."""
        return Dated(self.reminders.take(at), self.day[at])


NOTHING_SENT: Final = Dated(reminders_of(()), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Seen:
    """What is final.

    Attributes:
        answers: whether a booking followed, of all channels.
        clicks: whether somebody clicked, of e-mails; known within days.
    """

    answers: Dated = NOTHING_SENT
    clicks: Dated = NOTHING_SENT


def own_belief(published: PublishedModel, seen: Seen, today: date) -> Posterior:
    """Tell what is known of this dealership's deviations from the network.

    Args:
        published: the model in force.
        seen: outcomes; the order does not matter.
        today: the dealer's local day.

    Returns:
        The belief of one dealership (N = 1).
    """
    answers, clicks = _in_order(seen.answers), _in_order(seen.clicks)
    here = [np.zeros(len(rows), dtype=np.int64) for rows in (answers, clicks)]
    return own_beliefs(published, (answers, here[0]), (clicks, here[1]), today, dealers=1)


def own_beliefs(
    published: PublishedModel, answers: tuple[Dated, Ints], clicks: tuple[Dated, Ints], today: date, *, dealers: int
) -> Posterior:
    """Tell the same of N dealerships; beside each outcome stands its dealership, int64[n], 0 to N − 1."""
    model = published.model
    (booked, by), (clicked, of) = answers, clicks
    bookings = Answers(Placed(booked.reminders, by, dealers), _weights(booked.day, published, today), model)
    clickings = Clicks(Placed(clicked.reminders, of, dealers), _weights(clicked.day, published, today), model)
    belief = posterior(fresh(dealers), model)
    for _ in range(MOST_STEPS if len(booked) or len(clicked) else 0):
        before, belief = belief, posterior(bookings.at(belief.mean) + clickings.at(belief.mean), model)
        if np.abs(belief.mean - before.mean).max() < CLOSE:
            break
    return belief


def _in_order(rows: Dated) -> Dated:
    """Bring outcomes into one order, whatever the database's is: sums of floats differ in their last bits otherwise."""
    one = rows.reminders
    return rows.take(np.lexsort((rows.day, one.answered, one.lead, one.slot, one.contexts.cell)))


def _weights(day: Ints, published: PublishedModel, today: date) -> Floats:
    """Say how much outcomes count, float64[n]."""
    changed = max((at for at in published.drift_since if at is not None), default=date.min)
    weeks = np.maximum(0, today.toordinal() - day) // _WEEK_DAYS
    weight: Floats = FADING**weeks * np.where(day < changed.toordinal(), DRIFT_KEPT, 1.0)
    return weight
