"""The simulated customers of all dealerships: they act only through what a customer can do.

At each instant of the business clock, in this order:
    1. read new mail in the server's store and new letters in the dealers' letter folders; decide what to do and when
    2. do what is due: open links, answer, unsubscribe at the relay; phone the dealer; walk in
    3. on the 05:00 tick: finish yesterday's appointments and let the management systems export the changes
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from itertools import count
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from guildpost_demo.network.dice import Dice
from guildpost_demo.network.records import Household, Vehicle
from guildpost_demo.network.vehicles import month_end
from guildpost_demo.world import responses
from guildpost_demo.world.dms_desk import Desk
from guildpost_demo.world.letters import batches, letters
from guildpost_demo.world.mail_store import MailStore, StoredMail
from guildpost_demo.world.relay_visitor import Links, RelayVisitor, is_confirmation, links_of, texts_of
from guildpost_demo.world.responses import Answer, Channel, Contact, Service
from guildpost_demo.world.truth import DealerWorld, addressee, concerned, service_of

ZONE: Final = ZoneInfo("Europe/Berlin")
NIGHT_TICK_HOUR: Final = 5
POST_DAYS: Final = 4  # advertising mail arrives about four working days after posting
FAR_LEAD_DAYS: Final = 300
RETRY: Final = timedelta(hours=1)
EXPORT_WEEKDAYS: Final = frozenset({1, 4})
"""The management systems export what changed on Tuesday and Friday nights; many sites do it rarely."""
Deed = Literal["click", "answer", "unsubscribe", "phone", "walk_in", "desk_books"]


@dataclass(frozen=True)
class Subject:
    """Who and what it is about: a dealership's customer, a vehicle, a service."""

    dealer: str
    household: Household
    vehicle: Vehicle
    service: Service


@dataclass(frozen=True)
class Action:
    """Something a customer (or the desk on a customer's wish) does at an instant."""

    deed: Deed
    subject: Subject
    url: str = ""
    answer: Answer = "in_1_month"


@dataclass(frozen=True)
class DealerSide:
    """What surrounds one dealership's customers: the truth, the desk they phone, the letters that went out."""

    world: DealerWorld
    desk: Desk
    letters: Path


@dataclass
class Tally:
    """What the customers did, for the summary and for checks."""

    mails_read: int = 0
    confirmations_read: int = 0
    letters_read: int = 0
    letters_lost: int = 0
    strangers: int = 0
    deeds: dict[str, int] = field(default_factory=dict)

    def add(self, name: str) -> None:
        """Count one deed."""
        self.deeds[name] = self.deeds.get(name, 0) + 1


