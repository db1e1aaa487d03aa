"""A signer's desk that is a folder: carried to a machine without a network and back (port ``SigningDesk``).

FOLDER/proposal.json     role, version
FOLDER/to_sign           the canonical bytes
FOLDER/previous.json     the role's published metadata
FOLDER/contents/SHA256   everything that the signer has to see
FOLDER/answer.json       {"version": 7, "signature": "…"} or {"version": 7, "refused": "…"}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.catalogue_paths import SIGNER_ROLES, SignerRole
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import Refused
from guildpost_shared.proposals import Proposal

_PROPOSAL: Final = "proposal.json"
_TO_SIGN: Final = "to_sign"
_PREVIOUS: Final = "previous.json"
_CONTENTS: Final = "contents"
_ANSWER: Final = "answer.json"
_MOST: Final = 10**9  # versions


@dataclass(frozen=True)
class Answer:
    """What a signer said to a proposal: a signature (64 bytes), or the code of the refusal."""

    role: SignerRole
    version: int
    signature: bytes | None
    refused: str


class FolderDesk:
    """The folder, as coordinator and signer use it."""

    def __init__(self, folder: Path, role: SignerRole) -> None:
        self._folder = folder
        self._role = role

    def offer(self, proposal: Proposal, contents: Mapping[str, bytes]) -> None:
        """Write a proposal and the contents it names; an answer to an earlier one is gone."""
        (self._folder / _CONTENTS).mkdir(parents=True, exist_ok=True)
        (self._folder / _ANSWER).unlink(missing_ok=True)
        for sha256, data in contents.items():
            replace_file(self._folder / _CONTENTS / sha256, data)
        replace_file(self._folder / _TO_SIGN, proposal.to_sign)
        replace_file(self._folder / _PREVIOUS, proposal.previous)
        head = {"role": proposal.role, "version": proposal.version}
        replace_file(self._folder / _PROPOSAL, strict_json.canonical(head))

    def pending(self) -> Proposal:
        """Read the proposal.

        Raises:
            Refused: ``sign_folder_unreadable``.
        """
        fields = self._read(_PROPOSAL)
        role = fields.text("role", "|".join(SIGNER_ROLES))
        version = fields.integer("version", 1, _MOST)
        if role != self._role:
            raise Refused("sign_folder_unreadable", detail=role)
        return Proposal(self._role, version, self._bytes(_TO_SIGN), self._bytes(_PREVIOUS))

    def content(self, sha256: str, limit: int) -> bytes:
        """Give contents by their hash, at most ``limit`` bytes and one."""
        return self._bytes(f"{_CONTENTS}/{sha256}", limit + 1)

    def submit(self, version: int, signature: bytes) -> bool:
        """Write the signature down; it is in force once the folder is back."""
        self._answer({"version": version, "signature": signature.hex()})
        return False

    def refuse(self, version: int, code: str) -> None:
        """Write the refusal down."""
        self._answer({"version": version, "refused": code})

    def answer(self) -> Answer:
        """Read what the signer said.

        Raises:
            Refused: ``sign_folder_unreadable``.
        """
        fields = self._read(_ANSWER)
        version = fields.integer("version", 1, _MOST)
        if "signature" in fields.names():
            return Answer(self._role, version, bytes.fromhex(fields.text("signature", r"[0-9a-f]{128}")), "")
        return Answer(self._role, version, None, fields.text("refused", r"[a-z_]{1,80}"))

    def _answer(self, answer: dict[str, object]) -> None:
        replace_file(self._folder / _ANSWER, strict_json.canonical(answer))

    def _read(self, name: str) -> strict_json.Fields:
        return strict_json.read(self._bytes(name), name)

    def _bytes(self, name: str, most: int = strict_json.MAX_BYTES) -> bytes:
        try:
            with (self._folder / name).open("rb") as file:
                return file.read(most)
        except OSError as error:
            raise Refused("sign_folder_unreadable", detail=str(error)) from error
