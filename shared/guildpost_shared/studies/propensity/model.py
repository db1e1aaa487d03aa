"""The learned model: how likely a customer in some situation answers; and how it stands in a signed file.

A column is named there, as the study names it; a text is its bucket. Every number is bounded, so that whatever file
was signed, scores are finite and a customer's integers keep their bounds.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from guildpost_shared.services.definition import LearningClass
from guildpost_shared.strict_json import Fields
from guildpost_shared.studies.propensity.columns import LARGEST, MISSING, Floats
from guildpost_shared.studies.propensity.features import LEAST_NORM, MOST_FEATURES, Category, FeatureMap, Numeric
from guildpost_shared.studies.propensity.survey import Bounds
from guildpost_shared.studies.propensity.terms import COLUMNS, SERVICE_CLASS

MOST_WEIGHT: Final = 100.0
"""No learning gives a coefficient near it: the chance of an answer is 0 or 1 long before."""
_MOST_NORM: Final = 64.0
_MOST_NUMBER: Final = 2 * LARGEST
_LEAST_DEVIATION: Final = 1e-12
_NAMES: Final = "|".join(COLUMNS)
_CLASSES: Final = "|".join(LearningClass)


@dataclass(frozen=True, eq=False)
class Model:
    """How likely a customer in some situation answers.

    Attributes:
        columns: the study's, in its order; the feature map knows them by their place.
        classes: classes of services that were common in the training; of others the model says nothing.
        features: the feature map.
        theta: float64[d].
    """

    columns: tuple[str, ...]
    classes: tuple[str, ...]
    features: FeatureMap
    theta: Floats


def model_fields(model: Model) -> dict[str, object]:
    """Give a model as the fields of a JSON object."""
    features, weights = model.features, [float(one) for one in model.theta]
    of_numbers, of_texts = weights[1 : 1 + len(features.numeric)], weights[1 + len(features.numeric) :]
    return {
        "columns": list(model.columns),
        "classes": list(model.classes),
        "norm": float(features.norm),
        "constant": weights[0],
        "numeric": [
            {
                "column": model.columns[one.column],
                "low": float(one.low),
                "high": float(one.high),
                "mean": float(one.mean),
                "deviation": float(one.deviation),
                "weight": weight,
            }
            for one, weight in zip(features.numeric, of_numbers, strict=True)
        ],
        "categories": [
            {
                "column": model.columns[one.column],
                "bucket": int(one.bucket),
                "share": float(one.share),
                "weight": weight,
            }
            for one, weight in zip(features.categories, of_texts, strict=True)
        ],
    }


def read_model(fields: Fields) -> Model:
    """Read a model.

    Raises:
        Refused: ``document_*`` with the field that is missing, unknown or out of bounds.
    """
    columns = read_columns(fields)
    classes = fields.texts("classes", _CLASSES, least=0)
    norm = fields.number("norm", LEAST_NORM, _MOST_NORM)
    weights = [fields.number("constant", -MOST_WEIGHT, MOST_WEIGHT)]
    numeric: list[Numeric] = []
    for one in fields.children("numeric", most=len(columns)):
        bounds = read_range(one, columns)
        mean = one.number("mean", bounds.low, bounds.high)
        deviation = one.number("deviation", _LEAST_DEVIATION, _MOST_NUMBER)
        numeric.append(Numeric(bounds.column, bounds.low, bounds.high, mean, deviation))
        weights.append(one.number("weight", -MOST_WEIGHT, MOST_WEIGHT))
        one.end()
    categories: list[Category] = []
    for one in fields.children("categories", most=MOST_FEATURES):
        column = columns.index(one.text("column", "|".join(columns)))
        categories.append(Category(column, one.integer("bucket", 0, MISSING), one.number("share", 0.0, 1.0)))
        weights.append(one.number("weight", -MOST_WEIGHT, MOST_WEIGHT))
        one.end()
    fields.require("numeric", len({one.column for one in numeric}) == len(numeric))
    distinct = len({(one.column, one.bucket) for one in categories}) == len(categories)
    fields.require("categories", distinct and len(weights) <= MOST_FEATURES)
    fields.end()
    return Model(columns, classes, FeatureMap(tuple(numeric), tuple(categories), norm), np.array(weights))


def read_columns(fields: Fields) -> tuple[str, ...]:
    """Read the columns that a training knows.

    Raises:
        Refused: ``document_*``.
    """
    columns = fields.texts("columns", _NAMES)
    fields.require("columns", SERVICE_CLASS in columns)
    return columns


def read_range(fields: Fields, columns: tuple[str, ...]) -> Bounds:
    """Read between which bounds the numbers of a column lie.

    Raises:
        Refused: ``document_*``.
    """
    column = columns.index(fields.text("column", "|".join(columns)))
    low, high = (fields.number(name, -_MOST_NUMBER, _MOST_NUMBER) for name in ("low", "high"))
    fields.require("high", low < high)
    return Bounds(column, low, high)
