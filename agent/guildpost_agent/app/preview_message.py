"""Show one message as the customer gets it, with the reasons why it goes out."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import escape

from guildpost_agent.app.compose_message import LANGUAGE, Composer
from guildpost_agent.app.dispatch_mail import MailRequest
from guildpost_agent.app.explain import explain
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.release_letters import LetterRequest
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
    """One message as the customer sees it, and why it goes out."""

    subject: str
    html: str
    reasons: tuple[str, ...]


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
        return Preview(mail.subject, mail.html, reasons)
    letter = composer.letter(LetterRequest(touchpoint, customer, vehicle, "preview", _NOWHERE, now))
    return Preview(letter.subject, _letter_page(letter), reasons)


def _letter_page(letter: Letter) -> str:
    """Show a letter's words on screen; the printed page is set by the typesetter."""
    blocks = "".join(f"<p>{'<br>'.join(str(escape(text)) for text in block.texts)}</p>" for block in letter.blocks)
    address = "<br>".join(str(escape(line)) for line in letter.address)
    return (
        '<!doctype html><meta charset="utf-8"><body style="font:15px/1.5 Georgia,serif;max-width:38rem;'
        'margin:2rem auto;padding:0 1rem;color:#1b2430">'
        f'<p style="font-size:11px;color:#5a6675">{escape(letter.return_line)}</p><p>{address}</p>'
        f'<h2 style="font-size:17px">{escape(letter.subject)}</h2>{blocks}'
        f'<hr><p style="font-size:11px;color:#5a6675">{"<br>".join(str(escape(line)) for line in letter.imprint)}</p>'
    )
