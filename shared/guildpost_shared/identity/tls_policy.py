"""How every TLS connection of Guildpost is set up: TLS 1.2 or newer, forward secrecy, authenticated encryption.

gRPC brings its own TLS library, whose defaults are the same policy (ECDHE with AES-GCM or ChaCha20 only; a test dials
the running server with what the policy forbids). The contexts below serve everything else.
"""

import ssl
from pathlib import Path
from typing import Final

TLS12_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"  # TLS 1.3 suites are all fine and not chosen here


def probing_context() -> ssl.SSLContext:
    """Make a context that accepts any certificate: only to look at a chain before anything is sent.

    The caller compares the chain with a fingerprint and then connects anew, trusting that authority alone.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(context)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def server_context(chain_file: Path, key_file: Path) -> ssl.SSLContext:
    """Make a server's context from PEM files: certificate chain, and private key without passphrase."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _harden(context)
    context.load_cert_chain(chain_file, key_file)
    return context


def _harden(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(TLS12_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
