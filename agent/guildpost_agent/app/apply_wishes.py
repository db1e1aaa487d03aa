"""What the wishes of the preference page change: no at once, yes with its proof, and the wishes in one entry.

no                  the ledger closes that purpose and channel (Art. 7(3), Art. 21(2) GDPR), and the wish is kept
yes, e-mail         from a mail to the address that is on record: the link proves the mailbox, the consent is confirmed.
                    From a letter, or when the address has changed: asked for by a confirmation mail (double opt-in)
yes, post, phone    a consent with the declaration that was shown; telephone rests on that text and on the link's having
                    gone to the customer, never on a mailbox alone
how often, rest     wishes; 0 takes an earlier one back
the way liked best  a wish that orders what is permitted; any takes an earlier one back

A yes needs the declaration: one whose hash this agent cannot make from its own copy gives no consent, and neither does
one that an objection outweighs. The wishes are then kept all the same: they only ever narrow.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Final

from guildpost_agent.app.consents.close import close_consents
from guildpost_agent.app.consents.record import record_grant, record_preferences
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.preferences import Preferences, liking
from guildpost_agent.domain.consent.terms import Basis, ContactChannel, Kind
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.suppression import normalise_email
from guildpost_shared.answers.wishes import DECLARATION, Liked, Pair, Way, Wishes, declaration, digest_of
from guildpost_shared.errors import Refused

SOURCE: Final = "preference_page"
TEXTS: Final = "consent_texts"
"""Under this name and its hash each declaration that somebody agreed to is kept word by word."""
AskToConfirm = Callable[[UnitOfWork, str, str, Evidence, datetime], None]
"""Asks for the confirmation of a purpose by mail: customer, purpose, what was shown, and when."""


@dataclass(frozen=True)
class Heard:
    """Wishes, when they were uttered and when heard of, and the message whose link led to the page."""

    wishes: Wishes
    at: datetime
    now: datetime
    job: OutboxJob
    touchpoint: Touchpoint


def apply_wishes(
    uow: UnitOfWork,
    heard: Heard,
    *,
    zone: tzinfo,
    suppression_key: bytes,
    dealer_name: str,
    ask_to_confirm: AskToConfirm | None,
) -> None:
    """Bring about what a customer chose.

    Args:
        uow: the open transaction; the caller commits.
        heard: what was chosen.
        zone: the dealer's.
        suppression_key: of the suppression list.
        dealer_name: as the page shows it.
        ask_to_confirm: asks for the confirmation of e-mail by mail.
    """
    customer_id, today = heard.touchpoint.customer_id, heard.at.astimezone(zone).date()
    if uow.records.customer(customer_id) is None:
        return
    state = uow.consents.state_of(customer_id)
    for topic, way in sorted(heard.wishes.no):
        close_consents(
            uow,
            customer_id,
            Kind.WITHDRAWN,
            (way.value,),
            key=suppression_key,
            source=f"{SOURCE}:{heard.touchpoint.touchpoint_id}",
            at=heard.at,
            purpose=topic.value,
        )
    record_preferences(uow, customer_id, merged(state.preferences, heard.wishes, today), heard.now)
    proof = _proof(uow, heard, dealer_name, today)
    if proof is None:
        return
    for pair in sorted(heard.wishes.yes):
        if pair[1] is Way.EMAIL and not _proves_mailbox(uow, heard):
            if ask_to_confirm is not None:
                ask_to_confirm(uow, customer_id, pair[0].value, proof, heard.now)
        else:
            _grant(uow, heard, pair, proof, suppression_key)


def merged(before: Preferences, wishes: Wishes, today: date) -> Preferences:
    """Put what was chosen over what was wished before.

    Args:
        before: the wishes until now.
        wishes: what was chosen; the rest stays.
        today: the local day of the choice.
    """
    yes = {(topic.value, way.value) for topic, way in wishes.yes}
    no = {(topic.value, way.value) for topic, way in wishes.no}
    after = replace(before, blocked=(before.blocked - yes) | no)
    if wishes.per_year is not None:
        after = replace(after, most_per_year=wishes.per_year or None)
    if wishes.rest_months is not None:
        until = add_months(today, wishes.rest_months) if wishes.rest_months else None
        after = replace(after, paused_until=until)
    if wishes.liked is not None:
        after = liking(after, () if wishes.liked is Liked.ANY else (wishes.liked.value,))
    return after


def _proof(uow: UnitOfWork, heard: Heard, dealer_name: str, today: date) -> Evidence | None:
    """Make the evidence of a yes and keep its text; None when there is none, or its text is not the one we know."""
    text = declaration(heard.wishes.language, dealer_name)
    if not heard.wishes.yes or digest_of(text) != heard.wishes.text_sha256:
        return None
    uow.documents.put(f"{TEXTS}/{heard.wishes.text_sha256}", text.encode())
    return Evidence(
        source=SOURCE,
        collected_by=SOURCE,
        given_on=today,
        text_version=f"{DECLARATION}/{heard.wishes.language}",
        text_sha256=heard.wishes.text_sha256,
        reference=heard.touchpoint.touchpoint_id,
    )


def _grant(uow: UnitOfWork, heard: Heard, pair: Pair, proof: Evidence, key: bytes) -> None:
    topic, way = pair
    kind = Kind.CONFIRMED if way is Way.EMAIL else Kind.GRANTED
    proof = replace(proof, confirmed_at=heard.at) if way is Way.EMAIL else proof
    customer_id, now = heard.touchpoint.customer_id, heard.now
    event = ConsentEvent(customer_id, kind, way.value, topic.value, now, basis=Basis.CONSENT, evidence=proof)
    try:
        record_grant(uow, event, key)
    except Refused:  # objected since, or on the same day: the objection stands, nothing was written
        return


def _proves_mailbox(uow: UnitOfWork, heard: Heard) -> bool:
    """Say whether the link went to the mailbox that would be written to."""
    customer = uow.records.customer(heard.touchpoint.customer_id)
    address = normalise_email(customer.email) if customer is not None else None
    by_mail = heard.job.channel == ContactChannel.EMAIL.value
    return by_mail and address is not None and normalise_email(heard.job.recipient) == address
