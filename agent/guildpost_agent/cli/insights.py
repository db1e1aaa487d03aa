"""``guildpost-agent insights``: the dealer's own figures beside what all dealerships together released.

Everything is read from the own database and the verified catalogue; nothing leaves.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from guildpost_agent.app.compare_with_network import Comparison, Released
from guildpost_agent.app.say_insights import ComparisonView, Line, Speaker
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.insights import insight_desk
from guildpost_agent.bootstrap.member import catalogues_of
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import exit_code, public_text
from guildpost_shared.typed_day import day_of
from guildpost_shared.web.formats import Formats

HELP = "Eigene Zahlen neben dem Bereich des Netzes · own figures beside the network's"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--as-of", metavar="DAY", help="als wäre es dieser Tag · as of this day")
    parser.add_argument("--json", action="store_true", help="als JSON · as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Compare, and say it; where something cannot be believed, the exit code says that too.

    Raises:
        ConfigurationError: ``not_enrolled``.
        Refused: the day cannot be read.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    as_of = day_of(arguments.as_of) if arguments.as_of else None
    desk = insight_desk(core, catalogues_of(core), core.open_uow, as_of)
    found = desk.released()
    comparisons = [desk.compare(one) for one in found.believed]
    if arguments.json:
        print(json.dumps(as_json(found, comparisons), ensure_ascii=False))
    else:
        speaker = Speaker(texts, Formats(texts.language, core.zone), desk.service_names(texts.language))
        print("\n".join(said(found, comparisons, speaker, texts)))
    return exit_code(found.refused[0]) if found.refused else 0


def said(found: Released, comparisons: Iterable[Comparison], speaker: Speaker, texts: Catalog) -> Iterator[str]:
    """Say everything, study by study, then what is to come and what was refused."""
    for one in comparisons:
        yield from _lines(speaker.comparison(one), texts)
    yield from map(speaker.awaited, found.awaited)
    for error in found.refused:
        text = public_text(error, texts.language)
        yield f"{text.what} {text.next_step}"
    if found == Released():
        yield texts.text("insights.none")


def _lines(view: ComparisonView, texts: Catalog) -> Iterator[str]:
    yield f"{view.heading} – {view.question}"
    yield f"  {view.terms}"
    for section in view.sections:
        for part in section.parts:
            yield "  " + ": ".join(filter(None, (section.name, part.heading)))
            if part.note:
                yield f"    {part.note}"
            yield from (_row(line, texts) for line in (*part.lines, *part.details))


def _row(line: Line, texts: Catalog) -> str:
    return texts.text("cli.insights.row" if line.standing else "cli.insights.row_use", **asdict(line))


def as_json(found: Released, comparisons: Iterable[Comparison]) -> dict[str, object]:
    """Give the same for programs."""
    return {
        "comparisons": [_comparison(one) for one in comparisons],
        "awaited": [
            {
                "brand": one.brand,
                "study": one.study.study_id,
                "kind": one.study.kind,
                "from": one.study.release_from.isoformat(),
                "due": one.due,
            }
            for one in found.awaited
        ],
        "refused": [{"code": error.code, "what": public_text(error, "en").what} for error in found.refused],
    }


def _comparison(one: Comparison) -> dict[str, object]:
    release, study = one.of.release, one.of.study
    return {
        "brand": one.of.brand,
        "study": study.study_id,
        "kind": study.kind,
        "version": study.version,
        "period": [release.period_start.isoformat(), release.period_end.isoformat()],
        "released_on": release.released_on.isoformat(),
        "contributors": release.contributors,
        "epsilon": release.epsilon,
        "questions": [asdict(question) for question in one.questions],
    }
