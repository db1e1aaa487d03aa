"""The ledger's witness beside the database: ``ledger-end``, JSON in one line, sealed with HMAC-SHA256.

hex(HMAC) ⏎ {"seq": 120, "hash": "ab…", "gaps": [{"was": …, "now_at": …, "by": …, "at": …}]} ⏎
"""

import hashlib
import hmac
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from guildpost_agent.app.egress.witness import Gap, Witness
from guildpost_shared.durable_files import replace_file
from guildpost_shared.errors import Unavailable, Untrusted

FILE: Final = "ledger-end"


class LedgerWitnessFile:
    """A ``WitnessKeeper`` on a file."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key

    def read(self) -> Witness:
        """Read the file and its seal.

        Raises:
            Untrusted: ``egress_ledger_witness``.
        """
        try:
            seal, _, body = self.path.read_text("utf-8").rstrip("\n").partition("\n")
            if not hmac.compare_digest(seal, self._seal(body)):
                raise Untrusted("egress_ledger_witness", "seal", path=self.path)
            row = json.loads(body)
            gaps = tuple(Gap(**{**gap, "at": datetime.fromisoformat(gap["at"])}) for gap in row["gaps"])
            return Witness(row["seq"], row["hash"], gaps)
        except (OSError, UnicodeDecodeError, TypeError) as error:
            raise Untrusted("egress_ledger_witness", type(error).__name__, path=self.path) from error

    def write(self, witness: Witness) -> None:
        """Replace the file, durably.

        Raises:
            Unavailable: ``egress_witness_not_written``.
        """
        gaps = [{**asdict(gap), "at": gap.at.isoformat()} for gap in witness.gaps]
        body = json.dumps({"seq": witness.seq, "hash": witness.hash, "gaps": gaps}, ensure_ascii=False)
        try:
            replace_file(self.path, f"{self._seal(body)}\n{body}\n".encode(), mode=0o600)
        except OSError as error:
            raise Unavailable("egress_witness_not_written", type(error).__name__, path=self.path) from error

    def _seal(self, body: str) -> str:
        return hmac.new(self._key, body.encode("utf-8"), hashlib.sha256).hexdigest()
