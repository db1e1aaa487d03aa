"""Two arms, channels, contact pressure and adoption in words: a verdict, a picture and a table for each question."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from guildpost_coordinator.app.insights.figures_in_words import Line, Narrator, Part, Section
from guildpost_coordinator.domain.contact_cap import TOLERATED, recommended_cap
from guildpost_coordinator.domain.insights import Verdict, clearly_best, lift_verdict, table_verdict
from guildpost_shared.charts.bars import Bar, bars
from guildpost_shared.charts.curve import CurvePoint, curve
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.kinds import ADOPTION, CONTACTS, DEALERS, EVERY, KINDS, PRESSURE
from guildpost_shared.studies.release import Release
from guildpost_shared.studies.tables import Table
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.texts import Texts


class TableNarrator:
    """Puts tables into words of one language."""

    def __init__(self, narrator: Narrator, texts: Texts, formats: Formats) -> None:
        self._narrator = narrator
        self._texts = texts
        self._formats = formats

    def sections(self, release: Release) -> tuple[Section, ...]:
        """Show a release: what all services have in common first, then each by itself."""
        if release.kind == ADOPTION:
            return (Section("", (self._shares(release.tables),)),)
        own = tuple(self._section(table, release.kind) for table in release.tables)
        return (Section("", (self._lifts(release.tables, release.kind),)), *own) if KINDS[release.kind].arms else own

    def advice(self, tables: Iterable[Table]) -> str:
        """Say which cap on contacts follows from objections, or that none does; nothing without such a table."""
        for table in tables:
            if table.measure == "objected":
                cap, tolerated = recommended_cap(table), f"{self._formats.percent(TOLERATED)} %"
                if cap is None:
                    return self._texts.text("learning.no_cap", tolerated=tolerated)
                return self._texts.text("learning.cap", **vars(cap), tolerated=tolerated)
        return ""

    def _section(self, table: Table, kind: str) -> Section:
        verdict = table_verdict(kind, table)
        lines = [self._narrator.line(self._row(row), figure) for row, figure in table.rows]
        if KINDS[kind].arms:
            lines.append(self._difference(self._texts.text("learning.row.difference"), table.lift))
            said = self._with_interval(self._texts.text(f"learning.{kind}.{verdict}"), table.lift)
        else:
            lines.append(self._narrator.line(self._texts.text("learning.overall"), table.overall))
            said = self._narrator.verdict("learning.table", verdict, self._best(table), table.measure)
        part = Part(
            heading=self._texts.text(f"learning.measure.{table.measure}"),
            verdict=said,
            teaches=verdict in {Verdict.TEACHES, Verdict.MORE, Verdict.LESS},
            picture=self._picture(table, kind, lines, joined=verdict is Verdict.TEACHES),
            means="" if KINDS[kind].arms else self._texts.text(f"learning.means.{table.measure}"),
            first=self._texts.text("learning.group_name"),
            lines=tuple(lines),
            value=self._texts.text("learning.rate"),
        )
        return Section("" if table.about == CONTACTS else self._service(table), (part,))

    def _best(self, table: Table) -> str | None:
        best = clearly_best(tuple(figure for _, figure in table.rows))
        return None if best is None else self._row(table.rows[best][0])

    def _picture(self, table: Table, kind: str, lines: Sequence[Line], *, joined: bool) -> Markup | None:
        """Draw a table; two arms are drawn together with those of other services, or not at all."""
        if KINDS[kind].arms or not any(figure for _, figure in table.rows):
            return None
        measure = self._texts.text(f"learning.measure.{table.measure}")
        if kind == PRESSURE:
            words = self._narrator.words(self._texts.text("learning.picture", what=measure), across="learning.nth_axis")
            points = [CurvePoint(row.replace("-", "–"), figure) for row, figure in table.rows]
            return curve(points, words, joined=joined)
        title = self._texts.text("learning.picture_of", what=measure, service=self._service(table))
        words = self._narrator.words(title, across="learning.rates_axis")
        drawn = [
            Bar(line.name, figure, _said(line))
            for line, (_, figure) in zip(lines, table.rows, strict=False)  # the last line is of all rows together
        ]
        return bars(drawn, words)

    def _lifts(self, tables: Sequence[Table], kind: str) -> Part:
        """Set the services' differences below one another; none is called a winner whose interval holds zero."""
        lines = [self._difference(self._service(table), table.lift) for table in tables]
        verdicts = {table.about: lift_verdict(table.lift) for table in tables}
        together = verdicts.pop(EVERY, None)
        works = sum(verdict is Verdict.MORE for verdict in verdicts.values())
        said = self._texts.text(f"learning.{kind}.services", works=works, count=len(verdicts))
        if together is not None:
            first = self._texts.text(f"learning.{kind}.together.{together}")
            said = f"{self._with_interval(first, tables[0].lift)} {said}"
        words = self._narrator.words(self._texts.text(f"learning.{kind}.picture"), across="learning.points_axis")
        drawn = [Bar(line.name, table.lift, _said(line)) for line, table in zip(lines, tables, strict=True)]
        return Part(
            heading=self._texts.text("learning.lifts"),
            verdict=said,
            teaches=works > 0 or together in {Verdict.MORE, Verdict.LESS},
            picture=bars(drawn, words, signed=True) if any(table.lift for table in tables) else None,
            means=self._texts.text(f"learning.{kind}.means"),
            first=self._texts.text("learning.service_name"),
            lines=tuple(lines),
            value=self._texts.text("learning.row.difference"),
        )

    def _shares(self, tables: Sequence[Table]) -> Part:
        figures = [table.row(DEALERS) for table in tables]
        lines = [
            self._narrator.line(self._service(table), figure) for table, figure in zip(tables, figures, strict=True)
        ]
        words = self._narrator.words(self._texts.text("learning.shares_picture"), across="learning.rates_axis")
        drawn = [Bar(line.name, figure, _said(line)) for line, figure in zip(lines, figures, strict=True)]
        verdict = Verdict.SHOWN if any(figures) else Verdict.COVERED
        return Part(
            heading=self._texts.text("learning.measure.switched_on"),
            verdict=self._texts.text(f"learning.table.{verdict}"),
            teaches=verdict is Verdict.SHOWN,
            picture=bars(drawn, words) if any(figures) else None,
            means=self._texts.text("learning.means.switched_on"),
            first=self._texts.text("learning.service_name"),
            lines=tuple(lines),
            value=self._texts.text("learning.rate"),
        )

    def _service(self, table: Table) -> str:
        if table.about == EVERY:
            return self._texts.text("learning.every_service")
        return self._texts.label("service", table.about)

    def _row(self, row: str) -> str:
        if row[0].isdigit():
            name = "contacts_open" if row.endswith("+") else "contacts"
            return self._texts.text(f"learning.row.{name}", row=row.rstrip("+").replace("-", "–"))
        return self._texts.text(f"learning.row.{row}")

    def _difference(self, name: str, lift: Figure | None) -> Line:
        if lift is None:
            return Line(name, "", self._texts.text("learning.suppressed"))
        rate, low, high = (self._points(value) for value in (lift.rate, lift.low, lift.high))
        unclear = lift_verdict(lift) is Verdict.NOTHING
        said = self._texts.text("learning.unclear") if unclear else self._texts.text("learning.points", points=rate)
        return Line(name, said, self._texts.text("learning.points_interval", low=low, high=high))

    def _with_interval(self, said: str, lift: Figure | None) -> str:
        if lift is None:
            return said
        low, high = self._points(lift.low), self._points(lift.high)
        return self._texts.text("learning.with_interval", said=said, low=low, high=high)

    def _points(self, share: float) -> str:
        """Write a difference of rates in points, with its sign."""
        return ("−" if share < 0 else "+") + self._formats.percent(abs(share))


def _said(line: Line) -> str:
    return f"{line.rate} ({line.interval})" if line.rate else line.interval
