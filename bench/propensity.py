"""The propensity model over dealers with unlike customers, beside one logistic regression on everybody's data.

    python bench/propensity.py TRAIN.csv TEST.csv --target y --positive yes --dealers 50 --epsilon inf|4 --seed k

prints one JSON line: ``auc`` and ``log_loss`` on TEST, ``rounds`` (sums that were taken, surveys included),
``epsilon`` (what the training cost a customer at δ = 1e-6), and the pooled model's ``pooled_auc`` and
``pooled_log_loss``.

- One record is one customer. TRAIN is dealt to the dealers in a non-iid way: by answer and by the first text column,
  with dealers of unlike size (``training.deal`` states it exactly). A dealer seats W = 4·⌈records/dealers⌉ customers at
  most.
- **Nothing of TRAIN is taken for public.** Known beforehand are the header's names, the target and what counts as yes,
  and the number of records (neighbouring data have an empty record in a customer's place). Which texts occur, which
  columns hold numbers, their bounds and means: all of that is asked in two noised rounds whose cost is part of the ε
  that is printed. The derivation is in ``guildpost_shared.studies.propensity``.
- ``--epsilon inf`` goes through the same rounds and integers with noise of variance 0.
- ``--masked`` sends every round through the whole secure aggregation instead of adding the same vectors modulo 2^64.

Noise is drawn from ``--seed``, so that a line can be repeated. Without TRAIN ``make bench BENCH=propensity`` takes a
table that it makes itself.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])  # a program of its own finds its package, too

from bench.figures import Figure
from bench.training.deal import deal
from bench.training.federation import SeededEntropy, train
from bench.training.made_up import made_up
from bench.training.measures import auc, log_loss, pooled
from bench.training.table import BadInputError, Table, read_table
from guildpost_agent.domain.propensity import Seated
from guildpost_shared.privacy.accountant import epsilon as spent
from guildpost_shared.privacy.clipping import cap_customers
from guildpost_shared.secagg.cohort import FLOOR_GROUPS
from guildpost_shared.studies.propensity.budget import Budget
from guildpost_shared.studies.propensity.columns import code
from guildpost_shared.studies.propensity.steps import probability

DELTA = 1e-6
LEAST_EPSILON = 0.5
MOST_EPSILON = 100.0
NEWTON_STEPS = 9
MOST_ROUNDS = 12
MOST_DEALERS = 1_000
BAD_INPUT = 65


def measure(
    training: Table, test: Table, *, dealers: int, epsilon: float, seed: int, masked: bool
) -> dict[str, object]:
    """Train, score, compare."""
    names = list(training.columns)
    budget = (
        Budget.without_noise(NEWTON_STEPS) if math.isinf(epsilon) else Budget.of(epsilon, DELTA, columns=len(names))
    )
    entropy = SeededEntropy(seed)
    records = code(training.columns, names, len(training))
    cap = 4 * -(-len(training) // dealers)
    seated = [
        Seated(records.take(seats), training.answered[seats])
        for rows in deal(training, dealers, seed)
        for seats in (np.array(cap_customers(rows.tolist(), cap, entropy), dtype=np.int64),)
    ]
    trained = train(seated, columns=len(names), budget=budget, entropy=entropy, masked=masked)
    features, theta = trained.model
    chances = probability(features.vectors(code(test.columns, names, len(test))), theta)
    beside = pooled(training, test)
    return {
        "auc": round(auc(chances, test.answered), 4),
        "log_loss": round(log_loss(chances, test.answered), 4),
        "rounds": trained.rounds,
        "epsilon": "inf" if math.isinf(epsilon) else round(spent(budget.expenses(len(names)), DELTA), 3),
        "delta": DELTA,
        "dealers": dealers,
        "seated": sum(len(one.records) for one in seated),
        "records": len(training),
        "features": features.dimension,
        "pooled_auc": round(auc(beside, test.answered), 4),
        "pooled_log_loss": round(log_loss(beside, test.answered), 4),
    }


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    words = argparse.ArgumentParser(
        prog="propensity", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("train", type=Path, metavar="TRAIN.csv", nargs="?")
    words.add_argument("test", type=Path, metavar="TEST.csv", nargs="?")
    words.add_argument("--target", default="y", help="column that says whether the customer answered")
    words.add_argument("--positive", default="yes", help="its value that means yes")
    words.add_argument("--dealers", type=int, default=50)
    words.add_argument("--epsilon", type=_epsilon, default=math.inf, help="inf, or ε of the whole training")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--masked", action="store_true")
    return words


def _epsilon(text: str) -> float:
    value = float(text)
    if not (LEAST_EPSILON <= value <= MOST_EPSILON or value == math.inf):
        raise argparse.ArgumentTypeError(f"epsilon is inf, or from {LEAST_EPSILON:g} to {MOST_EPSILON:g}")
    return value


def tables(options: argparse.Namespace) -> tuple[Table, Table]:
    """Read what the options name.

    Raises:
        BadInputError: with one sentence.
    """
    if not FLOOR_GROUPS <= options.dealers <= MOST_DEALERS:
        raise BadInputError(f"--dealers must be from {FLOOR_GROUPS} to {MOST_DEALERS}: no sum is over fewer companies.")
    if options.seed < 0:
        raise BadInputError("--seed must be 0 or more.")
    if options.train is None:
        return made_up(options.seed, 12_000), made_up(options.seed + 1_000_000, 12_000)
    if options.test is None:
        raise BadInputError("TEST.csv is missing: name two files, the first to learn from, the second to judge by.")
    training = read_table(options.train, options.target, options.positive)
    test = read_table(options.test, options.target, options.positive)
    if not set(training.columns) & set(test.columns):
        raise BadInputError(f"{options.test} has none of the columns of {options.train}.")
    return training, test


def run(arguments: list[str]) -> list[Figure]:
    """Measure with and without noise against the pooled model of the same run."""
    options = parser().parse_args(arguments)
    training, test = tables(options)
    figures = []
    for epsilon, room in ((math.inf, 0.001), (4.0, 0.01)):
        row = measure(
            training, test, dealers=options.dealers, epsilon=epsilon, seed=options.seed, masked=options.masked
        )
        reached, peer, rounds = (float(str(row[key])) for key in ("auc", "pooled_auc", "rounds"))
        name = f"propensity, {options.dealers} dealers, epsilon {epsilon:g}"
        label = "pooled logistic regression"
        figures += [
            Figure(f"{name}: AUC", reached, "AUC", peer - room, at_most=False, peer=label, peer_value=peer),
            Figure(f"{name}: rounds", rounds, "rounds", MOST_ROUNDS),
        ]
    return figures


def main() -> int:
    """Measure once and print a line."""
    options = parser().parse_args()
    if options.train is None:
        print("TRAIN.csv and TEST.csv are missing; --help says more.", file=sys.stderr)
        return BAD_INPUT
    try:
        training, test = tables(options)
    except BadInputError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    row = measure(
        training, test, dealers=options.dealers, epsilon=options.epsilon, seed=options.seed, masked=options.masked
    )
    print(json.dumps(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
