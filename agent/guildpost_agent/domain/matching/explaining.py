"""Say why two records are held for the same customer, or not."""

from collections.abc import Sequence

from guildpost_agent.domain.matching.comparing import level_names
from guildpost_agent.domain.matching.scoring import Pairs


def explain(pairs: Pairs, number: int) -> tuple[str, ...]:
    """Give one code per field that both records have, strongest evidence first.

    Args:
        pairs: scored pairs.
        number: which of them.

    Returns:
        Codes such as ``surname_exact``, ``street_similar`` or ``birth_date_differs``.
    """
    levels: Sequence[int] = pairs.levels[number].tolist()
    weights: Sequence[float] = pairs.weights[number].tolist()
    said = [
        (-abs(weight), f"{field}_{level_names(field)[level]}")
        for field, level, weight in zip(pairs.fields, levels, weights, strict=True)
        if level
    ]
    return tuple(code for _, code in sorted(said))
