"""A dealership with thousands of mails that wait in the outbox: real records, real consents, real templates.

Everything that the agent does for one mail is done: the template of the sample catalogue is filled from the records,
and the transaction that claims it asks consent, suppression, bookings, recalls, holds and the emergency stop.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.adapters.sql.engine import READ_ONLY, open_engine
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.dispatch_mail import Sender
from guildpost_agent.app.outbox_steps import Recheck, queue
from guildpost_agent.app.ports.reading import OpenReading, Reading
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.recheck_touchpoint import recheck_touchpoint
from guildpost_agent.app.relay_state import note_relay_answer
from guildpost_agent.app.sending_keys import ensure_sending_keys
from guildpost_agent.domain.links import mail_message_id
from guildpost_agent.domain.records import Channel, Occasion, Touchpoint, Triage
from guildpost_demo.catalogue import targets
from guildpost_shared.clock import ManualClock
from guildpost_shared.services.definition import parse_service
from tests.factories.agent import a_config, a_consent, a_customer, a_job, a_vehicle
from tests.fakes.catalogue_source import FakeCatalogue
from tests.fakes.seeded_entropy import SeededEntropy

NOW: Final = datetime(2027, 3, 1, 9, tzinfo=UTC)
ZONE: Final = ZoneInfo("Europe/Berlin")
KEY: Final = bytes(range(32))
TEMPLATE: Final = "hu_au/1/email.de"
CONFIG: Final = a_config()
SERVICE: Final = parse_service(targets()["services/hu_au.json"])


class BenchWorld:
    """The dealership's database in a folder."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.engine = open_engine(folder / "agent.db", KEY)
        self.open_reading: OpenUnitOfWork = unit_of_work_factory(self.engine.execution_options(**{READ_ONLY: True}))
        self.open_uow = self.open_reading if read_only else unit_of_work_factory(self.engine)
        self.clock = ManualClock(NOW)
        self.entropy = SeededEntropy(b"bench")
        self.templates = CatalogueTemplates(FakeCatalogue(targets()), folder / "templates")
        with self.open_uow() as uow:
            self.keys = ensure_sending_keys(uow, self.entropy)
            if not read_only:
                uow.commit()
        self.sender = Sender(CONFIG.smtp.from_address, CONFIG.relay.url, self.keys)

    def composer(self, reading: OpenReading | None = None) -> Composer:
        """Give what fills the template; ``reading`` reads for it."""
        return Composer(CONFIG, {SERVICE.service_id: SERVICE}, self.templates, reading or self.open_uow)

    def recheck(self) -> Recheck:
        """Give the whole check in the moment of sending."""
        rules = consent_rules(CONFIG)

        def check(uow: Reading, touchpoint: Touchpoint) -> str | None:
            return recheck_touchpoint(uow, touchpoint, service=SERVICE, state="BW", now=NOW, zone=ZONE, rules=rules)

        return check


def fill(folder: Path, mails: int) -> None:
    """Make the database, with so many mails queued in the outbox, and compile the template."""
    open_engine(folder / "agent.db", KEY).dispose()
    engine = open_engine(folder / "agent.db", KEY)
    metadata.create_all(engine)
    engine.dispose()
    world = BenchWorld(folder)
    world.templates.compile([TEMPLATE])
    planned = [_touchpoint(number) for number in range(mails)]
    with world.open_uow() as uow:
        ids = [f"{number}" for number in range(mails)]
        uow.records.upsert_customers([a_customer(n, email=f"kunde{n}@beispiel.example") for n in ids])
        uow.records.upsert_vehicles([a_vehicle(f"V{n}", customer_id=n) for n in ids])
        uow.records.upsert_jobs([a_job(f"A{n}:{i}", vehicle_id=f"V{n}", customer_id=n) for n in ids for i in range(5)])
        uow.consents.append([a_consent(n) for n in ids])
        uow.plans.replace_occasions([_occasion(one) for one in planned])
        uow.plans.add_touchpoints(planned)
        for one in planned:
            message_id = mail_message_id(world.keys.message_id, one.touchpoint_id, "autohaus-muster.example")
            queue(uow, one, message_id=message_id, relay_key=world.keys.relay, entropy=world.entropy, now=NOW)
        note_relay_answer(uow, NOW)
        uow.commit()
    world.engine.dispose()


def _touchpoint(number: int) -> Touchpoint:
    return Touchpoint(
        touchpoint_id=f"t{number}",
        occasion_id=f"o{number}",
        customer_id=f"{number}",
        vehicle_id=f"V{number}",
        service_id="hu_au",
        service_version=1,
        channel=Channel.EMAIL,
        planned_at=NOW - timedelta(hours=1),
        not_after=NOW + timedelta(days=20),
        due_date=date(2027, 4, 30),
        lead_days=60,
        weekday=0,
        hour=9,
        arm="treated",
        state="planned",
    )


def _occasion(one: Touchpoint) -> Occasion:
    return Occasion(one.occasion_id, one.customer_id, one.vehicle_id, "hu_au", one.due_date, "dms", 1.0, Triage.TRUSTED)
