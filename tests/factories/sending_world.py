"""A dealership with a real encrypted database, some customers, and mails or letters that are due.

world = SendingWorld(tmp_path)
touchpoint = world.plan("erika")                     # a mail, due now
world.dispatch(FakeChannel())
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.apply_answer import AnswerRules
from guildpost_agent.app.consents.ask_to_confirm import asking_to_confirm
from guildpost_agent.app.dispatch_mail import MailRequest, Sender, composing_here, dispatch_mail
from guildpost_agent.app.mail_run import DispatchSummary
from guildpost_agent.app.outbox_steps import Recheck
from guildpost_agent.app.poll_relay import PollSummary, poll_relay
from guildpost_agent.app.ports.channel import Channel as MailChannel
from guildpost_agent.app.ports.relay_inbox import RelayInbox
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob
from guildpost_agent.app.relay_state import note_relay_answer
from guildpost_agent.app.sending_keys import ensure_sending_keys
from guildpost_agent.domain.records import Channel, Customer, Occasion, Outcome, Touchpoint, Triage, Vehicle
from guildpost_shared.clock import ManualClock
from guildpost_shared.entropy import Entropy
from guildpost_shared.templates.mail import RenderedMail
from guildpost_shared.templates.mime import Envelope, Mailbox, to_bytes
from tests.factories.agent import a_consent
from tests.fakes.seeded_entropy import SeededEntropy

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
RELAY_URL = "https://relay.autohaus.example"


_KEY = bytes(range(32))


@cache
def _empty_database() -> bytes:
    """Make the tables once; every world starts from a copy."""
    with TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "agent.db", _KEY)
        with engine.begin() as connection:
            metadata.create_all(connection)
        engine.dispose()
        return (Path(folder) / "agent.db").read_bytes()


def a_store(folder: Path) -> OpenUnitOfWork:
    """Open an encrypted database whose tables were made before."""
    (folder / "agent.db").write_bytes(_empty_database())
    return unit_of_work_factory(open_engine(folder / "agent.db", _KEY))


def always_welcome(_uow: object, _touchpoint: Touchpoint) -> str | None:
    """Recheck that finds nothing."""
    return None


def plain_mail(request: MailRequest) -> bytes:
    """Compose a small but complete mail."""
    mail = RenderedMail.whole("Ihre HU", f"<p>{request.links.click}</p>", f"Guten Tag, hier: {request.links.click}\n")
    envelope = Envelope(
        sender=Mailbox("Autohaus Muster", "service@autohaus.example"),
        recipient=Mailbox("", request.recipient),
        reply_to=None,
        message_id=request.message_id,
        date=request.now,
        unsubscribe=request.links.unsubscribe,
    )
    return to_bytes(mail, envelope)


@dataclass(frozen=True)
class Due:
    """A message that is due at NOW, with everything that it is about."""

    customer: Customer
    vehicle: Vehicle
    occasion: Occasion
    touchpoint: Touchpoint


def a_due_message(name: str, channel: Channel = Channel.EMAIL, **changes: object) -> Due:
    """Build a customer with a vehicle and a touchpoint that is due at NOW."""
    customer = Customer(
        customer_id=f"K-{name}",
        given_name=name.title(),
        family_name="Muster",
        street="Hauptstr. 5",
        postcode="84030",
        town="Landshut",
        email=f"{name}@beispiel.example",
    )
    vehicle = Vehicle(f"F-{name}", customer.customer_id, make="Arvana", model="Lio", next_hu=date(2027, 4, 1))
    occasion = Occasion(
        f"o-{name}",
        customer.customer_id,
        vehicle.vehicle_id,
        "hu_au",
        date(2027, 4, 30),
        "dms",
        1.0,
        Triage.TRUSTED,
    )
    touchpoint = Touchpoint(
        touchpoint_id=f"t-{name}-{channel.value}",
        occasion_id=occasion.occasion_id,
        customer_id=customer.customer_id,
        vehicle_id=vehicle.vehicle_id,
        service_id="hu_au",
        service_version=1,
        channel=channel,
        planned_at=NOW - timedelta(hours=1),
        not_after=NOW + timedelta(days=20),
        due_date=occasion.due_date,
        lead_days=60,
        weekday=0,
        hour=9,
        arm="treated",
        state="planned",
    )
    return Due(customer, vehicle, occasion, replace(touchpoint, **changes))  # type: ignore[arg-type] # real fields


def plan_all(open_uow: OpenUnitOfWork, messages: Sequence[Due]) -> None:
    """Store messages that are due, and the consents they rest on, in any agent's database."""
    with open_uow() as uow:
        uow.records.upsert_customers([due.customer for due in messages])
        uow.records.upsert_vehicles([due.vehicle for due in messages])
        uow.consents.append([a_consent(due.customer.customer_id) for due in messages])
        uow.plans.replace_occasions([due.occasion for due in messages], [due.vehicle.vehicle_id for due in messages])
        uow.plans.add_touchpoints([due.touchpoint for due in messages])
        uow.commit()


