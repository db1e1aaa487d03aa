"""A table of customers that do not exist, for a benchmark without a file."""

import numpy as np

from bench.training.table import Table

_MAKES = ("Astra", "Corsa", "Insignia", "Meriva", "Vivaro", "Zafira")
_WAYS = ("mail", "letter", "call")


def made_up(seed: int, records: int) -> Table:
    """Draw customers whose answers follow a known logistic model, with missing cells and a rare category."""
    random = np.random.default_rng(seed)
    age = np.round(random.gamma(3, 2.2, records), 1)
    mileage = np.round(random.lognormal(10.8, 0.6, records), -2)
    visits = random.poisson(1.4, records)
    make = random.choice(len(_MAKES), records, p=(0.3, 0.28, 0.2, 0.12, 0.08, 0.02))
    way = random.choice(len(_WAYS), records, p=(0.6, 0.3, 0.1))
    drawn = -2.4 - 0.09 * age + 0.45 * visits + np.array([0, 0.2, -0.3, 0.5, -0.6, 0.9])[make]
    drawn = drawn + np.array([0, 0.3, 0.8])[way] + 0.2 * np.log(mileage / 50_000)
    answered = random.random(records) < 1 / (1 + np.exp(-drawn))
    lost = random.random(records) < 0.05
    columns = {
        "make": [_MAKES[at] for at in make],
        "age": [f"{value:g}" for value in age],
        "mileage": ["" if gone else f"{value:g}" for value, gone in zip(mileage, lost, strict=True)],
        "visits": [str(value) for value in visits],
        "way": [_WAYS[at] for at in way],
        "country": ["DE"] * records,
    }
    return Table(columns, answered)
