"""What the last plan of everybody made of the dealership's own outcomes, kept for the plans of few until the next one.

A plan of everybody is made every week and after every change of the catalogue; it works out what one's own customers
say from all records. Small deliveries in between plan a few households under the same belief: reading years of
reminders for each of them would cost more than planning them, and change nothing that a week's plan has not seen.

What is kept is 45 numbers and their covariance per brand, in the encrypted database. It can be dropped at any time, for
the next plan works it out anew; and it is dropped when somebody is erased, so that nothing told by that person is left.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.learning.deviations import Posterior
from guildpost_shared.learning.document import PublishedModel

NAME: Final = "learning/own"
LONGEST: Final = timedelta(days=8)
"""A week, and the day on which an agent that was switched off plans late."""
_FORM: Final = 1
"""To be raised when the same records begin to say something else."""


def kept_beliefs(uow: UnitOfWork, models: Mapping[str, PublishedModel], today: date) -> dict[str, Posterior]:
    """Give what is kept by brand, if it was worked out lately and under the models in force; otherwise nothing."""
    body = uow.documents.get(NAME)
    kept = {} if body is None else json.loads(body)
    if kept.get("form") != _FORM or not timedelta(0) <= today - date.fromisoformat(kept["day"]) < LONGEST:
        return {}
    if {brand: model.sha256.hex() for brand, model in models.items()} != kept["models"]:
        return {}
    return {brand: Posterior(*(np.array(part) for part in kept["beliefs"][brand])) for brand in models}


def keep_beliefs(
    uow: UnitOfWork, models: Mapping[str, PublishedModel], beliefs: Mapping[str, Posterior], today: date
) -> None:
    """Keep what was worked out on a day under some models; numbers are written so that they come back as they were."""
    kept = {
        "form": _FORM,
        "day": today.isoformat(),
        "models": {brand: model.sha256.hex() for brand, model in models.items()},
        "beliefs": {brand: [belief.mean.tolist(), belief.root.tolist()] for brand, belief in beliefs.items()},
    }
    uow.documents.put(NAME, json.dumps(kept).encode())


def forget_beliefs(uow: UnitOfWork) -> None:
    """Drop what is kept."""
    uow.documents.delete(NAME)
