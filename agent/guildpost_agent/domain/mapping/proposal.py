"""Propose what the columns of an unknown export mean, and how sure one may be.

    heading     a spelling that we know counts most; one that holds or is held by a known spelling counts half
    values      the share of filled cells that look like the field; a known heading over other values loses confidence
    assignment  one column per field, one field per column, with the greatest sum
    table       half by how well its required fields are found, half by how many columns are understood, and how well

Confidences are 0–1. Only a proposal that has every required field, and rests on headings that we know alone, is
``certain``: it may be used without anybody's word; any other counts once a person has confirmed it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from guildpost_agent.domain.dms_rows import REQUIRED, Table
from guildpost_agent.domain.mapping.assignment import assign
from guildpost_agent.domain.mapping.shapes import DATES, SHAPES, filled, fit, month_first
from guildpost_agent.domain.mapping.vocabulary import (
    SYNONYMS,
    WORK_UNITS,
    fold,
    table_of_headings,
    table_of_name,
)

SAMPLE_ROWS: Final = 200
WORTH_ASKING: Final = 0.35
"""A table found with less confidence is no proposal: the file is not one of ours."""
_LEAST: Final = 0.5
_LEAST_FOR_REQUIRED: Final = 0.2
_SHORTEST_PART: Final = 4
_NAME_SAYS_SO: Final = 0.25
_UNITS_PER_HOUR: Final = 10


@dataclass(frozen=True)
class Guess:
    """One column: its heading, our field, how sure, and by what (``heading``, ``values``, ``both``, ``said``)."""

    position: int
    heading: str
    field: str
    confidence: float
    evidence: str


@dataclass(frozen=True)
class Proposal:
    """What a file probably holds.

    Attributes:
        table: what its rows are.
        confidence: 0–1, for the table.
        columns: the columns that were understood, in the file's order.
        unmapped: headings of the others.
        missing: required fields that no column gives.
        certain: nothing required is missing, and every column has a heading that we know.
        date_order: ``dmy``, or ``mdy`` when the values put the month first.
        hours_units: how many units of the column of hours make an hour.
        headings: of the file, in its order.
    """

    table: Table
    confidence: float
    columns: tuple[Guess, ...]
    unmapped: tuple[str, ...]
    missing: tuple[str, ...]
    certain: bool
    date_order: str = "dmy"
    hours_units: int = 1
    headings: tuple[str, ...] = ()

    @property
    def fields(self) -> dict[str, str]:
        """Heading → field, as a profile keeps it."""
        return {guess.heading: guess.field for guess in self.columns}


def propose(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, stem: str = "", table: Table | None = None
) -> Proposal:
    """Propose a mapping.

    Args:
        headings: of the file.
        rows: some of its rows, each as wide as the headings; more than ``SAMPLE_ROWS`` are not looked at.
        stem: the file's name without its ending, which may name the table.
        table: what the rows are, where a person says so.
    """
    values = [filled([row[position] for row in rows[:SAMPLE_ROWS]]) for position in range(len(headings))]
    named = table or (table_of_name(stem) if stem else None)
    if table is not None:
        return _propose_table(table, headings, values, named)
    sure = named or table_of_headings(headings)
    candidates = [_propose_table(table, headings, values, named) for table in Table]
    best = max(candidates, key=lambda proposal: proposal.confidence)
    return next((p for p in candidates if p.table is sure and p.certain), best)


def corrected(proposal: Proposal, said: Mapping[str, str]) -> Proposal:
    """Put what a person says about columns in place of what was found.

    Args:
        proposal: what was found.
        said: heading → field of the proposal's table; an empty field leaves the column out.

    Raises:
        ValueError: a heading or field that does not exist; the text names it.
    """
    headings = proposal.headings
    wrong = [heading for heading in said if heading not in headings]
    wrong += [field for field in said.values() if field and field not in SYNONYMS[proposal.table]]
    if wrong:
        raise ValueError(wrong[0])
    given = set(said.values())
    kept = [guess for guess in proposal.columns if guess.heading not in said and guess.field not in given]
    kept += [Guess(headings.index(heading), heading, field, 1.0, "said") for heading, field in said.items() if field]
    columns = tuple(sorted(kept, key=lambda guess: guess.position))
    taken = {guess.position for guess in columns}
    return replace(
        proposal,
        columns=columns,
        unmapped=tuple(heading for position, heading in enumerate(headings) if position not in taken),
        missing=tuple(name for name in REQUIRED[proposal.table] if name not in {guess.field for guess in columns}),
        certain=False,
    )


def _propose_table(table: Table, headings: Sequence[str], values: Sequence[list[str]], named: Table | None) -> Proposal:
    fields = list(SYNONYMS[table])
    scored = [[_score(table, field, heading, values[i]) for i, heading in enumerate(headings)] for field in fields]
    columns = assign([[score for score, _ in row] for row in scored]) if headings else [None] * len(fields)
    guesses = sorted(
        (
            Guess(column, headings[column], field, round(scored[row][column][0], 2), scored[row][column][1])
            for row, (field, column) in enumerate(zip(fields, columns, strict=True))
            if column is not None
        ),
        key=lambda guess: guess.position,
    )
    found = {guess.field: guess for guess in guesses}
    required = REQUIRED[table]
    sureness = sum(found[name].confidence for name in required if name in found) / len(required)
    understood = sum(guess.confidence for guess in guesses) / max(len(headings), 1)
    confidence = 0.5 * sureness + 0.5 * understood + (_NAME_SAYS_SO if named is table and guesses else 0.0)
    taken = {guess.position for guess in guesses}
    days = [value for guess in guesses if guess.field in DATES for value in values[guess.position]]
    hours = found.get("hours")
    return Proposal(
        table=table,
        confidence=round(min(confidence, 1.0), 2),
        columns=tuple(guesses),
        unmapped=tuple(heading for position, heading in enumerate(headings) if position not in taken),
        missing=tuple(name for name in required if name not in found),
        certain=all(name in found for name in required) and all(_known(table, g.heading, g.field) for g in guesses),
        date_order="mdy" if month_first(days) else "dmy",
        hours_units=_UNITS_PER_HOUR if hours and fold(hours.heading) in WORK_UNITS else 1,
        headings=tuple(headings),
    )


def _known(table: Table, heading: str, field: str) -> bool:
    return fold(heading) in {fold(synonym) for synonym in SYNONYMS[table][field]}


def _score(table: Table, field: str, heading: str, values: Sequence[str]) -> tuple[float, str]:
    """Score one column for one field; 0 is no candidate."""
    share = fit(field, values)
    if _known(table, heading, field):
        return (0.95, "heading") if share is None else (0.6 + 0.4 * share, "both" if share > _LEAST else "heading")
    shape = SHAPES.get(field)
    by_values = share * shape.weight if shape and share and share > _LEAST else 0.0
    if _resembles(table, heading, field):
        close = 0.55 if share is None else 0.45 + 0.4 * share
        return max(close, by_values), "both" if by_values else "heading"
    least = _LEAST_FOR_REQUIRED if field in REQUIRED[table] else _LEAST
    return (by_values, "values") if by_values >= least else (0.0, "")


def _resembles(table: Table, heading: str, field: str) -> bool:
    folded = fold(heading)
    if len(folded) < _SHORTEST_PART:
        return False
    spellings = (fold(synonym) for synonym in SYNONYMS[table][field])
    return any(
        len(s) >= _SHORTEST_PART and _denies(s) == _denies(folded) and (s in folded or folded in s) for s in spellings
    )


def _denies(folded: str) -> bool:
    """Say whether a heading asks for the opposite: "durchgeführt" is not nearly "nicht durchgeführt"."""
    return folded.startswith(("nicht", "kein"))
