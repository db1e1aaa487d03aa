"""The one folder that holds everything a demo writes.

coordinator/  signers/<role>/  relay/     the programs' homes
dealers/<key>/home  dms  letters          an agent's home, its management system's exports, its lettershop
mail/  certificates/  logs/               the mail server's store, the demo's certificates, a log per process
records/                                  with --record: what left each agent, what coordinator and relay decoded
"""

import fcntl
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from guildpost_shared.errors import ConfigurationError, Conflict

MARKER: Final = ".guildpost-demo"


@dataclass(frozen=True)
class DealerFolders:
    """One dealership's corners."""

    home: Path
    dms: Path
    letters: Path
    relay_card: Path


class DemoFolder:
    """The demo's folder, locked while a demo runs in it."""

    def __init__(self, root: Path, *, keeps_former: bool = False) -> None:
        """Take the folder, replacing what a former demo left (or moving it aside).

        Raises:
            ConfigurationError: the folder holds something that no demo wrote.
            Conflict: a demo is running in it.
        """
        self.root = root.resolve()
        if self.root.exists() and any(self.root.iterdir()):
            self._give_way(keeps_former=keeps_former)
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = self._locked()

    def _give_way(self, *, keeps_former: bool) -> None:
        if not (self.root / MARKER).exists():
            raise ConfigurationError("demo_folder_foreign", folder=self.root)
        self._locked().close()
        if keeps_former:
            number = 1
            while (aside := self.root.with_name(f"{self.root.name}.{number}")).exists():
                number += 1
            self.root.rename(aside)
        else:
            shutil.rmtree(self.root)

    def _locked(self) -> TextIO:
        marker = (self.root / MARKER).open("a+", encoding="utf-8")
        try:
            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            marker.close()
            raise Conflict("demo_folder_busy", folder=self.root) from None
        return marker

    def release(self) -> None:
        """Let another demo use the folder."""
        self._lock.close()

    @property
    def coordinator(self) -> Path:
        """The coordinator's home."""
        return self.root / "coordinator"

    @property
    def relay(self) -> Path:
        """The relay's home."""
        return self.root / "relay"

    @property
    def mail(self) -> Path:
        """The mail server's store."""
        return self.root / "mail"

    @property
    def certificates(self) -> Path:
        """The demo authority's files."""
        return self.root / "certificates"

    @property
    def logs(self) -> Path:
        """One log per process."""
        return self.root / "logs"

    @property
    def records(self) -> Path:
        """What an audit reads: ``egress/<key>/<destination>.bin``, ``coordinator/requests.bin``, ``relay.bin``."""
        return self.root / "records"

    def passphrase(self, holder: str) -> Path:
        """Give the passphrase file of a key holder, making it at first use."""
        path = self.passphrases / holder
        if not path.exists():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32), encoding="ascii")
        return path

    @property
    def signers(self) -> Path:
        """The homes of the signing roles, one folder each; the root key's is there too."""
        return self.root / "signers"

    @property
    def catalogue(self) -> Path:
        """The sample catalogue as it is handed in."""
        return self.root / "catalogue"

    @property
    def passphrases(self) -> Path:
        """One file per key holder."""
        return self.root / "passphrases"

    def dealer(self, key: str) -> DealerFolders:
        """One dealership's corners; an agent's home is named like the agent, which is its name at the clock."""
        root = self.root
        return DealerFolders(
            root / "agents" / key, root / "dms" / key, root / "letters" / key, root / "cards" / f"{key}.json"
        )
