"""Look at the certificates that a server shows, before anything is trusted or sent."""

import _ssl
import socket
import ssl
import sys
from typing import Any, Final

from guildpost_shared.errors import Unavailable, Untrusted
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.tls_policy import probing_context

MAX_CERTIFICATES: Final = 8


def server_chain(endpoint: Endpoint, timeout: float) -> tuple[bytes, ...]:
    """Fetch the chain of a TLS server, unverified.

    Args:
        endpoint: where to.
        timeout: seconds for the connection, and as many for the whole handshake, however its bytes come.

    Returns:
        Certificates, DER, leaf first.

    Raises:
        Unavailable: ``coordinator_away`` or ``coordinator_slow``.
        Untrusted: ``coordinator_untrusted``: whoever listens there does not speak TLS as we do.
    """
    context = probing_context()
    context.set_alpn_protocols(["h2"])
    try:
        with (
            socket.create_connection((endpoint.host, endpoint.port), timeout=timeout) as raw,
            context.wrap_socket(raw, server_hostname=endpoint.host) as connection,
        ):
            return _chain(connection)[:MAX_CERTIFICATES]
    except ssl.SSLError as error:
        raise Untrusted("coordinator_untrusted", detail=str(error.reason)) from error
    except TimeoutError as error:
        raise Unavailable("coordinator_slow") from error
    except OSError as error:
        raise Unavailable("coordinator_away", detail=type(error).__name__) from error


def _chain(connection: ssl.SSLSocket) -> tuple[bytes, ...]:
    if sys.version_info >= (3, 13):
        return tuple(connection.get_unverified_chain())
    # Python 3.11 and 3.12 have the method on the private object only.
    handle: Any = vars(connection)["_sslobj"]
    return tuple(certificate.public_bytes(_ssl.ENCODING_DER) for certificate in handle.get_unverified_chain() or ())
