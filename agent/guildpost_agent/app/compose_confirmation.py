"""Write the mail that asks for the confirmation of an opt-in: plain text, nothing in it but the question.

No name and nothing about the customer stands in it: until the link is used nobody knows whose mailbox this is.
"""

from zoneinfo import ZoneInfo

from guildpost_agent.app.compose_message import LANGUAGE
from guildpost_agent.app.consents.send_confirmations import ConfirmationRequest
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.message_context import dealer_context
from guildpost_shared.catalog import load
from guildpost_shared.errors import Language
from guildpost_shared.templates.mail import RenderedMail
from guildpost_shared.templates.mime import Envelope, Mailbox, Sign, to_bytes, unsigned
from guildpost_shared.web.formats import Formats


def confirmation_mail(config: AgentConfig, request: ConfirmationRequest, sign: Sign = unsigned) -> bytes:
    """Write the finished message.

    Args:
        config: the dealer's settings.
        request: what is asked to be confirmed.
        sign: signs the message.

    Raises:
        Refused: ``mail_header_unsafe`` or ``mail_address_invalid``.
    """
    smtp, zone = config.smtp, ZoneInfo(config.dealer.timezone)
    envelope = Envelope(
        sender=Mailbox(smtp.from_name, smtp.from_address),
        recipient=Mailbox("", request.pending.email),
        reply_to=Mailbox(config.dealer.name, config.dealer.email),
        message_id=request.message_id,
        date=request.now.astimezone(zone),
        unsubscribe=None,
    )
    return sign(to_bytes(render_confirmation(config, request, LANGUAGE), envelope))


def render_confirmation(config: AgentConfig, request: ConfirmationRequest, language: Language) -> RenderedMail:
    """Write subject and text in a language."""
    texts, formats = load("guildpost_agent", language), Formats(language, ZoneInfo(config.dealer.timezone))
    pending, dealer = request.pending, dealer_context(config.dealer)

    paragraphs = (
        texts.text("confirmation.greeting"),
        texts.text(
            "confirmation.asked",
            dealer=dealer.name,
            asked=formats.moment(pending.requested_at),
            purpose=texts.text(f"consent.purpose.{pending.purpose}"),
            version=pending.text_version,
        ),
        texts.text("confirmation.do"),
        request.link,
        texts.text("confirmation.until", expires=formats.moment(pending.expires_at)),
        texts.text("confirmation.nothing"),
        "\n".join(dealer.imprint),
    )
    return RenderedMail.whole(
        texts.text("confirmation.subject", dealer=dealer.name), "", "\n\n".join(paragraphs) + "\n"
    )
