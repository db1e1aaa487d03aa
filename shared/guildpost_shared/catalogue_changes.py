"""What a coordinator sends at once of the signed catalogue, to an agent that says what it has verified before.

Nothing in it is trusted: it only saves the agent from asking for each file by name.
"""

from typing import Final, NamedTuple

from guildpost_shared.catalogue_paths import ROLES

HELD_ROLES: Final = ("root", "snapshot", "targets", *ROLES)
"""Whose metadata an agent says the version of; the timestamp is sent each time."""
MAX_VERSION: Final = 999_999_999
MAX_CHANGES_BYTES: Final = 2 * 1024 * 1024
"""Contents of one answer; an agent fetches by name what does not fit."""
MAX_CHANGED_FILES: Final = 2_000


class CatalogueFile(NamedTuple):
    """A file under the name by which it would be asked for; None instead of contents: there is no such file."""

    name: str
    data: bytes | None


def metadata_name(role: str, version: int) -> str:
    """Give the name of a version of a role's metadata (``4.marketing.json``)."""
    return f"{version}.{role}.json"
