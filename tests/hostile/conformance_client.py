"""The agent's own updater behind the command line that TUF's public conformance suite drives (its CLIENT-CLI.md).

    tuf_client --metadata-dir DIR init ROOT
    tuf_client --metadata-dir DIR --metadata-url URL refresh
    tuf_client --metadata-dir DIR --metadata-url URL --target-name NAME… --target-base-url URL --target-dir DIR download

Exit code 0 means that everything succeeded, 1 that something was refused; the refusal stands on standard error. What
differs from the agent: files come over HTTP instead of gRPC, and delegations are searched as deep as the suite nests
them (a Guildpost catalogue has four, all below the top). A command ends after ``--patience`` seconds, however slowly
the server's bytes come: over HTTP each byte starts a socket's patience anew.
"""

import argparse
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import urlopen

from guildpost_agent.adapters.catalogue.updater import LIMITS, MetadataUpdater
from guildpost_shared.catalogue_changes import CatalogueFile
from guildpost_shared.catalogue_paths import CHUNK_BYTES
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import GuildpostError, Refused, Unavailable, Untrusted, public_text

ANCHOR: Final = Path("anchor", "1.root.json")  # what init was given, apart from what was verified since
DEEPEST: Final = 32  # roles searched for one target
TIMEOUT: Final = 30.0  # seconds without a byte
PATIENCE: Final = 60.0  # seconds for a whole command


class HttpTransport:
    """Files of a TUF repository on a web server (port ``CatalogueTransport``)."""

    def __init__(self, metadata: str, targets: str) -> None:
        self._metadata = metadata.rstrip("/")
        self._targets = targets.rstrip("/")

    def changes(self, held: Mapping[str, int]) -> Iterator[CatalogueFile]:
        del held
        return iter(())  # a plain repository foresees nothing

    def close(self) -> None:
        """Every file has a connection of its own."""

    def metadata(self, name: str) -> Iterator[bytes]:
        return _pieces(f"{self._metadata}/{name}")

    def target(self, name: str) -> Iterator[bytes]:
        return _pieces(f"{self._targets}/{name}")


def _pieces(url: str) -> Iterator[bytes]:
    try:
        with urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 — the suite's own server
            while piece := answer.read(CHUNK_BYTES):
                yield piece
    except HTTPError as error:
        if error.code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise Refused("catalogue_file_missing") from error
        raise Unavailable("coordinator_away", detail=str(error)) from error
    except (URLError, OSError) as error:
        raise Unavailable("coordinator_away", detail=str(error)) from error


def initialise(folder: Path, root: Path) -> None:
    """Keep the trusted root; nothing is fetched."""
    (folder / ANCHOR).parent.mkdir(parents=True, exist_ok=True)
    replace_file(folder / ANCHOR, root.read_bytes())


def updater_of(folder: Path, metadata: str, targets: str) -> MetadataUpdater:
    """Open the updater on what init kept."""
    limits = replace(LIMITS, max_delegations=DEEPEST)
    return MetadataUpdater(folder, HttpTransport(metadata, targets), (folder / ANCHOR).read_bytes(), limits=limits)


def download(updater: MetadataUpdater, names: list[str], folder: Path) -> None:
    """Fetch targets in the given order; what is here undamaged is not fetched again.

    Raises:
        Untrusted: nobody who may list it lists a name; ends at the first one.
    """
    updater.refresh()
    for name in names:
        target = updater.target(name)
        if target is None:
            raise Untrusted("catalogue_unknown_path", path=name)
        at = folder / quote(name, safe="")
        if not updater.has(target, at):
            updater.fetch(target, at)


def give_up(_number: int, _frame: object) -> None:
    """End whatever waits."""
    raise Unavailable("coordinator_slow")


def main() -> int:
    """Do one command of the protocol."""
    parser = argparse.ArgumentParser(prog="tuf_client")
    parser.add_argument("--metadata-dir", type=Path, required=True)
    parser.add_argument("--metadata-url", default="")
    parser.add_argument("--target-name", action="append", default=[])
    parser.add_argument("--target-base-url", default="")
    parser.add_argument("--target-dir", type=Path)
    parser.add_argument("--patience", type=float, default=PATIENCE)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("init").add_argument("root", type=Path)
    commands.add_parser("refresh")
    commands.add_parser("download")
    given = parser.parse_args()
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, given.patience)
    try:
        if given.command == "init":
            initialise(given.metadata_dir, given.root)
        else:
            updater = updater_of(given.metadata_dir, given.metadata_url, given.target_base_url)
            if given.command == "refresh":
                updater.refresh()
            else:
                download(updater, given.target_name, given.target_dir)
    except GuildpostError as error:
        sys.stderr.write(f"{error}\n{public_text(error, 'en')}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
