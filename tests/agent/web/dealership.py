"""A dealership on a Monday morning: a real encrypted database with customers, a week's plan, what went out, a ledger.

dealership = Dealership(tmp_path)
dealership.app                                         # the dealer's pages
dealership.gatekeeper.issue_link()                     # a way in
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.adapters.files.ledger_witness import LedgerWitnessFile
from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.migrate import migrate
from guildpost_agent.adapters.sql.read_model import SqlReadModel
from guildpost_agent.adapters.sql.sessions import SqlSessionStore
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.calls.script import ScriptDesk
from guildpost_agent.app.compare_with_network import compare_with_network, released_by
from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.egress.ledger import next_entry
from guildpost_agent.app.egress.witness import Witness, ledger_trouble
from guildpost_agent.app.ports.unit_of_work import ImportReport, OutboxJob, UnitOfWork
from guildpost_agent.app.preview_message import Preview, preview_message
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.brands import FIRST
from guildpost_agent.domain.call_tasks import CallReason, CallTask, Desk
from guildpost_agent.domain.consent.terms import Basis, Purpose
from guildpost_agent.domain.records import (
    Channel,
    Customer,
    Decision,
    Occasion,
    Outcome,
    Touchpoint,
    Triage,
    Vehicle,
)
from guildpost_agent.domain.replies.reply import Reply, ReplyKind, ReplyState
from guildpost_agent.web.app import DealerWeb, create_app
from guildpost_agent.web.desk import InsightDesk, StaffDesk
from guildpost_shared.clock import Clock, ManualClock
from guildpost_shared.errors import Language, Refused
from guildpost_shared.services.definition import parse_service
from guildpost_shared.web.login import Gatekeeper
from tests.factories.agent import a_config, a_consent
from tests.factories.releases import released_network
from tests.fakes.catalogue_source import FakeCatalogue
from tests.fakes.seeded_entropy import SeededEntropy

NOW: Final = datetime(2027, 3, 1, 7, 30, tzinfo=UTC)
EVIL: Final = "<script>alert(1)</script>"
CALL, EVIL_CALL, REPLY = "c-lease", "c-evil", "ab" * 12
SERVICES: Final = ("hu_au", "inspection", "lease_end")
MAIL, LETTER, EVIL_MAIL, EVIL_LETTER, LATE = "t-mail", "t-letter", "t-evil-mail", "t-evil-letter", "t-late"
_KEY: Final = bytes(range(32))
_BERLIN: Final = ZoneInfo("Europe/Berlin")
_GIVEN: Final = (
    ("Frau", "Erika"), ("Herr", "Jürgen"), ("Frau", "Annegret"), ("Herr", "Cem"), ("Frau", "Zofia"), ("Herr", "Björn"),
)  # fmt: skip
_FAMILY: Final = ("Mustermann", "Großkopf", "Yıldırım", "von der Heide-Lindemann", "Öztürk", "Schmidt", "Kowalczyk")
_TOWNS: Final = (("70173", "Stuttgart"), ("73728", "Esslingen am Neckar"), ("71032", "Böblingen"))
_MODELS: Final = ("Corra", "Lio", "Vanto Kombi", "Lio Electric")
_REFUSALS: Final = ("NOT_YET", "NOT_YET", "NO_LEGAL_BASIS", "STALE", "HOLDOUT", "ALREADY_BOOKED", "SOLD_OR_GONE")


@cache
def _database(*, filled: bool) -> bytes:
    """Migrate and fill once; every dealership starts from a copy."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "agent.db"
        engine = open_engine(path, _KEY)
        migrate(engine)
        if filled:
            with unit_of_work_factory(engine)() as uow:
                fill(uow)
                uow.commit()
        engine.dispose()  # the last connection to close writes the log back into the file
        assert not path.with_name("agent.db-wal").exists()
        return path.read_bytes()


@cache
def sample_catalogue() -> dict[str, bytes]:
    """Read the sample brand's services and templates."""
    root = Path(str(resources.files("guildpost_demo.catalogue")))
    files = (path for part in ("services", "templates") for path in (root / part).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(files) if path.suffix != ".pyc"}


@cache
def _compiled_mails() -> TemporaryDirectory[str]:
    """Compile the sample mails once per test run."""
    folder = TemporaryDirectory()
    store = CatalogueTemplates(FakeCatalogue(sample_catalogue()), Path(folder.name))
    store.compile(["hu_au/1/email.de", "inspection/1/email.de"])
    return folder


