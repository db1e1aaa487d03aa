"""``guildpost-coordinator signer-certificate``: let a signer connect to the control port, or no more."""

import argparse
import ssl
import sys
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from guildpost_coordinator.app.issue_signer_certificate import end_signer_certificate, issue_signer_certificate
from guildpost_coordinator.bootstrap import open_core
from guildpost_coordinator.config import Home
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.identity.certificate_profile import ROLES

NAME: Final = "signer-certificate"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--role", choices=ROLES, required=True, help=texts.text("cli.signer-certificate.role"))
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--request", type=Path, help=texts.text("cli.signer-certificate.request"))
    what.add_argument("--end", action="store_true", help=texts.text("cli.signer-certificate.end"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Print the chain (PEM, authority last) for a certificate request (PEM or DER), or end the one in force.

    Raises:
        ConfigurationError: the home is not set up, or the passphrase is missing.
        ProtocolViolation: ``certificate_request_invalid``.
        Refused: ``signer_certificate_none``.
    """
    core = open_core(Home(arguments.home))
    if arguments.end:
        end_signer_certificate(arguments.role, open_uow=core.open_uow, clock=core.clock)
        core.engine.dispose()
        print(texts.text("cli.signer-certificate.ended", role=arguments.role))
        return 0
    request = _der(arguments.request.read_bytes())
    chain = issue_signer_certificate(
        request, arguments.role, open_uow=core.open_uow, clock=core.clock, authority=core.authority
    )
    core.engine.dispose()
    sys.stdout.write("".join(ssl.DER_cert_to_PEM_cert(der) for der in chain))
    return 0


def _der(request: bytes) -> bytes:
    if not request.startswith(b"-----BEGIN"):
        return request
    try:
        return x509.load_pem_x509_csr(request).public_bytes(Encoding.DER)
    except ValueError as error:
        raise ProtocolViolation("certificate_request_invalid") from error
