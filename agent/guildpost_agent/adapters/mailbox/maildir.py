"""A Maildir as mailbox; what is dealt with goes to a folder inside it (Maildir++)."""

import mailbox
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from guildpost_agent.domain.bounces.parts import MOST_BYTES
from guildpost_shared.errors import ConfigurationError


class MaildirMailbox:
    """A Maildir that a mail server on this machine delivers to."""

    def __init__(self, path: Path, folder: str) -> None:
        """Name the Maildir, and the folder inside it for what was dealt with."""
        self._path = path
        self._folder = folder

    @contextmanager
    def open(self) -> Iterator["_MaildirSession"]:
        """Open it (see ``Mailbox``)."""
        if not (self._path / "new").is_dir() or not (self._path / "cur").is_dir():
            raise ConfigurationError("mailbox_folder_unusable", folder=self._path)
        yield _MaildirSession(mailbox.Maildir(self._path, create=False), self._folder)


class _MaildirSession:
    """The Maildir while it is read."""

    def __init__(self, box: mailbox.Maildir, folder: str) -> None:
        self._box = box
        self._folder = folder

    def waiting(self) -> Sequence[str]:
        """List the messages, oldest first: a Maildir's names begin with the second of delivery."""
        return sorted(self._box.keys())

    def read(self, key: str) -> bytes | None:
        """Read a message."""
        try:
            with self._box.get_file(key) as file:
                return file.read(MOST_BYTES)
        except (KeyError, FileNotFoundError):
            return None

    def put_away(self, key: str) -> None:
        """Move a message, by a rename that is whole or nothing."""
        try:
            folder = self._box.add_folder(self._folder)
            source = Path(self._box._path) / self._box._lookup(key)  # type: ignore[attr-defined]  # noqa: SLF001 — moving a file is not in the library's interface; copying would not be whole or nothing
            with suppress(FileNotFoundError):
                source.rename(Path(folder._path) / "cur" / f"{key}:2,S")  # noqa: SLF001 — as above
        except KeyError:
            return
        except OSError as error:
            raise ConfigurationError("mailbox_folder_unusable", folder=self._folder, reason=str(error)) from None
