"""The invented brand Arvana's catalogue: its services and templates, as the bytes that get signed and published."""

from importlib import resources
from importlib.resources.abc import Traversable

BRAND = "Arvana"
_KINDS = ("services", "templates")


def targets() -> dict[str, bytes]:
    """Read the whole sample catalogue.

    Returns:
        Catalogue path (``services/hu_au.json``, ``templates/hu_au/1/email.de.mjml``) to bytes, sorted by path.
    """
    root = resources.files(__package__)
    found: dict[str, bytes] = {}
    for kind in _KINDS:
        _collect(root.joinpath(kind), kind, found)
    return dict(sorted(found.items()))


def _collect(folder: Traversable, path: str, found: dict[str, bytes]) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            _collect(entry, f"{path}/{entry.name}", found)
        elif not entry.name.startswith("."):
            found[f"{path}/{entry.name}"] = entry.read_bytes()
