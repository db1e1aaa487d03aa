"""The steps that mails and letters share: queue what is due, check once more while claiming, move on."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.app.emergency_stop import current_stop
from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.app.resting_brands import resting_brands
from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.links import TOKEN_LIFETIME
from guildpost_agent.domain.outbox import Event, State, after
from guildpost_agent.domain.records import Channel, Customer, Touchpoint
from guildpost_agent.domain.suppression import DEAD_ADDRESS, DECEASED, normalise_email, suppression_entry
from guildpost_shared.answers import tokens
from guildpost_shared.entropy import Entropy

Recheck = Callable[[Reading, Touchpoint], str | None]
"""Says inside the claiming transaction why a touchpoint must not go out any more; None if it may."""

Recalled = Callable[[str, str], bool]
"""Says of a service and a template by their ids whether the brand has taken either out of the catalogue since."""

RECALLED: Final = "catalogue_unknown_path"
"""Why a message of a recalled service or template does not go out."""


def nothing_recalled(_service_id: str, _template_id: str) -> bool:
    """Say that everything is in force."""
    return False


_POSTAL: Final = "postal"
_OPEN: Final = frozenset({"planned", "sending"})


def queue(
    uow: UnitOfWork,
    touchpoint: Touchpoint,
    *,
    message_id: str,
    relay_key: Ed25519PrivateKey,
    entropy: Entropy,
    now: datetime,
) -> None:
    """Give a planned touchpoint its row in the outbox, with its token; one that has its row is left alone."""
    if uow.outbox.get(touchpoint.touchpoint_id) is not None:
        return
    customer = uow.records.customer(touchpoint.customer_id)
    recipient = recipient_of(customer, touchpoint.channel) if customer else None
    uow.outbox.add(
        OutboxJob(
            touchpoint_id=touchpoint.touchpoint_id,
            channel=touchpoint.channel,
            message_id=message_id,
            token=tokens.issue(relay_key, expires_at=now + TOKEN_LIFETIME, entropy=entropy),
            recipient=recipient or "",
            state=State.READY,
            attempts=0,
            next_attempt_at=now,
            changed_at=now,
        )
    )


def recipient_of(customer: Customer, channel: Channel) -> str | None:
    """Give the address a message goes to: normalised for mail, ``postal`` for a letter; None if there is none."""
    if channel is Channel.EMAIL:
        return normalise_email(customer.email)
    return _POSTAL if customer.street and customer.postcode and customer.town else None


def rests(uow: Reading, job: OutboxJob) -> bool:
    """Say whether the dealer has stopped what a message is about or carries along, or its brand's catalogue is too old.

    It stays until it is resumed, or until the brand is heard of again.
    """
    stop, brands = current_stop(uow), resting_brands(uow)
    touchpoint = uow.plans.touchpoint(job.touchpoint_id) if stop or brands else None
    if touchpoint is not None and brand_of(touchpoint.service_id) in brands:
        return True
    if stop is None or touchpoint is None:
        return False
    carried = (uow.plans.occasion(one) for one in touchpoint.bundled)
    return stop.covers(touchpoint.service_id) or any(one is not None and stop.covers(one.service_id) for one in carried)


def advertises(uow: UnitOfWork, job: OutboxJob, notices: Collection[str]) -> bool:
    """Say whether a job is about any other service than those that carry no advertising."""
    touchpoint = uow.plans.touchpoint(job.touchpoint_id)
    return touchpoint is None or touchpoint.service_id not in notices


def objection(uow: Reading, job: OutboxJob, *, suppression_key: bytes, recheck: Recheck, now: datetime) -> str | None:
    """Say why a queued message must not go out, as things are in this transaction.

    Returns:
        A reason code: ``cancelled``, ``too_late``, ``address_unusable``, ``address_changed``, ``deceased``,
        ``suppressed``, or whatever ``recheck`` says (consent, booking, recall, …); None if it may go out.
    """
    touchpoint = uow.plans.touchpoint(job.touchpoint_id)
    if touchpoint is None or touchpoint.state not in _OPEN:
        return "cancelled"
    if now > touchpoint.not_after:
        return "too_late"
    customer = uow.records.customer(touchpoint.customer_id)
    recipient = recipient_of(customer, touchpoint.channel) if customer else None
    if recipient is None or customer is None:
        return "address_unusable"
    if recipient != job.recipient:
        return "address_changed"
    return _listed(uow, customer, touchpoint.channel, suppression_key) or recheck(uow, touchpoint)


def _listed(uow: Reading, customer: Customer, channel: Channel, key: bytes) -> str | None:
    """Say why the list keeps a message back: a death, an address that letters came back from, an objection."""
    why = {DECEASED: "deceased", channel.value: "suppressed"}
    if channel is Channel.LETTER:
        why[DEAD_ADDRESS] = "address_unusable"
    entries = ((suppression_entry(key, customer, mark), mark) for mark in why)
    return next((why[mark] for entry, mark in entries if entry and uow.suppressions.contains(entry, mark)), None)


def step(
    uow: UnitOfWork, job: OutboxJob, event: Event, now: datetime, *, response: str = "", batch_id: str | None = None
) -> bool:
    """Move a job and its touchpoint on; say whether the job was still where the caller saw it.

    A touchpoint's state mirrors its job's; only ``ready`` is called ``planned`` there, so that it can be cancelled.

    Raises:
        Conflict: ``illegal_transition``.
    """
    to = after(State(job.state), event)
    moved = uow.outbox.move(job.touchpoint_id, expected=job.state, to=to, now=now, response=response, batch_id=batch_id)
    if moved:
        uow.plans.move(job.touchpoint_id, expected=mirrored(job.state), to=mirrored(to))
    return moved


def put_off(uow: UnitOfWork, job: OutboxJob, at: datetime, now: datetime, response: str) -> None:
    """Put a job that was being sent back to ready, for a later attempt."""
    after(State(job.state), Event.DEFER)
    uow.outbox.retry_at(job.touchpoint_id, at=at, now=now, response=response)
    uow.plans.move(job.touchpoint_id, expected=mirrored(job.state), to=mirrored(State.READY))


def mirrored(state: str) -> str:
    """Give the state that a touchpoint has while its job has this one."""
    return "planned" if state == State.READY else str(state)
