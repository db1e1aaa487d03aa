"""Booking rates by time of week and lead time in words: pictures, tables, and a plain verdict on what they teach."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from babel.dates import get_day_names
from markupsafe import Markup

from guildpost_coordinator.domain.insights import RIVALS, Verdict, clearly_best, lead_verdict, slot_verdict
from guildpost_shared.charts.curve import CurvePoint, curve
from guildpost_shared.charts.drawing import Words
from guildpost_shared.charts.heatmap import HeatCell, heatmap
from guildpost_shared.errors import Language
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.release import DAYS, HOURS, LeadRelease, Release, SlotRelease
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.texts import Texts

USUAL_HOURS: Final = range(8, 20)
"""Always drawn, so that pictures can be compared; other hours only where a figure is shown."""


@dataclass(frozen=True)
class Line:
    """One row of a table: its name, rate and interval in words; without a rate it is covered."""

    name: str
    rate: str
    interval: str


@dataclass(frozen=True)
class Part:
    """One question: the verdict, whether the figures teach something, picture with caption, and table.

    Attributes:
        heading: what is asked.
        verdict: what the figures teach, in a sentence or two.
        teaches: whether they teach something.
        picture: None where there is nothing to draw.
        means: what the picture says and what it does not.
        first: what the rows of the table are.
        lines: the table.
        value: what its figures are.
        details: a longer table, folded away.
        details_first: what its rows are.
    """

    heading: str
    verdict: str
    teaches: bool
    picture: Markup | None
    means: str
    first: str
    lines: tuple[Line, ...]
    value: str
    details: tuple[Line, ...] = ()
    details_first: str = ""


@dataclass(frozen=True)
class Section:
    """What belongs together, mostly one service; ``name`` is empty where the study has but one."""

    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class StudyView:
    """One study's newest release: its question, its sections, and what follows from it, if anything does."""

    heading: str
    question: str
    unit: str
    release: Release
    sections: tuple[Section, ...]
    advice: str = ""
    earlier: tuple[Release, ...] = ()


class Narrator:
    """Puts figures into words of one language."""

    def __init__(self, texts: Texts, language: Language, formats: Formats) -> None:
        self._texts = texts
        self._percent = formats.percent
        names = get_day_names("abbreviated", locale=language)
        self._days = [names[day].rstrip(".") for day in range(DAYS)]
        wide = get_day_names("wide", locale=language)
        self._wide_days = [wide[day] for day in range(DAYS)]

    def sections(self, release: Release) -> tuple[Section, ...]:
        """Show a release of slot and lead time, service by service."""
        sections = []
        for service in release.services:
            name = self._texts.label("service", service.service)
            slots = () if service.slot is None else (self._slot(service.slot, name),)
            sections.append(Section(name, (*slots, self._lead(service.lead, name))))
        return tuple(sections)

    def _slot(self, slot: SlotRelease, service: str) -> Part:
        verdict = slot_verdict(slot)
        teaches = verdict is Verdict.TEACHES
        shown = [hour for hour in range(HOURS) if any(row[hour] for row in slot.grid)]
        hours = sorted({*USUAL_HOURS, *shown})
        cells = [
            HeatCell(day, column, slot.grid[day][hour]) for day in range(DAYS) for column, hour in enumerate(hours)
        ]
        words = self.words(self._texts.text("learning.heatmap", service=service), across="learning.hours_axis")
        columns = [f"{hour}" for hour in hours]
        best = clearly_best(slot.days)
        return Part(
            heading=self._texts.text("learning.slots"),
            verdict=self.verdict("learning.slot", verdict, None if best is None else self._wide_days[best], "slot"),
            teaches=teaches,
            picture=heatmap(cells, self._days, columns, words, shaded=teaches) if shown else None,
            means=self._texts.text("learning.means.slot"),
            first=self._texts.text("learning.weekday"),
            lines=(
                self.line(self._texts.text("learning.overall"), slot.overall),
                *map(self.line, self._wide_days, slot.days),
            ),
            value=self._texts.text("learning.rate"),
            details=tuple(self.line(self._hour(hour), slot.hours[hour]) for hour in hours),
            details_first=self._texts.text("learning.hour_name"),
        )

    def _lead(self, lead: LeadRelease, service: str) -> Part:
        verdict = lead_verdict(lead)
        names = [f"{low}–{high - 1}" for low, high in zip(lead.edges, lead.edges[1:], strict=False)]
        named = list(zip(names, lead.figures, strict=True))[::-1]
        points = [CurvePoint(name, figure) for name, figure in named]
        words = self.words(self._texts.text("learning.curve", service=service), across="learning.lead_axis")
        best = clearly_best(lead.figures)
        best_days = None if best is None else self._texts.text("learning.days_before", days=names[best])
        return Part(
            heading=self._texts.text("learning.leads"),
            verdict=self.verdict("learning.lead", verdict, best_days, "lead"),
            teaches=verdict is Verdict.TEACHES,
            picture=curve(points, words, joined=verdict is Verdict.TEACHES) if any(lead.figures) else None,
            means=self._texts.text("learning.means.lead"),
            first=self._texts.text("learning.days"),
            lines=tuple(self.line(name, figure) for name, figure in named),
            value=self._texts.text("learning.rate"),
        )

    def verdict(self, prefix: str, verdict: Verdict, best: str | None, question: str) -> str:
        """Say what can be learned and, where that is the question, which row is the highest for certain, if one is."""
        said = self._texts.text(f"{prefix}.{verdict}")
        if verdict is not Verdict.TEACHES or question not in RIVALS:
            return said
        return f"{said} {self._texts.text('learning.best', row=best) if best else self._texts.text('learning.no_best')}"

    def words(self, title: str, *, across: str) -> Words:
        """Give a picture's words."""
        say = self._texts.text
        return Words(title, say(across), say("learning.rate_axis"), say("learning.suppressed"), self._percent)

    def _hour(self, hour: int) -> str:
        return self._texts.text("learning.hour", start=hour, end=hour + 1)

    def line(self, name: str, figure: Figure | None) -> Line:
        """Show one figure in a row."""
        if figure is None:
            return Line(name, "", self._texts.text("learning.suppressed"))
        write = partial(self._percent, digits=1)
        interval = self._texts.text("learning.interval", low=write(figure.low), high=write(figure.high))
        return Line(name, f"{write(figure.rate)} %", interval)
