"""The ledger to take along: every entry, and a signed statement of where it ended.

    statement = "guildpost/egress-export/v1" ⏎ agent id ⏎ made at (UTC) ⏎ seq ⏎ hash
    signature = Ed25519 by the agent's identity key, whose public half stands in the network's roster

Anybody can check an export without this program: each entry's hash covers the one before it (``ledger``), the
statement covers the last one. Kept by somebody else, it shows later that nothing before its end was taken away.
"""

import base64
import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from guildpost_agent.app.egress.ledger import START
from guildpost_agent.app.ports.unit_of_work import LedgerEntry
from guildpost_agent.domain.spreadsheet import harmless
from guildpost_shared.identity.keys import raw_public

_TYPE: Final = "egress_ledger"
_COLUMNS: Final = ("seq", "at", "destination", "kind", "count", "size", "sha256", "previous", "hash")


@dataclass(frozen=True)
class End:
    """Where an exported ledger ended, and who says so; without a membership nobody signs."""

    agent_id: str
    made_at: datetime
    seq: int
    hash: str
    key: bytes = b""
    signature: bytes = b""

    @property
    def statement(self) -> bytes:
        """The bytes that are signed."""
        at = self.made_at.astimezone(UTC).isoformat(timespec="seconds")
        return "\n".join(("guildpost/egress-export/v1", self.agent_id, at, str(self.seq), self.hash)).encode()


def signed_end(entries: Sequence[LedgerEntry], agent_id: str, key: Ed25519PrivateKey | None, now: datetime) -> End:
    """State where a ledger ends."""
    last = entries[-1] if entries else None
    bare = End(agent_id, now.replace(microsecond=0), last.seq if last else 0, last.hash if last else START)
    if key is None:
        return bare
    return End(**{**vars(bare), "key": raw_public(key), "signature": key.sign(bare.statement)})


def to_json(entries: Sequence[LedgerEntry], end: End) -> str:
    """Write entries and end as one JSON document."""
    rows = [{**asdict(entry), "at": _instant(entry.at)} for entry in entries]
    return json.dumps({"type": _TYPE, "end": _end_row(end), "entries": rows}, ensure_ascii=False, indent=1) + "\n"


def to_csv(entries: Sequence[LedgerEntry], words: Callable[[str, str], str]) -> str:
    """Write the entries as a table for people, each kind in words beside it; ``end_to_json`` goes with it.

    Args:
        entries: oldest first.
        words: says destination and kind in plain words.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow((*_COLUMNS, "what"))
    for entry in entries:
        row = {**asdict(entry), "at": _instant(entry.at)}
        cells = [harmless(str(row[name])) for name in _COLUMNS]
        writer.writerow((*cells, harmless(words(entry.destination, entry.kind))))
    return out.getvalue()


def end_to_json(end: End) -> str:
    """Write the end alone."""
    return json.dumps({"type": _TYPE, "end": _end_row(end)}, ensure_ascii=False, indent=1) + "\n"


def read_end(text: str) -> End:
    """Read where an export ended, and check its signature where it has one.

    Raises:
        ValueError: no export, or its signature does not fit.
    """
    document = json.loads(text)
    if not isinstance(document, dict) or document.get("type") != _TYPE:
        raise ValueError("no export")
    try:
        row = document["end"]
        end = End(
            agent_id=str(row["agent"]),
            made_at=datetime.fromisoformat(row["made_at"]),
            seq=int(row["seq"]),
            hash=str(row["hash"]),
            key=base64.b64decode(row["key"], validate=True),
            signature=base64.b64decode(row["signature"], validate=True),
        )
        if end.key or end.signature:
            Ed25519PublicKey.from_public_bytes(end.key).verify(end.signature, end.statement)
    except (KeyError, TypeError, InvalidSignature) as error:
        raise ValueError("not as it was written") from error
    return end


def _end_row(end: End) -> dict[str, object]:
    return {
        "agent": end.agent_id,
        "made_at": _instant(end.made_at),
        "seq": end.seq,
        "hash": end.hash,
        "key": base64.b64encode(end.key).decode("ascii"),
        "signature": base64.b64encode(end.signature).decode("ascii"),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