class Dealership:
    """The dealer's pages on real parts; ``clock`` is the business clock, ``wall`` the one of logins."""

    def __init__(self, folder: Path, *, filled: bool = True, config: AgentConfig | None = None) -> None:
        (folder / "agent.db").write_bytes(_database(filled=filled))
        self.engine = open_engine(folder / "agent.db", _KEY)
        self.open_uow = unit_of_work_factory(self.engine)
        self.witness = LedgerWitnessFile(folder / "ledger-end", b"k")
        self.witness.write(Witness())
        self.is_copy = False
        self.clock, self.wall = ManualClock(NOW), ManualClock(NOW)
        self.gatekeeper = Gatekeeper(SqlSessionStore(self.engine), self.wall, SeededEntropy(str(folder).encode()))
        config = config or a_config()
        catalogue = FakeCatalogue(sample_catalogue())
        services = {name: parse_service(catalogue.read(f"services/{name}.json")) for name in SERVICES}
        templates = CatalogueTemplates(catalogue, Path(_compiled_mails().name))
        self.services = tuple(services.values())
        self.network = FakeCatalogue(released_network() if filled else {})
        self.composer = Composer(config, services, templates, self.open_uow)
        self.app = create_app(
            DealerWeb(
                config=config,
                read_model=SqlReadModel(self.engine),
                open_uow=self.open_uow,
                business_clock=self.clock,
                gatekeeper=self.gatekeeper,
                preview=self._preview(self.clock),
                last_tick=lambda: NOW,
                ledger_trouble=lambda entries: ledger_trouble(entries, self.witness),
                desk=StaffDesk(
                    open_uow=self.open_uow,
                    call_rules=lambda: CallRules(_KEY, _KEY, _BERLIN, "BW", lambda _vehicle: 24),
                    scripts=lambda: ScriptDesk(config, services, templates),
                    require_original=self._require_original,
                ),
                insights=self._insight_desk(),
            )
        )

    def _insight_desk(self) -> InsightDesk:
        """Compare as half a year later: this week is over, and a quarter's figures are released."""
        setting, today = Setting(_BERLIN, self.services), date(2027, 8, 2)
        names = {service.service_id: service.name for service in self.services}
        return InsightDesk(
            released=lambda: released_by({FIRST: self.network}, today),
            compare=lambda of: compare_with_network(self.open_uow, of, setting, today),
            service_names=lambda language: lambda _brand, one: names[one][language] if one in names else one,
        )

    def _preview(self, clock: Clock) -> Callable[[str, Language], Preview]:
        return lambda name, language: preview_message(self.open_uow, self.composer, name, language, clock.now())

    def _require_original(self) -> None:
        if self.is_copy:
            raise Refused("restored_unconfirmed")

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def fill(uow: UnitOfWork) -> None:
    """Write a week's work: 90 customers, their vehicles and messages, refusals, outcomes, deliveries, the ledger."""
    story = Story(random.Random(5))
    for number in range(90):
        channel = Channel.LETTER if number % 5 < 3 else Channel.EMAIL
        # letters leave on Mondays; mails are spread over the working days behind and ahead
        days = (0 if number % 2 else -7) if channel is Channel.LETTER else story.chance.choice((-4, -3, 0, 1, 2, 3, 4))
        at = datetime(2027, 3, 1, 9 if days else 10, 5 * (number % 12), tzinfo=UTC) + timedelta(days=days)
        story.add(f"{number:03}", _customer(number, story.chance), channel, at)
    for nth, (name, customer, channel) in enumerate(
        (
            (MAIL, _customer(0, story.chance), Channel.EMAIL),
            (LETTER, _customer(1, story.chance), Channel.LETTER),
            (EVIL_MAIL, _evil(EVIL_MAIL), Channel.EMAIL),
            (EVIL_LETTER, _evil(EVIL_LETTER), Channel.LETTER),
        )
    ):
        story.add(name, customer, channel, NOW + timedelta(minutes=60 + 10 * nth), "planned")
    story.add(LATE, _customer(3, story.chance), Channel.EMAIL, NOW - timedelta(hours=20), "ready")
    for number in range(40):
        story.refuse(number)
    story.write(uow)
    uow.imports.start("i-1", NOW - timedelta(days=1))
    uow.imports.finish(ImportReport("i-1", NOW - timedelta(days=1), "done", 4_300, 4_212, 88, {}))
    _fill_ledger(uow, story.chance)
    _fill_desk(uow, story.chance)


