"""The recovery sheet: what is printed, signed and locked away beside the offline root key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.paper import to_paper
from guildpost_shared.catalog import Catalog
from guildpost_shared.durable_files import replace_file

SHEET_FILE: Final = "recovery-sheet.txt"


def write_sheet(home: Path, key_pem: bytes, facts: Mapping[str, str], texts: Catalog) -> Path:
    """Write the sheet into the root key's home, for its owner only.

    Args:
        home: the root key's home.
        key_pem: the encrypted key file.
        facts: message id of a label → value (fingerprints, hash of the first root).
        texts: of the command line.
    """
    lines = [
        texts.text("cli.sheet.title"),
        "",
        *(f"{texts.text(label)}\n    {value}" for label, value in facts.items()),
        "",
        texts.text("cli.sheet.key"),
        "",
        *to_paper(key_pem),
        "",
        texts.text("cli.sheet.signatures"),
        "",
    ]
    replace_file(home / SHEET_FILE, "\n".join(lines).encode("utf-8"), mode=0o600)
    return home / SHEET_FILE
