"""A release of any kind but slot and lead time as its page shows it: a plain verdict above each table of rates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guildpost_coordinator.domain.contact_cap import TOLERATED, recommended_cap
from guildpost_coordinator.web.figures_in_words import Line, Narrator, Part
from guildpost_shared.errors import Language
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.kinds import ADOPTION, CONTACTS, KINDS, LIFT
from guildpost_shared.studies.release import Release
from guildpost_shared.studies.tables import Table
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.pages import Texts


@dataclass(frozen=True)
class Section:
    """One measure of one service."""

    name: str
    part: Part


@dataclass(frozen=True)
class StudyView:
    """One study's newest release: its question, its sections, and what follows from it, if anything does."""

    heading: str
    question: str
    unit: str
    release: Release
    sections: tuple[Section, ...]
    advice: str = ""


class TableNarrator:
    """Puts tables into words of one language."""

    def __init__(self, narrator: Narrator, texts: Texts, language: Language, formats: Formats) -> None:
        self._narrator = narrator
        self._texts = texts
        self._language = language
        self._formats = formats

    def study(self, release: Release) -> StudyView:
        """Show one release."""
        kind = KINDS[release.kind]
        return StudyView(
            heading=self._texts.text(f"learning.kind.{release.kind}"),
            question=kind.purpose[self._language],
            unit=kind.unit,
            release=release,
            sections=tuple(self._section(table, release.kind) for table in release.tables),
            advice=self._advice(release.tables),
        )

    def _section(self, table: Table, kind: str) -> Section:
        measure = self._texts.text(f"learning.measure.{table.measure}")
        about = "" if table.about == CONTACTS else self._texts.label("service", table.about) + ": "
        lines = tuple(self._lines(table, kind))
        verdict = self._texts.text(self._verdict(table, kind))
        return Section(about + measure, Part(verdict, teaches=not table.too_little_data, picture=None, lines=lines))

    def _lines(self, table: Table, kind: str) -> Iterator[Line]:
        for row, figure in table.rows:
            yield self._narrator.line(self._row(row), figure)
        if kind == LIFT:
            yield self._difference(table.lift)
        elif kind != ADOPTION:
            yield self._narrator.line(self._texts.text("learning.overall"), table.overall)

    def _row(self, row: str) -> str:
        if row[0].isdigit():
            name = "contacts_open" if row.endswith("+") else "contacts"
            return self._texts.text(f"learning.row.{name}", row=row.rstrip("+").replace("-", "–"))
        return self._texts.text(f"learning.row.{row}")

    def _difference(self, lift: Figure | None) -> Line:
        name = self._texts.text("learning.row.difference")
        if lift is None:
            return Line(name, "", self._texts.text("learning.suppressed"))
        rate, low, high = (self._points(value) for value in (lift.rate, lift.low, lift.high))
        return Line(
            name,
            self._texts.text("learning.points", points=rate),
            self._texts.text("learning.points_interval", low=low, high=high),
        )

    def _points(self, share: float) -> str:
        """Write a difference of rates in points, with its sign."""
        return ("−" if share < 0 else "+") + self._formats.percent(abs(share))

    def _verdict(self, table: Table, kind: str) -> str:
        if not any(figure for _, figure in table.rows):
            return "learning.table.covered"
        if kind == LIFT:
            more = table.lift is not None and table.lift.low > 0
            if table.too_little_data:
                return "learning.lift.nothing"
            return "learning.lift.more" if more else "learning.lift.less"
        if kind == ADOPTION:
            return "learning.table.shown"
        return "learning.table.nothing" if table.too_little_data else "learning.table.teaches"

    def _advice(self, tables: Iterable[Table]) -> str:
        """Say which cap on contacts follows from objections, or that none does."""
        for table in tables:
            if table.measure == "objected":
                cap, tolerated = recommended_cap(table), f"{self._formats.percent(TOLERATED)} %"
                if cap is None:
                    return self._texts.text("learning.no_cap", tolerated=tolerated)
                return self._texts.text("learning.cap", **vars(cap), tolerated=tolerated)
        return ""
