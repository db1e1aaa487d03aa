"""Compose the messages of the outbox, the letters of a batch, and the preview on screen, from one set of values."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.carried_along import Carried, carried_along, words_of_list
from guildpost_agent.app.compose_extras import Extras, ExtrasDesk
from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.dispatch_mail import MailRequest
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.next_best_offers import OfferDesk
from guildpost_agent.app.ports.reading import OpenReading
from guildpost_agent.app.ports.template_store import TemplateStore
from guildpost_agent.app.slot_fillings import fillings
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.legal_basis import basis
from guildpost_agent.domain.message_context import message_context, style_of
from guildpost_agent.domain.records import Channel, Customer, Touchpoint, Triage, Vehicle
from guildpost_agent.domain.service_work import consent_purpose, is_notice
from guildpost_shared.errors import Language, Refused
from guildpost_shared.services.definition import Channel as ServiceChannel
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.templates.context import FleetRow, LinkContext, MessageContext
from guildpost_shared.templates.letter_text import Letter
from guildpost_shared.templates.mail import RenderedMail
from guildpost_shared.templates.manifest import Manifest
from guildpost_shared.templates.mime import Envelope, Mailbox, Sign, to_bytes, unsigned
from guildpost_shared.templates.wording import due_month_text

NOTICE_SLOT: Final = "notice"
"""The slot that a list's words fill: what a recall is about, what the workshop has to say."""
_ADDRESSEE: Final = "addressee"
"""What a template calls the lines of the postal address."""
LANGUAGE: Language = "de"
"""Customers are written to in German; the catalogue's other languages wait for a language on record."""


MOST_IN_TEXT: Final = 4
"""A letter that carries along more than so many other occasions encloses a list of vehicles."""


@dataclass(frozen=True)
class Printed:
    """A typeset batch: the PDF and each letter's first and last page."""

    pdf: bytes
    pages: Mapping[str, tuple[int, int]]


Request = MailRequest | LetterRequest
Held = Callable[[Collection[str]], AbstractContextManager[object]]
Typeset = Callable[[Sequence[Letter], datetime], Printed]
"""Sets letters into one PDF, in the order given (loads the typesetter: only in the printing child)."""


