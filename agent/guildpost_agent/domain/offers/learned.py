"""How likely an offer is taken, by the model that the brand's network learned.

The model answers for a situation (``learning.situation``) with the class of the offer's service in it. It says nothing
of a class that was not common in its training: such an offer keeps its own number. Where something is not known, the
average stands for it, unless that it is not known was common in the training and told something itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.offers.offer import Offer
from guildpost_shared.studies.propensity.columns import MISSING, Floats, code
from guildpost_shared.studies.propensity.model import Model
from guildpost_shared.studies.propensity.steps import probability
from guildpost_shared.studies.propensity.terms import SERVICE_CLASS


@dataclass(frozen=True)
class Chance:
    """How likely an offer is taken in a situation, and on average over everybody asked about this class; 0 … 1."""

    propensity: float
    average: float

    @property
    def percent(self) -> int:
        """By how much more often than on average, in per cent; negative for less often."""
        return round(100 * (self.propensity / self.average - 1)) if self.average > 0 else 0


@dataclass(frozen=True)
class LearnedOffers:
    """What is learned.

    Attributes:
        models: by brand.
        classes: the learning class of each service in force, by its name here.
    """

    models: Mapping[str, Model] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)

    def chances(self, offers: Sequence[Offer], situation: Mapping[str, str]) -> dict[str, Chance]:
        """Say how likely each offer is taken.

        Args:
            offers: any.
            situation: cells by column, without the class of a service.

        Returns:
            By offer; one of which nothing was learned is not in it.
        """
        found: dict[str, Chance] = {}
        for brand, model in self.models.items():
            asked = [
                (offer.offer_id, self.classes[offer.service_id])
                for offer in offers
                if brand_of(offer.service_id) == brand and self.classes.get(offer.service_id) in model.classes
            ]
            of_classes = _chances(model, sorted({name for _, name in asked}), situation)
            found |= {offer_id: of_classes[name] for offer_id, name in asked}
        return found


NOTHING_LEARNED: Final = LearnedOffers()


def _chances(model: Model, classes: Sequence[str], situation: Mapping[str, str]) -> dict[str, Chance]:
    """Say by class how likely its offers are taken."""
    table = {column: [situation.get(column, "")] * len(classes) for column in model.columns}
    vectors = model.features.vectors(code(table | {SERVICE_CLASS: classes}, model.columns, len(classes)))
    likely = probability(vectors * _told(model, situation), model.theta)
    usual = probability(vectors * _said_of_all(model), model.theta)
    return {name: Chance(float(p), float(q)) for name, p, q in zip(classes, likely, usual, strict=True)}


def _told(model: Model, situation: Mapping[str, str]) -> Floats:
    """Give 0 for the categories of columns that say nothing, where saying nothing is no category itself."""
    features = model.features
    known = {at for at, column in enumerate(model.columns) if column == SERVICE_CLASS or situation.get(column)}
    known |= {one.column for one in features.categories if one.bucket == MISSING}
    return np.array([1.0, *[1.0] * len(features.numeric), *(one.column in known for one in features.categories)])


def _said_of_all(model: Model) -> Floats:
    """Give 1 for the coordinates that hold for everybody asked about one class: the constant and the class."""
    features = model.features
    of_class = [one.column == model.columns.index(SERVICE_CLASS) for one in features.categories]
    return np.array([1.0, *[0.0] * len(features.numeric), *of_class])
