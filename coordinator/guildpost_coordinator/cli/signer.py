"""``guildpost-signer``: hold one role's key, look at what the coordinator wants published, sign it or refuse.

The process runs where the role's people are; it only connects outwards. It stops on SIGTERM or Ctrl-C.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from guildpost_coordinator.adapters.catalogue_repository.codec import CanonicalReader, SigningKey
from guildpost_coordinator.adapters.catalogue_repository.keys import (
    SIGNER_VARIABLE,
    load_key,
    load_tls_key,
    read_passphrase,
    signer_credential,
)
from guildpost_coordinator.adapters.signing_client.desk import GrpcSigningDesk, open_channel
from guildpost_coordinator.adapters.signing_client.home import (
    AUTHORITY_FILE,
    KEY_FILE,
    SIGNED_FOLDER,
    TLS_CHAIN_FILE,
    TLS_KEY_FILE,
)
from guildpost_coordinator.adapters.signing_client.log import FileSignedLog
from guildpost_coordinator.app.ports.signing import SigningDesk
from guildpost_coordinator.app.sign_pending import Approve, Signed, Signer, sign_pending
from guildpost_coordinator.cli.texts import texts_in
from guildpost_coordinator.domain.content_checks import CONTENT_CHECKS
from guildpost_coordinator.domain.proposals import Review
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_paths import SIGNER_ROLES, SignerRole
from guildpost_shared.clock import SystemClock
from guildpost_shared.command_line import reported
from guildpost_shared.command_parser import PARSERS, chosen_language, read
from guildpost_shared.errors import ConfigurationError, GuildpostError, Unavailable, public_text

POLL: Final = 0.5  # seconds between two looks
BACK_OFF: Final = 2.0  # seconds while the coordinator is away


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the signer; a known error becomes a sentence on standard error and its exit code.

    Args:
        arguments: instead of the process's own.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = chosen_language(given)
    texts = texts_in(language)
    parser = PARSERS[language](prog="guildpost-signer", description=texts.text("cli.signer.description"))
    parser.add_argument("--home", type=Path, required=True, help=texts.text("cli.signer.home"))
    parser.add_argument("--role", choices=SIGNER_ROLES, required=True, help=texts.text("cli.signer-certificate.role"))
    parser.add_argument("--coordinator", required=True, metavar="HOST:PORT", help=texts.text("cli.signer.coordinator"))
    parser.add_argument("--approve", choices=("all", "ask"), default="ask", help=texts.text("cli.signer.approve"))
    parser.add_argument("--once", action="store_true", help=texts.text("cli.signer.once"))
    chosen = read(parser, given, language)
    return reported(language, lambda: _run(chosen, texts), between="\n")


def _run(chosen: argparse.Namespace, texts: Catalog) -> int:
    home: Path = chosen.home
    role: SignerRole = chosen.role
    passphrase = read_passphrase(os.environ, signer_credential(role), SIGNER_VARIABLE)
    key = SigningKey(role, load_key(home / KEY_FILE, passphrase))
    tls_key = load_tls_key(home / TLS_KEY_FILE, passphrase)
    channel = open_channel(
        chosen.coordinator,
        authority_pem=_read(home / AUTHORITY_FILE),
        key_pem=tls_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        chain_pem=_read(home / TLS_CHAIN_FILE),
    )
    approve = approve_all if chosen.approve == "all" else asking(texts, input)
    with closing(channel):
        signer = build_signer(home, key, GrpcSigningDesk(channel, role), approve)
        if chosen.once:
            tell(sign_pending(signer), signer.key.role, texts)
            return 0
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        print(texts.text("cli.signer.ready", role=role), flush=True)
        keep_signing(signer, stop, texts)
    return 0


def build_signer(home: Path, key: SigningKey, desk: SigningDesk, approve: Approve) -> Signer:
    """Put a signer together from its home."""
    return Signer(
        desk=desk,
        key=key,
        log=FileSignedLog(home / SIGNED_FOLDER),
        reader=CanonicalReader(),
        checks=CONTENT_CHECKS,
        approve=approve,
        clock=SystemClock(),
    )


def keep_signing(signer: Signer, stop: threading.Event, texts: Catalog) -> None:
    """Look again and again until told to stop; say each thing that happens once."""
    away = False
    while not stop.is_set():
        pause, problem = POLL, None
        try:
            tell(sign_pending(signer), signer.key.role, texts)
        except ConfigurationError:
            raise
        except GuildpostError as error:
            problem, pause = error, BACK_OFF
        if problem is not None and not (away and isinstance(problem, Unavailable)):
            print(public_text(problem, texts.language), file=sys.stderr, flush=True)
        away = isinstance(problem, Unavailable)
        stop.wait(pause)


def tell(signed: Signed | None, role: SignerRole, texts: Catalog) -> None:
    """Print what was signed."""
    if signed is None:
        return
    print(texts.text("cli.signer.signed", role=role, version=signed.version), flush=True)
    if signed.review is not None:
        print(*summary(signed.review), sep="\n", flush=True)


def summary(review: Review) -> list[str]:
    """List a proposal's changes, one line each: added (+), changed (~), removed (-)."""
    added = [f"  + {path}  {listing.length} B  {listing.sha256}" for path, listing in review.added.items()]
    changed = [f"  ~ {path}  {listing.length} B  {listing.sha256}" for path, listing in review.changed.items()]
    return [*added, *changed, *(f"  - {path}" for path in review.removed)]


def approve_all(review: Review) -> bool:
    """Agree to everything that passed the machine's checks; what is signed gets printed."""
    del review
    return True


def asking(texts: Catalog, ask: Callable[[str], str]) -> Approve:
    """Make the question to the person at the terminal.

    Args:
        texts: of the command line.
        ask: prints a prompt and reads a line; ``EOFError`` when nobody is there.
    """

    def approve(review: Review) -> bool:
        print(texts.text("cli.signer.proposal", role=review.role, version=review.version))
        print(*summary(review), sep="\n", flush=True)
        try:
            return ask(texts.text("cli.signer.question")).strip().lower() in {"j", "ja", "y", "yes"}
        except EOFError as error:
            raise ConfigurationError("signer_no_terminal") from error

    return approve


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError("catalogue_key_missing", file=path) from error
