"""The studies that are in force in a brand's catalogue, as the dealer reads them."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from guildpost_shared.errors import GuildpostError, Refused, Untrusted
from guildpost_shared.studies.spec import StudySpec, parse_study


class Reading(Protocol):
    """What of a brand's catalogue is read."""

    def list(self, prefix: str) -> tuple[str, ...]:
        """List what is in force."""
        ...

    def read(self, path: str, /) -> bytes:
        """Give what is in force; errors as ``CatalogueSource.read``."""
        ...


@dataclass(frozen=True)
class Unread:
    """A study that cannot be read.

    Attributes:
        path: where the catalogue has it.
        error: why; ``Refused`` where only a newer program knows its kind, ``Untrusted`` where the copy is damaged.
    """

    path: str
    error: GuildpostError

    @property
    def is_damaged(self) -> bool:
        """Say whether the copy on this machine has to be fetched again."""
        return isinstance(self.error, Untrusted)


def studies_in_force(source: Reading, on: date | None = None) -> tuple[list[StudySpec], list[Unread]]:
    """Read the highest version of each study; one that cannot be read takes nothing from the others.

    Args:
        source: a brand's catalogue.
        on: only versions that count this day: the next period's may be there already.

    Returns:
        The studies by name, and what cannot be read.
    """
    newest: dict[str, StudySpec] = {}
    unread: list[Unread] = []
    for path in source.list("studies/"):
        try:
            study = parse_study(source.read(path))
        except (Refused, Untrusted) as error:
            unread.append(Unread(path, error))
            continue
        if on is not None and not study.period_start <= on <= study.period_end:
            continue
        known = newest.get(study.study_id)
        if known is None or known.version < study.version:
            newest[study.study_id] = study
    return [newest[name] for name in sorted(newest)], unread
