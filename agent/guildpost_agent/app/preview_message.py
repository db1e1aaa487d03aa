"""Show one message as the customer gets it, with the reasons why it goes out."""

from dataclasses import dataclass
from datetime import datetime

from guildpost_agent.app.compose_message import LANGUAGE, Composer
from guildpost_agent.app.dispatch_mail import MailRequest
from guildpost_agent.app.explain import explain
from guildpost_agent.app.letter_requests import LetterRequest
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.links import Links
from guildpost_agent.domain.records import Channel
from guildpost_shared.errors import Language, Refused
from guildpost_shared.templates.letter_text import Letter

_NOWHERE = Links(
    answer="https://preview.invalid/a", click="https://preview.invalid/c", unsubscribe="https://preview.invalid/u"
)
"""A preview carries no working token: nobody can answer in the customer's name."""


@dataclass(frozen=True)
class Preview:
    """One message as the customer sees it, and why it goes out.

    Attributes:
        subject: of the mail or the letter.
        reasons: sentences, in their order.
        html: the mail's page; empty for a letter.
        letter: the letter's words; None for a mail.
    """

    subject: str
    reasons: tuple[str, ...]
    html: str = ""
    letter: Letter | None = None


def preview_message(
    open_uow: OpenUnitOfWork, composer: Composer, touchpoint_id: str, language: Language, now: datetime
) -> Preview:
    """Render a touchpoint's message without sending it.

    Args:
        open_uow: opens a transaction.
        composer: fills templates.
        touchpoint_id: which message.
        language: of the reasons; the message itself is in the customer's language.
        now: the business clock.

    Raises:
        Refused: ``plan_unknown_id``, or why the message cannot be filled.
    """
    with open_uow() as uow:
        touchpoint = uow.plans.touchpoint(touchpoint_id)
        customer = uow.records.customer(touchpoint.customer_id) if touchpoint else None
        vehicle = uow.records.vehicle(touchpoint.vehicle_id) if touchpoint else None
    if touchpoint is None or customer is None or vehicle is None:
        raise Refused("plan_unknown_id")
    reasons = explain(open_uow, touchpoint_id, language).reasons
    if touchpoint.channel is Channel.EMAIL:
        request = MailRequest(touchpoint, customer, vehicle, customer.email, "<preview@invalid>", _NOWHERE, now)
        mail = composer.render_mail(request, LANGUAGE)
        return Preview(mail.subject, reasons, html=mail.html)
    letter = composer.letter(LetterRequest(touchpoint, customer, vehicle, "preview", _NOWHERE, now))
    return Preview(letter.subject, reasons, letter=letter)
