"""``guildpost-coordinator insights``: what the network has learned, as pages for any browser, in words, or as JSON.

It reads the stored releases: rates with intervals, already noised and covered. Nothing about a single dealer is there.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.read_model import SqlReadModel
from guildpost_coordinator.app.insights.study_view import study_view
from guildpost_coordinator.cli.page_folder import require_free, write_pages
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.contact_cap import recommended_cap
from guildpost_coordinator.domain.insights import Study, findings, studies_of
from guildpost_coordinator.web.insight_files import insight_files
from guildpost_shared.catalog import Catalog
from guildpost_shared.studies.release import Release, parse_release

NAME: Final = "insights"
MARK: Final = "guildpost-insights"
"""A file that says: this folder holds these pages, and newer ones may take their place."""
ZONE: Final = ZoneInfo("Europe/Berlin")


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=texts.text("cli.insights.out"))
    parser.add_argument("--json", action="store_true", help=texts.text("cli.insights.json"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Write the pages where a folder is named; say what was learned otherwise.

    Raises:
        ConfigurationError: the home is not set up, or the folder holds something else or cannot be written to.
    """
    home = Home(arguments.home)
    brand = load_config(home).brand
    if arguments.out is not None:
        require_free(arguments.out, MARK)
    engine = open_engine(home.database)
    migrate(engine)
    studies = studies_of(map(parse_release, SqlReadModel(engine).releases()))
    engine.dispose()
    if arguments.out is not None:
        write_pages(insight_files(brand, studies, ZONE), arguments.out, MARK)
    if arguments.json:
        print(json.dumps({"brand": brand, "studies": [as_json(one) for one in studies]}, ensure_ascii=False))
    elif arguments.out is not None:
        print(texts.plural("cli.insights.done", len(studies), page=arguments.out / "index.html"))
    else:
        print("\n".join(said(studies, texts)))
    return 0


def as_json(study: Study) -> dict[str, object]:
    """Give a study's newest release and what it teaches for programs."""
    release = study.newest
    return {
        "study": release.study_id,
        "kind": release.kind,
        "version": release.study_version,
        "period": _period(release),
        "released_on": release.released_on.isoformat(),
        "contributors": release.contributors,
        "groups": release.groups,
        "epsilon": release.epsilon,
        "delta": release.delta,
        "findings": [asdict(one) for one in findings(release)],
        "recommended_cap": _cap(release),
        "earlier": [_period(one) for one in study.earlier],
        "path": release.target_path,
    }


def said(studies: Sequence[Study], texts: Catalog) -> Iterator[str]:
    """Say each study's verdicts in plain words."""
    if not studies:
        yield texts.text("cli.insights.none")
    for study in studies:
        view = study_view(study.newest, texts.language, ZONE, study)
        release = study.newest
        yield texts.text(
            "cli.insights.study",
            study=view.heading,
            start=release.period_start,
            end=release.period_end,
            count=release.contributors,
            epsilon=f"{release.epsilon:g}",
        )
        if view.advice:
            yield f"  {view.advice}"
        for section in view.sections:
            for part in section.parts:
                about = ": ".join(filter(None, (section.name, part.heading)))
                yield f"  {about}: {part.verdict}"


def _period(release: Release) -> list[str]:
    return [release.period_start.isoformat(), release.period_end.isoformat()]


def _cap(release: Release) -> dict[str, int] | None:
    caps = (recommended_cap(table) for table in release.tables if table.measure == "objected")
    cap = next(caps, None)
    return None if cap is None else asdict(cap)
