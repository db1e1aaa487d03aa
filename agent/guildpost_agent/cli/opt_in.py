"""``guildpost-agent consents --record opt-in``: note that a customer asked for e-mails; the agent asks for proof."""

import argparse
from datetime import datetime

from guildpost_agent.app.consents.confirmation_steps import objection
from guildpost_agent.app.consents.opt_in import request_opt_in
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.domain.consent.terms import EVERY, ContactChannel
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import Refused
from guildpost_shared.web.formats import Formats


def request(uow: UnitOfWork, arguments: argparse.Namespace, core: Core, now: datetime, text_sha256: str) -> datetime:
    """Note the request; the caller commits.

    Returns:
        Until when the link can be used, UTC.

    Raises:
        Refused: another channel than e-mail or missing evidence (``consent_unproved``), or nothing may be sent to this
            address (``opt_in_unsendable``).
    """
    if arguments.channel not in {EVERY, ContactChannel.EMAIL}:
        raise Refused("consent_unproved", missing="channel")
    asked = request_opt_in(
        uow,
        core.entropy,
        relay_key=core.keys.relay,
        customer_id=arguments.customer,
        purpose=arguments.purpose,
        text_version=arguments.text_version,
        text_sha256=text_sha256,
        source=arguments.source,
        collected_by=arguments.by,
        now=now,
    )
    reason = objection(uow, asked.customer_id, asked.email, core.keys.suppression)
    if reason is not None:
        raise Refused("opt_in_unsendable", customer=asked.customer_id, reason=reason)
    return asked.expires_at


def asked_line(expires_at: datetime, core: Core, texts: Catalog) -> str:
    """Say what follows."""
    return texts.text("cli.consents.asked", expires=Formats(texts.language, core.zone).moment(expires_at))
