"""What the ledger says, for people: the collected consents, and one customer's proof in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from guildpost_agent.app.dealership import suppression_check
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.consent.collected import Collected, Person, collect
from guildpost_agent.domain.consent.decide import DEFAULTS, Decision, Facts, Rules
from guildpost_agent.domain.consent.events import ConsentEvent, evidence_gap
from guildpost_agent.domain.consent.opt_in import OptInRequest
from guildpost_agent.domain.consent.phone_proof import keep_until
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.consent.terms import (
    ADVERTISING,
    CHANNELS,
    OPENING,
    ContactChannel,
    ContentClass,
    Kind,
    Purpose,
)
from guildpost_agent.domain.legal_basis import permission, reachable
from guildpost_agent.domain.outbox import State
from guildpost_shared.catalog import Catalog

_LEFT: Final = frozenset({State.SENT, State.UNSURE})


@dataclass(frozen=True)
class Proof:
    """One purpose and channel of a customer: the decision with the entries that it rests on."""

    purpose: Purpose
    channel: ContactChannel
    decision: Decision
    entries: tuple[ConsentEvent, ...]


def consents_collected(
    uow: UnitOfWork, now: datetime, zone: tzinfo, rules: Rules = DEFAULTS
) -> tuple[int, dict[tuple[Purpose, ContactChannel], Collected]]:
    """Count the ledger over all customers; return their number and the figures by purpose and channel."""
    book, suppressed = uow.consents.book(), suppression_check(uow)

    def people() -> Iterator[Person]:
        for customer in uow.records.customers():
            if customer.is_supplier:
                continue
            addresses = frozenset(channel.value for channel in CHANNELS if reachable(customer, channel))
            listed = frozenset(channel for channel in addresses if suppressed(customer, channel))
            facts = Facts(customer.is_business, customer.advertising_block, listed)
            events = tuple(book.events_of(customer.customer_id))
            yield Person(events, book.of(customer.customer_id), facts, addresses)

    return collect(people(), now, zone, rules)


def proofs_of(uow: UnitOfWork, customer_id: str, now: datetime, rules: Rules = DEFAULTS) -> list[Proof]:
    """Say for every purpose and channel whether the customer may be approached, with the proof.

    Args:
        uow: an open transaction.
        customer_id: a known customer.
        now: an aware instant in the dealer's time zone.
        rules: the dealer's settings.
    """
    customer = uow.records.customer(customer_id)
    if customer is None:
        return []
    state, suppressed = uow.consents.state_of(customer_id), suppression_check(uow)
    by_seq = {event.seq: event for event in uow.consents.events_of(customer_id)}
    found = []
    for purpose in ADVERTISING:
        content = ContentClass.MAKER if purpose is Purpose.MAKER_OFFERS else ContentClass.OWN_SIMILAR
        for channel in CHANNELS:
            decision = permission(
                customer, channel, state, suppressed, now, purpose=purpose, content=content, rules=rules
            )
            found.append(Proof(purpose, channel, decision, tuple(by_seq[seq] for seq in decision.proof)))
    return found


def sentence(proof: Proof, texts: Catalog) -> str:
    """Say a decision in one sentence."""
    decision = proof.decision
    code = f"consent.basis.{decision.basis}" if decision.allowed else f"consent.refusal.{decision.refusal}"
    return texts.text(
        "consent.answer.yes" if decision.allowed else "consent.answer.no",
        channel=texts.text(f"consent.channel.{proof.channel}"),
        purpose=texts.text(f"consent.purpose.{proof.purpose}"),
        why=texts.text(code),
    )


def entry_line(event: ConsentEvent, texts: Catalog, zone: tzinfo, uow: UnitOfWork) -> str:
    """Say one entry of the ledger with its evidence."""
    proof, parts = event.evidence, [] if event.preferences is None else wishes_in_words(event.preferences, texts)
    for name, piece in (
        ("basis", texts.text(f"consent.basis.{event.basis}") if event.basis else ""),
        ("given_on", f"{proof.given_on:%d.%m.%Y}" if proof.given_on else ""),
        ("source", proof.source),
        ("collected_by", proof.collected_by),
        ("text", f"{proof.text_version} {proof.text_sha256[:16]}".strip()),
        ("confirmed_at", f"{proof.confirmed_at.astimezone(zone):%d.%m.%Y %H:%M}" if proof.confirmed_at else ""),
        ("reference", proof.reference),
        ("valid_to", f"{event.valid_to:%d.%m.%Y}" if event.valid_to else ""),
    ):
        if piece:
            parts.append(texts.text(f"consent.evidence.{name}", value=piece))
    if event.kind in OPENING and evidence_gap(event) is not None:
        parts.append(texts.text("consent.evidence.missing"))
    kept = keep_until(event, uow.consents.uses_of(event.customer_id))
    if kept is not None:
        parts.append(texts.text("consent.evidence.keep_until", value=f"{kept:%d.%m.%Y}"))
    what = texts.text(f"consent.kind.{event.kind}")
    about = "" if event.kind is Kind.PREFERRED else f" ({_scope(event, texts)})"
    return f"{event.seq} · {event.at.astimezone(zone):%d.%m.%Y %H:%M} · {what}{about}" + "".join(
        f" · {part}" for part in parts
    )


def wishes_in_words(wishes: Preferences, texts: Catalog) -> list[str]:
    """Say wishes in a few words each: what is liked best, what is not wanted, how often, and until when not at all."""

    def channel(name: str) -> str:
        return texts.text(f"consent.channel.{name}")

    liked = {tuple(channel(name) for name in names) for _, names in wishes.preferred if names}
    parts = [texts.text("consent.wish.liked", channels=", ".join(names)) for names in sorted(liked)]
    for purpose, name in sorted(wishes.blocked):
        about = texts.text(f"consent.purpose.{purpose}")
        parts.append(texts.text("consent.wish.blocked", purpose=about, channel=channel(name)))
    if wishes.most_per_year is not None:
        parts.append(texts.text("consent.wish.per_year", count=wishes.most_per_year))
    if wishes.paused_until is not None:
        parts.append(texts.text("consent.wish.rest", day=f"{wishes.paused_until:%d.%m.%Y}"))
    return parts or [texts.text("consent.wish.none")]


def request_line(request: OptInRequest, texts: Catalog, zone: tzinfo, uow: UnitOfWork) -> str:
    """Say one request for double opt-in with the instants of request, mail and answer."""
    mail = uow.opt_in_mails.get(request.request_id)
    mailed = mail.mailed_at if mail is not None and mail.state in _LEFT else None
    parts = [
        f"{request.requested_at.astimezone(zone):%d.%m.%Y %H:%M}",
        texts.text(f"consent.purpose.{request.purpose}"),
        texts.text(f"consent.opt_in.{request.state}"),
    ]
    if mailed is not None:
        parts.append(texts.text("consent.evidence.mailed_at", value=f"{mailed.astimezone(zone):%d.%m.%Y %H:%M}"))
    return " · ".join([*parts, texts.text("consent.evidence.reference", value=request.request_id)])


def _scope(event: ConsentEvent, texts: Catalog) -> str:
    purpose = "every" if event.purpose == "*" else event.purpose
    channel = "every" if event.channel == "*" else event.channel
    return f"{texts.text(f'consent.purpose.{purpose}')}, {texts.text(f'consent.channel.{channel}')}"
