"""A dealership whose customers ask for e-mails: their requests, the confirmation mails, the answers of the relay.

world = OptInWorld(tmp_path)
world.ask("erika")                                   # asked at NOW
world.send(FakeChannel())
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from guildpost_agent.app.compose_confirmation import confirmation_mail
from guildpost_agent.app.consents.opt_in import request_opt_in
from guildpost_agent.app.consents.send_confirmations import Compose, ConfirmationRequest, send_confirmations
from guildpost_agent.app.mail_run import DispatchSummary
from guildpost_agent.app.ports.channel import Channel
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.opt_in import OptInRequest, OptInState
from tests.factories.agent import a_config, a_customer
from tests.factories.sending_world import SendingWorld

CONFIG = a_config()


def compose(request: ConfirmationRequest) -> bytes:
    """Write the product's own mail for the sample dealer."""
    return confirmation_mail(CONFIG, request)


class OptInWorld(SendingWorld):
    """``SendingWorld`` with opt-ins; each customer's number is the name."""

    def ask(self, name: str, purpose: str = "offers", **changes: object) -> OptInRequest:
        """Store a customer and a request for double opt-in, made now."""
        customer = a_customer(name, email=f"{name}@beispiel.example")
        with self.open_uow() as uow:
            uow.records.upsert_customers([replace(customer, **changes)])  # type: ignore[arg-type] # real fields
            request = request_opt_in(
                uow, self.entropy, relay_key=self.keys.relay, customer_id=name, purpose=purpose, text_version="w-3",
                text_sha256="cd" * 32, source="Webseite", collected_by="Formular", now=self.clock.now(),
            )  # fmt: skip
            uow.commit()
        return request

    def send(self, channel: Channel, write: Compose = compose) -> DispatchSummary:
        """Send what is pending, once."""
        return send_confirmations(self.open_uow, channel, write, self.clock, sender=self.sender, entropy=self.entropy)

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.clock.set(self.clock.now() + time)

    def request(self, name: str) -> tuple[str, str]:
        """Read (request state, mail state) of a customer's latest request."""
        with self.open_uow() as uow:
            found = uow.consents.requests(*OptInState, customer_id=name)[-1]
            mail = uow.opt_in_mails.get(found.request_id)
        return found.state.value, mail.state if mail else "–"

    def mailed_at(self, request: OptInRequest) -> datetime | None:
        """Read when the mail was handed over."""
        with self.open_uow() as uow:
            mail = uow.opt_in_mails.get(request.request_id)
        return mail.mailed_at if mail else None

    def ledger(self, name: str) -> Sequence[ConsentEvent]:
        """Read a customer's ledger."""
        with self.open_uow() as uow:
            return uow.consents.events_of(name)
