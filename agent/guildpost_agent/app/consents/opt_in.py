"""Double opt-in: request, list of mails to write, confirmation, expiry.

Writing and sending the confirmation mail is not done here: ``pending_confirmations`` gives the sender everything it
needs, and ``hand_over`` notes that a mail is on its way. Nothing is claimed to be sent before.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

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
    """A confirmation mail to write: to whom, for which purpose, with which token, by when it must be used."""

    request_id: str
    customer_id: str
    email: str
    purpose: str
    token: str
    text_version: str
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
    hashed = token_hash(token_of(opt_in_key(uow, entropy), request_id))
    request = OptInRequest(
        request_id, customer_id, purpose, email, hashed or "", OptInState.PENDING, now, now + EXPIRES_AFTER,
        text_version, text_sha256, source, collected_by, ip,
    )  # fmt: skip
    uow.consents.add_request(request)
    return request


def pending_confirmations(uow: UnitOfWork, entropy: Entropy, now: datetime) -> list[PendingConfirmation]:
    """List the confirmation mails that are to be written now, oldest first."""
    key = opt_in_key(uow, entropy)
    return [
        PendingConfirmation(
            request.request_id,
            request.customer_id,
            request.email,
            request.purpose,
            token_of(key, request.request_id),
            request.text_version,
            request.expires_at,
        )
        for request in uow.consents.requests(OptInState.PENDING)
        if not is_over(request, now)
    ]


def hand_over(uow: UnitOfWork, request_id: str, now: datetime) -> bool:
    """Note that a confirmation mail was handed to the mail server; say whether the request was still waiting."""
    found = [r for r in uow.consents.requests(OptInState.PENDING) if r.request_id == request_id]
    moved = [advance(request, Step.HAND_OVER, now) for request in found]
    return uow.consents.move_requests(moved, expected=(OptInState.PENDING,)) == 1


def confirm_opt_in(uow: UnitOfWork, token: str, suppression_key: bytes, now: datetime, ip: str = "") -> Answer:
    """Use a confirmation link: exactly once it makes an entry of the ledger.

    Raises:
        Refused: the customer is gone meanwhile (``customer_unknown``).
    """
    hashed = token_hash(token)
    request = uow.consents.request_by_hash(hashed) if hashed else None
    if request is None:
        return Answer.UNKNOWN
    if request.state is OptInState.CONFIRMED:
        return Answer.KNOWN
    # The link proves the mailbox it was sent to, and not another one that may be written to by now.
    moved = normalise_email(existing(uow, request.customer_id).email) != request.email
    if moved or request.state not in WAITING or is_over(request, now):
        return Answer.EXPIRED
    try:
        record_grant(uow, confirmation_event(request, ip, now), suppression_key)
    except Refused:  # objected meanwhile under another number with the same address: nothing was written
        return Answer.EXPIRED
    uow.consents.move_requests([advance(request, Step.CONFIRM, now)], expected=WAITING)
    return Answer.CONFIRMED


def expire_opt_ins(uow: UnitOfWork, now: datetime) -> int:
    """Close the requests whose time is over; say how many."""
    over = [request for request in uow.consents.requests(*WAITING) if is_over(request, now)]
    return uow.consents.move_requests([advance(request, Step.EXPIRE, now) for request in over], expected=WAITING)
