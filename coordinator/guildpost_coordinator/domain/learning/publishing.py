"""The next model after a round: the belief aged to the day, moved by the sum, and what is published of it."""

from datetime import date
from typing import Final

from guildpost_coordinator.domain.learning.filter import Belief, aged, learned, prior
from guildpost_shared.learning.document import PublishedModel
from guildpost_shared.learning.vector import Collected

_WEEK_DAYS: Final = 7


def moved(
    before: Belief | None,
    published: PublishedModel,
    collected: Collected,
    today: date,
    *,
    dealers: int,
    noise_variance: float,
) -> tuple[Belief, PublishedModel]:
    """Move a belief by a round.

    Args:
        before: held since the last round; without one, or where nothing is published, learning begins anew.
        published: the model in force, under which the round was scored.
        collected: the decoded sum.
        today: business date.
        dealers: how many are in the sum.
        noise_variance: of the noise on every coordinate of the sum, in squared integer units.

    Returns:
        The belief and the model to publish, which remembers the day on which an alarm rose.
    """
    weeks = max(0, (today - published.learned_on).days) / _WEEK_DAYS
    belief = prior() if before is None or published.version == 0 else aged(before, weeks)
    after = learned(belief, collected, dealers=dealers, noise_variance=noise_variance)
    rose = [now and not then for now, then in zip(after.drifting, published.model.drifting, strict=True)]
    slot, lead = (today if new else since for new, since in zip(rose, published.drift_since, strict=True))
    return after, PublishedModel(published.version + 1, today, after.published(), (slot, lead))
