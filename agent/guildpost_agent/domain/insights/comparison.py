"""One's own figures beside the network's: row by row, and whether the two differ.

Two 95 % intervals that overlap are not called different; that is careful: where they do not overlap, chance alone would
bring it about in far fewer than five cases of a hundred. Over many rows one may still stand apart by chance. The
dealership may itself be in the network's sum, which draws the two a little closer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from guildpost_agent.domain.insights.backing import lead_names
from guildpost_agent.domain.insights.own import DAY, HOUR, LEAD, OVERALL, Cell, Own
from guildpost_shared.studies.figures import Figure, difference
from guildpost_shared.studies.kinds import ADOPTION, DEALERS, KINDS, SLOT_LEAD
from guildpost_shared.studies.release import HOURS, Release, ServiceRelease, SlotRelease
from guildpost_shared.studies.tables import Table

DIFFERENCE = "difference"
"""The row that compares two arms."""


class Standing(StrEnum):
    """How one's own figure stands to the network's."""

    ALIKE = "alike"
    HIGHER = "higher"
    LOWER = "lower"
    COVERED = "covered"
    """The network's figure may not be shown."""
    NOBODY = "nobody"
    """There is nobody of one's own to count."""
    USED = "used"
    UNUSED = "unused"
    """Of a service: whether the dealership itself used it; a yes or no is not compared with a share."""


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        name: of the row, as the study names it.
        own: the counts behind one's own figure; of a difference those of all customers.
        figure: one's own figure; None of nobody.
        network: the network's; None where it is covered.
        standing: how they compare.
    """

    name: str
    own: Own
    figure: Figure | None
    network: Figure | None
    standing: Standing


@dataclass(frozen=True)
class Question:
    """One question about one service, or about the contacts (``about``), with a row for each answer."""

    about: str
    name: str
    rows: tuple[Row, ...]


def standing(own: Figure | None, network: Figure | None) -> Standing:
    """Compare two figures by their intervals, ends included."""
    if network is None:
        return Standing.COVERED
    if own is None:
        return Standing.NOBODY
    if own.low > network.high:
        return Standing.HIGHER
    return Standing.LOWER if own.high < network.low else Standing.ALIKE


def compared(release: Release, own: Mapping[Cell, Own]) -> tuple[Question, ...]:
    """Set one's own figures beside a release, question by question in its order.

    Args:
        release: of a kind that is compared, found backed by its study.
        own: of ``own_figures`` for the same study.
    """
    if release.kind == SLOT_LEAD:
        return tuple(question for service in release.services for question in _service(service, own))
    return tuple(_table(table, release.kind, own) for table in release.tables)


def _service(service: ServiceRelease, own: Mapping[Cell, Own]) -> Iterator[Question]:
    if service.slot is not None:
        yield from _slot(service.service, service.slot, own)
    named = zip(lead_names(service.lead.edges), service.lead.figures, strict=True)
    rows = [_row(service.service, LEAD, name, figure, own) for name, figure in named]
    yield Question(service.service, LEAD, tuple(rows[::-1]))


def _slot(about: str, slot: SlotRelease, own: Mapping[Cell, Own]) -> Iterator[Question]:
    yield Question(about, OVERALL, (_row(about, OVERALL, "", slot.overall, own),))
    yield Question(about, DAY, tuple(_row(about, DAY, f"{day}", figure, own) for day, figure in enumerate(slot.days)))
    hours = (_row(about, HOUR, f"{hour}", slot.hours[hour], own) for hour in range(HOURS))
    yield Question(about, HOUR, tuple(row for row in hours if row.network or row.own.of))


def _table(table: Table, kind: str, own: Mapping[Cell, Own]) -> Question:
    if kind == ADOPTION:
        return Question(table.about, table.measure, (_use(table, own),))
    rows = [_row(table.about, table.measure, name, figure, own) for name, figure in table.rows]
    if KINDS[kind].arms:
        rows.append(_lift(table, *rows))
    return Question(table.about, table.measure, tuple(rows))


def _row(about: str, question: str, name: str, network: Figure | None, own: Mapping[Cell, Own]) -> Row:
    counts = own.get((about, question, name), Own())
    return Row(name, counts, counts.figure, network, standing(counts.figure, network))


def _lift(table: Table, one: Row, other: Row) -> Row:
    figure = difference(one.figure, other.figure) if one.figure and other.figure else None
    counts = Own(one.own.of + other.own.of, one.own.hits + other.own.hits)
    return Row(DIFFERENCE, counts, figure, table.lift, standing(figure, table.lift))


def _use(table: Table, own: Mapping[Cell, Own]) -> Row:
    used = own.get((table.about, table.measure, DEALERS), Own())
    return Row(DEALERS, used, None, table.row(DEALERS), Standing.USED if used.hits else Standing.UNUSED)
