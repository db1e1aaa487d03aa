"""Double opt-in: request, list of mails to write, confirmation, expiry.

The mail itself is sent by ``send_confirmations``: ``pending_confirmations`` gives it everything it needs, ``hand_over``
notes that a mail is on its way, ``give_up`` that none can be. Nothing is claimed to be sent before.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.app.consents.close import WAITING
from guildpost_agent.app.consents.record import existing, record_grant
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.consent.opt_in import (
    EXPIRES_AFTER,
    OptInRequest,
    OptInState,
    Step,
    advance,
    confirmation_event,
    is_over,
    token_hash,
    token_of,
)
from guildpost_agent.domain.consent.terms import ADVERTISING
from guildpost_agent.domain.outbox import Event, State, after
from guildpost_agent.domain.suppression import normalise_email
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id

KEY: Final = "keys/opt_in"
_KEY_BYTES: Final = 32


class Answer(StrEnum):
    """What using a confirmation link came to."""

    CONFIRMED = "confirmed"
    KNOWN = "known"  # used before; nothing changed
    EXPIRED = "expired"  # too late, or overtaken by an objection or another address
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PendingConfirmation:
    """A confirmation mail to write: to whom, for which purpose, asked for when, with which token, good until when."""

    request_id: str
    customer_id: str
    email: str
    purpose: str
    token: str
    text_version: str
    requested_at: datetime
    expires_at: datetime


def opt_in_key(uow: UnitOfWork, entropy: Entropy) -> bytes:
    """Load the key behind the tokens, making it once."""
    key = uow.documents.get(KEY)
    if key is None:
        key = entropy.token_bytes(_KEY_BYTES)
        uow.documents.put(KEY, key)
    return key


def request_opt_in(
    uow: UnitOfWork,
    entropy: Entropy,
    *,
    relay_key: Ed25519PrivateKey,
    customer_id: str,
    purpose: str,
    text_version: str,
    text_sha256: str,
    source: str,
    collected_by: str,
    now: datetime,
    ip: str = "",
) -> OptInRequest:
    """Note that a customer asked for e-mail; a request that waits already for the same is given back.

    Args:
        uow: the open transaction; the caller commits.
        entropy: makes the request's id, and the key the first time.
        relay_key: proves the token to the relay.
        customer_id: who.
        purpose: what for.
        text_version: the text that was shown.
        text_sha256: its SHA-256 (hex).
        source: where.
        collected_by: who took it, or the page.
        now: UTC.
        ip: of the request, only if it was given.

    Raises:
        Refused: nobody has that number, there is no usable address, or the purpose is none of advertising.
    """
    customer = existing(uow, customer_id)
    email = normalise_email(customer.email)
    if email is None or purpose not in ADVERTISING or not (text_version and text_sha256 and source):
        raise Refused("consent_unproved", missing="email" if email is None else "text_version")
    for waiting in uow.consents.requests(*WAITING, customer_id=customer_id):
        if (waiting.purpose, waiting.email, waiting.text_sha256) == (purpose, email, text_sha256) and not is_over(
            waiting, now
        ):
            return waiting
    request_id = new_id(entropy)
    expires_at = now + EXPIRES_AFTER
    hashed = token_hash(token_of(opt_in_key(uow, entropy), relay_key, request_id, expires_at))
    request = OptInRequest(
        request_id, customer_id, purpose, email, hashed or "", OptInState.PENDING, now, expires_at,
        text_version, text_sha256, source, collected_by, ip,
    )  # fmt: skip
    uow.consents.add_request(request)
    return request


def pending_confirmations(
    uow: UnitOfWork, entropy: Entropy, relay_key: Ed25519PrivateKey, now: datetime
) -> list[PendingConfirmation]:
    """List the confirmation mails that are to be written now, oldest first."""
    key = opt_in_key(uow, entropy)
    return [
        _pending(request, key, relay_key)
        for request in uow.consents.requests(OptInState.PENDING)
        if not is_over(request, now)
    ]


def pending_confirmation(
    uow: UnitOfWork, request_id: str, entropy: Entropy, relay_key: Ed25519PrivateKey, now: datetime
) -> PendingConfirmation | None:
    """Give the confirmation mail that is to be written for a request; None if it no longer waits for one."""
    request = uow.consents.request(request_id)
    if request is None or not awaits_mail(request, now):
        return None
    return _pending(request, opt_in_key(uow, entropy), relay_key)


def awaits_mail(request: OptInRequest, now: datetime) -> bool:
    """Say whether a request still waits for its mail."""
    return request.state is OptInState.PENDING and not is_over(request, now)


def _pending(request: OptInRequest, key: bytes, relay_key: Ed25519PrivateKey) -> PendingConfirmation:
    return PendingConfirmation(
        request.request_id,
        request.customer_id,
        request.email,
        request.purpose,
        token_of(key, relay_key, request.request_id, request.expires_at),
        request.text_version,
        request.requested_at,
        request.expires_at,
    )


def hand_over(uow: UnitOfWork, request_id: str, now: datetime) -> bool:
    """Note that a confirmation mail was handed to the mail server; say whether the request was still waiting."""
    return _advance(uow, request_id, Step.HAND_OVER, now)


def give_up(uow: UnitOfWork, request_id: str, now: datetime) -> bool:
    """Note that no confirmation mail can be sent, so that the customer may ask again; say whether it was waiting."""
    return _advance(uow, request_id, Step.CANCEL, now)


def _advance(uow: UnitOfWork, request_id: str, step: Step, now: datetime) -> bool:
    request = uow.consents.request(request_id)
    if request is None or request.state is not OptInState.PENDING:
        return False
    return uow.consents.move_requests([advance(request, step, now)], expected=(OptInState.PENDING,)) == 1


def confirm_opt_in(
    uow: UnitOfWork,
    token: str,
    suppression_key: bytes,
    now: datetime,
    ip: str = "",
    *,
    used_at: datetime | None = None,
) -> Answer:
    """Use a confirmation link: exactly once it makes an entry of the ledger.

    Args:
        uow: the open transaction; the caller commits.
        token: of the link.
        suppression_key: of the suppression list.
        now: when the ledger hears of it, UTC.
        ip: of the confirmation, only if it was given.
        used_at: when the link was used, UTC; it counts for the request's time. None: now.
    """
    used_at = now if used_at is None else min(used_at, now)
    hashed = token_hash(token)
    request = uow.consents.request_by_hash(hashed) if hashed else None
    if request is None:
        return Answer.UNKNOWN
    if request.state is OptInState.CONFIRMED:
        return Answer.KNOWN
    # The link proves the mailbox it was sent to, and not another one that may be written to by now.
    customer = uow.records.customer(request.customer_id)
    moved = customer is None or normalise_email(customer.email) != request.email
    if moved or request.state not in WAITING or is_over(request, used_at):
        return Answer.EXPIRED
    try:
        record_grant(uow, confirmation_event(request, ip, used_at, now), suppression_key)
    except Refused:  # objected meanwhile under another number with the same address: nothing was written
        return Answer.EXPIRED
    uow.consents.move_requests([advance(request, Step.CONFIRM, now)], expected=WAITING)
    _settle(uow, request.request_id, now)
    return Answer.CONFIRMED


def _settle(uow: UnitOfWork, request_id: str, now: datetime) -> None:
    """Know that a mail arrived whose fate was unsure: its link was used."""
    mail = uow.opt_in_mails.get(request_id)
    if mail is not None and mail.state == State.UNSURE:
        arrived = after(State.UNSURE, Event.ACCEPT)
        uow.opt_in_mails.move(request_id, expected=mail.state, to=arrived, now=now, response="link used")


def expire_opt_ins(uow: UnitOfWork, now: datetime) -> int:
    """Close the requests whose time was over at an instant up to which every confirmation is known; say how many."""
    over = [request for request in uow.consents.requests(*WAITING) if is_over(request, now)]
    return uow.consents.move_requests([advance(request, Step.EXPIRE, now) for request in over], expected=WAITING)
