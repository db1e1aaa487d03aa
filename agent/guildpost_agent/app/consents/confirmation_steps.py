"""The steps of a confirmation mail: queued, checked once more, moved on together with its request."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from guildpost_agent.app.consents.opt_in import PendingConfirmation, give_up, hand_over
from guildpost_agent.app.ports.opt_in_mails import OptInMail
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.consent.terms import ContactChannel
from guildpost_agent.domain.outbox import Event, State, after, next_attempt
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_agent.domain.suppression import address_hmac, normalise_email

EMAIL: Final = ContactChannel.EMAIL.value
_NO_MAIL: Final = frozenset({State.BOUNCED, State.FAILED, State.REFUSED})
_EVENTS: Final = {
    Verdict.ACCEPTED: Event.ACCEPT,
    Verdict.UNKNOWN: Event.LOSE,
    Verdict.BOUNCED: Event.BOUNCE,
    Verdict.DEAD: Event.BOUNCE,
    Verdict.REJECTED: Event.REJECT,
}
"""What is not here is tried again."""


def queue(uow: UnitOfWork, pending: PendingConfirmation, message_id: str, now: datetime) -> None:
    """Give a pending request its mail; one that has it is left alone: there is never a second."""
    if uow.opt_in_mails.get(pending.request_id) is None:
        uow.opt_in_mails.add(OptInMail(pending.request_id, message_id, State.READY, 0, now, now))


def objection(uow: UnitOfWork, customer_id: str, email: str, suppression_key: bytes) -> str | None:
    """Say why nothing may go to this address, as things are in this transaction.

    Returns:
        ``address_changed``, ``restricted``, ``advertising_block``, ``suppressed``, or None if the mail may go out.
    """
    customer = uow.records.customer(customer_id)
    if customer is None or normalise_email(customer.email) != email:
        return "address_changed"
    if uow.rights.is_restricted(customer_id):
        return "restricted"
    if customer.advertising_block:
        return "advertising_block"
    return "suppressed" if uow.suppressions.contains(address_hmac(suppression_key, email), EMAIL) else None


def step(uow: UnitOfWork, mail: OptInMail, event: Event, now: datetime, response: str) -> bool:
    """Move a mail on, and its request with it; say whether the mail was still where the caller saw it.

    A mail that left, or may have left, makes the request wait for its link; an end without a mail cancels the request,
    so that the customer can ask again.

    Raises:
        Conflict: ``illegal_transition``.
    """
    to = after(State(mail.state), event)
    moved = uow.opt_in_mails.move(mail.request_id, expected=mail.state, to=to, now=now, response=response)
    if moved and to in {State.SENT, State.UNSURE}:
        hand_over(uow, mail.request_id, now)
    elif moved and to in _NO_MAIL:
        give_up(uow, mail.request_id, now)
    return moved


def settle(
    uow: UnitOfWork,
    mail: OptInMail,
    pending: PendingConfirmation,
    receipt: Receipt,
    *,
    suppression_key: bytes,
    now: datetime,
) -> State:
    """Turn the mail server's answer into the mail's state; an address that does not exist is suppressed.

    Args:
        uow: the open transaction; the caller commits.
        mail: in ``sending``.
        pending: its request.
        receipt: the answer.
        suppression_key: of the suppression list.
        now: the business clock.

    Returns:
        The state, ``ready`` for a mail that is tried again until its request is over.
    """
    event, response = _EVENTS.get(receipt.verdict), str(receipt)
    if receipt.verdict is Verdict.DEAD:
        uow.suppressions.add(address_hmac(suppression_key, pending.email), EMAIL, "bounced", now)
    if event is None:
        again = next_attempt(mail.attempts, now, pending.expires_at)
        uow.opt_in_mails.retry_at(mail.request_id, at=again or now, now=now, response=response)
        if again is not None:
            return State.READY
        mail, event = replace(mail, state=State.READY), Event.GIVE_UP
    step(uow, mail, event, now, response)
    return after(State(mail.state), event)
