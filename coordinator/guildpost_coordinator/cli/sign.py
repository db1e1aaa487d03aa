"""``guildpost-coordinator sign``: a role signs on a machine that is never connected.

``export`` writes what awaits the role into a folder, ``approve`` judges and signs it with the role's key exactly as
``guildpost-signer`` does (same checks, same record of what was signed), ``import`` takes the answer back.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.codec import CanonicalReader, SigningKey
from guildpost_coordinator.adapters.catalogue_repository.keys import (
    SIGNER_VARIABLE,
    load_key,
    read_passphrase,
    signer_credential,
)
from guildpost_coordinator.adapters.signing_client.folder import FolderDesk
from guildpost_coordinator.adapters.signing_client.home import KEY_FILE
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.publications import publications_factory
from guildpost_coordinator.app.publishing import Publishing
from guildpost_coordinator.app.sign_pending import sign_pending
from guildpost_coordinator.app.sign_proposals import (
    pending_proposal,
    proposed_content,
    record_refusal,
    record_signature,
)
from guildpost_coordinator.cli.catalogue_access import CatalogueAccess
from guildpost_coordinator.cli.publish import POLL, await_publication
from guildpost_coordinator.cli.signer import approve_all, asking, build_signer, tell
from guildpost_coordinator.config import Home, load_config
from guildpost_coordinator.domain.catalogue import listings_to_read
from guildpost_coordinator.domain.content_checks import checks_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_paths import SIGNER_ROLES, SignerRole
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy

NAME: Final = "sign"
EXPORT, APPROVE, IMPORT = "export", "approve", "import"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("step", choices=(EXPORT, APPROVE, IMPORT), help=texts.text("cli.sign.step"))
    parser.add_argument("folder", type=Path, help=texts.text("cli.sign.folder"))
    parser.add_argument("--role", choices=SIGNER_ROLES, required=True, help=texts.text("cli.signer-certificate.role"))
    parser.add_argument("--approve", choices=("all", "ask"), default="ask", help=texts.text("cli.signer.approve"))
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help=texts.text("cli.sign.wait"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Do one of the three steps.

    Raises:
        ConfigurationError: a home, key or passphrase is missing, or nobody is at the terminal.
        Refused: ``sign_folder_unreadable``, or the proposal failed a check or was declined; ``import`` says so.
        Conflict: ``proposal_superseded``.
        Untrusted: ``proposal_bad_signature``.
        Unavailable: ``publication_waiting``: others have not signed in time; nothing is lost.
    """
    desk = FolderDesk(arguments.folder, arguments.role)
    if arguments.step == APPROVE:
        return _approve(arguments, desk, texts)
    home = Home(arguments.home)
    config = load_config(home)
    engine = open_engine(home.database)
    try:
        migrate(engine)
        publishing = Publishing(
            publications_factory(engine),
            CatalogueAccess(home).repository,
            lambda _: None,
            SystemClock(),
            OsEntropy(),
            checks_of(config.brand),
        )
        step = _export if arguments.step == EXPORT else _import
        print(step(publishing, arguments.role, desk, texts, arguments.wait))
    finally:
        engine.dispose()
    return 0


def _approve(arguments: argparse.Namespace, desk: FolderDesk, texts: Catalog) -> int:
    role: SignerRole = arguments.role
    passphrase = read_passphrase(os.environ, signer_credential(role), SIGNER_VARIABLE)
    key = SigningKey(role, load_key(arguments.home / KEY_FILE, passphrase))
    approve = approve_all if arguments.approve == "all" else asking(texts, input)
    tell(sign_pending(build_signer(arguments.home, key, desk, approve)), role, texts)
    print(texts.text("cli.sign.approved", folder=arguments.folder))
    return 0


def _export(publishing: Publishing, role: SignerRole, desk: FolderDesk, texts: Catalog, patience: float) -> str:
    proposal = pending_proposal(publishing, role)
    for _ in range(int(patience / POLL)):  # the running coordinator makes the proposal
        if proposal is not None:
            break
        time.sleep(POLL)
        proposal = pending_proposal(publishing, role)
    if proposal is None:
        return texts.text("cli.sign.nothing", role=role)
    proposed = CanonicalReader().read(proposal.to_sign)
    wanted = listings_to_read(publishing.repository.published(role), proposed)
    desk.offer(proposal, {item.sha256: proposed_content(publishing, role, item.sha256) for item in wanted})
    return texts.text("cli.sign.exported", role=role, version=proposal.version)


def _import(publishing: Publishing, role: SignerRole, desk: FolderDesk, texts: Catalog, patience: float) -> str:
    answer = desk.answer()
    if answer.signature is None:
        record_refusal(publishing, role, answer.version, answer.refused)
        return texts.text("cli.sign.refused")
    publication_id = record_signature(publishing, role, answer.version, answer.signature)
    if patience > 0:
        await_publication(publishing.publications, publication_id, patience, sleep=time.sleep)
        return texts.text("cli.publish.published", id=publication_id)
    return texts.text("cli.sign.imported")
