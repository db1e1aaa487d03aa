"""The manifest of a template: ``templates/<service>/<version>/<channel>.<language>.json``.

It names the brand, the subject, the fields of the message that the template reads (required ones must have a value,
or the touchpoint is refused), the typed slots, and a full sample, so that a preview needs no customer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from guildpost_shared.errors import Language, Refused
from guildpost_shared.problems import Problem
from guildpost_shared.services.definition import Channel
from guildpost_shared.services.fields import Fields, read_object, refusing
from guildpost_shared.services.positions import line_of, syntax_fault
from guildpost_shared.templates.context import (
    NAMES,
    BrandContext,
    DealerContext,
    LinkContext,
    MessageContext,
    Value,
    Values,
    VehicleContext,
    look_up,
    values,
)
from guildpost_shared.templates.faults import invalid
from guildpost_shared.templates.own_links import own_hosts
from guildpost_shared.templates.salutation import Style, Tone
from guildpost_shared.templates.slot_values import SlotKind
from guildpost_shared.templates.slots import SlotOwner, SlotSpec, read_slot
from guildpost_shared.templates.wording import Season, closing_text

_COLOUR: Final = r"#[0-9a-f]{6}"
_LINE: Final = r"[^\x00-\x1f\x7f]{1,120}"
_OFFER: Final = r"[^\x00-\x1f\x7f]{1,400}"
_LISTS: Final = ("also_due", "appointments", "cancelled")
_SERVICE_ID: Final = r"[a-z][a-z0-9_]{1,39}"
_NAME: Final = r"[a-z_]+(?:\.[a-z_]+)?"
_WHITE_CONTRAST: Final = 4.5
_BASICS: Final = ("language", "estimated", "overdue", "vehicle.electric", "brand.name", "brand.colour")


@dataclass(frozen=True)
class Manifest:
    """A template's contract; ``required`` and ``optional`` are dotted names of the message context.

    ``tone`` is the brand's recommendation, ``informal`` that its language guide allows "Du" here.
    """

    template_id: str
    service_id: str
    version: int
    channel: Channel
    language: Language
    brand: BrandContext
    subject: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    slots: tuple[SlotSpec, ...]
    sample: MessageContext = field(repr=False)
    tone: Tone = Tone.FACTUAL
    informal: bool = False

    @property
    def names(self) -> frozenset[str]:
        """List every dotted name that the template's text may use."""
        return frozenset({*_BASICS, *self.required, *self.optional, *(f"slots.{slot.name}" for slot in self.slots)})

    @property
    def links(self) -> frozenset[str]:
        """List the names whose values are links to the dealer's own pages."""
        return frozenset(f"slots.{slot.name}" for slot in self.slots if slot.kind is SlotKind.LINK)

    @property
    def brand_words(self) -> tuple[str, ...]:
        """List what the brand has written into slots: locked texts, defaults, and what there is to choose from."""
        return tuple(words for slot in self.slots for words in (slot.text, *slot.limits.choices) if words)

    def check_loops(self, source: str, part: str) -> None:
        """Check that a part loops over slots of several lines: written out plainly, their lines would run together.

        Raises:
            Refused: ``template_invalid``.
        """
        for slot in self.slots:
            found = re.search(rf"\{{\{{-?\s*slots\.{slot.name}\s*-?\}}\}}", source)
            if slot.kind is SlotKind.LONG_TEXT and found:
                problem = Problem("lines_need_a_loop", name=f"slots.{slot.name}")
                raise invalid(self.template_id, part, part, problem, source.count("\n", 0, found.start()) + 1)

    def variables(self, context: MessageContext) -> Values:
        """Give the variables of one message: cleaned context, and every slot filled or empty on purpose.

        Raises:
            Refused: ``template_slot_missing`` where a required value is empty; ``template_value_invalid`` where a
                value breaks its limits or a link is not ``https``.
        """
        variables = values(context)
        own = own_hosts(context.dealer.website, context.dealer.own_domains)
        filled: dict[str, Value] = {slot.name: self._fill(slot, context.slots, own) for slot in self.slots}
        variables["slots"] = filled
        variables["brand"] = {"name": self.brand.name, "colour": self.brand.colour}
        for name in self.required:
            if look_up(variables, name) in ("", []):
                raise Refused("template_slot_missing", name, template=self.template_id, field=name)
        for name in ("answer", "unsubscribe", "payment", "invoice"):
            link = look_up(variables, f"links.{name}")
            if link and not (isinstance(link, str) and link.startswith("https://") and " " not in link):
                raise self._invalid(f"links.{name}", Problem("not_https"))
        return variables

    def _fill(self, slot: SlotSpec, given: Mapping[str, str], own: tuple[str, ...]) -> Value:
        raw = given.get(slot.name, "") if slot.owner is SlotOwner.DEALER else ""
        problem = slot.problem(raw, self.language, own)
        if problem:
            raise self._invalid(f"slots.{slot.name}", problem)
        value = slot.filled(raw)
        if slot.required and not value:
            raise Refused(
                "template_slot_missing", slot.name, template=self.template_id, field=slot.label[self.language]
            )
        return slot.shown(value, self.language)

    def _invalid(self, name: str, problem: Problem) -> Refused:
        return Refused("template_value_invalid", name, template=self.template_id, field=name, problem=problem)


