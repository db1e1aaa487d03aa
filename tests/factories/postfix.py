"""A real Postfix on loopback: its own configuration, queue and Maildir; started as root from Debian's package.

with Postfix(folder, tls) as server:             # erika@post.example has a mailbox, nobody else there has
    ...
    message = server.wait_for_mail("erika")
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.factories.tls_files import TlsFiles

PROGRAM: Final = shutil.which("postfix") or "/usr/sbin/postfix"
DOMAIN: Final = "post.example"
PATIENCE: Final = 30.0
_MAIN: Final = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = inline:{{ erika@{domain}=erika/ service@{domain}=service/ }}
virtual_mailbox_base = {folder}/mail
virtual_minimum_uid = {uid}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_reject_unlisted_recipient = {reject}
maillog_file = {folder}/log/maillog
maillog_file_prefixes = {folder}/log
smtputf8_enable = no
bounce_queue_lifetime = 1h
alias_maps =
alias_database =
"""
_MASTER: Final = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Starts and stops with ``with``; ``bounces_late`` accepts unknown mailboxes and sends a notice back."""

    def __init__(self, tls: TlsFiles, *, bounces_late: bool = False) -> None:
        # Not in pytest's folder: whoever starts pytest closes that to Postfix's own user.
        self.folder = folder = Path(tempfile.mkdtemp(prefix="guildpost-postfix-"))
        folder.chmod(0o711)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        owner = pwd.getpwnam("postfix")
        for name in ("queue", "data", "mail", "log", "conf"):
            (folder / name).mkdir()
        for name in ("data", "mail"):
            os.chown(folder / name, owner.pw_uid, owner.pw_gid)
        values = {
            "folder": folder, "domain": DOMAIN, "uid": owner.pw_uid, "gid": owner.pw_gid,
            "certificate": shutil.copy(tls.certificate, folder / "conf"),
            "key": shutil.copy(tls.key, folder / "conf"), "reject": "no" if bounces_late else "yes",
        }  # fmt: skip
        (folder / "conf" / "main.cf").write_text(_MAIN.format(**values), "ascii")
        (folder / "conf" / "master.cf").write_text(_MASTER.format(port=self.port), "ascii")

    @staticmethod
    def available() -> bool:
        """Say whether it can run here."""
        return os.geteuid() == 0 and Path(PROGRAM).exists()

    def __enter__(self) -> Self:
        self._run("start")
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise TimeoutError(self.log())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """Read what it says."""
        path = self.folder / "log" / "maillog"
        return path.read_text("utf-8", "replace") if path.exists() else "(no log)"

    def maildir(self, name: str) -> Path:
        """Name a mailbox's folder."""
        return self.folder / "mail" / name

    def wait_for_mail(self, name: str, count: int = 1) -> list[bytes]:
        """Wait until so many mails lie in a mailbox."""
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            found = sorted((self.maildir(name) / "new").glob("*"))
            if len(found) >= count:
                return [path.read_bytes() for path in found]
            time.sleep(0.1)
        raise TimeoutError(self.log())

    def _run(self, action: str) -> None:
        command = [PROGRAM, "-c", str(self.folder / "conf"), action]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise OSError(f"postfix {action}: {done.stderr}\n{self.log()}")
