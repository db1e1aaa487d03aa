"""The studies that are in force in a brand's catalogue, as the dealer reads them."""

from typing import Protocol

from guildpost_shared.errors import Refused
from guildpost_shared.studies.spec import StudySpec, parse_study


class Reading(Protocol):
    """What of a brand's catalogue is read."""

    def list(self, prefix: str) -> tuple[str, ...]:
        """List what is in force."""
        ...

    def read(self, path: str, /) -> bytes:
        """Give what is in force; errors as ``CatalogueSource.read``."""
        ...


def studies_in_force(source: Reading) -> tuple[list[StudySpec], list[str]]:
    """Read the highest version of each study.

    Args:
        source: a brand's catalogue.

    Returns:
        The studies by name, and the paths that cannot be read: of a kind that only a newer program knows.
    """
    newest: dict[str, StudySpec] = {}
    unreadable: list[str] = []
    for path in source.list("studies/"):
        try:
            study = parse_study(source.read(path))
        except Refused:
            unreadable.append(path)
            continue
        known = newest.get(study.study_id)
        if known is None or known.version < study.version:
            newest[study.study_id] = study
    return [newest[name] for name in sorted(newest)], unreadable
