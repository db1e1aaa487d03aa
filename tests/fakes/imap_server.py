"""A real IMAP server on loopback: Debian's dovecot, with its own folder, one user, and TLS.

with ImapServer(folder, tls) as server:
    server.deliver(raw)
    ImapMailbox(server.settings())
"""

import getpass
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final, Literal, Self

from guildpost_agent.adapters.mailbox.imap import ImapSettings
from tests.factories.tls_files import TlsFiles

DOVECOT: Final = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")
USER, PASSWORD = "werkstatt", "geheim-1"
_COUNT = itertools.count(1)


class ImapServer:
    """Dovecot in the foreground; its mail lies in a Maildir."""

    def __init__(self, folder: Path, tls: TlsFiles) -> None:
        self._folder = folder
        self._tls = tls
        self._run = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.mail = self._run / "mail"
        self.plain_port, self.tls_port = _free_port(), _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        assert DOVECOT is not None
        self._run.chmod(0o755)  # dovecot's processes have no rights but to enter here
        self._folder.mkdir(parents=True)
        uid, gid = (8, 8) if os.geteuid() == 0 else (os.geteuid(), os.getegid())  # it refuses mail of root; 8 is "mail"
        for folder in (self.mail, *(self.mail / name for name in ("new", "cur", "tmp"))):
            folder.mkdir()
            os.chown(folder, uid, gid)
        internal, login = ("dovecot", "dovenull") if os.geteuid() == 0 else (getpass.getuser(),) * 2
        passwords = self._run / "users"
        passwords.write_text(f"{USER}:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{self._run}::\n")
        config = self._folder / "dovecot.conf"
        config.write_text(
            f"""
base_dir = {self._run}
state_dir = {self._run}/state
log_path = {self._folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal if internal == "dovecot" else _group(gid)}
default_login_user = {login}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{self.mail}
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{self._tls.certificate}
ssl_key = <{self._tls.key}
passdb {{
  driver = passwd-file
  args = {passwords}
}}
userdb {{
  driver = passwd-file
  args = {passwords}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.plain_port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
  }}
}}
service anvil {{
  chroot =
}}
"""
        )
        self._process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=subprocess.DEVNULL)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.tls_port)) == 0:
                    return self
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError((self._folder / "log").read_text() if (self._folder / "log").exists() else "no start")

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            shutil.rmtree(self._run, ignore_errors=True)

    def deliver(self, raw: bytes) -> None:
        """Let a message arrive as a mail server would: whole or not at all."""
        name = f"{int(time.time())}.M{next(_COUNT):06}.test"
        (self.mail / "tmp" / name).write_bytes(raw)
        (self.mail / "tmp" / name).rename(self.mail / "new" / name)

    def put_away(self, folder: str) -> int:
        """Count what lies in a folder."""
        return sum(1 for part in ("new", "cur") for _ in (self.mail / f".{folder}" / part).glob("*"))

    def settings(
        self, *, security: Literal["tls", "starttls", "none"] = "tls", password: str = PASSWORD, trusted: bool = True
    ) -> ImapSettings:
        """Say how to get in."""
        file = self._folder / f"password-{password}"
        file.write_text(f"{password}\n")
        port = self.tls_port if security == "tls" else self.plain_port
        ca_file = self._tls.ca if trusted else None
        return ImapSettings("localhost", port, security, USER, str(file), ca_file=ca_file)


def _group(gid: int) -> str:
    return subprocess.check_output(["getent", "group", str(gid)]).decode().split(":")[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