def _fill_desk(uow: UnitOfWork, chance: random.Random) -> None:
    """Write two calls of now, one of them about somebody whose name is markup, and a reply that waits."""
    for name, customer in ((CALL, _customer(2, chance)), (EVIL_CALL, _evil(EVIL_CALL))):
        customer = replace(customer, customer_id=f"k-{name}", mobile="+491701234567")  # noqa: PLW2901 — filled in
        vehicle = _vehicle(name, customer, chance)
        uow.records.upsert_customers([customer])
        uow.records.upsert_vehicles([vehicle])
        uow.consents.append([a_consent(customer.customer_id, channel="phone")])
        occasion = Occasion(
            f"o-{name}", customer.customer_id, vehicle.vehicle_id, "lease_end", date(2027, 8, 31), "dms", 1.0,
            Triage.TRUSTED,
        )  # fmt: skip
        uow.plans.replace_occasions([*uow.plans.occasions(), occasion])
        uow.calls.add(CallTask(
            name, customer.customer_id, vehicle.vehicle_id, "lease_end", Desk.SALES, CallReason.LEASE_END,
            Purpose.SERVICE_REMINDERS, Basis.CONSENT, (1,), NOW.date(), date(2027, 3, 12), NOW, occasion.occasion_id,
            context=(f"Hat zuletzt 2025 gebucht. {customer.given_name if name == EVIL_CALL else ''}",),
        ))  # fmt: skip
    uow.replies.add(
        Reply(REPLY, f"k-{EVIL_CALL}", "", NOW - timedelta(hours=3), ReplyKind.QUESTION, "", "k@post.example",
              f"Frage {EVIL}", f"Was kostet das?\n{EVIL}", ReplyState.OPEN)
    )  # fmt: skip


def _fill_ledger(uow: UnitOfWork, chance: random.Random) -> None:
    entry = None
    for number in range(30):
        kind = ("presence", "catalogue_fetch", "relay_poll", "round_reply")[number % 4]
        entry = next_entry(
            entry,
            at=NOW - timedelta(hours=60 - 2 * number),
            destination="relay" if kind == "relay_poll" else "coordinator",
            kind=kind,
            size=chance.randrange(90, 90_000),
            sha256=f"{chance.getrandbits(256):064x}",
            count=1 if kind == "round_reply" else chance.randrange(1, 300),
        )
        uow.egress.append(entry)


