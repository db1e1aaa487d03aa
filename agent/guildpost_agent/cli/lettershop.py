"""``guildpost-agent lettershop``: for the lettershop, which has no agent's folder: make a key, open sealed batches.

lettershop keygen --out FILE          lettershop open FILE… --key FILE --out FOLDER

Whoever has the age tool needs neither: ``age-keygen`` and ``age -d`` do the same.
"""

import argparse
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.cli.options import texts_of
from guildpost_agent.domain.age import identity_text, read_identities, recipient_text
from guildpost_agent.domain.letter_batch import opened
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import os_reason

HELP = (
    "Für den Lettershop: Schlüssel erzeugen, versiegelte Stapel öffnen · for the lettershop: make a key, open batches"
)
_KEY_BYTES = 32


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    keygen = actions.add_parser("keygen", help="Schlüssel erzeugen · make a key")
    keygen.add_argument("--out", type=Path, required=True, help="neue Schlüsseldatei · new key file")
    opening = actions.add_parser("open", help="Stapel öffnen und prüfen · open and check a batch")
    opening.add_argument(
        "files", type=Path, nargs="+", metavar="file", help="….tar.age, alle des Stapels · all of one batch"
    )
    opening.add_argument("--key", type=Path, required=True, help="Schlüsseldatei · key file")
    opening.add_argument("--out", type=Path, required=True, help="neuer Ordner für den Inhalt · new folder")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        ConfigurationError: ``file_unreadable``, ``file_not_new`` or ``lettershop_key_unreadable``.
        ProtocolViolation: ``sealed_file_broken`` or ``sealed_parts_missing``; nothing is written.
        Refused: ``sealed_file_for_others``; nothing is written.
    """
    texts = texts_of(arguments)
    if arguments.action == "keygen":
        private = X25519PrivateKey.from_private_bytes(OsEntropy().token_bytes(_KEY_BYTES))
        public = recipient_text(private.public_key())
        _write_new(arguments.out, f"# public key: {public}\n{identity_text(private)}\n".encode())
        print(texts.text("cli.lettershop.key", path=arguments.out, key=public))
        return 0
    identities = read_identities(_read(arguments.key).decode("utf-8", errors="replace"))
    files = opened(identities, [_read(file) for file in arguments.files])
    try:
        arguments.out.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise ConfigurationError("file_not_new", path=arguments.out, reason=os_reason(error)) from error
    for name, data in files.items():
        _write_new(arguments.out / name, data)
    print(texts.plural("cli.lettershop.opened", len(files), path=arguments.out))
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError("file_unreadable", path=path, reason=os_reason(error)) from error


def _write_new(path: Path, data: bytes) -> None:
    """Write a file for its owner alone; one that is there is never overwritten."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError("file_not_new", path=path, reason=os_reason(error)) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
