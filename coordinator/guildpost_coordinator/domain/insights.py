"""What may be said about released figures: which releases are shown, and what each one teaches; no words, no pictures.

1. Of each study the newest period is shown in full, earlier ones beside it; kinds that are not drawn here are left out.
2. What is covered is not known: nothing is said about it, and it is never taken for zero.
3. A difference is one only where chance does not explain it: the release says so itself (5 % over all pairs).
4. Of two arms one is better only where the interval of their difference leaves out zero.
5. One row is called the best only where its interval lies above every other one that is shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.kinds import ADOPTION, CHANNEL, KINDS, LEARNED_TIMES, LIFT, PRESSURE, SLOT_LEAD
from guildpost_shared.studies.release import DAYS, LeadRelease, Release, Row, SlotRelease
from guildpost_shared.studies.tables import Table

DRAWN: Final = (SLOT_LEAD, LIFT, LEARNED_TIMES, CHANNEL, PRESSURE, ADOPTION)
"""The kinds that become pictures, in the order of the page."""
RIVALS: Final = frozenset({"slot", "lead", "booked"})
"""The questions of which the highest row is the answer; of objections it would be the worst."""
_DAYS: Final = tuple(f"{day}" for day in range(DAYS))


class Verdict(StrEnum):
    """What a table teaches."""

    COVERED = "covered"
    """Nothing is shown."""
    NOTHING = "nothing"
    """No difference is larger than chance."""
    TEACHES = "teaches"
    """At least two rows differ by more than chance."""
    MORE = "more"
    LESS = "less"
    """The customers of the first arm come more, or less, often than those of the second."""
    SHOWN = "shown"
    """A share that is compared with nothing."""


@dataclass(frozen=True)
class Study:
    """One study's newest release, and the earlier ones from the newest on."""

    newest: Release
    earlier: tuple[Release, ...] = ()


def studies_of(releases: Iterable[Release]) -> tuple[Study, ...]:
    """Sort releases by study, those of ``DRAWN`` kinds alone, in that order; the newest period first."""
    by_study: dict[tuple[int, str], list[Release]] = {}
    for release in releases:
        if release.kind in DRAWN:
            by_study.setdefault((DRAWN.index(release.kind), release.study_id), []).append(release)
    found = []
    for _, own in sorted(by_study.items()):
        newest, *earlier = sorted(own, key=lambda one: (one.period_end, one.study_version), reverse=True)
        found.append(Study(newest, tuple(earlier)))
    return tuple(found)


@dataclass(frozen=True)
class Finding:
    """What one table of a release teaches.

    Attributes:
        about: the service, or the contacts.
        question: ``slot``, ``lead``, or the measure of the table.
        verdict: what it teaches.
        best: the row that is certainly the highest; empty where none is, or where that is not the question.
        difference: of two arms, with its interval: no verdict on one stands without.
    """

    about: str
    question: str
    verdict: Verdict
    best: str = ""
    difference: Figure | None = None


def findings(release: Release) -> tuple[Finding, ...]:
    """Say of each table of a release what it teaches, in the order of the document."""
    found = []
    for service in release.services:
        if service.slot is not None:
            found.append(_found(service.service, "slot", slot_verdict(service.slot), _DAYS, service.slot.days))
        edges = service.lead.edges
        buckets = [f"{low}-{high - 1}" for low, high in pairwise(edges)]
        found.append(_found(service.service, "lead", lead_verdict(service.lead), buckets, service.lead.figures))
    for table in release.tables:
        names, figures = [name for name, _ in table.rows], tuple(figure for _, figure in table.rows)
        one = _found(table.about, table.measure, table_verdict(release.kind, table), names, figures)
        found.append(replace(one, difference=table.lift))
    return tuple(found)


def _found(about: str, question: str, verdict: Verdict, names: Sequence[str], figures: Row) -> Finding:
    best = clearly_best(figures) if verdict is Verdict.TEACHES and question in RIVALS else None
    return Finding(about, question, verdict, "" if best is None else names[best])


def slot_verdict(slot: SlotRelease) -> Verdict:
    """Say what a service's times of week teach; days and hours are compared, not single cells."""
    return _verdict([*slot.days, *slot.hours], nothing=slot.too_little_data)


def lead_verdict(lead: LeadRelease) -> Verdict:
    """Say what a service's lead times teach."""
    return _verdict(lead.figures, nothing=lead.too_little_data)


def table_verdict(kind: str, table: Table) -> Verdict:
    """Say what a table of any other kind teaches."""
    shown = [figure for _, figure in table.rows]
    if kind == ADOPTION:
        return Verdict.SHOWN if any(shown) else Verdict.COVERED
    if KINDS[kind].arms:
        return lift_verdict(table.lift) if any(shown) else Verdict.COVERED
    return _verdict(shown, nothing=table.too_little_data)


def lift_verdict(lift: Figure | None) -> Verdict:
    """Say whether one arm is better than the other; an interval that touches zero says nothing."""
    if lift is None:
        return Verdict.COVERED
    if lift.low <= 0 <= lift.high:
        return Verdict.NOTHING
    return Verdict.MORE if lift.low > 0 else Verdict.LESS


def clearly_best(row: Row) -> int | None:
    """Say which figure of a row is certainly the highest of those shown; None where intervals overlap.

    One alone is not the best of anything.
    """
    shown = [(at, figure) for at, figure in enumerate(row) if figure is not None]
    for at, figure in shown:
        others = [other for place, other in shown if place != at]
        if others and all(figure.low > other.high for other in others):
            return at
    return None


def _verdict(figures: Sequence[Figure | None], *, nothing: bool) -> Verdict:
    if not any(figures):
        return Verdict.COVERED
    return Verdict.NOTHING if nothing else Verdict.TEACHES
