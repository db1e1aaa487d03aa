"""The dealer's own figures beside the network's in words of one language, for the page and the command line."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from babel.dates import get_day_names
from markupsafe import Markup

from guildpost_agent.app.compare_with_network import Awaited, Believed, Comparison
from guildpost_agent.domain.insights.comparison import DIFFERENCE, Question, Row, Standing
from guildpost_agent.domain.insights.own import DAY, HOUR, LEAD, OVERALL
from guildpost_shared.catalog import Catalog
from guildpost_shared.charts.bars import Bar, bars
from guildpost_shared.charts.drawing import Words
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.kinds import ADOPTION, CONTACTS, EVERY, KINDS
from guildpost_shared.web.formats import Formats


@dataclass(frozen=True)
class Line:
    """One row in words: its name, one's own figure, the network's, and how they compare."""

    name: str
    own: str
    network: str
    standing: str


@dataclass(frozen=True)
class Part:
    """One question: a picture and the same as a table; ``details`` is folded away, ``note`` stands for nothing."""

    heading: str
    picture: Markup | None
    lines: tuple[Line, ...]
    details: tuple[Line, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One service's questions; ``name`` is empty where a study has no services of its own."""

    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class ComparisonView:
    """One study."""

    heading: str
    question: str
    terms: str
    means: str
    sections: tuple[Section, ...]


