"""How well bounces are read: against labelled messages, beside flufl.bounce in the same run.

``make bench BENCH=bounces ARGS=FOLDER``. The folder holds ``messages/``, ``not_bounces/`` and ``labels.csv`` with the
columns ``file, recipient_index, reason, hardbounce, feedbacktype``; it is no part of this repository. A finding counts
as a label's when it is at the label's place among its file's recipients.
"""

import csv
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flufl.bounce import all_failures

from bench.figures import Figure
from guildpost_agent.adapters.mailbox.message_files import messages_in
from guildpost_agent.domain.bounces.classify import classify
from guildpost_agent.domain.bounces.finding import NO_BOUNCE, BounceClass
from guildpost_agent.domain.bounces.parts import parse

_NO_FAILURE = frozenset({"vacation", "feedback", "delivered"})


@dataclass(frozen=True)
class Row:
    """One recipient: its reason, and whether it is a hard or a soft failure; None for what is no failure."""

    reason: str
    hard: bool | None


Reader = Callable[[bytes], list[Row]]
Pairs = list[tuple[Row | None, Row | None]]


def run(arguments: list[str]) -> list[Figure]:
    """Score the folder named in the arguments; without one nothing is measured, and no goal is met."""
    if not arguments or not (folder := Path(arguments[0])).joinpath("labels.csv").is_file():
        sys.stderr.write("No labelled messages: name their folder, make bench BENCH=bounces ARGS=FOLDER\n")
        return [Figure("hard/soft F1", None, "F1", 0.95, at_most=False)]
    labels = _labels(folder)
    ours, theirs = _pairs(folder, labels, _ours), _pairs(folder, labels, _flufl)
    others = sorted((folder / "not_bounces").glob("*"))
    misread = sum(any(one != NO_BOUNCE for one in classify(file.read_bytes())) for file in others)
    started = time.process_time()
    for name in labels:
        classify((folder / "messages" / name).read_bytes())
    each = (time.process_time() - started) / max(len(labels), 1) * 1000
    peer = "flufl.bounce"
    return [
        Figure("hard/soft F1", _both(ours), "F1", 0.95, False, peer, _both(theirs)),
        Figure("hard F1", _f1(ours, _is(True)), "F1", 0.95, False, peer, _f1(theirs, _is(True))),
        Figure("soft F1", _f1(ours, _is(False)), "F1", 0.95, False, peer, _f1(theirs, _is(False))),
        Figure("addresses F1", _found(ours), "F1", 0.90, False, peer, _found(theirs)),
        Figure("reasons F1", _reasons(ours), "F1", 0.90, False),
        Figure(f"misread of {len(others)} that are no bounces", misread, "messages", 0),
        Figure("one message, CPU", round(each, 2), "ms", 20),
    ]


def _labels(folder: Path) -> dict[str, list[Row]]:
    labels: dict[str, list[Row]] = {}
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            hard = None if line["reason"] in _NO_FAILURE else line["hardbounce"] == "1"
            labels.setdefault(line["file"], []).append(Row(line["reason"], hard))
    return labels


def _pairs(folder: Path, labels: dict[str, list[Row]], read: Reader) -> Pairs:
    pairs: Pairs = []
    for name, wanted in labels.items():
        found = [row for one in messages_in(folder / "messages" / name) for row in read(one.raw or b"")]
        for place in range(max(len(wanted), len(found))):
            pairs.append((wanted[place] if place < len(wanted) else None, found[place] if place < len(found) else None))
    return pairs


def _ours(raw: bytes) -> list[Row]:
    failed = {BounceClass.HARD: True, BounceClass.SOFT: False, BounceClass.SENDER: False}
    return [Row(one.reason, failed.get(one.bounce_class)) for one in classify(raw) if one != NO_BOUNCE]


def _flufl(raw: bytes) -> list[Row]:
    temporary, permanent = all_failures(parse(raw))
    return [*(Row("", hard=True) for _ in sorted(permanent)), *(Row("", hard=False) for _ in sorted(temporary))]


def _is(hard: bool) -> Callable[[Row | None], bool]:  # noqa: FBT001 — one of two kinds, named where it is called
    return lambda row: row is not None and row.hard is hard


def _f1(pairs: Pairs, belongs: Callable[[Row | None], bool]) -> float:
    both = sum(belongs(wanted) and belongs(found) for wanted, found in pairs)
    all_of = sum(belongs(wanted) for wanted, _ in pairs) + sum(belongs(found) for _, found in pairs)
    return round(2 * both / all_of, 3) if all_of else 0.0


def _both(pairs: Pairs) -> float:
    """Average of the two kinds, so that the rarer one counts as much."""
    return round((_f1(pairs, _is(True)) + _f1(pairs, _is(False))) / 2, 3)


def _found(pairs: Pairs) -> float:
    return _f1(pairs, lambda row: row is not None)


def _reasons(pairs: Pairs) -> float:
    same = sum(wanted is not None and found is not None and wanted.reason == found.reason for wanted, found in pairs)
    all_of = sum(wanted is not None for wanted, _ in pairs) + sum(found is not None for _, found in pairs)
    return round(2 * same / all_of, 3) if all_of else 0.0