def context_from_sample(manifest: Manifest) -> MessageContext:
    """Give the message that previews and checks of a template show."""
    return manifest.sample


def parse_manifest(data: bytes, template_id: str) -> Manifest:
    """Read a manifest.

    Args:
        data: the target's bytes.
        template_id: what the target's path says; the manifest must agree.

    Raises:
        Refused: ``template_invalid`` with the file, the line, the field and the problem.
    """
    try:
        return _parse(data, template_id)
    except Refused as error:
        line, problem = syntax_fault(data) or (line_of(data, str(error.params["field"])), error.params["problem"])
        if not isinstance(problem, Problem):
            raise
        raise invalid(template_id, "json", str(error.params["field"]), problem, line) from error


def _parse(data: bytes, template_id: str) -> Manifest:
    with refusing("template_invalid", template=template_id):
        fields = read_object(data, "template")
        fields.text("type", "template")
        language = fields.language("language")
        brand = _read_brand(fields.child("brand"))
        slots = tuple(read_slot(item, language) for item in fields.children("slots", most=40))
        manifest = Manifest(
            template_id=fields.words("id"),
            service_id=fields.text("service", _SERVICE_ID),
            version=fields.integer("version", 1, 99_999),
            channel=fields.choice("channel", Channel),
            language=language,
            brand=brand,
            subject=fields.words("subject", 400),
            required=fields.texts("required", _NAME, least=0, most=40),
            optional=fields.texts("optional", _NAME, least=0, most=40),
            slots=slots,
            tone=fields.choice("tone", Tone) if "tone" in fields.names() else Tone.FACTUAL,
            informal=fields.boolean("informal") if "informal" in fields.names() else False,
            sample=_read_sample(fields.child("sample"), language, brand, {slot.name: slot.sample for slot in slots}),
        )
        fields.end()
        _check(manifest, fields, template_id)
    return manifest


def _check(manifest: Manifest, fields: Fields, template_id: str) -> None:
    named = f"{manifest.service_id}/{manifest.version}/{manifest.channel}.{manifest.language}"
    if not manifest.template_id == named == template_id:
        raise fields.refusal("id", Problem("id_disagrees"))
    for kind, names in (("required", manifest.required), ("optional", manifest.optional)):
        for name in names:
            if name not in NAMES:
                raise fields.refusal(kind, Problem("not_of_a_message", name=name))
    if len({slot.name for slot in manifest.slots}) != len(manifest.slots):
        raise fields.refusal("slots", Problem("repeated"))


def _read_brand(fields: Fields) -> BrandContext:
    brand = BrandContext(fields.words("name", 40), fields.text("colour", _COLOUR))
    fields.end()
    if contrast_with_white(brand.colour) < _WHITE_CONTRAST:
        raise fields.refusal("colour", Problem("hard_to_read"))
    return brand


def contrast_with_white(colour: str) -> float:
    """Work out the contrast ratio of a colour against white (WCAG 2.2, relative luminance).

    Args:
        colour: ``#rrggbb``.
    """
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]  # noqa: PLR2004 — sRGB
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def _read_sample(fields: Fields, language: Language, brand: BrandContext, slots: dict[str, str]) -> MessageContext:
    lines = {name: fields.texts(name, _LINE, least=0, most=40) for name in _LISTS if name in fields.names()}
    sample = MessageContext(
        language=language,
        salutation=fields.words("salutation"),
        addressee=fields.texts("addressee", _LINE, most=6),
        vehicle=_read_vehicle(fields.child("vehicle")),
        due_month=fields.words("due_month"),
        estimated=fields.boolean("estimated"),
        overdue=fields.boolean("overdue"),
        dealer=_read_dealer(fields.child("dealer")),
        links=_read_links(fields.child("links")),
        legal_basis=fields.words("legal_basis", 600),
        slots=slots,
        brand=brand,
        reminder=fields.boolean("reminder") if "reminder" in fields.names() else False,
        offers_basis=fields.words("offers_basis", 600) if "offers_basis" in fields.names() else "",
        closing=closing_text(Style(), "", language),
        warranty_month=fields.words("warranty_month") if "warranty_month" in fields.names() else "",
        season=fields.choice("season", Season) if "season" in fields.names() else "",
        offers=fields.texts("offers", _OFFER, least=0, most=5) if "offers" in fields.names() else (),
        also_due=lines.get("also_due", ()),
        appointments=lines.get("appointments", ()),
        cancelled=lines.get("cancelled", ()),
    )
    fields.end()
    return sample


def _read_vehicle(fields: Fields) -> VehicleContext:
    vehicle = VehicleContext(
        fields.words("make"), fields.words("model"), fields.words("plate"), fields.boolean("electric")
    )
    fields.end()
    return vehicle


def _read_dealer(fields: Fields) -> DealerContext:
    names = ("name", "legal_name", "street", "postcode", "town", "phone", "email", "website", "return_line")
    texts = {name: fields.words(name) for name in names}
    dealer = DealerContext(**texts, imprint=fields.texts("imprint", _LINE, most=12), own_domains=())
    fields.end()
    return dealer


def _read_links(fields: Fields) -> LinkContext:
    pages = {name: fields.words(name) for name in ("payment", "invoice") if name in fields.names()}
    links = LinkContext(fields.words("answer"), fields.words("unsubscribe"), **pages)
    fields.end()
    return links
