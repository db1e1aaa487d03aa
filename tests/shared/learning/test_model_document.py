"""The network model as it stands in the catalogue."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from guildpost_shared.errors import Refused
from guildpost_shared.learning.blocks import DIMENSION
from guildpost_shared.learning.document import NEUTRAL, PublishedModel, parse_model
from guildpost_shared.learning.model import NetworkModel

DAY = date(2027, 3, 1)


def made_up() -> PublishedModel:
    """Give a model with some coefficients."""
    rng = np.random.default_rng(7)
    model = NetworkModel(rng.normal(size=DIMENSION), rng.uniform(0.01, 1, DIMENSION), (False, True))
    return PublishedModel(3, DAY, model, (None, DAY))


def test_what_was_written_is_read_again_to_a_millionth() -> None:
    written = made_up()
    read = parse_model(written.canonical_bytes)
    assert (read.version, read.learned_on, read.drift_since) == (3, DAY, (None, DAY))
    assert read.model.drifting == (False, True)
    assert np.abs(read.model.theta - written.model.theta).max() < 1e-6
    assert np.abs(read.model.variance - written.model.variance).max() < 1e-6


def test_a_model_written_again_has_the_same_bytes_and_hash() -> None:
    once = parse_model(made_up().canonical_bytes)
    assert once.canonical_bytes == made_up().canonical_bytes
    assert once.sha256 == made_up().sha256


def test_before_anything_is_learned_everybody_holds_the_same() -> None:
    assert parse_model(NEUTRAL.canonical_bytes).sha256 == NEUTRAL.sha256
    assert not NEUTRAL.model.theta.any()


def test_a_variance_that_rounds_to_nothing_is_still_written_as_one_millionth() -> None:
    model = replace(made_up().model, variance=np.full(DIMENSION, 1e-9))
    assert parse_model(replace(made_up(), model=model).canonical_bytes).model.variance.min() == 1e-6


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "study"),
        ("name", "prices"),
        ("version", -1),
        ("learned_on", "yesterday"),
        ("theta", [0] * (DIMENSION - 1)),
        ("theta", [7_000_000] + [0] * (DIMENSION - 1)),
        ("theta", [0.5] + [0] * (DIMENSION - 1)),
        ("variance", [0] + [1] * (DIMENSION - 1)),
        ("variance", [1_000_001] + [1] * (DIMENSION - 1)),
        ("drifting", {"slot": False}),
        ("drift_since", {"slot": "2027-03-02"}),
        ("drift_since", {"rate": "2027-03-01"}),
        ("dealers", 12),
    ],
)
def test_a_model_outside_its_bounds_is_refused(field: str, value: object) -> None:
    document = json.loads(made_up().canonical_bytes) | {field: value}
    with pytest.raises(Refused):
        parse_model(json.dumps(document).encode())
