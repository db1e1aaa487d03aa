"""Random reminders for the tests of learning."""

import numpy as np
from hypothesis import strategies as st

from guildpost_shared.learning.bases import LEADS, SLOTS
from guildpost_shared.learning.blocks import DIMENSION, coordinates, row_values
from guildpost_shared.learning.contexts import AGES, CHANNELS, CLASSES, Contexts, Floats, Ints, Reminders
from guildpost_shared.learning.model import MAX_COEFFICIENT, NetworkModel
from guildpost_shared.learning.terms import row_norm_bound, score_scale
from guildpost_shared.learning.vector import customer_rows
from guildpost_shared.studies.when_to_write import CustomerRow, LearningLayout
from tests.fakes.seeded_entropy import SeededEntropy


def random_contexts(count: int, rng: np.random.Generator) -> Contexts:
    """Draw whom one writes to."""
    return Contexts(*(rng.integers(0, size, count) for size in (len(CLASSES), len(CHANNELS), 2, AGES, 2)))


def random_reminders(count: int, rng: np.random.Generator, rate: float = 0.1) -> Reminders:
    """Draw reminders at any slot and lead time, a share of them answered."""
    answered: Ints = (rng.random(count) < rate).astype(np.int64)
    slot, lead = rng.integers(0, SLOTS, count), rng.integers(0, LEADS, count)
    return Reminders(random_contexts(count, rng), slot, lead, answered)


def generators() -> st.SearchStrategy[np.random.Generator]:
    """Draw seeded generators."""
    return st.integers(0, 2**32).map(np.random.default_rng)


def models() -> st.SearchStrategy[NetworkModel]:
    """Draw published models, from neutral ones to the most hostile that is not refused."""

    def build(seed: int, size: float) -> NetworkModel:
        rng = np.random.default_rng(seed)
        return NetworkModel(rng.uniform(-size, size, DIMENSION), rng.uniform(1e-9, 1, DIMENSION))

    return st.builds(build, st.integers(0, 2**32), st.sampled_from([0.0, 1.0, MAX_COEFFICIENT]))


def summed(reminders: Reminders, model: NetworkModel, cap: int = 1_000_000) -> Ints:
    """Add up reminders of as many customers as a dealership brings them to a round, without noise."""
    rows = [CustomerRow(*row) for row in zip(*customer_rows(reminders, model), strict=True)]
    return LearningLayout().encode(rows, cap=cap, entropy=SeededEntropy(b""))


def weighted(reminders: Reminders, model: NetworkModel) -> Floats:
    """Give w·p of every reminder by the formula of ``learning/terms``."""
    rate = np.minimum(np.exp(np.minimum(model.log_rate(reminders.contexts, reminders.slot, reminders.lead), 0.0)), 0.5)
    rows = row_values(reminders.contexts, reminders.slot, reminders.lead)
    rows = rows * score_scale()[coordinates()[reminders.contexts.cell]]
    exposures = (2 + reminders.contexts.timed) * (0.4 * np.minimum(rate, 0.3)) ** 2
    weight = row_norm_bound() / np.sqrt((1 - rate) ** 2 * (rows**2).sum(axis=1) + exposures)
    found: Floats = weight * rate
    return found
