"""How well and how fast duplicates are found: F1 per data set, seconds, and splink beside it where it is installed.

``python -m bench matching [--data FOLDER]``: FOLDER may hold the FEBRL sets (``dataset3.csv``, ``dataset4a.csv`` …) and
``fake_1000.csv``; without it only generated records are measured. The model is learnt from the records without their
labels; the labels only count what came out.
"""

import argparse
import importlib.util
import time
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.linkage import SEED, clusters, read_table, to_records
from guildpost_agent.domain.matching import MatchRecords, blocking_keys, estimate, resolve, score_pairs
from guildpost_agent.domain.matching.records import COLUMNS
from tests.factories.german_duplicates import CLEAN, FILTHY, german_duplicates

CUSTOMERS, CHANGED = 53_000, 500
FEBRL = {
    "record_id": ["rec_id"], "given_name": ["given_name"], "surname": ["surname"], "house_number": ["street_number"],
    "street": ["address_1"], "town": ["suburb"], "postcode": ["postcode"], "birth_date": ["date_of_birth"],
    "other": ["address_2", "state"],
}  # fmt: skip
FAKE = {
    "record_id": ["unique_id"], "given_name": ["first_name"], "surname": ["surname"], "birth_date": ["dob"],
    "town": ["city"], "email": ["email"],
}  # fmt: skip
GOALS = {"dataset3": 0.996, "dataset4": 0.998, "fake_1000": 0.84, "german, usual": 0.97, "german, filthy": 0.89}
MOST_TIMES_SPLINK = 2.0


@dataclass(frozen=True)
class Labelled:
    """A data set with the customer behind each record."""

    name: str
    records: MatchRecords
    truth: Sequence[Hashable]


def pairwise_f1(found: Sequence[Hashable], truth: Sequence[Hashable]) -> float:
    """Give the harmonic mean of precision and recall over pairs of records."""
    counters = Counter(zip(found, truth, strict=True)), Counter(found), Counter(truth)
    right, called, wanted = (sum(comb(count, 2) for count in counter.values()) for counter in counters)
    return 2 * right / max(called + wanted, 1)


def _from_folder(folder: Path) -> Iterator[Labelled]:
    for name, files in (("dataset1", ["dataset1"]), ("dataset2", ["dataset2"]), ("dataset3", ["dataset3"]),
                        ("dataset4", ["dataset4a", "dataset4b"])):  # fmt: skip
        paths = [folder / f"{file}.csv" for file in files]
        if all(path.exists() for path in paths):
            tables = [read_table(path) for path in paths]
            table = {column: [cell for one in tables for cell in one[column]] for column in tables[0]}
            yield Labelled(name, to_records(table, FEBRL), [name.split("-")[1] for name in table["rec_id"]])
    if (folder / "fake_1000.csv").exists():
        table = read_table(folder / "fake_1000.csv")
        yield Labelled("fake_1000", to_records(table, FAKE), table["cluster"])


def _sets(folder: Path | None) -> Iterator[Labelled]:
    for name, seed, dirt in (("german, usual", 1, CLEAN), ("german, filthy", 2, FILTHY)):
        made = german_duplicates(3_000, seed=seed, dirt=dirt)
        yield Labelled(name, made.records, made.customers)
    if folder:
        yield from _from_folder(folder)


def run(arguments: list[str]) -> list[Figure]:
    """Measure F1 and seconds per data set, then a whole dealer and a day's changes."""
    parser = argparse.ArgumentParser(prog="bench matching")
    parser.add_argument("--data", type=Path)
    figures = []
    for one in _sets(parser.parse_args(arguments).data):
        started = time.perf_counter()
        labels = clusters(one.records)
        seconds = time.perf_counter() - started
        peer = _splink_seconds(one.records) if importlib.util.find_spec("splink") else None
        figures += [
            Figure(f"{one.name}: pairwise F1", pairwise_f1(labels, one.truth), "F1", GOALS.get(one.name, 0.99), False),
            Figure(f"{one.name}: time", seconds, "s", MOST_TIMES_SPLINK * peer if peer else 20.0,
                   peer="splink" if peer else None, peer_value=peer),
        ]  # fmt: skip
    return figures + _dealer()


def _rows(records: MatchRecords, rows: Sequence[int]) -> MatchRecords:
    columns: dict[str, Any] = {name: [records.column(name)[row] for row in rows] for name in COLUMNS}
    return MatchRecords([records.ids[row] for row in rows], **columns)


def _dealer() -> list[Figure]:
    made = german_duplicates(CUSTOMERS, seed=9)
    started = time.process_time()
    model = estimate(made.records, seed=SEED)
    found = resolve(score_pairs(made.records, model), CUSTOMERS)
    whole = time.process_time() - started
    rows_of: dict[int, list[int]] = {}
    for row, keys in enumerate(blocking_keys(made.records, model)):
        for key in keys:
            rows_of.setdefault(key, []).append(row)
    changed = range(CHANGED)
    started = time.process_time()
    near = set(changed)
    for keys in blocking_keys(_rows(made.records, changed), model):
        near.update(row for key in keys if len(rows_of[key]) <= 150 for row in rows_of[key])
    rows = sorted(near)
    score_pairs(_rows(made.records, rows), model, touching=range(CHANGED))
    delta = time.process_time() - started
    return [
        Figure(f"{CUSTOMERS} customers matched, CPU", whole, "s", 6.0),
        Figure(f"{CUSTOMERS} customers, joined without a person: F1",
               pairwise_f1(found.labels.tolist(), made.customers), "F1", 0.95, False),
        Figure(f"{CHANGED} changed of {CUSTOMERS}, CPU", delta, "s", 0.5),
    ]  # fmt: skip


def _splink_seconds(records: MatchRecords) -> float:
    """Time splink with its own comparisons on the same columns."""
    pandas: Any = importlib.import_module("pandas")
    splink: Any = importlib.import_module("splink")
    library: Any = importlib.import_module("splink.comparison_library")
    columns = {name: records.column(name) for name in COLUMNS if any(records.column(name))}
    frame = pandas.DataFrame({"unique_id": list(records.ids), **columns}).replace("", None)
    names = [name for name in columns if name in {"given_name", "surname"}]
    rest = [name for name in columns if name not in names]
    keys = [splink.block_on(name) for name in ("birth_date", "email", "phone", "street", "surname") if name in columns]
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=keys,
        comparisons=[library.NameComparison(name) for name in names]
        + [library.LevenshteinAtThresholds(name, [1, 2]) for name in rest],
    )
    started = time.perf_counter()
    linker = splink.Linker(splink.DuckDBAPI().register(frame), settings)
    linker.training.estimate_probability_two_random_records_match([splink.block_on(*names, *rest[-1:])], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for key in (splink.block_on(*names), keys[0]):
        linker.training.estimate_parameters_using_expectation_maximisation(key)
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, 0.5).as_pandas_dataframe()
    return time.perf_counter() - started
