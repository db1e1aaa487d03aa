"""The network model as a signed file (``models/when-to-write.json``), and what holds before there is one.

    {"type": "model", "name": "when-to-write", "version": 3, "learned_on": "2027-03-01", "theta": […549…],
     "variance": […549…], "drifting": {"slot": false, "lead": true}, "drift_since": {"lead": "2027-03-01"}}

Coefficients and variances are integers in millionths: written again, a model has the same bytes, and its hash is bound
into the rounds that score under it. No field says who contributed.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from guildpost_shared import strict_json
from guildpost_shared.learning.blocks import DIMENSION
from guildpost_shared.learning.contexts import Floats
from guildpost_shared.learning.model import MAX_COEFFICIENT, NetworkModel, neutral_model, require_sound
from guildpost_shared.studies.kinds import KINDS, WHEN_TO_WRITE

NAME: Final = WHEN_TO_WRITE
TARGET_PATH: Final = KINDS[NAME].model
_MILLIONTHS: Final = 1_000_000
_MAX_BYTES: Final = 64 * 1024
_PARTS: Final = ("slot", "lead")


@dataclass(frozen=True)
class PublishedModel:
    """A model and its history.

    Attributes:
        version: rounds it has learned from; 0 before the first.
        learned_on: business date of the last round.
        model: coefficients and their variances.
        drift_since: when the world was last seen to change, for (slot, lead): outcomes before that count less.
    """

    version: int
    learned_on: date
    model: NetworkModel
    drift_since: tuple[date | None, date | None] = (None, None)

    @cached_property
    def canonical_bytes(self) -> bytes:
        """The document as it is published."""
        return strict_json.canonical(
            {
                "type": "model",
                "name": NAME,
                "version": self.version,
                "learned_on": self.learned_on.isoformat(),
                "theta": _integers(self.model.theta),
                "variance": [max(1, value) for value in _integers(self.model.variance)],
                "drifting": dict(zip(_PARTS, self.model.drifting, strict=True)),
                "drift_since": {
                    part: day.isoformat() for part, day in zip(_PARTS, self.drift_since, strict=True) if day is not None
                },
            }
        )

    @cached_property
    def sha256(self) -> bytes:
        """Hash of the canonical bytes (32 bytes)."""
        return hashlib.sha256(self.canonical_bytes).digest()


NEUTRAL: Final = PublishedModel(0, date(1970, 1, 1), neutral_model())
"""What everybody holds before anything is learned."""


def parse_model(data: bytes) -> PublishedModel:
    """Read a model.

    Args:
        data: the bytes of the catalogue target.

    Raises:
        Refused: ``document_*`` with the field that is missing, unknown or out of bounds: values that no learning can
            have given are among them.
    """
    fields = strict_json.read(data, "model", max_bytes=_MAX_BYTES)
    fields.text("type", "model")
    fields.text("name", NAME)
    version, learned_on = fields.integer("version", 0, 10**6), fields.day("learned_on")
    most = int(MAX_COEFFICIENT * _MILLIONTHS)
    theta = fields.integers("theta", -most, most, least=DIMENSION, most=DIMENSION)
    variance = fields.integers("variance", 1, _MILLIONTHS, least=DIMENSION, most=DIMENSION)
    drifting, since = fields.child("drifting"), fields.child("drift_since")
    slot, lead = (drifting.boolean(part) for part in _PARTS)
    days = tuple(since.day(part) if part in since.names() else None for part in _PARTS)
    fields.require("drift_since", all(day is None or day <= learned_on for day in days))
    for part in (drifting, since, fields):
        part.end()
    model = NetworkModel(np.array(theta) / _MILLIONTHS, np.array(variance) / _MILLIONTHS, (slot, lead))
    return PublishedModel(version, learned_on, require_sound(model), (days[0], days[1]))


def _integers(values: Floats) -> list[int]:
    rounded: list[int] = np.rint(values * _MILLIONTHS).astype(np.int64).tolist()
    return rounded
