"""What the dispatcher does when a message's hour has come: the last check, and out it goes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob
from guildpost_agent.app.recheck_touchpoint import recheck_touchpoint
from guildpost_agent.domain.records import Outcome, Touchpoint
from guildpost_shared.services.definition import ServiceDefinition

BERLIN: Final = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Told:
    """One message that a customer met: which of its service's sequence, how, when, and what it carried along."""

    service: str
    touch: str
    channel: str
    met: date
    also: tuple[str, ...] = ()


def leave(
    open_uow: OpenUnitOfWork,
    touchpoint: Touchpoint,
    service: ServiceDefinition,
    now: datetime,
    *,
    state: str = "BW",
    fate: str = "sent",
) -> Told | None:
    """Let a planned message meet its fate (sent, bounced, answered, refused) unless the last check refuses it.

    Returns:
        What the customer met; nothing where it did not arrive.
    """
    one, name, now = touchpoint, touchpoint.touchpoint_id, max(touchpoint.planned_at, now)
    with open_uow() as uow:
        refused = recheck_touchpoint(uow, one, service=service, state=state, now=now, zone=BERLIN)
        to = "refused" if refused else "sent" if fate == "answered" else fate
        assert uow.plans.move(name, expected="planned", to=to)
        if to != "refused":
            uow.outbox.add(OutboxJob(name, one.channel, name, name, "", to, 1, now, now))
            kind = "delivered" if fate == "sent" else fate
            uow.outcomes.add([Outcome(f"{kind}:{name}", name, kind, now)])
        also = [found.service_id for bundled in one.bundled if (found := uow.plans.occasion(bundled))]
        uow.commit()
    met = one.due_date - timedelta(days=one.lead_days)
    return Told(one.service_id, one.touch_id, one.channel.value, met, tuple(sorted(also))) if to == "sent" else None
