"""``guildpost-coordinator publish``: hand files in for the signed catalogue.

The command needs no key: it writes a draft into the database, and the running coordinator proposes it to the signers.
Services and templates go through ``material`` instead, unless the setting ``material_approval`` is off.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.lifecycle import lifecycle_factory
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.publications import publications_factory
from guildpost_coordinator.app.material_desk import MaterialDesk
from guildpost_coordinator.app.ports.catalogue import OpenPublications
from guildpost_coordinator.app.publish_by_hand import publish_by_hand
from guildpost_coordinator.app.publish_catalogue import STUDIES
from guildpost_coordinator.app.require_services import require_services
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.catalogue import State
from guildpost_coordinator.domain.content_checks import checks_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError, Refused, Unavailable
from guildpost_shared.studies.spec import parse_study

NAME: Final = "publish"
POLL: Final = 0.2  # seconds


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("folder", type=Path, nargs="?", help=texts.text("cli.publish.folder"))
    parser.add_argument("--remove", action="append", default=[], metavar="PATH", help=texts.text("cli.publish.remove"))
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help=texts.text("cli.publish.wait"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Hand in every file below a folder under its relative path, and wait for the signatures if asked to.

    Raises:
        Refused: a path or contents may not be published (a study of unknown services among them), or not yet
            (``material_not_approved``), or a signer refused (``publication_withdrawn``).
        Unavailable: ``publication_waiting``: not everybody has signed in time; nothing is lost.
        ConfigurationError: the home is not set up, or the folder cannot be read.
    """
    home = Home(arguments.home)
    config = load_config(home)
    paths = read_folder(arguments.folder) if arguments.folder is not None else {}
    engine = open_engine(home.database)
    try:
        migrate(engine)
        publications = publications_factory(engine)
        for path, contents in paths.items():
            if path.startswith(STUDIES):
                require_services(parse_study(contents), publications, beside=paths)
        publication_id = publish_by_hand(
            MaterialDesk(lifecycle_factory(engine), SystemClock(), OsEntropy(), checks_of(config.brand)),
            publications,
            paths,
            remove=arguments.remove,
            approved_only=config.material_approval,
        )
        print(texts.text("cli.publish.drafted", id=publication_id, files=len(paths), removed=len(arguments.remove)))
        if arguments.wait > 0:
            await_publication(publications, publication_id, arguments.wait, sleep=time.sleep)
            print(texts.text("cli.publish.published", id=publication_id))
    finally:
        engine.dispose()
    return 0


def read_folder(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder; hidden ones and oversized ones are errors of whoever put them there.

    Returns:
        Path without role → contents.

    Raises:
        ConfigurationError: ``publish_folder_missing``.
        Refused: ``catalogue_target_too_large``.
    """
    if not folder.is_dir():
        raise ConfigurationError("publish_folder_missing", folder=folder)
    files = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}
    for path, file in files.items():
        if file.stat().st_size > MAX_TARGET_BYTES:
            raise Refused("catalogue_target_too_large", path=path)
    return {path: file.read_bytes() for path, file in files.items()}


def await_publication(
    publications: OpenPublications, publication_id: str, patience: float, *, sleep: Callable[[float], None]
) -> None:
    """Wait until a publication is in force.

    Args:
        publications: opens a transaction.
        publication_id: which one.
        patience: seconds.
        sleep: waits.

    Raises:
        Refused: ``publication_withdrawn`` with the reason.
        Unavailable: ``publication_waiting``.
    """
    for _ in range(max(1, int(patience / POLL))):
        with publications() as record:
            found = record.get(publication_id)
        if found is not None and found.state is State.PUBLISHED:
            return
        if found is not None and found.state is State.WITHDRAWN:
            raise Refused("publication_withdrawn", reason=found.reason)
        sleep(POLL)
    raise Unavailable("publication_waiting")