class Speaker:
    """Puts comparisons into words.

    Args:
        texts: the language.
        formats: its numbers and days.
        service_name: gives the name of a brand's service.
    """

    def __init__(self, texts: Catalog, formats: Formats, service_name: Callable[[str, str], str]) -> None:
        self._texts = texts
        self._formats = formats
        self._service_name = service_name
        self._days: Mapping[int, str] = get_day_names("wide", locale=texts.language)

    def comparison(self, one: Comparison) -> ComparisonView:
        """Say one study."""
        kind, release = one.of.study.kind, one.of.release
        return ComparisonView(
            heading=self.heading(one.of),
            question=KINDS[kind].purpose[self._texts.language],
            terms=self._texts.text(
                f"insights.terms.{one.of.study.privacy_unit}",
                start=self._formats.day(release.period_start),
                end=self._formats.day(release.period_end),
                count=self._formats.number(release.contributors),
                epsilon=self._formats.number(release.epsilon),
                released=self._formats.day(release.released_on),
            ),
            means=self._texts.text(f"insights.means.{kind}"),
            sections=tuple(self._sections(one)),
        )

    def heading(self, one: Believed) -> str:
        """Name a study, with its brand where it is not the first."""
        kind = self._texts.text(f"insights.kind.{one.study.kind}")
        return f"{kind} ({one.brand})" if one.brand else kind

    def awaited(self, one: Awaited) -> str:
        """Say what is missing and when it comes."""
        study = one.study
        return self._texts.text(
            "insights.awaited.due" if one.due else "insights.awaited.later",
            study=self._texts.text(f"insights.kind.{study.kind}"),
            start=self._formats.day(study.period_start),
            end=self._formats.day(study.period_end),
            day=self._formats.day(study.release_from),
            floor=study.floor_groups,
        )

    def _sections(self, one: Comparison) -> Iterator[Section]:
        kind, brand = one.of.study.kind, one.of.brand
        if kind == ADOPTION:
            heading = self._texts.text("insights.measure.switched_on")
            lines = tuple(self._line(self._name(brand, q.about), row) for q in one.questions for row in q.rows)
            yield Section("", (Part(heading, None, lines),))
            return
        for about, questions in groupby(one.questions, key=lambda question: question.about):
            name = "" if about == CONTACTS else self._name(brand, about)
            yield Section(name, tuple(self._parts(name, list(questions), kind)))

    def _parts(self, about: str, questions: list[Question], kind: str) -> Iterator[Part]:
        by_name = {question.name: question for question in questions}
        if DAY in by_name:
            rows = (*by_name[OVERALL].rows, *by_name[DAY].rows)
            yield self._part(Question(about, DAY, rows), rows, details=by_name[HOUR].rows)
        for question in questions:
            if question.name not in {OVERALL, DAY, HOUR}:
                named = Question(about, question.name, question.rows)
                if KINDS[kind].arms:
                    drawn = tuple(row for row in named.rows if row.name == DIFFERENCE)
                    yield self._part(named, drawn, heading=f"insights.difference.{kind}")
                else:
                    yield self._part(named, named.rows)

    def _part(
        self, question: Question, drawn: tuple[Row, ...], details: tuple[Row, ...] = (), *, heading: str = ""
    ) -> Part:
        """Say a question; its ``about`` is the service's name here."""
        heading = self._texts.text(heading or f"insights.measure.{question.name}")
        if not any(row.figure or row.network for row in (*question.rows, *details)):
            return Part(heading, None, (), note=self._texts.text("insights.empty"))
        signed = any(row.name == DIFFERENCE for row in drawn)
        words = Words(
            title=": ".join(filter(None, (heading, question.about))),
            across=self._texts.text("insights.axis.points" if signed else "insights.axis.share"),
            up="",
            covered=self._texts.text("insights.nobody"),
            percent=self._formats.percent,
        )
        pictured = [self._bar(question.name, row) for row in drawn if row.figure or row.network]
        return Part(
            heading,
            bars(pictured, words, signed=signed) if pictured else None,
            tuple(self._line(self._row_name(question.name, row.name), row) for row in question.rows),
            tuple(self._line(self._row_name(HOUR, row.name), row) for row in details),
        )

    def _bar(self, question: str, row: Row) -> Bar:
        says = self._nobody(row)
        if row.figure is not None:
            says = f"{self._figure(row, row.figure)}, {self._texts.text(f'insights.standing.{row.standing}')}"
        return Bar(self._row_name(question, row.name), row.figure, says, row.network)

    def _line(self, name: str, row: Row) -> Line:
        if row.standing in {Standing.USED, Standing.UNUSED}:
            own = self._texts.text(f"insights.standing.{row.standing}")
            return Line(name, own, self._network(row), "")
        own = self._nobody(row)
        if row.figure is not None:
            own = self._figure(row, row.figure)
            if row.name != DIFFERENCE:
                counts = {"hits": self._formats.number(row.own.hits), "of": self._formats.number(row.own.of)}
                own = f"{own}, {self._texts.text('insights.counts', **counts)}"
        return Line(name, own, self._network(row), self._texts.text(f"insights.standing.{row.standing}"))

    def _nobody(self, row: Row) -> str:
        """Say why there is no figure of one's own: nobody at all, or nobody in one of the two arms."""
        return self._texts.text("insights.one_arm" if row.own.of else "insights.nobody")

    def _network(self, row: Row) -> str:
        return self._texts.text("insights.covered") if row.network is None else self._figure(row, row.network)

    def _figure(self, row: Row, figure: Figure) -> str:
        """Write a rate, or a difference in points with its sign, always with its interval."""
        if row.name == DIFFERENCE:
            rate, low, high = (self._points(value) for value in (figure.rate, figure.low, figure.high))
            return self._texts.text("insights.points", rate=rate, low=low, high=high)
        rate, low, high = (self._formats.percent(value) for value in (figure.rate, figure.low, figure.high))
        return self._texts.text("insights.rate", rate=rate, low=low, high=high)

    def _points(self, share: float) -> str:
        return ("−" if share < 0 else "+") + self._formats.percent(abs(share))

    def _row_name(self, question: str, name: str) -> str:
        if not name:
            return self._texts.text("insights.row.overall")
        if question == DAY:
            return self._days[int(name)]
        if question == HOUR:
            return self._texts.text("insights.row.hour", start=name, end=int(name) + 1)
        if question == LEAD:
            return self._texts.text("insights.row.lead", days=name.replace("-", "–"))
        if name[0].isdigit():
            which = "contacts_open" if name.endswith("+") else "contacts"
            return self._texts.text(f"insights.row.{which}", row=name.rstrip("+").replace("-", "–"))
        return self._texts.text(f"insights.row.{name}")

    def _name(self, brand: str, service: str) -> str:
        return self._texts.text("insights.every_service") if service == EVERY else self._service_name(brand, service)