class Story:
    """Collects records and writes them in the order in which they refer to one another."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.customers: list[Customer] = []
        self.vehicles: list[Vehicle] = []
        self.occasions: list[Occasion] = []
        self.decisions: list[Decision] = []
        self.touchpoints: list[Touchpoint] = []
        self.jobs: list[OutboxJob] = []
        self.outcomes: list[Outcome] = []

    def add(self, name: str, customer: Customer, channel: Channel, at: datetime, state: str = "") -> None:
        """Plan a message at an instant; what lies behind has gone out."""
        customer = replace(customer, customer_id=f"k-{name}")
        vehicle = _vehicle(name, customer, self.chance)
        service = "hu_au" if channel is Channel.LETTER or self.chance.random() < 0.6 else "inspection"
        due = date(2027, 4, 30) if service == "hu_au" else at.date() + timedelta(days=30)
        occasion = Occasion(
            f"o-{name}", customer.customer_id, vehicle.vehicle_id, service, due, "dms", 1.0, Triage.TRUSTED
        )
        state = state or _state(at, channel, self.chance)
        touchpoint = _touchpoint(name, occasion, channel, at, "planned" if state == "ready" else state)
        self.customers.append(customer)
        self.vehicles.append(vehicle)
        self.occasions.append(occasion)
        self.decisions.append(Decision(occasion.occasion_id, NOW - timedelta(days=2), kept=True, reason="PLANNED"))
        self.touchpoints.append(touchpoint)
        if state not in {"planned", "cancelled"}:
            self.jobs.append(_job(touchpoint, customer, state))
        if state == "sent":
            self.outcomes.append(Outcome(f"d-{name}", name, "delivered", at))
        if state == "sent" and self.chance.random() < 0.3:
            self.outcomes.append(Outcome(f"b-{name}", name, "booked", at + timedelta(hours=5)))

    def refuse(self, number: int) -> None:
        """Refuse an occasion of a known vehicle."""
        due, reason = date(2027, 6, 1), _REFUSALS[number % len(_REFUSALS)]
        self.occasions.append(
            Occasion(f"r-{number}", f"k-{number:03}", f"v-{number:03}", "inspection", due, "dms", 1.0, Triage.TRUSTED)
        )
        self.decisions.append(Decision(f"r-{number}", NOW - timedelta(days=2), kept=False, reason=reason))

    def write(self, uow: UnitOfWork) -> None:
        """Store everything."""
        uow.records.upsert_customers(self.customers)
        uow.records.upsert_vehicles(self.vehicles)
        uow.consents.append(
            [a_consent(one.customer_id, channel=channel.value) for one in self.customers for channel in Channel]
        )
        uow.plans.replace_occasions(self.occasions)
        uow.plans.record_decisions(self.decisions)
        uow.plans.add_touchpoints(self.touchpoints)
        for job in self.jobs:
            uow.outbox.add(job)
        uow.outcomes.add(self.outcomes)


def _customer(number: int, chance: random.Random) -> Customer:
    salutation, given = _GIVEN[number % len(_GIVEN)]
    postcode, town = chance.choice(_TOWNS)
    company = "Bäckerei Wohlleben Backwaren und Konditorei GmbH & Co. KG" if number % 11 == 7 else ""
    return Customer(
        customer_id="",
        salutation=salutation,
        given_name=given,
        family_name=chance.choice(_FAMILY),
        company=company,
        is_business=bool(company),
        street=f"Hauptstraße {number + 1}",
        postcode=postcode,
        town=town,
        email=f"kunde-{number}@post.example",
    )


def _evil(name: str) -> Customer:
    return Customer(
        customer_id="",
        salutation="Frau",
        given_name=EVIL,
        family_name=EVIL,
        street=EVIL,
        postcode="70173",
        town=EVIL,
        email=f"{name}@post.example",
    )


def _vehicle(name: str, customer: Customer, chance: random.Random) -> Vehicle:
    evil = EVIL in customer.given_name
    return Vehicle(
        vehicle_id=f"v-{name}",
        customer_id=customer.customer_id,
        make="Arvana",
        model=EVIL if evil else chance.choice(_MODELS),
        plate=EVIL if evil else f"S-GP {chance.randrange(1, 9999)}",
        vehicle_class="car",
        next_hu=date(2027, 4, 1),
    )


def _touchpoint(name: str, occasion: Occasion, channel: Channel, at: datetime, state: str) -> Touchpoint:
    return Touchpoint(
        touchpoint_id=name,
        occasion_id=occasion.occasion_id,
        customer_id=occasion.customer_id,
        vehicle_id=occasion.vehicle_id,
        service_id=occasion.service_id,
        service_version=1,
        channel=channel,
        planned_at=at,
        not_after=at + timedelta(days=20),
        due_date=occasion.due_date,
        lead_days=(occasion.due_date - at.date()).days,
        weekday=at.weekday(),
        hour=at.hour + 1,
        arm="explore",
        state=state,
        reasons=_reasons(occasion, channel, at),
    )


def _state(at: datetime, channel: Channel, chance: random.Random) -> str:
    if at > NOW:
        return "cancelled" if chance.random() < 0.06 else "planned"
    return "bounced" if channel is Channel.EMAIL and chance.random() < 0.15 else "sent"


def _job(touchpoint: Touchpoint, customer: Customer, state: str) -> OutboxJob:
    return OutboxJob(
        touchpoint_id=touchpoint.touchpoint_id,
        channel=touchpoint.channel.value,
        message_id=f"<{touchpoint.touchpoint_id}@post.example>",
        token=f"token-{touchpoint.touchpoint_id}",
        recipient=customer.email,
        state=state,
        attempts=1,
        next_attempt_at=touchpoint.planned_at,
        changed_at=touchpoint.planned_at,
    )


def _reasons(occasion: Occasion, channel: Channel, at: datetime) -> tuple[dict[str, str | int | float | bool], ...]:
    """Give the reasons as the planner writes them."""
    due = "due_hu_dms" if occasion.service_id == "hu_au" else "due_inspection_job"
    slot: dict[str, str | int | float | bool] = {"code": "slot_explore", "weekday": at.weekday(), "hour": at.hour + 1}
    if channel is Channel.LETTER:
        arrives = (at + timedelta(days=3)).date().isoformat()
        slot = {"code": "letter_release", "released": at.date().isoformat(), "arrives": arrives}
    return (
        {"code": due, "due": occasion.due_date.isoformat()},
        {"code": f"channel_{channel.value}_{'consent' if channel is Channel.EMAIL else 'legitimate_interest'}"},
        {"code": "lead_explore", "days": (occasion.due_date - at.date()).days},
        slot,
        {"code": "pressure", "days": 14, "per_year": 6},
    )
