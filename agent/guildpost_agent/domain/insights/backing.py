"""Whether a released document is what its study allows: an online key signed it, legal role and association the study.

1. The catalogue's path names study and period, and both are the study's own, as are brand, kind, ε and δ.
2. At least as many legal entities as the study demands stand behind it (R5), and at least ten.
3. It is no younger than the study allows (R6).
4. It speaks of the study's services, channels and buckets, and of nothing else (R1).

What fails is not shown: whoever holds the online key alone cannot put other figures before a dealer.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.studies.kinds import (
    ADOPTION,
    CHANNEL,
    KINDS,
    LEARNED_TIMES,
    LIFT,
    PRESSURE,
    SLOT_LEAD,
    contact_rows,
)
from guildpost_shared.studies.release import Release
from guildpost_shared.studies.spec import StudySpec
from guildpost_shared.studies.tables import tables_about

COMPARED: Final = (SLOT_LEAD, LIFT, LEARNED_TIMES, CHANNEL, PRESSURE, ADOPTION)
"""The kinds whose figures are compared with one's own, in the order of the page."""


def require_backed(release: Release, study: StudySpec, path: str) -> None:
    """Refuse a release that its study does not allow.

    Args:
        release: as read.
        study: as signed by legal role and association.
        path: under which the catalogue holds the release.

    Raises:
        Refused: ``release_not_backed``, with what does not fit.
    """
    wrong = next(_misfits(release, study, path), None)
    if wrong is not None:
        raise Refused("release_not_backed", path=path, field=wrong)


def _misfits(release: Release, study: StudySpec, path: str) -> Iterator[str]:
    pairs = {
        "path": (path, release.target_path),
        "study_id": (release.study_id, study.study_id),
        "study_version": (release.study_version, study.version),
        "kind": (release.kind, study.kind),
        "brand": (release.brand, study.brand),
        "period": ((release.period_start, release.period_end), (study.period_start, study.period_end)),
        "epsilon": (release.epsilon, study.epsilon),
        "delta": (release.delta, study.delta),
    }
    yield from (name for name, (found, expected) in pairs.items() if found != expected)
    if release.groups < study.floor_groups:
        yield "groups"
    if release.released_on < study.release_from:
        yield "released_on"
    if release.kind == SLOT_LEAD:
        yield from _slot_lead_misfits(release, study)
    else:
        yield from _table_misfits(release, study)


def _slot_lead_misfits(release: Release, study: StudySpec) -> Iterator[str]:
    if tuple(one.service for one in release.services) != study.services:
        yield "services"
    if any(one.lead.edges != study.lead_edges for one in release.services):
        yield "lead_edges"


def _table_misfits(release: Release, study: StudySpec) -> Iterator[str]:
    kind = KINDS[study.kind]
    expected = [(about, measure) for about in tables_about(study) for measure in kind.measures]
    if [(table.about, table.measure) for table in release.tables] != expected:
        yield "tables"
    rows = kind.rows or (contact_rows(study.contact_edges) if study.kind == PRESSURE else study.channels)
    if any(tuple(name for name, _ in table.rows) != rows for table in release.tables):
        yield "rows"


def lead_names(edges: tuple[int, ...]) -> tuple[str, ...]:
    """Name the buckets of days before the due date by their first and last day: ``28-41``."""
    return tuple(f"{low}-{high - 1}" for low, high in pairwise(edges))
