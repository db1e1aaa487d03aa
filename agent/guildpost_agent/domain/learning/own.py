"""What this dealership's own customers say, worked out anew from the records each time: nothing of it is stored.

The belief is a function of the published model, the outcomes that are final, and the day. Whoever is erased is gone
from it, and so is what a restored backup does not know. Old outcomes fade by one per cent a week; those from before
the day on which the coordinator saw the world change count six tenths, once.

Under one model the most likely δ is found by Newton's method: at each estimate the sums of ``deviations`` are the
quadratic that touches the likelihood there, and their posterior is the next estimate. Priors are narrow, so four or
five steps are enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from guildpost_agent.domain.learning import deviations
from guildpost_agent.domain.learning.deviations import DRIFT_KEPT, FADING, Posterior
from guildpost_agent.domain.learning.reading import Sent, reminders_of
from guildpost_shared.learning.contexts import Floats, Reminders
from guildpost_shared.learning.document import PublishedModel

MOST_STEPS: Final = 12
CLOSE: Final = 0.01
"""In log p: one answer more in a hundred answers."""
_WEEK_DAYS: Final = 7


@dataclass(frozen=True)
class Seen:
    """Reminders with a final outcome, each with the local day on which it left.

    Attributes:
        answers: whether a booking followed, of all channels.
        clicks: whether somebody clicked, of e-mails; known within days.
    """

    answers: list[tuple[date, Sent]] = field(default_factory=list)
    clicks: list[tuple[date, Sent]] = field(default_factory=list)


def own_belief(published: PublishedModel, seen: Seen, today: date) -> Posterior:
    """Tell what is known of this dealership's deviations from the network.

    Args:
        published: the model in force.
        seen: outcomes; the order does not matter.
        today: the dealer's local day.

    Returns:
        The belief of one dealership (N = 1).
    """
    model = published.model
    answers, clicks = (_weighted(rows, published, today) for rows in (seen.answers, seen.clicks))
    belief = deviations.posterior(deviations.fresh(1), model)
    for _ in range(MOST_STEPS if seen.answers or seen.clicks else 0):
        known = deviations.fresh(1)
        for take, (reminders, weight) in ((deviations.with_answers, answers), (deviations.with_clicks, clicks)):
            dealer = np.zeros(len(reminders), dtype=np.int64)
            known = take(known, belief, model, dealer, reminders, weight)
        before, belief = belief, deviations.posterior(known, model)
        if np.abs(belief.mean - before.mean).max() < CLOSE:
            break
    return belief


def _weighted(rows: Sequence[tuple[date, Sent]], published: PublishedModel, today: date) -> tuple[Reminders, Floats]:
    changed = max((day for day in published.drift_since if day is not None), default=date.min)
    weeks = np.array([max(0, (today - day).days) // _WEEK_DAYS for day, _ in rows], dtype=np.float64)
    kept = np.array([DRIFT_KEPT if day < changed else 1.0 for day, _ in rows])
    weight: Floats = FADING**weeks * kept
    reminders = reminders_of([sent for _, sent in rows])
    # In one order whatever the database's is: sums of floats differ in their last bits, and a plan shall not.
    order = np.lexsort((weight, reminders.answered, reminders.lead, reminders.slot, reminders.contexts.cell))
    return reminders.take(order), weight[order]
