"""What a message carries besides its own occasion: offers that fit, and the appointments that a confirmation names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from guildpost_agent.app.compose_appointment import Visit, calendar_files, visit_line, visits_of
from guildpost_agent.app.confirm_appointments import confirms
from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.fitting_offers import offer_lines, offers_ground
from guildpost_agent.app.next_best_offers import OfferDesk
from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.message_context import APPOINTMENT, ground_text
from guildpost_agent.domain.offers.offer import Place
from guildpost_agent.domain.records import Channel, Customer, Touchpoint
from guildpost_shared.errors import Language
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.templates.context import MessageContext
from guildpost_shared.templates.manifest import Manifest
from guildpost_shared.templates.mime import Attachment


@dataclass(frozen=True)
class Extras:
    """What was found for one message; ``ground`` is that for offers, None where none may be shown."""

    visits: tuple[Visit, ...] = ()
    ground: str | None = None
    offers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExtrasDesk:
    """What finding and writing them needs; without ``offers`` no message shows any."""

    config: AgentConfig
    services: Mapping[str, ServiceDefinition]
    offers: OfferDesk | None

    def found(self, uow: Reading, touchpoint: Touchpoint, customer: Customer, now: datetime) -> Extras:
        """Read what holds now.

        Raises:
            Refused: ``appointment_over``.
        """
        service = self.services[touchpoint.service_id]
        visits = tuple(visits_of(uow, touchpoint, now)) if confirms(service) else ()
        local = now.astimezone(ZoneInfo(self.config.dealer.timezone))
        wanted = self.offers is not None and touchpoint.channel is Channel.EMAIL and self._most(service) > 0
        rules = consent_rules(self.config)
        return Extras(visits, offers_ground(uow, customer, touchpoint.channel, local, rules) if wanted else None)

    def with_offers(
        self, extras: Extras, touchpoint: Touchpoint, manifest: Manifest, now: datetime, language: Language
    ) -> Extras:
        """Look for offers where they are lawful and the template has a place for them (opens a transaction itself)."""
        shown = "offers" in manifest.optional or "offers" in manifest.required
        standing = not extras.visits or any(not visit.called_off for visit in extras.visits)
        if self.offers is None or extras.ground is None or not shown or not standing:
            return replace(extras, ground=None) if extras.ground else extras
        service = self.services[touchpoint.service_id]
        place = Place.CONFIRMATION if extras.visits else Place.MESSAGE
        lines = offer_lines(
            self.offers, touchpoint.vehicle_id, now, place=place, most=self._most(service), language=language
        )
        return replace(extras, offers=lines, ground=extras.ground if lines else None)

    def into(self, context: MessageContext, extras: Extras, language: Language) -> MessageContext:
        """Put them into the message's values."""
        dealer, links, mail = self.config.dealer, context.links, self.config.mail
        if not (mail.payment_link or mail.invoice_link or extras.offers or extras.ground or extras.visits):
            return context
        changed = replace(
            context,
            links=replace(links, payment=mail.payment_link, invoice=mail.invoice_link),
            offers=extras.offers,
            offers_basis=ground_text(extras.ground, dealer, language) if extras.ground else "",
        )
        if not extras.visits:
            return changed
        lines = [(one.called_off, visit_line(one, self.config, self.services, language)) for one in extras.visits]
        return replace(
            changed,
            legal_basis=ground_text(APPOINTMENT, dealer, language, informal=context.informal),
            appointments=tuple(line for called_off, line in lines if not called_off),
            cancelled=tuple(line for called_off, line in lines if called_off),
            also_due=(),
        )

    def attachments(self, extras: Extras, now: datetime, language: Language) -> tuple[Attachment, ...]:
        """Give the calendar files of a confirmation; nothing for any other message."""
        return calendar_files(extras.visits, self.config, self.services, now, language)

    def _most(self, service: ServiceDefinition) -> int:
        """Say how many offers a service's messages may show."""
        return self.config.mail.confirmations.offers if confirms(service) else service.offers
