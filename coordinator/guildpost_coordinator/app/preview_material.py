"""Render material for sample customers, with the functions that agents render with: there is no second renderer.

For each template: every tonality, every sample customer, as the mail, the letter or the call script that an agent
would make. Slots show the manifest's samples; what a message needs beside the customer (offers, appointments) is that
of the manifest's sample, too. The same input gives the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from importlib import resources
from typing import Final

from guildpost_coordinator.domain.preview.faults import fault_of
from guildpost_coordinator.domain.preview.pieces import Body, Piece, TemplatePreview, Variant, variants_of
from guildpost_coordinator.domain.preview.samples import SampleCustomer, SampleSet, parse_samples
from guildpost_coordinator.domain.preview.sources import Files, TemplateSource, find_services, find_templates
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.services.definition import Channel, Purpose, parse_service, template_targets
from guildpost_shared.templates.call_text import CallTemplate
from guildpost_shared.templates.compile import compile_mail
from guildpost_shared.templates.context import LinkContext, MessageContext, VehicleContext
from guildpost_shared.templates.fill import Occasion, Sender, fill_message
from guildpost_shared.templates.letter import typeset
from guildpost_shared.templates.letter_text import Letter, LetterTemplate
from guildpost_shared.templates.mail import MailTemplate, RenderedMail
from guildpost_shared.templates.manifest import Manifest
from guildpost_shared.templates.mime import Envelope, Mailbox, to_bytes
from guildpost_shared.templates.wording import LegalBasis, legal_basis_sentence

BUILT_IN: Final = "sample_customers.toml"
_RECIPIENT: Final = "kundin.oder.kunde@kunden.example"
_USUAL: Final = {
    Channel.EMAIL: LegalBasis.EXISTING_CUSTOMER,
    Channel.LETTER: LegalBasis.LEGITIMATE_INTEREST,
    Channel.CALL: LegalBasis.CONSENT,
}
Progress = Callable[[str], object]


@dataclass(frozen=True)
class _Template:
    """A template ready to be filled: its manifest, and what makes a body of a message."""

    manifest: Manifest
    body: Callable[[MessageContext, str], Body]


def built_in_samples() -> SampleSet:
    """Give the sample customers and the dealer that come with the program."""
    return parse_samples(resources.files(__package__).joinpath(BUILT_IN).read_bytes(), BUILT_IN)


def preview_material(
    files: Files, samples: SampleSet, *, progress: Progress = lambda _: None
) -> tuple[TemplatePreview, ...]:
    """Render every template among files; a faulty one is shown with its fault and stops no other.

    Args:
        files: path → contents, a catalogue's or a single template's.
        samples: whom to write to.
        progress: is told each template's id before it is rendered.
    """
    services, found = find_services(files), []
    for source in find_templates(files):
        progress(source.template_id)
        found.append(preview_template(source, services, samples))
    return tuple(found)


def preview_template(source: TemplateSource, services: Mapping[str, bytes], samples: SampleSet) -> TemplatePreview:
    """Render one template.

    Args:
        source: its parts.
        services: id → definition, where they are known.
        samples: whom to write to.
    """
    try:
        template = _load(source, samples)
        notice = _is_notice(services.get(source.service_id))
    except GuildpostError as error:
        return TemplatePreview(source, fault=fault_of(error, source))
    pieces: list[Piece] = []
    pdfs: dict[str, bytes] = {}
    try:
        for variant in variants_of(template.manifest, south=samples.south):
            made = [_piece(template, variant, customer, samples, notice=notice) for customer in samples.customers]
            if template.manifest.channel is Channel.LETTER:
                made, pdf = _printed(made, samples)
                pdfs |= {variant.name: pdf} if pdf else {}
            pieces += made
    except GuildpostError as error:
        return TemplatePreview(source, template.manifest, fault=fault_of(error, source))
    return TemplatePreview(source, template.manifest, tuple(pieces), pdfs)


def _load(source: TemplateSource, samples: SampleSet) -> _Template:
    """Read a template as an agent does.

    Raises:
        Refused: what is wrong with it, or ``preview_part_missing``.
    """
    parts = [target.rpartition(".")[2] for target in template_targets(source.template_id)]
    missing = [part for part in parts if part not in source.contents]
    if missing:
        raise Refused("preview_part_missing", template=source.template_id, part=missing[0])
    contents = [source.contents[part] for part in parts]
    match source.channel:
        case Channel.EMAIL:
            manifest, mjml, text = contents
            mail = MailTemplate(compile_mail(source.template_id, manifest, mjml, text))
            return _Template(mail.manifest, lambda context, _: mail.render(context))
        case Channel.LETTER:
            letter = LetterTemplate(source.template_id, *contents)
            return _Template(
                letter.manifest, lambda context, name: letter.compose(context, doc_id=name, day=samples.day)
            )
        case _:
            call = CallTemplate(source.template_id, *contents)
            return _Template(call.manifest, lambda context, _: call.compose(context))


def _is_notice(service: bytes | None) -> bool:
    return service is not None and parse_service(service).purpose is Purpose.NOTICE


def _piece(
    template: _Template, variant: Variant, customer: SampleCustomer, samples: SampleSet, *, notice: bool
) -> Piece:
    context = context_for(template.manifest, variant, customer, samples, notice=notice)
    try:
        body = template.body(context, customer.customer_id)
    except GuildpostError as error:
        return Piece(variant, customer, None, error)
    if not isinstance(body, RenderedMail):
        return Piece(variant, customer, body)
    name = f"{template.manifest.template_id}.{variant.name}.{customer.customer_id}".replace("/", ".")
    link = context.links.unsubscribe if "links.unsubscribe" in template.manifest.required else None
    return Piece(variant, customer, body, eml=_eml(body, name, samples, link))


def context_for(
    manifest: Manifest, variant: Variant, customer: SampleCustomer, samples: SampleSet, *, notice: bool = False
) -> MessageContext:
    """Fill a message for a sample customer.

    Args:
        manifest: of the template.
        variant: in which tonality.
        customer: to whom.
        samples: from whom, and when.
        notice: the service is no advertising.
    """
    shown, language = manifest.sample, manifest.language
    vehicle = VehicleContext(shown.vehicle.make, shown.vehicle.model, customer.plate, customer.electric)
    occasion = Occasion(
        vehicle,
        samples.day + timedelta(days=customer.due_in_days),
        estimated=customer.estimated,
        reminder=customer.reminder,
        also_due=(customer.also_due or {}).get(language, ()),
    )
    site = samples.dealer.website.rstrip("/")
    links = LinkContext(
        f"{site}/a/{customer.customer_id}", f"{site}/u/{customer.customer_id}", shown.links.payment, shown.links.invoice
    )
    sender = Sender(samples.dealer, manifest.brand, links, variant.style, shown.slots)
    confirms = bool(shown.appointments or shown.cancelled)
    basis = LegalBasis.APPOINTMENT if confirms else LegalBasis.DUTY if notice else _USUAL[manifest.channel]
    context = fill_message(customer.recipient, occasion, sender, basis=basis, today=samples.day, language=language)
    offers_basis = legal_basis_sentence(LegalBasis.EXISTING_CUSTOMER, samples.dealer.name, language)
    return replace(
        context,
        offers=shown.offers,
        offers_basis=offers_basis if shown.offers_basis else "",
        appointments=shown.appointments,
        cancelled=shown.cancelled,
        warranty_month=shown.warranty_month,
    )


def _eml(mail: RenderedMail, name: str, samples: SampleSet, unsubscribe: str | None) -> bytes:
    """Write a mail as it goes to the mail server, to an invented address."""
    sender = Mailbox(samples.dealer.name, samples.dealer.email)
    envelope = Envelope(
        sender=sender,
        recipient=Mailbox("", _RECIPIENT),
        reply_to=sender,
        message_id=f"<{name}@preview.example>",
        date=_noon(samples),
        unsubscribe=unsubscribe,
    )
    return to_bytes(mail, envelope)


def _printed(pieces: Sequence[Piece], samples: SampleSet) -> tuple[list[Piece], bytes]:
    """Set the letters of one tonality into one PDF."""
    letters = [piece.body for piece in pieces if isinstance(piece.body, Letter)]
    if not letters:
        return list(pieces), b""
    batch = typeset(letters, created=_noon(samples))
    pages = {stands.doc_id: (stands.first, stands.last) for stands in batch.ranges}
    return list(_with_pages(pieces, pages)), batch.pdf


def _with_pages(pieces: Sequence[Piece], pages: Mapping[str, tuple[int, int]]) -> Iterator[Piece]:
    for piece in pieces:
        yield replace(piece, pages=pages.get(piece.customer.customer_id, (0, 0)))


def _noon(samples: SampleSet) -> datetime:
    return datetime.combine(samples.day, time(12), tzinfo=UTC)
