"""A release as its page shows it: pictures, tables, and a plain verdict on what the figures teach."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from babel.dates import get_day_names
from markupsafe import Markup

from guildpost_coordinator.web.charts import CurvePoint, Estimate, HeatCell, Words, heatmap, lead_curve
from guildpost_shared.errors import Language
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.release import DAYS, HOURS, LeadRelease, Row, ServiceRelease, SlotRelease
from guildpost_shared.web.formats import Formats
from guildpost_shared.web.pages import Texts

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
    """One question of the study: the verdict, whether the figures teach something, picture and table."""

    verdict: str
    teaches: bool
    picture: Markup | None
    lines: tuple[Line, ...]
    details: tuple[Line, ...] = ()


@dataclass(frozen=True)
class ServiceView:
    """One service's results."""

    name: str
    slot: Part | None
    lead: Part


class Narrator:
    """Puts figures into words of one language."""

    def __init__(self, texts: Texts, language: Language, formats: Formats) -> None:
        self._texts = texts
        self._percent = formats.percent
        names = get_day_names("abbreviated", locale=language)
        self._days = [names[day].rstrip(".") for day in range(DAYS)]
        wide = get_day_names("wide", locale=language)
        self._wide_days = [wide[day] for day in range(DAYS)]

    def service(self, release: ServiceRelease) -> ServiceView:
        """Show one service."""
        name = self._texts.label("service", release.service)
        slot = None if release.slot is None else self._slot(release.slot, name)
        return ServiceView(name, slot, self._lead(release.lead, name))

    def _slot(self, slot: SlotRelease, service: str) -> Part:
        shown = [hour for hour in range(HOURS) if any(row[hour] for row in slot.grid)]
        hours = sorted({*USUAL_HOURS, *shown})
        cells = [
            HeatCell(day, column, _estimate(slot.grid[day][hour]))
            for day in range(DAYS)
            for column, hour in enumerate(hours)
        ]
        words = self._words("heatmap", service, across="learning.hours_axis")
        columns = [f"{hour}" for hour in hours]
        return Part(
            verdict=self._verdict("slot", [slot.days, slot.hours], nothing=slot.too_little_data),
            teaches=not slot.too_little_data,
            picture=heatmap(cells, self._days, columns, words, shaded=not slot.too_little_data) if shown else None,
            lines=(
                self.line(self._texts.text("learning.overall"), slot.overall),
                *map(self.line, self._wide_days, slot.days),
            ),
            details=tuple(self.line(self._hour(hour), slot.hours[hour]) for hour in hours),
        )

    def _lead(self, lead: LeadRelease, service: str) -> Part:
        buckets = list(zip(lead.edges, lead.edges[1:], lead.figures, strict=False))
        named = [(f"{low}–{high - 1}", figure) for low, high, figure in buckets][::-1]
        points = [CurvePoint(name, _estimate(figure)) for name, figure in named]
        words = self._words("curve", service, across="learning.lead_axis")
        return Part(
            verdict=self._verdict("lead", [lead.figures], nothing=lead.too_little_data),
            teaches=not lead.too_little_data,
            picture=lead_curve(points, words, joined=not lead.too_little_data) if any(lead.figures) else None,
            lines=tuple(self.line(name, figure) for name, figure in named),
        )

    def _verdict(self, question: str, rows: Sequence[Row], *, nothing: bool) -> str:
        """Say plainly what can be learned: nothing shown, nothing but chance, or a real difference."""
        if not any(figure for row in rows for figure in row):
            return self._texts.text(f"learning.{question}.covered")
        return self._texts.text(f"learning.{question}.{'nothing' if nothing else 'teaches'}")

    def _words(self, picture: str, service: str, *, across: str) -> Words:
        say = self._texts.text
        return Words(
            title=say(f"learning.{picture}", service=service),
            across=say(across),
            up=say("learning.rate_axis"),
            covered=say("learning.covered_short"),
            percent=self._percent,
        )

    def _hour(self, hour: int) -> str:
        return self._texts.text("learning.hour", start=hour, end=hour + 1)

    def line(self, name: str, figure: Figure | None) -> Line:
        """Show one figure in a row."""
        if figure is None:
            return Line(name, "", self._texts.text("learning.suppressed"))
        write = partial(self._percent, digits=1)
        interval = self._texts.text("learning.interval", low=write(figure.low), high=write(figure.high))
        return Line(name, f"{write(figure.rate)} %", interval)


def _estimate(figure: Figure | None) -> Estimate | None:
    return None if figure is None else Estimate(figure.rate, figure.low, figure.high)
