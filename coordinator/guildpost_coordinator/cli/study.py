"""``guildpost-coordinator study``: hand in the study of one period for signature by legal and association."""

import argparse
import time
from functools import partial
from math import isfinite
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.publications import publications_factory
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.publish_catalogue import draft_publication
from guildpost_coordinator.app.require_services import require_services
from guildpost_coordinator.cli.publish import await_publication
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.content_checks import checks_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError, Refused
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.kinds import KINDS, SLOT_LEAD
from guildpost_shared.studies.propensity.terms import COLUMNS
from guildpost_shared.studies.slot_lead import EPSILON, slot_lead_study
from guildpost_shared.typed_day import day_of

NAME: Final = "study"
LEAST_FORESEEN: Final = 1_000
GROWTH: Final = 2
"""A sum beyond what so many dealers can bring is refused, for as long as the signed study is good: a year at most."""
_ALL: Final = ", ".join(COLUMNS)
_OPTIONS: Final = {"period": "--from, --to", "maturity_days": "--maturity-days"}
"""How the command calls the terms of a study, where not by their own names."""


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--kind", choices=tuple(KINDS), default=SLOT_LEAD, help=texts.text("cli.study.kind"))
    parser.add_argument("--services", nargs="+", required=True, help=texts.text("cli.study.services"))
    parser.add_argument("--from", dest="start", metavar="DAY", required=True, help=texts.text("cli.study.from"))
    parser.add_argument("--to", dest="end", metavar="DAY", required=True, help=texts.text("cli.study.to"))
    parser.add_argument("--version", type=int, default=1, help=texts.text("cli.study.version"))
    parser.add_argument("--maturity-days", type=int, help=texts.text("cli.study.maturity"))
    parser.add_argument("--epsilon", type=float, default=EPSILON, help=texts.text("cli.study.epsilon"))
    parser.add_argument(
        "--columns", nargs="+", choices=COLUMNS, metavar="COLUMN", help=texts.text("cli.study.columns", all=_ALL)
    )
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help=texts.text("cli.publish.wait"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Write a study of one kind for a period and put it up for signature.

    Raises:
        Refused: ``study_has_no_columns``, ``plan_day_unreadable``, ``study_terms_invalid``, ``study_service_unknown``,
            ``study_version_taken``, ``publication_withdrawn``.
        Unavailable: ``publication_waiting``.
        ConfigurationError: the home is not set up.
    """
    home = Home(arguments.home)
    config = load_config(home)
    if not config.brand:
        raise ConfigurationError("configuration_invalid", setting="brand")
    write = slot_lead_study if arguments.kind == SLOT_LEAD else partial(counted_study, arguments.kind)
    if arguments.columns and "columns" not in KINDS[arguments.kind].fields:
        raise Refused("study_has_no_columns", kind=arguments.kind)
    columns = {"columns": arguments.columns} if arguments.columns else {}
    window = {} if arguments.maturity_days is None else {"maturity_days": arguments.maturity_days}
    engine = open_engine(home.database)
    migrate(engine)
    with unit_of_work_factory(engine)() as uow:
        members = len(uow.memberships.all())
    start, end = day_of(arguments.start), day_of(arguments.end)
    if not isfinite(arguments.epsilon):  # no document can hold it
        raise Refused("study_terms_invalid", given="--epsilon")
    try:
        study = write(
            brand=config.brand,
            services=arguments.services,
            period_start=start,
            period_end=end,
            version=arguments.version,
            epsilon=arguments.epsilon,
            expected_dealers=max(LEAST_FORESEEN, GROWTH * members),
            **window,
            **columns,
        )
    except Refused as error:
        field = str(error.params["field"])
        raise Refused("study_terms_invalid", given=_OPTIONS.get(field, f"--{field}")) from error
    publications = publications_factory(engine)
    require_services(study, publications)
    publication_id = draft_publication(
        {study.target_path: study.canonical_bytes},
        remove=(),
        publications=publications,
        clock=SystemClock(),
        entropy=OsEntropy(),
        checks=checks_of(config.brand),
    )
    print(study.purpose[texts.language])
    drafted = "cli.study.drafted_model" if study.model else "cli.study.drafted"
    print(texts.text(drafted, path=study.target_path, day=study.parts[0].release_from.isoformat()))
    if arguments.wait > 0:
        await_publication(publications, publication_id, arguments.wait, sleep=time.sleep)
        print(texts.text("cli.publish.published", id=publication_id))
    engine.dispose()
    return 0
