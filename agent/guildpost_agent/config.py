"""The dealership's configuration: one TOML file, owned by the dealer, read once at start."""

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from guildpost_agent.domain.territories import Territories, plain_make
from guildpost_agent.home_files import HOME, HomeFile, HomePath
from guildpost_agent.letter_settings import LetterSettings
from guildpost_agent.mail_settings import MailSettings
from guildpost_agent.service_settings import ServiceSettings
from guildpost_agent.workshop_settings import WorkshopSettings
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import os_reason
from guildpost_shared.problems import Problem


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError("unknown time zone") from None
    return name


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dealer(_Section):
    """Who writes: the imprint of every mail and letter (§ 5 DDG, § 35a GmbHG)."""

    name: str
    legal_name: str
    street: str
    postcode: str
    town: str
    state: str = Field(pattern=r"^(BW|BY|BE|BB|HB|HH|HE|MV|NI|NW|RP|SL|SN|ST|SH|TH)$")
    phone: str
    email: str
    website: str
    register_court: str
    register_number: str
    managing_directors: str
    vat_id: str
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Berlin"


class Figures(_Section):
    """The dealer's own figures; they never leave (antitrust rule R2).

    Money in cents, places per working day for all work that has no places of its own (``workshop``); 0 means that no
    limit is set. ``letter_cents`` is what one letter costs, postage, paper and handling together;
    ``call_cents`` what a call costs in working time;
    ``visit_cents`` what a visit is worth to the dealer: a letter that costs more than it brings gives way to an e-mail.
    """

    weekly_budget_cents: int = Field(ge=0)
    workshop_places_per_day: int = Field(ge=0)
    letter_cents: int = Field(default=120, ge=0, le=10_000)
    call_cents: int = Field(default=300, ge=0, le=10_000)
    visit_cents: int = Field(default=3_000, ge=0, le=10_000_000)
    hourly_rate_cents: int = Field(ge=0)


CodeDate = Literal[
    "", "next_hu", "next_au", "next_sp", "next_service", "warranty_end", "lease_end", "delivered_on", "keeper_since",
    "deregistered_on", "sold_on",
]  # fmt: skip
CodeMileage = Literal["", "next_service_km"]
CodeFlag = Literal["", "advertising_block", "deceased", "dummy", "supplier", "consent_email", "consent_phone"]


class LocoSoft(_Section):
    """The Loco-Soft reporting database, and how a site's codes read; which codes mean what differs between sites.

    Attributes:
        vehicle_dates: the dealer's own codes of ``codes_vehicle_date`` → field; empty: not read. A code that is not
            named is read where its description is a heading that we know.
        vehicle_mileages: likewise for ``codes_vehicle_mileage``.
        customer_flags: likewise for ``codes_customer_list``.
    """

    host: str
    port: int = Field(default=5432, ge=1, le=65535)
    database: str = "loco_auswertung_db"
    user: str
    password_file: HomeFile = ""
    sslmode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = "prefer"
    hours_units: int = Field(default=10, ge=1, le=100)
    work_phones: tuple[str, ...] = ("G", "D")
    other_numbers: tuple[str, ...] = ("F", "I")
    charges: dict[str, str] = {"2": "Kunde", "3": "Kunde", "4": "Intern", "5": "Kunde", "6": "Garantie"}
    channels: dict[str, str] = {"E": "email", "T": "phone", "P": "letter", "B": "letter", "S": "sms"}
    purposes: dict[str, str] = {}
    vehicle_dates: dict[str, CodeDate] = {}
    vehicle_mileages: dict[str, CodeMileage] = {}
    customer_flags: dict[str, CodeFlag] = {}


class Dms(_Section):
    """Where the dealer management system drops its exports, and its reporting database where it has one.

    Attributes:
        invoice_amounts: whether invoices' totals are read from exports and kept; otherwise their column is not read.
    """

    drop_folder: HomePath
    silent_after_days: int = Field(default=8, ge=1, le=90)
    invoice_amounts: bool = False
    loco_soft: LocoSoft | None = None