def plan_touchpoint(
    open_uow: OpenUnitOfWork, name: str, channel: Channel = Channel.EMAIL, **changes: object
) -> Touchpoint:
    """Store a customer with a vehicle and a touchpoint that is due at NOW, in any agent's database."""
    due = a_due_message(name, channel, **changes)
    plan_all(open_uow, [due])
    return due.touchpoint


class SendingWorld:
    """The dealership; ``clock`` stands at NOW until it is set."""

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        if create:
            (folder / "agent.db").write_bytes(_empty_database())
        self.engine = open_engine(folder / "agent.db", _KEY)
        self.open_uow = unit_of_work_factory(self.engine)
        self.clock = ManualClock(NOW)
        self.entropy: Entropy = SeededEntropy(str(folder).encode())
        self.sealing_key = X25519PrivateKey.from_private_bytes(b"\x11" * 32)
        with self.open_uow() as uow:
            self.keys = ensure_sending_keys(uow, self.entropy)
            uow.commit()
        if create:
            self.hear_relay()
        self.sender = Sender("service@autohaus.example", RELAY_URL, self.keys)

    def hear_relay(self) -> None:
        """Note that the relay answered now."""
        with self.open_uow() as uow:
            note_relay_answer(uow, self.clock.now())
            uow.commit()

    def plan(self, name: str, channel: Channel = Channel.EMAIL, **changes: object) -> Touchpoint:
        """Store a customer with a vehicle and a touchpoint that is due now."""
        return plan_touchpoint(self.open_uow, name, channel, **changes)

    def change_customer(self, touchpoint: Touchpoint, **changes: object) -> None:
        """Change a customer's record."""
        with self.open_uow() as uow:
            customer = uow.records.customer(touchpoint.customer_id)
            assert customer is not None
            uow.records.upsert_customers([replace(customer, **changes)])  # type: ignore[arg-type] # as above
            uow.commit()

    def dispatch(
        self,
        channel: MailChannel,
        *,
        recheck: Recheck = always_welcome,
        compose: Callable[[MailRequest], bytes] = plain_mail,
        quiet: bool = False,
        notices: Collection[str] = (),
    ) -> DispatchSummary:
        """Run the dispatcher once."""
        return dispatch_mail(
            self.open_uow,
            channel,
            composing_here(self.open_uow, compose, self.clock, self.sender),
            recheck,
            self.clock,
            sender=self.sender,
            entropy=self.entropy,
            is_quiet=lambda _now: quiet,
            notices=notices,
        )

    def answer_rules(self) -> AnswerRules:
        """Give what answers mean here."""
        return AnswerRules(
            self.keys.suppression,
            ZoneInfo("Europe/Berlin"),
            lambda _vehicle: 24,
            dealer_name="Autohaus Muster",
            ask_to_confirm=asking_to_confirm(self.entropy, self.keys.relay),
        )

    def poll(self, inbox: RelayInbox) -> PollSummary:
        """Poll the relay once."""
        rules = self.answer_rules()
        return poll_relay(self.open_uow, inbox, self.clock, sealing_key=self.sealing_key, rules=rules)

    def job(self, touchpoint: Touchpoint) -> OutboxJob:
        """Read a touchpoint's row in the outbox."""
        with self.open_uow() as uow:
            job = uow.outbox.get(touchpoint.touchpoint_id)
        assert job is not None
        return job

    def states(self, touchpoint: Touchpoint) -> tuple[str, str]:
        """Read (touchpoint state, outbox state)."""
        with self.open_uow() as uow:
            stored, job = uow.plans.touchpoint(touchpoint.touchpoint_id), uow.outbox.get(touchpoint.touchpoint_id)
        assert stored is not None
        return stored.state, job.state if job else "–"

    def outcomes(self) -> list[Outcome]:
        """Read all outcomes."""
        with self.open_uow() as uow:
            return uow.outcomes.all()
