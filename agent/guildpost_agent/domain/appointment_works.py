"""For which services an appointment is, by the words that tell a workshop's work: ``HU + Räderwechsel`` is two."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from guildpost_agent.domain.work_kinds import appointment_occasion
from guildpost_shared.services.work import Work

Works = Mapping[str, Sequence[Work]]
_PARTS: Final = re.compile(r"[+,;&/\n]|\b(?:und|mit|and|with)\b")


def services_in(texts: Iterable[str], works: Works) -> tuple[str, ...]:
    """Name the services that texts about an appointment are for, part by part, ordered; nothing where none is known.

    Args:
        texts: what a person or a system wrote.
        works: by service, the words that its work is told by; inspections are told without.
    """
    parts = [part for text in texts for part in _PARTS.split(text)]
    found = {appointment_occasion(part) for part in parts}
    found |= {service for service, told in works.items() if any(work.fits(part) for work in told for part in parts)}
    return tuple(sorted(found - {""}))