class Appointments(_Section):
    """The folder that a workshop planner drops its calendars into (iCalendar or CSV), where the dealer has one."""

    folder: HomePath | None = None


class Offers(_Section):
    """What is offered besides the work that is due; prices are the dealer's own words and never leave.

    ``learned``: whether offers are put in order by what the brand's network learned about who takes them.
    """

    most: int = Field(default=3, ge=1, le=10)
    without: tuple[str, ...] = ()
    learned: bool = True
    prices: dict[str, str] = {}


class Goodwill(_Section):
    """Credits out of goodwill: what staff may grant without approval, who approves; the figures never leave."""

    limit_cents: int = Field(default=0, ge=0, le=1_000_000)
    valid_days: int = Field(default=1095, ge=1, le=3660)
    approvers: tuple[str, ...] = ()


class Smtp(_Section):
    """The dealer's mail server; encryption is required unless it is switched off by name.

    ``connections``: as many as may be open at once; each may hold one mail whose fate a crash leaves unsure.
    """

    host: str
    port: int = Field(ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    connections: int = Field(default=4, ge=1, le=64)
    ca_file: HomePath | None = None
    from_address: str
    from_name: str
    username: str = ""
    password_file: HomeFile = ""


class Relay(_Section):
    """The public endpoint that receives unsubscribes and answers for this dealer.

    ``booking_page`` is the dealer's own page for appointments; the relay's answer page leads there where it is set.
    """

    url: str = Field(pattern=r"^https?://")
    ca_file: HomePath | None = None
    booking_page: str = Field(default="", pattern=r"^(https://[^\s\"<>]{1,200})?$")


class Web(_Section):
    """Where the dealer's own pages listen; loopback unless said otherwise."""

    listen: str = Field(default="127.0.0.1:0", pattern=r"^\S+:\d{1,5}$")


class Retention(_Section):
    """How long what is kept; the defaults suit German law (see docs/people-rights.md)."""

    profile_restrict_months: int = Field(default=36, ge=1, le=120)
    profile_delete_months: int = Field(default=60, ge=1, le=240)
    send_log_months: int = Field(default=36, ge=12, le=120)
    phone_proof_months: int = Field(default=60, ge=60, le=120)
    quarantine_days: int = Field(default=30, ge=1, le=90)
    letters_days: int = Field(default=30, ge=1, le=30)
    letters_collected_days: int = Field(default=7, ge=1, le=30)
    dms_files_days: int = Field(default=30, ge=1, le=90)

    @model_validator(mode="after")
    def _restricts_before_it_deletes(self) -> "Retention":
        if self.profile_delete_months < self.profile_restrict_months:
            raise ValueError("profile_delete_months is less than profile_restrict_months")
        return self


class Consents(_Section):
    """How long a consent that was never used counts; 0: for ever (no law names a term, see docs/data.md)."""

    dormant_after_months: int = Field(default=24, ge=0, le=120)


class Services(_Section):
    """Which services of the catalogue this dealer runs, and what is decided here about single ones.

    Attributes:
        enabled: their ids.
        settings: by service id, see ``service_settings``.
        holdout_percent: how many customers in a hundred a service's control group takes.
    """

    enabled: list[str]
    settings: dict[str, ServiceSettings] = {}
    holdout_percent: int = Field(default=5, ge=5, le=10)

    @property
    def reviewed(self) -> frozenset[str]:
        """The services whose messages a person approves first."""
        return frozenset(name for name, one in self.settings.items() if one.approval == "review")

    @property
    def without_learned_times(self) -> frozenset[str]:
        """The services that keep to the recommended times."""
        return frozenset(name for name, one in self.settings.items() if not one.learned_times)

    @property
    def holdout_share(self) -> float:
        """The control group's share, 0.05 to 0.10."""
        return self.holdout_percent / 100


class Brand(_Section):
    """A further brand that this dealer is a member of (docs/adr/0010-several-brands.md).

    Attributes:
        makes: whose vehicles its messages are about, as the DMS calls them; no other brand writes about these.
    """

    makes: tuple[str, ...] = Field(min_length=1)


class AgentConfig(_Section):
    """Everything in ``agent.toml``.

    Attributes:
        brands: the further brands by the names that the dealer chose when enrolling.
        slots: the dealer's own words for the free slots of all services' messages, by slot.
    """

    language: Literal["de", "en"] = "de"
    dealer: Dealer
    figures: Figures
    dms: Dms
    appointments: Appointments = Appointments()
    offers: Offers = Offers()
    goodwill: Goodwill = Goodwill()
    smtp: Smtp
    mail: MailSettings = MailSettings()
    letters: LetterSettings
    relay: Relay
    web: Web = Web()
    services: Services
    brands: dict[str, Brand] = {}
    slots: dict[str, str] = {}
    retention: Retention = Retention()
    consents: Consents = Consents()
    workshop: WorkshopSettings = WorkshopSettings()

    @cached_property
    def territories(self) -> Territories:
        """Which brand writes about which vehicle."""
        return Territories.of({name: brand.makes for name, brand in self.brands.items()})

    @model_validator(mode="after")
    def _makes_belong_to_one_brand(self) -> "AgentConfig":
        listed = [plain_make(make) for brand in self.brands.values() for make in brand.makes]
        twice = next((make for make in listed if listed.count(make) > 1 or not make), None)
        if twice is not None:
            raise ValueError(f"brands: the make {twice!r} belongs to one brand, and is named once")
        return self

    @model_validator(mode="after")
    def _skills_have_places(self) -> "AgentConfig":
        for name, one in self.services.settings.items():
            if one.skill is not None and one.skill not in self.workshop.skills:
                raise ValueError(f"services.settings.{name}.skill: {one.skill} is not among workshop.skills")
        return self


def load_config(home: Path) -> AgentConfig:
    """Read ``agent.toml`` from the agent's home.

    Raises:
        ConfigurationError: the file is missing, unreadable, no TOML, or a field is missing, unknown or out of range.
    """
    return read_config(home / "agent.toml")


def read_config(path: Path) -> AgentConfig:
    """Read a configuration from any file; the files that it names lie beside it unless their path is absolute.

    Raises:
        ConfigurationError: see ``load_config``.
    """
    try:
        return AgentConfig.model_validate(tomllib.loads(path.read_text("utf-8")), context={HOME: path.parent})
    except FileNotFoundError:
        raise ConfigurationError("agent_config_missing", path=path) from None
    except UnicodeDecodeError:
        raise ConfigurationError("agent_config_unreadable", path=path, reason=Problem("not_utf8")) from None
    except OSError as error:
        raise ConfigurationError("file_unreadable", path=path, reason=os_reason(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("agent_config_unreadable", path=path, reason=str(error)) from None
    except ValidationError as error:
        raise _invalid(path, error) from None


_INVALID: Final = {
    "missing": "agent_config_invalid_missing",
    "extra_forbidden": "agent_config_invalid_unknown",
    "greater_than_equal": "agent_config_invalid_small",
    "less_than_equal": "agent_config_invalid_large",
    "literal_error": "agent_config_invalid_choice",
    "enum": "agent_config_invalid_choice",
}
"""What pydantic finds most often, in our own words of both languages; the rest is said in its own."""


def _invalid(path: Path, error: ValidationError) -> ConfigurationError:
    first = error.errors(include_input=False, include_url=False)[0]
    limits = first.get("ctx", {})
    return ConfigurationError(
        _INVALID.get(first["type"], "agent_config_invalid"),
        path=path,
        field=".".join(str(part) for part in first["loc"]),
        reason=first["msg"].removeprefix("Value error, "),
        least=limits.get("ge"),
        most=limits.get("le"),
        choices=str(limits.get("expected")).replace(" or ", ", "),
    )
