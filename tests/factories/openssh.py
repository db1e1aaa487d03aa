"""A real OpenSSH server on loopback, run as whoever runs the tests, and a line to it that can be cut.

with OpenSsh(tmp_path) as server:
    server.delivery(folder).stage(…)
"""

import contextlib
import getpass
import os
import socket
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncssh

from guildpost_agent.adapters.sftp.connection import SftpSettings
from guildpost_agent.adapters.sftp.delivery import SftpDelivery
from tests.programs import find_program

CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
LogLevel ERROR
Subsystem sftp internal-sftp
"""


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class OpenSsh:
    """The server, with one host key and one client that may log in."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        host, client = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
        host.write_private_key(folder / "host")
        (folder / "host").chmod(0o600)
        client.write_private_key(folder / "client")
        client.write_public_key(folder / "authorized")
        self.host_key = host.export_public_key().decode().strip()
        (folder / "sshd_config").write_text(CONFIG.format(port=self.port, folder=folder))

    def __enter__(self) -> Self:
        program = find_program("sshd")
        assert program is not None, "sshd is required here: install openssh-server"
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd's own demand where root starts it
        command = [str(program), "-D", "-e", "-f", str(self.folder / "sshd_config")]
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(command, stderr=self._log)
        end = time.monotonic() + 10
        while time.monotonic() < end and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._log.close()

    def settings(self, folder: Path, port: int | None = None) -> SftpSettings:
        """Name the server as a dealer would; ``port`` of a line in front of it."""
        used = port or self.port
        known = self.folder / f"known_hosts_{used}"
        known.write_text(f"[127.0.0.1]:{used} {self.host_key}\n")
        return SftpSettings(
            "127.0.0.1",
            used,
            getpass.getuser(),
            known,
            folder=str(folder),
            key_file=self.folder / "client",
            wait_seconds=5,
            pause_seconds=0.05,
        )

    def delivery(self, folder: Path, port: int | None = None, *, attempts: int = 4) -> SftpDelivery:
        """Deliver into a folder."""
        return SftpDelivery(replace(self.settings(folder, port), attempts=attempts))


class Line:
    """A line to the server that breaks after so many bytes from the client, connection by connection.

    Attributes:
        cuts: after how many bytes each connection breaks; further ones hold.
        connections: how many there were.
    """

    def __init__(self, port: int, cuts: list[int]) -> None:
        self._target, self.cuts, self.connections = port, cuts, 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            left = self.cuts[self.connections] if self.connections < len(self.cuts) else 1 << 60
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=_copy, args=(client, server, left), daemon=True).start()
            threading.Thread(target=_copy, args=(server, client, 1 << 60), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket, left: int) -> None:
    with contextlib.suppress(OSError):
        while left > 0 and (data := source.recv(min(left, 65536))):
            target.sendall(data)
            left -= len(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
