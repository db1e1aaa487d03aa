"""``guildpost-agent dkim``: the keys that sign mail, and the DNS records that receivers ask for.

dkim keygen --selector gp1 [--kind ed25519]          dkim show
"""

import argparse
import re
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from guildpost_agent.adapters.files.dkim_keys import store_key
from guildpost_agent.bootstrap.composing import dkim_keys
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.dkim import LEAST_RSA_BITS, DkimKey
from guildpost_shared.catalog import Catalog

HELP = "Schlüssel für die DKIM-Signatur und DNS-Einträge · keys of the DKIM signature and DNS records"
_EXPONENT: Final = 65537
_TXT_BYTES: Final = 255  # the longest string of a TXT record (RFC 1035 3.3)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    made = actions.add_parser("keygen", help="Schlüssel anlegen · make a key")
    made.add_argument("--selector", required=True, type=_selector, help="Name im DNS, etwa gp1 · name in the DNS")
    made.add_argument("--kind", choices=["rsa", "ed25519"], default="rsa", help="Verfahren · algorithm")
    shown = actions.add_parser("show", help="DNS-Einträge zeigen · show the DNS records")
    for action in (made, shown):
        add_home(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked.

    Raises:
        Conflict: ``dkim_key_exists``.
        ConfigurationError: ``dkim_key_unusable``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    if arguments.action == "keygen":
        _print(_make(core, arguments.selector, arguments.kind), texts)
        file = _file(arguments.selector)
        print(texts.text("cli.dkim.configure", domain=_domain(core), selector=arguments.selector, file=file))
        return 0
    keys = dkim_keys(core)
    if not keys:
        print(texts.text("cli.dkim.none"))
    for key in keys:
        _print(key, texts)
    return 0


def _make(core: Core, selector: str, kind: str) -> DkimKey:
    private = Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(_EXPONENT, LEAST_RSA_BITS)
    store_key(core.home / _file(selector), private)
    return DkimKey(_domain(core), selector, private)


def _domain(core: Core) -> str:
    """Give the domain that signs: the configured one, else that of the sender's address."""
    settings = core.config.mail.dkim
    return settings.domain if settings else core.config.smtp.from_address.rpartition("@")[2].lower()


def _file(selector: str) -> Path:
    return Path(f"dkim-{selector}.pem")


def _print(key: DkimKey, texts: Catalog) -> None:
    record = key.record
    strings = " ".join(f'"{record[at : at + _TXT_BYTES]}"' for at in range(0, len(record), _TXT_BYTES))
    print(texts.text("cli.dkim.record", kind=key.kind))
    print(
        f"{key.record_name}. IN TXT ({strings})" if len(record) > _TXT_BYTES else f"{key.record_name}. IN TXT {strings}"
    )


def _selector(word: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", word):
        raise argparse.ArgumentTypeError("a-z, 0-9, -")
    return word
