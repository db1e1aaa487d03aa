"""``guildpost-coordinator ceremony``: make the catalogue's keys and its first metadata, once, with everybody present.

Each role gets a home of its own, which leaves the room with the person who keeps it::

    SIGNERS/root/         key.pem  public.txt  recovery-sheet.txt             offline: signs root and delegations
    SIGNERS/marketing/    key.pem  public.txt  tls.key  tls.pem  authority.pem  for guildpost-signer
    SIGNERS/legal/        likewise
    SIGNERS/association/  likewise, and fingerprint.txt: what the association tells its dealers
    HOME/catalogue-keys/  snapshot.pem  timestamp.pem  models.pem             the coordinator's online keys
    HOME/catalogue/       the first, empty catalogue

Every key file is encrypted under a passphrase of its own (credentials ``guildpost-signer-<role>`` and
``guildpost-online-keys``); all passphrases are read before the first key is made.
"""

import argparse
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from guildpost_coordinator.adapters.catalogue_repository.ceremony import CeremonyKeys, OnlineKeys, found_catalogue
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles
from guildpost_coordinator.adapters.catalogue_repository.keys import (
    ONLINE_CREDENTIAL,
    ONLINE_VARIABLE,
    SIGNER_VARIABLE,
    CatalogueKey,
    new_key,
    read_passphrase,
    signer_credential,
    store_key,
)
from guildpost_coordinator.adapters.signing_client.home import (
    AUTHORITY_FILE,
    FINGERPRINT_FILE,
    KEY_FILE,
    PUBLIC_FILE,
    TLS_CHAIN_FILE,
    TLS_KEY_FILE,
)
from guildpost_coordinator.app.issue_signer_certificate import issue_signer_certificate
from guildpost_coordinator.bootstrap import Core, open_core
from guildpost_coordinator.bootstrap_catalogue import KEYS_FOLDER
from guildpost_coordinator.cli.sheet import write_sheet
from guildpost_coordinator.config import Home
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_keys import key_fingerprint, root_hash
from guildpost_shared.catalogue_paths import ASSOCIATION, SIGNER_ROLES, SignerRole
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Conflict
from guildpost_shared.identity.certificate_profile import certificate_request
from guildpost_shared.identity.keys import new_tls_key

NAME: Final = "ceremony"
ROOT: Final = "root"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--signers", type=Path, required=True, help=texts.text("cli.ceremony.signers"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Hold the ceremony and print what has to be told to people.

    Raises:
        ConfigurationError: the coordinator's home is not set up, or a passphrase is missing.
        Conflict: ``catalogue_exists`` or ``catalogue_key_exists``: nothing is ever overwritten.
    """
    passphrases = {
        role: read_passphrase(os.environ, signer_credential(role), SIGNER_VARIABLE) for role in (ROOT, *SIGNER_ROLES)
    }
    online = read_passphrase(os.environ, ONLINE_CREDENTIAL, ONLINE_VARIABLE)
    core = open_core(Home(arguments.home))
    try:
        keys = make_keys(core.entropy)
        root = hold(core, keys, arguments.signers, passphrases=passphrases, online=online)
    finally:
        core.engine.dispose()
    fingerprint = key_fingerprint(keys.association.public)
    home = arguments.signers / ROOT
    write_sheet(home, (home / KEY_FILE).read_bytes(), sheet_facts(keys, root), texts)
    print(
        texts.text("cli.ceremony.done", root=root_hash(root).hex(), fingerprint=fingerprint, folder=arguments.signers)
    )
    return 0


def sheet_facts(keys: CeremonyKeys, root: bytes) -> dict[str, str]:
    """Give what stands on the recovery sheet: the root's hash as join codes carry it, and every key's fingerprint."""
    named: dict[str, CatalogueKey] = {ROOT: keys.root, **{role: keys.of(role) for role in SIGNER_ROLES}}
    return {
        "cli.sheet.first_root": root_hash(root).hex(),
        **{f"cli.sheet.{role}": key_fingerprint(key.public) for role, key in named.items()},
    }


def make_keys(entropy: Entropy) -> CeremonyKeys:
    """Make every key of a new catalogue."""
    return CeremonyKeys(
        root=new_key(entropy),
        marketing=new_key(entropy),
        legal=new_key(entropy),
        association=new_key(entropy),
        online=OnlineKeys(snapshot=new_key(entropy), timestamp=new_key(entropy), models=new_key(entropy)),
    )


def hold(core: Core, keys: CeremonyKeys, signers: Path, *, passphrases: Mapping[str, bytes], online: bytes) -> bytes:
    """Write the homes and the first catalogue.

    Args:
        core: the coordinator's, with its certificate authority.
        keys: every key.
        signers: folder of the homes.
        passphrases: per role, ``root`` included.
        online: passphrase of the online keys.

    Returns:
        The first root metadata.

    Raises:
        Conflict: ``catalogue_exists`` or ``catalogue_key_exists``.
    """
    files = RepositoryFiles(core.home.catalogue)
    if files.exists():
        raise Conflict("catalogue_exists")
    folder = core.home.folder / KEYS_FOLDER
    stored: Mapping[Path, tuple[CatalogueKey, bytes]] = {
        signers / ROOT / KEY_FILE: (keys.root, passphrases[ROOT]),
        **{signers / role / KEY_FILE: (keys.of(role), passphrases[role]) for role in SIGNER_ROLES},
        folder / "snapshot.pem": (keys.online.snapshot, online),
        folder / "timestamp.pem": (keys.online.timestamp, online),
        folder / "models.pem": (keys.online.models, online),
    }
    for path, (key, passphrase) in stored.items():
        store_key(path, key.private, passphrase)
    write_public(signers / ROOT, keys.root)
    for role in SIGNER_ROLES:
        write_public(signers / role, keys.of(role))
        admit_signer(core, role, signers / role, passphrases[role])
    (signers / ASSOCIATION / FINGERPRINT_FILE).write_text(key_fingerprint(keys.association.public) + "\n", "ascii")
    return found_catalogue(files, keys, now=core.clock.now())


def write_public(home: Path, key: CatalogueKey) -> None:
    """Lay the public key beside the private one, for whoever has to name it."""
    (home / PUBLIC_FILE).write_text(f"{key.public.hex()}\n", "ascii")


def admit_signer(core: Core, role: SignerRole, home: Path, passphrase: bytes) -> None:
    """Make a signer's TLS key and certificate, and lay the authority beside them."""
    key: EllipticCurvePrivateKey = new_tls_key(core.entropy)
    store_key(home / TLS_KEY_FILE, key, passphrase)
    chain = issue_signer_certificate(
        certificate_request(key),
        role,
        open_uow=core.open_uow,
        clock=core.clock,
        authority=core.authority,
        actor="ceremony",
    )
    (home / TLS_CHAIN_FILE).write_text("".join(ssl.DER_cert_to_PEM_cert(der) for der in chain), "ascii")
    (home / AUTHORITY_FILE).write_text(ssl.DER_cert_to_PEM_cert(core.authority.certificate()), "ascii")
