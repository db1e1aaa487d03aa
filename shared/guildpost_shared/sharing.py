"""How much a network asks its dealers to share: a few levels, each holding all that the ones below it hold.

    nothing      nothing goes to the coordinator; the agent works on with the last good catalogue, for four weeks
    membership   enrolment, certificates, "I am here", fetching the signed catalogue
    studies      also noised and masked contributions to studies

The network's level is a catalogue target (``roster/sharing.json``) that the legal role *and* the association sign. It
is a ceiling: a dealer's own policy may lie below it, and nothing that is published lifts a dealer above its policy.
"""

from enum import StrEnum
from typing import Final

from guildpost_shared import strict_json

TARGET_PATH: Final = "roster/sharing.json"


class Sharing(StrEnum):
    """The levels, least first."""

    NOTHING = "nothing"
    MEMBERSHIP = "membership"
    STUDIES = "studies"

    def covers(self, other: "Sharing") -> bool:
        """Say whether what belongs to another level may be shared at this one."""
        return _ORDER[self] >= _ORDER[other]


_ORDER: Final = {level: place for place, level in enumerate(Sharing)}


def tightest(*levels: Sharing) -> Sharing:
    """Give the least of some levels."""
    return min(levels, key=_ORDER.__getitem__)


def parse_sharing(data: bytes) -> Sharing:
    """Read the network's level (``{"type": "sharing", "level": "studies"}``).

    Raises:
        Refused: ``document_*`` with the field that breaks a rule.
    """
    fields = strict_json.read(data, "sharing", max_bytes=1024)
    fields.text("type", "sharing")
    level = Sharing(fields.text("level", "|".join(Sharing)))
    fields.end()
    return level
