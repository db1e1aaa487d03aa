"""An SFTP connection to the one server that the dealer named: strict host key, key or password, errors in our words."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from guildpost_shared.errors import ConfigurationError, Unavailable, Untrusted


@dataclass(frozen=True)
class SftpSettings:
    """The lettershop's server.

    Attributes:
        host: name or address, as it stands in ``known_hosts``.
        known_hosts: the only keys that are believed, in OpenSSH's form.
        folder: where batches go; the server's start folder if empty.
        key_file: the dealer's private key, or None.
        password_file: a file with the password, or None.
        attempts: how often a broken connection is taken up again within one step.
        wait_seconds: for an answer.
        pause_seconds: before the second attempt; doubled for each further one.
    """

    host: str
    port: int
    user: str
    known_hosts: Path
    folder: str = ""
    key_file: Path | None = None
    password_file: Path | None = None
    attempts: int = 4
    wait_seconds: float = 20.0
    pause_seconds: float = 1.0


BROKEN = (OSError, asyncssh.DisconnectError, asyncssh.ChannelOpenError, asyncssh.SFTPConnectionLost, TimeoutError)
"""What a connection that breaks raises; a new one may go better."""


@asynccontextmanager
async def connected(settings: SftpSettings) -> AsyncIterator[asyncssh.SFTPClient]:
    """Open a connection.

    Raises:
        Untrusted: ``letter_sftp_host_unknown``.
        ConfigurationError: ``letter_sftp_login`` or ``letter_sftp_file_unreadable``.
        OSError, asyncssh.Error: the connection breaks.
    """
    known_hosts, key, password = _read(settings.known_hosts), None, None
    if settings.key_file is not None:
        try:
            key = asyncssh.import_private_key(_read(settings.key_file))
        except asyncssh.KeyImportError as error:
            raise ConfigurationError("letter_sftp_file_unreadable", path=settings.key_file) from error
    if settings.password_file is not None:
        password = _read(settings.password_file).decode("utf-8").strip()
    try:
        connection = await asyncssh.connect(
            settings.host,
            settings.port,
            username=settings.user,
            known_hosts=known_hosts,
            client_keys=[key] if key else None,
            password=password,
            agent_path=None,
            config=None,
            x509_trusted_certs=None,
            login_timeout=settings.wait_seconds,
            connect_timeout=settings.wait_seconds,
            keepalive_interval=settings.wait_seconds,
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise Untrusted("letter_sftp_host_unknown", host=settings.host) from error
    except asyncssh.PermissionDenied as error:
        raise ConfigurationError("letter_sftp_login", host=settings.host, user=settings.user) from error
    async with connection, connection.start_sftp_client() as client:
        yield client


@contextmanager
def in_our_words(settings: SftpSettings) -> Iterator[None]:
    """Translate what a server or a line does to us."""
    try:
        yield
    except (*BROKEN, asyncssh.Error) as error:
        reason = str(error) or type(error).__name__
        raise Unavailable("letter_sftp_away", type(error).__name__, host=settings.host, reason=reason[:200]) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError("letter_sftp_file_unreadable", type(error).__name__, path=path) from error
