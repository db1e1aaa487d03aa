"""What happened, as a table: one line per dealership, then the network."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guildpost_demo.driver.side_by_side import side_by_side
from guildpost_demo.driver.stage import Stage
from guildpost_demo.network.dealers import DealerProfile
from guildpost_shared.catalog import Catalog

FIGURES: Final = ("rows_imported", "rows_quarantined", "occasions", "planned", "sent", "letters", "bounced", "booked")


@dataclass(frozen=True)
class DealerLine:
    """One dealership's figures, as its own agent gives them."""

    name: str
    figures: tuple[int, ...]


@dataclass(frozen=True)
class Summary:
    """The demo's result: a line per dealership, contributors per released round, messages delivered twice."""

    dealers: tuple[DealerLine, ...]
    contributors: tuple[int, ...]
    duplicates: int


def _dealer_line(stage: Stage, profile: DealerProfile) -> DealerLine:
    status = json.loads(stage.supervisor.run(stage.commands.agent_status(profile.key)))
    return DealerLine(profile.name, tuple(int(status[figure]) for figure in FIGURES))


def dealer_lines(stage: Stage) -> tuple[DealerLine, ...]:
    """Ask every agent for its figures."""
    return tuple(side_by_side(lambda profile: _dealer_line(stage, profile), stage.profiles))


def summarise(stage: Stage, lines: tuple[DealerLine, ...]) -> Summary:
    """Add the coordinator's figures to the agents'."""
    network = json.loads(stage.supervisor.run(stage.commands.coordinator_status()))
    return Summary(lines, tuple(network["contributors"]), len(stage.store.duplicates()) if stage.store else 0)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Set a table in plain text: the first column left, figures right."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(widths[0])
        return "  ".join([first, *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))])

    return "\n".join([line(heads), line(["─" * width for width in widths]), *(line(row) for row in rows)])


def _releases(contributors: Sequence[int], texts: Catalog) -> str:
    """Say how many releases there are, and of how many dealerships."""
    if not contributors:
        return texts.text("demo.no_release")
    low, high = min(contributors), max(contributors)
    spread = f"{low}" if low == high else f"{low}–{high}"
    message_id = "demo.release" if len(contributors) == 1 else "demo.releases"
    return texts.text(message_id, count=len(contributors), contributors=spread)


def render(summary: Summary, texts: Catalog) -> str:
    """Write the summary for people."""
    heads = [texts.text("demo.dealer"), *(texts.text(f"demo.figure.{figure}") for figure in FIGURES)]
    rows = [[line.name, *(str(figure) for figure in line.figures)] for line in summary.dealers]
    totals = [str(sum(line.figures[column] for line in summary.dealers)) for column in range(len(FIGURES))]
    return "\n".join(
        [
            table(heads, [*rows, [texts.text("demo.total"), *totals]]),
            "",
            _releases(summary.contributors, texts),
            texts.text("demo.duplicates", count=summary.duplicates),
        ]
    )
