"""Fit the reader: logistic regression with a quadratic penalty, by L-BFGS.

Before, each feature is stretched by how much oftener it stands in texts of one kind (Wang and Manning, *Baselines and
Bigrams*, ACL 2012): what tells the kinds apart costs little penalty, what stands everywhere costs much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, hstack

from guildpost_shared.lint.features import BUCKETS, PAIR_BUCKETS, Features
from guildpost_shared.lint.reader import Weights

_CLASSES_COUNT: Final = 0.5
"""What the classes weigh beside the wording."""
_TRUST: Final = 30.0
"""How far the texts are followed before the penalty holds; chosen on texts of other authors."""
_LARGEST: Final = 127


@dataclass(frozen=True)
class _Model:
    weights: npt.NDArray[np.float64]
    bias: float


def fitted(fixing: Sequence[Sequence[Features]], innocent: Sequence[Features]) -> Weights:
    """Fit a model.

    Args:
        fixing: each text that fixes a price as the whole and its sentences; which sentence does it is not said.
        innocent: texts and sentences that do not.
    """
    chosen = [text[0] for text in fixing]
    model = _fit(chosen, innocent)
    several = [text for text in fixing if len(text) > 2]
    for _ in range(2):
        margins = _margins(model, [sentence for text in several for sentence in text[1:]])
        best, at = [], 0
        for text in several:
            own = margins[at : at + len(text) - 1]
            best.append(text[1 + int(own.argmax())])
            at += len(own)
        model = _fit(chosen + best, innocent)
    return _whole_numbers(model)


def _fit(fixing: Sequence[Features], innocent: Sequence[Features]) -> _Model:
    rows = _rows([*fixing, *innocent])
    stretch = np.abs(_log_ratio(rows, len(fixing)))
    rows = csr_matrix(rows @ diags(stretch))
    sign = np.concatenate([np.ones(len(fixing)), -np.ones(len(innocent))])

    def loss(point: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        agreed = sign * (rows @ point[:-1] + point[-1])
        slope = -_TRUST * sign / (1 + np.exp(np.clip(agreed, -500, 500)))
        value = _TRUST * np.logaddexp(0, -agreed).sum() + 0.5 * float(point @ point)
        return float(value), np.append(rows.T @ slope, slope.sum()) + point

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return _Model(found.x[:-1] * stretch, float(found.x[-1]))


def _log_ratio(rows: csr_matrix, fixing: int) -> npt.NDArray[np.float64]:
    """Give the logarithm of how much oftener each feature stands in texts that fix a price, one added to each count."""
    held = rows.sign()
    there = np.asarray(held[:fixing].sum(axis=0)).ravel() + 1
    elsewhere = np.asarray(held[fixing:].sum(axis=0)).ravel() + 1
    return np.asarray(np.log(there / there.sum()) - np.log(elsewhere / elsewhere.sum()))


def _margins(model: _Model, texts: Sequence[Features]) -> npt.NDArray[np.float64]:
    return np.asarray(_rows(texts) @ model.weights + model.bias)


def _rows(texts: Sequence[Features]) -> csr_matrix:
    wording = _part([each.wording for each in texts], BUCKETS, 1.0)
    classes = _part([each.classes for each in texts], PAIR_BUCKETS, _CLASSES_COUNT)
    return csr_matrix(hstack([wording, classes]))


def _part(buckets: Sequence[npt.NDArray[np.int64]], size: int, count: float) -> csr_matrix:
    lengths = np.array([len(each) for each in buckets])
    values = np.repeat(count / np.sqrt(np.maximum(lengths, 1)), lengths)
    return csr_matrix((values, np.concatenate(buckets), np.append(0, lengths.cumsum())), shape=(len(buckets), size))


def _whole_numbers(model: _Model) -> Weights:
    wording, classes = model.weights[:BUCKETS], model.weights[BUCKETS:]
    worth = float(np.abs(wording).max()) / _LARGEST, float(np.abs(classes).max()) / _LARGEST
    return Weights(
        np.rint(wording / worth[0]).astype(np.int8),
        np.rint(classes / worth[1]).astype(np.int8),
        (worth[0], worth[1] * _CLASSES_COUNT),
        model.bias,
    )
