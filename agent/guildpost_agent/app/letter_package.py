"""Make the files of a batch and let them out: everything passes the egress gate, and is sealed where there is a key."""

import hashlib
from collections.abc import Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import LETTERSHOP
from guildpost_agent.domain.letter_batch import CHECKSUMS, INDEX, MANIFEST, checksums, sealed
from guildpost_shared import strict_json
from guildpost_shared.entropy import Entropy

_KINDS: Final = {INDEX: "letter_index", MANIFEST: "letter_manifest", CHECKSUMS: "letter_checksums"}


def batch_files(
    batch_id: str,
    pdf: bytes,
    index: bytes,
    manifest: Mapping[str, object],
    *,
    gate: EgressGate,
    key: X25519PublicKey | None,
    entropy: Entropy,
) -> dict[str, bytes]:
    """Give the files that go to the lettershop.

    Args:
        batch_id: names PDF and package.
        pdf: the letters in print order.
        index: ``index.csv``.
        manifest: what the lettershop must know; the files with size and hash are added.
        gate: enters what leaves; of a sealed batch the parts are checked before they are sealed.
        key: the lettershop's; None leaves the files readable.
        entropy: for sealing.

    Raises:
        Refused: ``egress_refused``; nothing of the batch may leave.
    """
    parts = {f"{batch_id}.pdf": pdf, INDEX: index}
    listed = {name: {"bytes": len(d), "sha256": hashlib.sha256(d).hexdigest()} for name, d in parts.items()}
    parts[MANIFEST] = strict_json.canonical({**manifest, "files": listed}) + b"\n"
    parts[CHECKSUMS] = checksums(parts)
    kinds = {name: _KINDS.get(name, "letter_pdf") for name in parts}
    if key is not None:
        for name, data in parts.items():
            gate.examine(destination=LETTERSHOP, kind=kinds[name], payload=data)
        package = f"{batch_id}.tar.age"
        parts = {package: sealed(parts, [key], entropy)}
        parts[CHECKSUMS] = checksums(parts)
        kinds[package] = "letter_package"
    return {name: gate.release(destination=LETTERSHOP, kind=kinds[name], payload=data) for name, data in parts.items()}
