"""What is held between the rounds of a study as bytes: arrays as ``.npz`` without pickles, the rest as JSON in them.

A belief about when to write has its ``history``, a training's memory what its survey ``found``: that tells them apart.
"""

import io
import json
from dataclasses import astuple, fields
from typing import Any, Final

import numpy as np

from guildpost_coordinator.domain.learning.exposures import Exposures
from guildpost_coordinator.domain.learning.filter import Belief
from guildpost_coordinator.domain.propensity.solving import Believed
from guildpost_coordinator.domain.propensity.surveying import Found
from guildpost_coordinator.domain.propensity.training import Memory
from guildpost_shared.studies.propensity.features import Category
from guildpost_shared.studies.propensity.survey import Bounds

_EXPOSURE: Final = "exposure_"


def belief_to_bytes(belief: Belief | Memory) -> bytes:
    """Write what is held."""
    arrays = _of_memory(belief) if isinstance(belief, Memory) else _of_belief(belief)
    written = io.BytesIO()
    np.savez_compressed(written, **arrays)
    return written.getvalue()


def belief_from_bytes(body: bytes) -> Belief | Memory:
    """Read what is held."""
    with np.load(io.BytesIO(body), allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return _to_memory(arrays) if "found" in arrays else _to_belief(arrays)


def _of_belief(belief: Belief) -> dict[str, Any]:
    exposures = belief.exposures
    seen = {} if exposures is None else {_EXPOSURE + f.name: getattr(exposures, f.name) for f in fields(exposures)}
    history = json.dumps({"surprises": belief.surprises, "drifting": belief.drifting})
    return {"theta": belief.theta, "covariance": belief.covariance, "history": np.array(history), **seen}


def _to_belief(arrays: dict[str, Any]) -> Belief:
    history = json.loads(str(arrays["history"]))
    seen = {name.removeprefix(_EXPOSURE): one for name, one in arrays.items() if name.startswith(_EXPOSURE)}
    slot, lead = history["drifting"]
    return Belief(
        theta=arrays["theta"],
        covariance=arrays["covariance"],
        exposures=Exposures(**seen) if seen else None,
        surprises=tuple((first, second) for first, second in history["surprises"]),
        drifting=(slot, lead),
    )


def _of_memory(memory: Memory) -> dict[str, Any]:
    found, believed = memory.found, memory.believed
    said = {
        "records": found.records,
        "answered": found.answered,
        "bounds": [astuple(one) for one in found.bounds],
        "categories": [astuple(one) for one in found.categories],
        "published": memory.published.hex(),
    }
    arrays = {"found": np.array(json.dumps(said))}
    if believed is None:
        return arrays
    arrays |= {"theta": believed.theta, "covariance": believed.covariance, "hessian": believed.hessian}
    arrays["factor"] = np.array(believed.factor)
    if believed.before is not None:
        arrays["slope"], arrays["step"] = believed.before
    return arrays


def _to_memory(arrays: dict[str, Any]) -> Memory:
    said = json.loads(str(arrays["found"]))
    bounds = tuple(Bounds(*one) for one in said["bounds"])
    categories = tuple(Category(*one) for one in said["categories"])
    found = Found(said["records"], said["answered"], bounds, categories)
    published = bytes.fromhex(said["published"])
    if "theta" not in arrays:
        return Memory(found, None, published)
    before = (arrays["slope"], arrays["step"]) if "slope" in arrays else None
    believed = Believed(arrays["theta"], arrays["covariance"], arrays["hessian"], float(arrays["factor"]), before)
    return Memory(found, believed, published)
