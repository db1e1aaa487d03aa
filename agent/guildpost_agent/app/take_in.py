"""Take a delivery in: import it, find out who is who, and say when what is due – reworking only what it touched."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from guildpost_agent.app.concerned import Changed
from guildpost_agent.app.find_occasions import refresh_due_dates
from guildpost_agent.app.import_dms import KnowsErased, import_changes, nobody_erased
from guildpost_agent.app.load_vehicle_list import close_done, match_waiting
from guildpost_agent.app.ports.dms_source import DmsSource
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork
from guildpost_agent.app.resolve_people import ResolutionSummary, resolve_people
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.appointment_works import Works
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.services.definition import ServiceDefinition


@dataclass(frozen=True)
class TakenIn:
    """What a delivery brought.

    Attributes:
        report: of the import.
        people: who is who, or None when no customer was new or changed.
        triage: due dates by service and triage class; empty without services.
        changed: whom the delivery concerns.
    """

    report: ImportReport
    people: ResolutionSummary | None
    triage: dict[tuple[str, str], int]
    changed: Changed = field(default_factory=Changed)


def take_in(
    open_uow: OpenUnitOfWork,
    source: DmsSource,
    *,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    clock: Clock,
    entropy: Entropy,
    erased: KnowsErased = nobody_erased,
    works: Works | None = None,
) -> TakenIn | None:
    """Take in what lies ready in one source; None when nothing does.

    Args:
        open_uow: opens a transaction.
        source: where the delivery lies.
        services: those in force, for due dates.
        config: the dealer's settings.
        clock: the business clock.
        entropy: names the import.
        erased: tells whom not to take in.
        works: by service, the words that tell that an appointment is for it.
    """
    imported = import_changes(open_uow, source, clock, entropy, config.dealer, erased=erased, works=works)
    if imported is None:
        return None
    running = tuple(services)
    if imported.vehicles:
        match_waiting(open_uow)
        close_done(open_uow, running, imported.vehicles)
    people = resolve_people(open_uow, clock.now(), imported.customers) if imported.customers else None
    triage = refresh_due_dates(open_uow, running, config, clock.now(), imported.vehicles) if running else {}
    return TakenIn(imported.report, people, triage, Changed(imported.customers, imported.vehicles))
