"""What one service of the catalogue says, parsed strictly from ``services/<service_id>.json``.

    ServiceDefinition
      occasion        when something falls due: a typed rule (``occasion_rules``, ``event_rules``)
      condition       for which vehicles and customers, as an expression (``conditions``)
      work            by which words of a workshop's line the work shows that answers it
      purpose         advertising, or a notice that owes its ground to a contract or the law and carries no advertising
      strength        which of several occasions leads: the larger figure
      touches         the sequence of messages, each with its window in days before the due date
      channels        in order of preference, each with its default slot, attribution days and templates
      bundle_group    services of one group share a message when they fall due together
      cap_class       counts against the contact cap, or (notices only) is exempt from it
      learning_class  where a young service borrows from
      network         mandatory, recommended or optional in the brand's network
      dealer_slots    template slots that the dealer may fill
      offers          so many of the dealer's offers that fit may stand in its messages; 0: none
      skill           whose places in a workshop its work needs (tyres, inspection_bay, …); general: nothing special

Every figure of time is a recommendation that a dealer may override without the brand being told (rule R12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from guildpost_shared.errors import Language, Refused
from guildpost_shared.problems import Problem
from guildpost_shared.services.conditions import Condition, read_condition
from guildpost_shared.services.event_rules import AfterEventRule, AfterWorkRule, Event
from guildpost_shared.services.fields import Fields, read_object, refusing
from guildpost_shared.services.occasion_rules import OccasionRule, read_occasion_rule
from guildpost_shared.services.positions import line_of, syntax_fault
from guildpost_shared.services.work import Work, read_work

_CODE = "service_definition_invalid"
_ID = r"[a-z][a-z0-9_]{1,39}"
_TEMPLATE_ID = r"[a-z][a-z0-9_]{1,39}/[1-9][0-9]{0,4}/[a-z]+\.[a-z]{2}"
MOST_OFFERS: Final = 5
MAX_LEAD_DAYS: Final = 400
MAX_OVERDUE_DAYS: Final = 180


class Channel(StrEnum):
    """How a message reaches a customer."""

    EMAIL = "email"
    LETTER = "letter"
    CALL = "call"


class CapClass(StrEnum):
    """Whether a touch counts against the contact cap; only notices are exempt."""

    COMMERCIAL = "commercial"
    EXEMPT = "exempt"


class LearningClass(StrEnum):
    """Services whose customers respond alike."""

    HU = "hu"
    MAINTENANCE = "maintenance"
    TYRES = "tyres"
    WARRANTY = "warranty"
    WINBACK = "winback"
    SEASONAL = "seasonal"
    LEASE = "lease"
    RELATION = "relation"
    FOLLOW_UP = "follow_up"
    NOTICE = "notice"


class Purpose(StrEnum):
    """Why a message is sent: advertising rests on consent or interest, a notice on a contract or a legal duty."""

    ADVERTISING = "advertising"
    NOTICE = "notice"


class NetworkStatus(StrEnum):
    """What the brand expects of its network."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


@dataclass(frozen=True)
class Slot:
    """A time of the week in the dealer's local time: weekday 0 = Monday, hour 0–23 or ``None`` (letters)."""

    weekday: int
    hour: int | None


@dataclass(frozen=True)
class Touch:
    """One message of the sequence; days count before the due date, negative ones after it.

    ``first_day`` is the earliest day (the larger figure), ``last_day`` the latest, ``default_lead`` the start value.
    """

    touch_id: str
    first_day: int
    last_day: int
    default_lead: int

    @property
    def in_order(self) -> bool:
        """Say whether the start value lies in the window."""
        return self.first_day >= self.default_lead >= self.last_day


@dataclass(frozen=True)
class ChannelUse:
    """How the service uses a channel.

    ``mandatory`` means that a dealer who runs the service may not switch the channel off (consent still rules);
    ``attribution_days`` is how long after delivery a booking counts as an answer; ``templates`` maps a language to
    a template id (``<service>/<version>/<channel>.<language>``).
    """

    channel: Channel
    mandatory: bool
    default_slot: Slot
    attribution_days: int
    templates: dict[Language, str]


@dataclass(frozen=True)
class ServiceDefinition:
    """A standard campaign; see the module's docstring."""

    service_id: str
    version: int
    name: dict[Language, str]
    occasion: OccasionRule
    condition: Condition
    work: Work | None
    purpose: Purpose
    strength: int
    touches: tuple[Touch, ...]
    channels: tuple[ChannelUse, ...]
    bundle_group: str
    cap_class: CapClass
    learning_class: LearningClass
    network: NetworkStatus
    dealer_slots: tuple[str, ...]
    skill: str
    offers: int = 0

    def channel(self, channel: Channel) -> ChannelUse | None:
        """Find how a channel is used, or ``None`` when the service does not use it."""
        return next((use for use in self.channels if use.channel == channel), None)

    def attribution_days(self, channel: Channel) -> int:
        """Say how many days after delivery a booking counts as an answer; 0 for a channel that is not used."""
        use = self.channel(channel)
        return use.attribution_days if use else 0

    def template_id(self, channel: Channel, language: Language) -> str:
        """Name the template of a channel and language, German where the language is not offered.

        Raises:
            Refused: ``template_unavailable`` when the service has no template for the channel at all.
        """
        use = self.channel(channel)
        templates = use.templates if use else {}
        found = templates.get(language) or templates.get("de")
        if found is None:
            raise Refused("template_unavailable", service=self.service_id, channel=channel.value)
        return found