class Customers:
    """Everybody who gets mail in the demo."""

    def __init__(self, dealers: dict[str, DealerSide], store: MailStore, visitor: RelayVisitor, rng: Dice) -> None:
        """Gather the people, by dealer key, and the ways they have."""
        self.tally = Tally()
        self._dealers = dealers
        self._by_sender = {side.world.profile.email.lower(): key for key, side in dealers.items()}
        self._store, self._visitor, self._rng = store, visitor, rng
        self._last_mail = 0
        self._read_batches: set[Path] = set()
        self._order = count()
        self._due: list[tuple[datetime, int, Action]] = []

    def step(self, now: datetime) -> None:
        """Live up to an instant (aware, business clock)."""
        local = now.astimezone(ZONE)
        self._read_mail(now)
        if local.hour == NIGHT_TICK_HOUR:
            self._read_letters(now)
            self._phone_unprompted(now)
            self._close_and_export(local.date())
        while self._due and self._due[0][0] <= now:
            _, _, action = heapq.heappop(self._due)
            if not self._perform(action, now):
                self._at(now + RETRY, action)

    def _at(self, when: datetime, action: Action) -> None:
        heapq.heappush(self._due, (when, next(self._order), action))

    # 1. read

    def _read_mail(self, now: datetime) -> None:
        for mail, raw in self._store.since(self._last_mail):
            self._last_mail = mail.id
            self._open_mail(mail, raw, now)

    def _open_mail(self, mail: StoredMail, raw: bytes, now: datetime) -> None:
        self.tally.mails_read += 1
        dealer = self._by_sender.get(mail.sender.lower(), "")
        household = self._dealers[dealer].world.by_email.get(mail.recipient) if dealer else None
        if household is None:
            self.tally.strangers += 1
            return
        message = message_from_bytes(raw)
        if is_confirmation(message):
            self.tally.confirmations_read += 1
            return
        text = texts_of(message)
        service = service_of(mail.subject, text)
        vehicle = concerned(household, mail.subject + text, service)
        if vehicle is not None:
            read_at = max(now, mail.received_at) + timedelta(hours=responses.reading_delay_hours(self._rng.random()))
            subject = Subject(dealer, household, vehicle, service)
            links = links_of(text, str(message.get("List-Unsubscribe", "")))
            self._decide(subject, self._contact(subject, "email", mail.received_at), read_at, links)

    def _read_letters(self, now: datetime) -> None:
        for dealer, side in self._dealers.items():
            for index in batches(side.letters):
                if index not in self._read_batches:
                    self._read_batches.add(index)
                    for letter in letters(index):
                        self._open_letter(dealer, letter.text, now)

    def _open_letter(self, dealer: str, text: str, now: datetime) -> None:
        household = addressee(self._dealers[dealer].world, text)
        if household is None:
            self.tally.strangers += 1
            return
        if household.customer.moved_away:
            self.tally.letters_lost += 1
            return
        self.tally.letters_read += 1
        service = service_of("", text)
        vehicle = concerned(household, text, service)
        if vehicle is not None:
            arrival = now + timedelta(days=POST_DAYS, hours=self._rng.randrange(4, 40))
            subject = Subject(dealer, household, vehicle, service)
            self._decide(subject, self._contact(subject, "letter", arrival), arrival, Links())

    def _contact(self, subject: Subject, channel: Channel, at: datetime) -> Contact:
        local = at.astimezone(ZONE)
        vehicle = subject.vehicle
        due = month_end(vehicle.hu_due) if subject.service == "hu_au" else vehicle.service_due
        profile = self._dealers[subject.dealer].world.profile
        return Contact(
            service=subject.service,
            channel=channel,
            weekday=local.weekday(),
            hour=local.hour,
            lead_days=due - local.date().toordinal(),
            is_business=subject.household.customer.is_business,
            base_shift=profile.base_shift,
            lead_shift_days=profile.lead_shift_days,
        )

    def _decide(self, subject: Subject, contact: Contact, read_at: datetime, links: Links) -> None:
        """Decide once, on reading, what this customer will do about the message."""
        rng = self._rng
        world = self._dealers[subject.dealer].world
        vehicle = subject.vehicle

        def plan(deed: Deed, url: str = "", answer: Answer = "in_1_month", delay_days: float = 0.0) -> None:
            self._at(read_at + timedelta(days=delay_days), Action(deed, subject, url, answer))

        if links.unsubscribe and rng.happens(responses.UNSUBSCRIBE_RATE):
            plan("unsubscribe", links.unsubscribe)
            return
        if links.answer and self._tells_mistake(contact, vehicle, plan, links.answer):
            return
        key = (vehicle.number, contact.service)
        gone = vehicle.sold or vehicle.deregistered or not vehicle.active
        prompted = key in world.intents and rng.happens(responses.PROMPTED_SHARE)
        if key not in world.booked and (prompted or (not gone and rng.happens(responses.booking_lift(contact)))):
            self._plan_booking(plan, links)
        elif links.look and rng.happens(responses.click_probability(contact)):
            plan("click", links.look)
        elif links.answer and rng.happens(responses.STRAY_ANSWER_RATE):
            plan("answer", links.answer, rng.choice(("in_1_month", "in_1_month", "call_me", "stop")))

    def _tells_mistake(self, contact: Contact, vehicle: Vehicle, plan: Callable[..., None], url: str) -> bool:
        wrong: Answer | None = "sold" if vehicle.sold or vehicle.deregistered else None
        if wrong is None and contact.service == "hu_au" and contact.lead_days > FAR_LEAD_DAYS:
            wrong = "hu_done"
        if wrong is None or not self._rng.happens(responses.WRONG_ANSWER_RATE):
            return False
        plan("answer", url, wrong)
        return True

    def _plan_booking(self, plan: Callable[..., None], links: Links) -> None:
        """Choose how to book: phone 60–70 %, online 20–30 %, the rest walks in; letters leave out online."""
        roll = self._rng.random()
        if roll < responses.ONLINE_SHARE and links.answer:
            plan("click", links.look)
            plan("answer", links.answer, "book", 0.01)
        elif roll < responses.ONLINE_SHARE + responses.PHONE_SHARE:
            plan("phone", delay_days=self._rng.expovariate(1 / 1.5))
        else:
            plan("walk_in", delay_days=self._rng.expovariate(1 / 5))

    def _phone_unprompted(self, now: datetime) -> None:
        today = now.astimezone(ZONE).date().toordinal()
        for dealer, side in self._dealers.items():
            intents = side.world.intents
            for key in [key for key, intent in intents.items() if intent.book_on <= today]:
                intent = intents.pop(key)
                caller = Subject(dealer, intent.household, intent.vehicle, intent.service)
                self._at(now + timedelta(hours=self._rng.randrange(3, 12)), Action("phone", caller))

    # 2. act

    def _perform(self, action: Action, now: datetime) -> bool:
        """Do it; False if the relay is away or the desk closed, and it has to be tried again."""
        done = self._at_relay(action, now) if action.url else self._at_dealer(action, now.astimezone(ZONE))
        if done:
            self.tally.add(f"answer_{action.answer}" if action.deed == "answer" else action.deed)
        return done

    def _at_relay(self, action: Action, now: datetime) -> bool:
        if action.deed == "click":
            return self._visitor.click(action.url)
        if action.deed == "unsubscribe":
            return self._visitor.unsubscribe(action.url)
        done = self._visitor.answer(action.url, action.answer)
        if done and action.answer in {"book", "call_me"}:
            self._wish_reaches_desk(action, now)
        return done

    def _wish_reaches_desk(self, action: Action, now: datetime) -> None:
        """The desk calls back about a day later: all who wished to book do so, six of ten who wanted a call."""
        if action.answer == "book" or self._rng.happens(0.6):
            wish = Action("desk_books", action.subject)
            self._at(now + timedelta(hours=self._rng.randrange(3, 30)), wish)

    def _at_dealer(self, action: Action, local: datetime) -> bool:
        subject = action.subject
        side = self._dealers[subject.dealer]
        if not side.desk.is_open(local):
            return False
        key = (subject.vehicle.number, subject.service)
        side.world.intents.pop(key, None)
        if key in side.world.booked:
            return True
        side.world.booked.add(key)
        if action.deed == "walk_in":
            side.desk.walk_in(subject.vehicle, subject.service, local.date())
        else:
            side.desk.book(subject.vehicle, subject.service, local.date())
        return True

    # 3. the night

    def _close_and_export(self, today: date) -> None:
        for side in self._dealers.values():
            side.desk.close_day(today - timedelta(days=1))
            if today.weekday() in EXPORT_WEEKDAYS:
                side.desk.export(today)
