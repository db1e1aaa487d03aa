"""People of a brand and material that they write, judge and end, on any ``OpenLifecycle``.

desk = material_desk(FakeLifecycle().open)
team = a_team(desk)                                  # name → token
submit_material(desk, team["anna"], a_template(), publish_at=None, comment="")
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from guildpost_coordinator.app.judge_material import approve_material
from guildpost_coordinator.app.keep_people import add_person
from guildpost_coordinator.app.material_desk import MaterialDesk
from guildpost_coordinator.app.ports.lifecycle import OpenLifecycle
from guildpost_coordinator.app.write_material import submit_material
from guildpost_coordinator.domain.material import Material
from guildpost_coordinator.domain.people import Right
from guildpost_coordinator.domain.proposals import ContentChecks
from guildpost_shared.clock import Clock, ManualClock
from tests.factories.catalogue import ANYTHING
from tests.fakes.seeded_entropy import SeededEntropy

NOW: Final = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
SERVICE: Final = "services/hu_au"
TEMPLATE: Final = "templates/hu_au/1"
TEAM: Final[Mapping[str, tuple[Right, ...]]] = {
    "admin": (Right.ADMINISTRATOR,),
    "anna": (Right.AUTHOR,),
    "bert": (Right.AUTHOR, Right.MARKETING),
    "mia": (Right.MARKETING,),
    "lea": (Right.LEGAL,),
    "max": (Right.MARKETING, Right.LEGAL),
}


def material_desk(
    open_lifecycle: OpenLifecycle, clock: Clock | None = None, checks: ContentChecks = ANYTHING
) -> MaterialDesk:
    """Put a desk together; its clock stands at NOW unless another one is given."""
    return MaterialDesk(open_lifecycle, clock or ManualClock(NOW), SeededEntropy(b"material"), checks)


def a_team(desk: MaterialDesk) -> dict[str, str]:
    """Enter everybody of TEAM; gives name → personal token."""
    tokens: dict[str, str] = {}
    for name, rights in TEAM.items():
        administrator = tokens.get("admin")
        tokens[name] = add_person(desk, administrator, name=name.title(), email=f"{name}@arvana.example", rights=rights)
    return tokens


def a_service(text: str = "first") -> dict[str, bytes]:
    """Give a service of some contents; nothing reads them."""
    return {f"{SERVICE}.json": json.dumps({"text": text}).encode()}


def a_template(
    text: str = "Guten Tag", *, version: int = 1, languages: tuple[str, ...] = ("de", "en")
) -> dict[str, bytes]:
    """Give a mail template in some languages; nothing reads its text."""
    files = {}
    for language in languages:
        stem = f"templates/hu_au/{version}/email.{language}"
        files[f"{stem}.json"] = json.dumps({"tone": "warm", "informal": language == "de"}).encode()
        files[f"{stem}.mjml"] = f"<mjml>{text} {language}</mjml>\n".encode()
        files[f"{stem}.txt"] = f"{text}\n{language}\n".encode()
    return files


def approved(
    desk: MaterialDesk, team: Mapping[str, str], files: Mapping[str, bytes], publish_at: datetime | None = None
) -> list[Material]:
    """Let Anna submit, Mia and Lea approve."""
    done = []
    for one in submit_material(desk, team["anna"], files, publish_at=publish_at, comment=""):
        approve_material(desk, team["mia"], one.name, Right.MARKETING, seen="", comment="")
        done.append(approve_material(desk, team["lea"], one.name, Right.LEGAL, seen="", comment=""))
    return done
