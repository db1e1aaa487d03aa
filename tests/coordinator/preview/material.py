"""Folders of material for previews: a part of the sample brand's catalogue, and a newer version of it."""

import json
from collections.abc import Callable
from pathlib import Path

from guildpost_demo.catalogue import targets

KEPT = ("services/hu_au.json", "services/lease_end.json", "templates/hu_au/", "templates/lease_end/1/call.")
CHANGES = {
    "Wir laden Sie herzlich ein, diesen Termin": "Gern laden wir Sie ein, diesen Termin",
    "So etwas gerät leicht in Vergessenheit": "Das ist schnell vergessen",
    "Passt es Ihnen gerade für zwei Minuten?": "Passt es Ihnen gerade für einen Moment?",
}


def files() -> dict[str, bytes]:
    """Give two services' targets: mails in two languages, a letter, call scripts."""
    return {path: data for path, data in targets().items() if path.startswith(KEPT)}


def newer_files() -> dict[str, bytes]:
    """Give the next version: other words, a longer slot, one template gone, one faulty."""
    found: dict[str, bytes] = {}
    for path, data in files().items():
        if path.startswith("templates/hu_au/1/"):
            text = data.decode().replace("hu_au/1/", "hu_au/2/").replace('"version": 1', '"version": 2')
            found[path.replace("/1/", "/2/")] = _changed(text).encode()
        else:
            found[path] = _changed(data.decode()).encode()
    manifest = json.loads(found["templates/hu_au/2/email.de.json"])
    mobility = next(slot for slot in manifest["slots"] if slot["name"] == "mobility")
    mobility |= {"max_length": 200, "sample": "Leihrad oder Hol- und Bringdienst nach Absprache."}
    found["templates/hu_au/2/email.de.json"] = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
    found = {path: data for path, data in found.items() if not path.startswith("templates/lease_end/1/call.en")}
    found["templates/hu_au/2/email.en.txt"] += b"\n{% if overdue %}\nnever closed\n"
    return found


def _changed(text: str) -> str:
    for old, new in CHANGES.items():
        text = text.replace(old, new)
    return text


def _written(give: Callable[[], dict[str, bytes]], folder: Path) -> Path:
    for path, data in give().items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


def a_folder(folder: Path) -> Path:
    """Write the older version."""
    return _written(files, folder)


def a_newer_folder(folder: Path) -> Path:
    """Write the newer version."""
    return _written(newer_files, folder)