def overlap(touches: Sequence[Touch]) -> tuple[str, str] | None:
    """Name the first two messages of a sequence of which the later one starts before the earlier one has ended."""
    for earlier, later in pairwise(touches):
        if later.first_day >= earlier.last_day:
            return earlier.touch_id, later.touch_id
    return None


def template_targets(template_id: str) -> tuple[str, ...]:
    """List the catalogue targets that make up a template, its manifest first.

    Args:
        template_id: ``<service>/<version>/<channel>.<language>``.
    """
    sources = ("mjml", "txt") if template_id.rpartition("/")[2].startswith("email.") else ("txt",)
    return tuple(f"templates/{template_id}.{suffix}" for suffix in ("json", *sources))


def parse_service(data: bytes, file: str = "service") -> ServiceDefinition:
    """Read a service definition.

    Args:
        data: the document, UTF-8.
        file: its name, for whoever has to mend it.

    Raises:
        Refused: ``service_definition_invalid`` with the file, the field, its line and the problem.
    """
    try:
        return _parse(data)
    except Refused as error:
        line, problem = syntax_fault(data) or (line_of(data, str(error.params["field"])), error.params["problem"])
        params = {**error.params, "file": file, "line": line, "problem": problem}
        raise Refused(_CODE, error.detail, **params) from error


def _parse(data: bytes) -> ServiceDefinition:
    with refusing(_CODE):
        fields = read_object(data, "service")
        fields.text("type", "service")
        service = ServiceDefinition(
            service_id=fields.text("id", _ID),
            version=fields.integer("version", 1, 99_999),
            name=fields.in_both("name"),
            occasion=read_occasion_rule(fields.child("occasion")),
            condition=read_condition(fields, "condition"),
            work=read_work(fields.optional_child("work")),
            purpose=fields.choice("purpose", Purpose),
            strength=fields.integer("strength", 1, 100),
            touches=tuple(_read_touch(item) for item in fields.children("touches", least=1, most=12)),
            channels=tuple(_read_channel(item) for item in fields.children("channels", least=1, most=len(Channel))),
            bundle_group=fields.text("bundle_group", _ID),
            cap_class=fields.choice("cap_class", CapClass),
            learning_class=fields.choice("learning_class", LearningClass),
            network=fields.choice("network", NetworkStatus),
            dealer_slots=fields.texts("dealer_slots", _ID, least=0, most=40),
            skill=fields.text("skill", _ID),
            offers=fields.integer("offers", 0, MOST_OFFERS) if "offers" in fields.names() else 0,
        )
        fields.end()
        _check(service, fields)
    return service


def _read_touch(fields: Fields) -> Touch:
    touch = Touch(
        touch_id=fields.text("id", _ID),
        first_day=fields.integer("first_day", -MAX_OVERDUE_DAYS, MAX_LEAD_DAYS),
        last_day=fields.integer("last_day", -MAX_OVERDUE_DAYS, MAX_LEAD_DAYS),
        default_lead=fields.integer("default_lead", -MAX_OVERDUE_DAYS, MAX_LEAD_DAYS),
    )
    fields.end()
    if touch.first_day < touch.last_day:
        raise fields.refusal("first_day", Problem("window_upside_down"))
    if not touch.in_order:
        raise fields.refusal("default_lead", Problem("default_lead_outside"))
    return touch


def _read_channel(fields: Fields) -> ChannelUse:
    use = ChannelUse(
        channel=fields.choice("channel", Channel),
        mandatory=fields.boolean("mandatory"),
        default_slot=_read_slot(fields.child("default_slot")),
        attribution_days=fields.integer("attribution_days", 1, 120),
        templates=_read_templates(fields.child("templates")),
    )
    fields.end()
    for language, template_id in use.templates.items():
        if not template_id.endswith(f"/{use.channel}.{language}"):
            raise fields.refusal(f"templates.{language}", Problem("foreign_template"))
    return use


def _read_slot(fields: Fields) -> Slot:
    slot = Slot(weekday=fields.integer("weekday", 0, 6), hour=fields.optional_integer("hour", 0, 23))
    fields.end()
    return slot


def _read_templates(fields: Fields) -> dict[Language, str]:
    templates: dict[Language, str] = {}
    languages: tuple[Language, ...] = ("de", "en")
    for language in languages:
        if language in fields.names():
            templates[language] = fields.text(language, _TEMPLATE_ID)
    fields.end()
    return templates


def _check(service: ServiceDefinition, fields: Fields) -> None:
    if len({touch.touch_id for touch in service.touches}) != len(service.touches):
        raise fields.refusal("touches", Problem("repeated"))
    meeting = overlap(service.touches)
    if meeting is not None:
        raise fields.refusal("touches", Problem("touches_meet", earlier=meeting[0], later=meeting[1]))
    if len({use.channel for use in service.channels}) != len(service.channels):
        raise fields.refusal("channels", Problem("repeated"))
    if (service.cap_class is CapClass.EXEMPT) is not (service.purpose is Purpose.NOTICE):
        raise fields.refusal("cap_class", Problem("exempt_notices"))
    rule = service.occasion
    needs_work = isinstance(rule, AfterWorkRule) or (isinstance(rule, AfterEventRule) and rule.event is Event.WORK)
    if needs_work and service.work is None:
        raise fields.refusal("work", Problem("work_needed"))