class Composer:
    """Fills templates with the dealer's own records."""

    def __init__(
        self,
        config: AgentConfig,
        services: Mapping[str, ServiceDefinition],
        templates: TemplateStore,
        open_reading: OpenReading,
        *,
        sign: Sign = unsigned,
        offers: OfferDesk | None = None,
        held: Held = nullcontext,
    ) -> None:
        """Bring what messages are filled from.

        Args:
            config: the dealer's settings.
            services: those that the dealer runs.
            templates: of the verified catalogue.
            open_reading: opens a transaction to read in.
            sign: signs a finished mail.
            offers: finds the dealer's offers that fit; without it no message shows any.
            held: is around the messages of some touchpoints, which may share one reading of records and templates.
        """
        self.held = held
        self._extras = ExtrasDesk(config, services, offers)
        self._sign = sign
        self._config = config
        self._services = services
        self._templates = templates
        self.open_reading = open_reading
        self._zone = ZoneInfo(config.dealer.timezone)

    def mail(self, request: MailRequest) -> bytes:
        """Compose a mail for the outbox.

        Raises:
            Refused: the message cannot be filled; the touchpoint is refused, never sent half-filled.
        """
        smtp = self._config.smtp
        rendered, extras = self._rendered(request, LANGUAGE)
        notice = is_notice(self._services[request.touchpoint.service_id])
        envelope = Envelope(
            sender=Mailbox(smtp.from_name, smtp.from_address),
            recipient=Mailbox("", request.recipient),
            reply_to=Mailbox(self._config.dealer.name, self._config.dealer.email),
            message_id=request.message_id,
            date=request.now.astimezone(self._zone),
            unsubscribe=None if notice and not extras.offers else request.links.unsubscribe,
        )
        files = self._extras.attachments(extras, request.now, LANGUAGE)
        return self._sign(to_bytes(rendered, envelope, files))

    def render_mail(self, request: Request, language: Language) -> RenderedMail:
        """Render a mail's subject and parts."""
        return self._rendered(request, language)[0]

    def _rendered(self, request: Request, language: Language) -> tuple[RenderedMail, Extras]:
        template = self._templates.mail(self._template_id(request.touchpoint, language))
        context, extras = self._context(request, template.manifest, language)
        return template.render(context), extras

    def letter(self, request: LetterRequest) -> Letter:
        """Compose one letter."""
        template = self._templates.letter(self._template_id(request.touchpoint, LANGUAGE))
        context, _ = self._context(request, template.manifest, LANGUAGE)
        day = request.now.astimezone(self._zone).date()
        return template.compose(context, doc_id=request.document_id, day=day)

    def letters(self, requests: Sequence[LetterRequest], typeset: Typeset) -> RenderedBatch:
        """Compose and typeset a batch; a letter that cannot be filled is left out with its reason."""
        letters: list[Letter] = []
        refused: dict[str, str] = {}
        with self.held([request.touchpoint.touchpoint_id for request in requests]):
            for request in requests:
                try:
                    letters.append(self.letter(request))
                except Refused as error:
                    refused[request.document_id] = error.code
        if not letters:
            return RenderedBatch(b"", {}, refused)
        printed = typeset(letters, requests[0].now)
        pages = {doc_id: last - first + 1 for doc_id, (first, last) in printed.pages.items()}
        return RenderedBatch(printed.pdf, pages, refused)

    def _template_id(self, touchpoint: Touchpoint, language: Language) -> str:
        service = self._services.get(touchpoint.service_id)
        if service is None:
            raise Refused("service_not_in_force", service=touchpoint.service_id)
        return service.template_id(ServiceChannel(touchpoint.channel.value), language)

    def _context(self, request: Request, manifest: Manifest, language: Language) -> tuple[MessageContext, Extras]:
        touchpoint, customer = request.touchpoint, request.customer
        with self.open_reading() as uow:
            occasion = uow.plans.occasion(touchpoint.occasion_id)
            carried = carried_along(uow, touchpoint, self._services, request.now, self._zone)
            words = words_of_list(uow, occasion) if occasion is not None else ""
            consents = uow.consents.state_of(customer.customer_id)
            extras = self._extras.found(uow, touchpoint, customer, request.now)
        extras = self._extras.with_offers(extras, touchpoint, manifest, request.now, language)
        now = request.now.astimezone(self._zone)
        rules = consent_rules(self._config)
        service = self._services[touchpoint.service_id]
        ground = basis(
            customer, touchpoint.channel, consents, _nobody, now, purpose=consent_purpose(service), rules=rules
        )
        if ground is None:
            raise Refused("no_legal_basis", channel=touchpoint.channel.value)
        links = request.links
        answer = links.click if touchpoint.channel is Channel.EMAIL else links.answer
        context = message_context(
            touchpoint=touchpoint,
            customer=customer,
            vehicle=request.vehicle,
            estimated=occasion is None or occasion.triage is not Triage.TRUSTED,
            basis=ground,
            dealer=self._config.dealer,
            links=LinkContext(answer, links.unsubscribe),
            brand=manifest.brand,
            today=now.date(),
            language=language,
            also_due=tuple(_line(one, self._services, language) for one in carried),
            slots=fillings(self._config, touchpoint.service_id) | ({NOTICE_SLOT: words} if words else {}),
            style=style_of(
                self._config.mail.tone or manifest.tone,
                self._config.dealer,
                informal=manifest.informal and self._config.mail.form == "du",
            ),
            own_domains=self._config.mail.own_domains,
            addressed=touchpoint.channel is Channel.LETTER or _ADDRESSEE in (*manifest.required, *manifest.optional),
        )
        if touchpoint.channel is Channel.LETTER and len(carried) > MOST_IN_TEXT:
            context = replace(context, fleet=self._fleet(request, carried, language))
        return self._extras.into(context, extras, language), extras

    def _fleet(self, request: Request, carried: Sequence[Carried], language: Language) -> tuple[FleetRow, ...]:
        """List everything that is due, the message's own first, then by date."""
        own, services = request.touchpoint, self._services
        rest = sorted(carried, key=lambda one: (one.occasion.due_date, one.vehicle.plate))
        return (
            _row(request.vehicle, services[own.service_id], own.due_date, language),
            *(_row(one.vehicle, services[one.occasion.service_id], one.occasion.due_date, language) for one in rest),
        )


def _row(vehicle: Vehicle, service: ServiceDefinition, due: date, language: Language) -> FleetRow:
    name = " ".join(part for part in (vehicle.make, vehicle.model) if part)
    return FleetRow(vehicle.plate, name, service.name[language], due_month_text(due, language))


def _line(one: Carried, services: Mapping[str, ServiceDefinition], language: Language) -> str:
    """Name another occasion of the same message: service, vehicle, month."""
    vehicle = " ".join(part for part in (one.vehicle.make, one.vehicle.model) if part)
    plate = f" ({one.vehicle.plate})" if one.vehicle.plate else ""
    name, month = services[one.occasion.service_id].name[language], due_month_text(one.occasion.due_date, language)
    return f"{name}: {vehicle}{plate}, {month}"


def _nobody(_customer: Customer, _channel: str) -> bool:
    return False
