"""Ask by mail for the confirmation of a yes that was given where the link did not prove the mailbox."""

from contextlib import suppress
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.app.apply_wishes import AskToConfirm
from guildpost_agent.app.consents.opt_in import request_opt_in
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.consent.events import Evidence
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused


def asking_to_confirm(entropy: Entropy, relay_key: Ed25519PrivateKey) -> AskToConfirm:
    """Give what starts a double opt-in with the declaration that was shown.

    Args:
        entropy: for the request's id.
        relay_key: proves the confirmation's token.
    """

    def ask(uow: UnitOfWork, customer_id: str, purpose: str, shown: Evidence, now: datetime) -> None:
        with suppress(Refused):  # without an address there is nobody to ask
            request_opt_in(
                uow,
                entropy,
                relay_key=relay_key,
                customer_id=customer_id,
                purpose=purpose,
                text_version=shown.text_version,
                text_sha256=shown.text_sha256,
                source=shown.source,
                collected_by=shown.collected_by,
                now=now,
            )

    return ask
