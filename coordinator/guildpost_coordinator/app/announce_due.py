"""Announce by the schedule what is due now; a round announced by hand in the meantime is left alone."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.app.ports.rounds import Rounds
from guildpost_coordinator.domain.round_schedule import Schedule, due
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Conflict, Refused
from guildpost_shared.studies.spec import StudySpec


def announce_due(
    *,
    rounds: Rounds,
    studies: Callable[[], Iterable[StudySpec]],
    schedule: Schedule,
    zone: ZoneInfo,
    today: Callable[[], date],
    now: datetime,
    entropy: Entropy,
) -> list[Round]:
    """Announce a round of every study that has one due.

    Args:
        rounds: the record.
        studies: gives of each study the published version whose round comes next; asked only while a slot is open.
        schedule: the operator's.
        zone: of the schedule's hours.
        today: gives the business date.
        now: wall clock, UTC.
        entropy: for the ids.

    Returns:
        What was announced.
    """
    slot = schedule.slot(now.astimezone(zone))
    announced: list[Round] = []
    if slot is None:
        return announced
    day = today()
    for study in due(studies(), rounds.all(), slot=slot, today=day):
        with suppress(Conflict, Refused):  # somebody was first
            announced.append(
                announce_round(rounds=rounds, study=study, today=day, window=schedule.window, now=now, entropy=entropy)
            )
    return announced
