"""The coordinator's own server certificates: issued by its authority, replaced at half-life while running."""

import ssl
import threading

import grpc

from guildpost_coordinator.app.ports.certificate_authority import CertificateAuthority
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
        return grpc.dynamic_ssl_server_credentials(
            self._configuration(roots=None), lambda: self._configuration(roots=None)
        )

    def control_credentials(self) -> grpc.ServerCredentials:
        """Credentials of the port for members: a client certificate of our authority is required."""
        return grpc.dynamic_ssl_server_credentials(
            self._configuration(roots=self._authority_pem),
            lambda: self._configuration(roots=self._authority_pem),
            require_client_authentication=True,
        )

    def _configuration(self, roots: bytes | None) -> grpc.ServerCertificateConfiguration:
        with self._lock:
            now = self._clock.now()
            current = self._credentials
            if now >= renewal_due(current.not_before, current.not_after, current.chain_pem):
                self._credentials = current = self._authority.issue_server(self._hosts, now)
        return grpc.ssl_server_certificate_configuration([(current.key_pem, current.chain_pem)], roots)
