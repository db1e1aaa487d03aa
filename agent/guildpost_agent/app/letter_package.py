"""Make the files of a batch and let them out, part by part: each passes the egress gate, perhaps sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from guildpost_agent.app.choose_postage import Addressed, Postage, PostageRules, choose_postage
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import LETTERSHOP
from guildpost_agent.domain.letter_batch import CHECKSUMS, INDEX, MANIFEST, checksum, checksum_list, part_name, sealed
from guildpost_agent.domain.postal import IndexLine, Stationery, index_csv
from guildpost_agent.domain.records import Customer, Touchpoint
from guildpost_shared import strict_json
from guildpost_shared.entropy import Entropy

_KINDS: Final = {
    INDEX: "letter_index",
    MANIFEST: "letter_manifest",
    CHECKSUMS: "letter_checksums",
    ".pdf": "letter_pdf",
    ".age": "letter_package",
}
"""What a file is to the gate, by its name or the ending of it."""


@dataclass(frozen=True)
class PrintedLetter:
    """A letter of a part, in print order: its random id, what it is about, whom it is for, its number of pages."""

    document_id: str
    touchpoint: Touchpoint
    customer: Customer
    pages: int


class LetterPackage:
    """The files of one batch, given out as they are made; the postage is chosen for the batch as a whole.

    A batch of one part gives everything out at its end. Of several, each part is given out at once and not kept; the
    index of all of them, the manifest and the checksums follow at the end.
    """

    def __init__(
        self, batch_id: str, parts: int, *, gate: EgressGate, key: X25519PublicKey | None, entropy: Entropy
    ) -> None:
        """Begin a batch.

        Args:
            batch_id: names the files.
            parts: so many at most.
            gate: enters what leaves; of a sealed batch the files are checked before they are sealed.
            key: the lettershop's; None leaves the files readable.
            entropy: for sealing.
        """
        self._batch_id, self._parts = batch_id, parts
        self._gate, self._key, self._entropy = gate, key, entropy
        self._letters: list[tuple[PrintedLetter, str, int]] = []
        self._made = 0
        self._listed: dict[str, dict[str, object]] = {}
        self._waiting: dict[str, bytes] = {}
        self._sums: dict[str, str] = {}
        self._packages: dict[str, str] = {}

    @property
    def empty(self) -> bool:
        """Say whether no letter was printed."""
        return not self._letters

    def part(self, pdf: bytes, letters: Sequence[PrintedLetter]) -> dict[str, bytes]:
        """Take a part in; give the files that may leave now.

        Args:
            pdf: with these letters and no others.
            letters: at least one, in print order, behind those of earlier parts.

        Raises:
            Refused: ``egress_refused``; nothing more of the batch may leave.
        """
        self._made += 1
        name, page = part_name(self._batch_id, self._made, self._parts), 1
        for letter in letters:
            self._letters.append((letter, f"{name}.pdf", page))
            page += letter.pages
        self._enclose(f"{name}.pdf", pdf, letters=len(letters), pages=page - 1)
        return {} if self._parts == 1 else self._given_out(f"{name}.tar.age")

    def rest(
        self, head: Mapping[str, object], stationery: Stationery, rules: PostageRules | None, at: datetime
    ) -> dict[str, bytes]:
        """Give what completes the batch.

        Args:
            head: what the lettershop must know beside counts, postage and files.
            stationery: paper and weights.
            rules: of postage; without them every letter goes as what it weighs.
            at: when the batch is handed over.

        Raises:
            Refused: ``egress_refused``; the batch may not leave.
        """
        postage = self._postage(stationery, rules, at)
        products = postage.products if postage else {}
        lines = [
            IndexLine(
                one.document_id,
                first,
                first + one.pages - 1,
                one.customer.postcode,
                file,
                products.get(one.document_id, ""),
            )
            for one, file, first in self._letters
        ]
        self._enclose(INDEX, index_csv(lines, stationery))
        counts = {"letters": len(self._letters), "pages": sum(one.pages for one, _, _ in self._letters)}
        manifest = {"batch_id": self._batch_id, **head, **counts, "files": self._listed}
        if postage is not None:
            manifest["postage"] = postage.hand_over()
        self._enclose(MANIFEST, strict_json.canonical(manifest) + b"\n")
        self._enclose(CHECKSUMS, checksum_list(self._sums))
        files = self._given_out(f"{self._batch_id}.tar.age")
        if self._key is None:
            return files
        return {**files, CHECKSUMS: self._released(CHECKSUMS, checksum_list(self._packages))}

    def _postage(self, stationery: Stationery, rules: PostageRules | None, at: datetime) -> Postage | None:
        if rules is None:
            return None
        weigh = stationery.weight_g
        addressed = (
            Addressed(one.document_id, one.touchpoint, one.customer, weigh(one.pages)) for one, _, _ in self._letters
        )
        return choose_postage(rules, addressed, at)

    def _enclose(self, name: str, data: bytes, **counts: object) -> None:
        """Put a file beside those that leave next; manifest and checksums list it."""
        self._waiting[name], self._sums[name] = data, checksum(data)
        self._listed[name] = {"bytes": len(data), "sha256": self._sums[name], **counts}

    def _given_out(self, package: str) -> dict[str, bytes]:
        """Let the waiting files pass the gate, as they are or as one sealed package."""
        files, self._waiting = self._waiting, {}
        if self._key is not None:
            for name, data in files.items():
                self._gate.examine(destination=LETTERSHOP, kind=_kind(name), payload=data)
            files = {package: sealed(files, [self._key], self._entropy)}
            self._packages[package] = checksum(files[package])
        return {name: self._released(name, data) for name, data in files.items()}

    def _released(self, name: str, data: bytes) -> bytes:
        return self._gate.release(destination=LETTERSHOP, kind=_kind(name), payload=data)


def _kind(name: str) -> str:
    return next(kind for ending, kind in _KINDS.items() if name.endswith(ending))
