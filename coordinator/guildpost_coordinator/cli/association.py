"""``guildpost-association``: what the dealers' association does, on its own machine and with its own key.

new-key                             make the association's key here; it never leaves
fingerprint                         what the association tells each of its dealers itself
read FOLDER                         what the brand asks to have signed: the roster, studies, the level of sharing
approve FOLDER                      judge it, ask, and sign it or refuse; needs no network
connect --coordinator HOST:PORT     the same over the network, for as long as it runs

Nothing here needs the coordinator's home, its database or its keys.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.codec import CanonicalReader
from guildpost_coordinator.adapters.signing_client.folder import FolderDesk
from guildpost_coordinator.adapters.signing_client.home import FINGERPRINT_FILE
from guildpost_coordinator.cli import new_key, sign, signer
from guildpost_coordinator.cli.texts import texts_in
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_paths import ASSOCIATION, MAX_TARGET_BYTES, kind_of
from guildpost_shared.command_line import reported
from guildpost_shared.command_parser import PARSERS, chosen_language, read
from guildpost_shared.errors import ConfigurationError, Refused, public_text
from guildpost_shared.identity.roster import TARGET_PATH as ROSTER_PATH
from guildpost_shared.identity.roster import parse_roster
from guildpost_shared.sharing import TARGET_PATH as SHARING_PATH
from guildpost_shared.sharing import parse_sharing
from guildpost_shared.studies.spec import parse_study

STEPS: Final = ("new-key", "fingerprint", "read", "approve", "connect")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; a known error becomes a sentence on standard error and its exit code.

    Args:
        arguments: instead of the process's own.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = chosen_language(given)
    texts = texts_in(language)
    parser = PARSERS[language](prog="guildpost-association", description=texts.text("cli.association.help"))
    steps = parser.add_subparsers(dest="step", required=True, metavar=parser.command)
    for step in STEPS:
        sub = steps.add_parser(step, help=texts.text(f"cli.association.{step}"))
        sub.add_argument("--home", type=Path, required=True, help=texts.text("cli.signer.home"))
        if step in {"read", "approve"}:
            sub.add_argument("folder", type=Path, help=texts.text("cli.sign.folder"))
        if step in {"approve", "connect"}:
            sub.add_argument("--approve", choices=("all", "ask"), default="ask", help=texts.text("cli.signer.approve"))
        if step == "connect":
            sub.add_argument(
                "--coordinator", required=True, metavar="HOST:PORT", help=texts.text("cli.signer.coordinator")
            )
            sub.add_argument("--once", action="store_true", help=texts.text("cli.signer.once"))
    chosen = read(parser, given, language)
    chosen.role = ASSOCIATION
    return reported(language, lambda: _run(chosen, texts), between="\n")


def _run(chosen: argparse.Namespace, texts: Catalog) -> int:
    match chosen.step:
        case "new-key":
            return new_key.run(chosen, texts)
        case "fingerprint":
            print(_fingerprint(chosen.home))
        case "read":
            print(*in_words(FolderDesk(chosen.folder, ASSOCIATION), texts), sep="\n")
        case "approve":
            print(*in_words(FolderDesk(chosen.folder, ASSOCIATION), texts), sep="\n", flush=True)
            return sign.run(chosen, texts)
        case _:
            words = ["--home", str(chosen.home), "--role", ASSOCIATION, "--coordinator", chosen.coordinator]
            once = ["--once"] if chosen.once else []
            return signer.main(["--lang", texts.language, *words, "--approve", chosen.approve, *once])
    return 0


def in_words(desk: FolderDesk, texts: Catalog) -> Iterator[str]:
    """Say what a proposal would put into force, from the contents that lie with it; judging them is ``approve``'s work.

    Raises:
        Refused: ``sign_folder_unreadable``.
    """
    proposal = desk.pending()
    yield texts.text("cli.association.proposal", version=proposal.version)
    for name, listing in sorted(CanonicalReader().read(proposal.to_sign).targets.items()):
        path = name.removeprefix(f"{ASSOCIATION}/")
        try:
            contents = desk.content(listing.sha256, limit=min(listing.length, MAX_TARGET_BYTES))
        except Refused:  # signed before, so it does not lie here
            yield texts.text("cli.association.unchanged", path=path)
            continue
        if hashlib.sha256(contents).hexdigest() != listing.sha256:
            yield texts.text("cli.association.other", path=path)
            continue
        try:
            yield from list(_contents(path, contents, texts))
        except Refused as error:
            yield f"  {path}: {public_text(error, texts.language)}"


def _contents(path: str, contents: bytes, texts: Catalog) -> Iterator[str]:
    if path == ROSTER_PATH:
        roster = parse_roster(contents)
        yield texts.text("cli.association.roster", dealers=len(roster.entries), groups=len(roster.groups()))
        for entry in roster.entries:
            key = entry.identity_key.hex()[:16]
            yield texts.text("cli.association.dealer", agent=entry.agent_id, group=entry.legal_entity, key=key)
    elif path == SHARING_PATH:
        yield texts.text("cli.association.sharing", level=parse_sharing(contents).value)
    elif kind_of(path) == "studies":
        study = parse_study(contents)
        yield texts.text(
            "cli.association.study",
            path=path,
            purpose=study.purpose[texts.language],
            start=study.period_start,
            end=study.period_end,
            epsilon=study.epsilon,
            unit=texts.text(f"cli.association.unit.{study.privacy_unit}"),
            floor=study.floor_groups,
        )


def _fingerprint(home: Path) -> str:
    try:
        return (home / FINGERPRINT_FILE).read_text("ascii").strip()
    except FileNotFoundError as error:
        raise ConfigurationError("catalogue_key_missing", file=home / FINGERPRINT_FILE) from error
