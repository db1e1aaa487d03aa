"""The coordinator's own server certificates: issued by its authority, replaced at half-life while running."""

import ssl
import threading

import grpc

from guildpost_coordinator.app.ports.certificate_authority import CertificateAuthority, ServerCredentials
from guildpost_shared.clock import Clock
from guildpost_shared.identity.rotation import renewal_due


class ServerTls:
    """Credentials of the gRPC ports; each handshake asks whether a fresh certificate is due."""

    def __init__(self, authority: CertificateAuthority, hosts: tuple[str, ...], clock: Clock) -> None:
        """Issue the first certificate.

        Args:
            authority: issues the server certificates; client certificates must come from it.
            hosts: DNS names and IP addresses under which the ports are reached.
            clock: the wall clock.
        """
        self._authority = authority
        self._authority_pem = ssl.DER_cert_to_PEM_cert(authority.certificate()).encode("ascii")
        self._hosts = hosts
        self._clock = clock
        self._lock = threading.Lock()
        self._credentials = authority.issue_server(hosts, clock.now())

    def enrolment_credentials(self) -> grpc.ServerCredentials:
        """Credentials of the port for newcomers: they authenticate the server only."""
        return self._dynamic(roots=None)

    def control_credentials(self) -> grpc.ServerCredentials:
        """Credentials of the port for members: a client certificate of our authority is required."""
        return self._dynamic(roots=self._authority_pem)

    def _dynamic(self, roots: bytes | None) -> grpc.ServerCredentials:
        """Give credentials that are read anew only when there is a fresh certificate: a handshake costs enough."""
        served = self._current()

        def fresh() -> grpc.ServerCertificateConfiguration | None:
            nonlocal served
            before, served = served, self._current()
            return None if served is before else _configuration(served, roots)

        return grpc.dynamic_ssl_server_credentials(
            _configuration(served, roots),
            fresh,  # type: ignore[arg-type]  # None means no change; the stubs do not know
            require_client_authentication=roots is not None,
        )

    def _current(self) -> ServerCredentials:
        with self._lock:
            now, current = self._clock.now(), self._credentials
            if now >= renewal_due(current.not_before, current.not_after, current.chain_pem):
                self._credentials = current = self._authority.issue_server(self._hosts, now)
            return current


def _configuration(current: ServerCredentials, roots: bytes | None) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(current.key_pem, current.chain_pem)], roots)
