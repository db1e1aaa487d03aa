"""A belief about when to write as bytes: arrays as ``.npz`` without pickles, its history as JSON beside them."""

import io
import json
from dataclasses import fields
from typing import Final

import numpy as np

from guildpost_coordinator.domain.learning.exposures import Exposures
from guildpost_coordinator.domain.learning.filter import Belief

_EXPOSURE: Final = "exposure_"


def belief_to_bytes(belief: Belief) -> bytes:
    """Write a belief."""
    exposures = belief.exposures
    seen = {} if exposures is None else {_EXPOSURE + f.name: getattr(exposures, f.name) for f in fields(exposures)}
    history = json.dumps({"surprises": belief.surprises, "drifting": belief.drifting})
    written = io.BytesIO()
    np.savez_compressed(written, theta=belief.theta, covariance=belief.covariance, history=np.array(history), **seen)
    return written.getvalue()


def belief_from_bytes(body: bytes) -> Belief:
    """Read a belief."""
    with np.load(io.BytesIO(body), allow_pickle=False) as kept:
        history = json.loads(str(kept["history"]))
        seen = {name.removeprefix(_EXPOSURE): kept[name] for name in kept.files if name.startswith(_EXPOSURE)}
        slot, lead = history["drifting"]
        return Belief(
            theta=kept["theta"],
            covariance=kept["covariance"],
            exposures=Exposures(**seen) if seen else None,
            surprises=tuple((first, second) for first, second in history["surprises"]),
            drifting=(slot, lead),
        )
