"""Which ways to a customer were closed to a message, and what closed them: not why a letter only, but why no e-mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guildpost_agent.app.consents.view import Proof, proofs_of
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.preview_entries import Entry
from guildpost_agent.domain.consent.decide import Rules
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.legal_basis import reachable
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.service_work import consent_purpose
from guildpost_shared.services.definition import ServiceDefinition

NO_ADDRESS: Final = "no_address"
_NO_WAY_LEFT: Final = frozenset(
    {Reason.NO_LEGAL_BASIS, Reason.WINDOW_OVER, Reason.BUDGET, Reason.CAPACITY, Reason.FREQUENCY_CAP}
)
_MESSAGES: Final = {channel.value: channel for channel in Channel}


@dataclass(frozen=True)
class Barred:
    """A channel that may not be used; ``why`` is the ledger's refusal, or ``NO_ADDRESS``."""

    channel: Channel
    why: str


def barred_ways(
    uow: UnitOfWork, entry: Entry, service: ServiceDefinition, now: datetime, rules: Rules
) -> tuple[Barred, ...]:
    """List the channels that the service would have used before the one that was chosen, and could not.

    Where no channel was left, all that are closed; where something else stood in the way, none.

    Args:
        uow: an open transaction.
        entry: what is planned, or why nothing is.
        service: as the dealer runs it.
        now: an aware instant in the dealer's time zone.
        rules: the dealer's settings of the ledger.
    """
    customer = uow.records.customer(entry.occasion.customer_id)
    wanted = _earlier([_MESSAGES[use.channel] for use in service.channels if use.channel in _MESSAGES], entry)
    if customer is None or not wanted:
        return ()
    proofs = {proof.channel.value: proof for proof in _asked(uow, entry, service, now, rules)}
    found = list[Barred]()
    for channel in wanted:
        proof = proofs.get(channel.value)
        if not reachable(customer, channel):
            found.append(Barred(channel, NO_ADDRESS))
        elif proof is not None and not proof.decision.allowed:
            found.append(Barred(channel, str(proof.decision.refusal)))
    return tuple(found)


def _earlier(channels: list[Channel], entry: Entry) -> list[Channel]:
    if entry.touchpoint is not None:
        chosen = Channel(entry.touchpoint.channel)
        return channels[: channels.index(chosen)] if chosen in channels else []
    return channels if entry.decision is not None and entry.decision.reason in _NO_WAY_LEFT else []


def _asked(uow: UnitOfWork, entry: Entry, service: ServiceDefinition, now: datetime, rules: Rules) -> Iterable[Proof]:
    purpose = consent_purpose(service)
    return (proof for proof in proofs_of(uow, entry.occasion.customer_id, now, rules) if proof.purpose is purpose)
