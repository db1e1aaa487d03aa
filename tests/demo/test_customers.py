"""The simulated customers act through mail links, the telephone and the desk, and the exports show it."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import typst

from guildpost_demo.driver.certificates import DemoAuthority
from guildpost_demo.driver.ticks import ZONE, at
from guildpost_demo.network.dealers import DEMO_START, dealers
from guildpost_demo.network.dice import dice
from guildpost_demo.network.households import households
from guildpost_demo.network.records import Household
from guildpost_demo.network.vehicles import month_of
from guildpost_demo.world.customers import Customers, DealerSide
from guildpost_demo.world.dms_desk import Desk
from guildpost_demo.world.mail_store import MailStore
from guildpost_demo.world.relay_visitor import RelayVisitor, links_of
from guildpost_demo.world.truth import DealerWorld, addressee, concerned, dead_addresses, service_of, squeeze

PROFILE = replace(dealers()[4], customers=1000)
SEED = 3


@dataclass
class Relay:
    """A relay's address and what it was asked, as (method, path, form)."""

    url: str
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DemoAuthority:
    return DemoAuthority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def relay(authority: DemoAuthority) -> Iterator[Relay]:
    """A real HTTPS server on loopback that answers like a relay and remembers the requests."""
    files = authority.issue("relay")
    asked: list[tuple[str, str, dict[str, list[str]]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(("GET", self.path, {}))
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(("POST", self.path, parse_qs(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Relay(f"https://localhost:{server.server_address[1]}", asked)
    server.shutdown()
    server.server_close()


@dataclass
class Town:
    customers: Customers
    world: DealerWorld
    desk: Desk
    store: MailStore
    dms: Path
    letters: Path


@pytest.fixture
def town(tmp_path: Path, authority: DemoAuthority) -> Iterator[Town]:
    rng = dice(SEED, "world")
    world = DealerWorld(PROFILE, [])
    for household in households(PROFILE, DEMO_START, SEED):
        world.add(household, DEMO_START, rng)
    dms, letters = tmp_path / "dms", tmp_path / "letters"
    dms.mkdir()
    desk, store = Desk(dms, rng), MailStore(tmp_path / "mail.sqlite")
    visitor = RelayVisitor(str(authority.ca_file))
    sides = {PROFILE.key: DealerSide(world, desk, letters)}
    yield Town(Customers(sides, store, visitor, dice(SEED, "customers")), world, desk, store, dms, letters)
    visitor.close()
    store.close()


def _mail(to: str, relay: str, number: int) -> bytes:
    """Write a reminder as an agent sends it (as text: thousands are needed)."""
    return (
        f"From: {PROFILE.email}\r\nTo: {to}\r\nSubject: HU/AU im April 2027\r\n"
        f"Message-ID: <{number}@{PROFILE.email_domain}>\r\nList-Unsubscribe: <{relay}/u/tok{number}>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Wunschtermin: {relay}/a/tok{number}\r\nInfo: {relay}/c/tok{number}\r\nArvana Service\r\n"
    ).encode()


def _live(town: Town, days: int, start: date = DEMO_START) -> None:
    for offset in range(days):
        for hour in (5, 9, 13, 17):
            town.customers.step(at(start + timedelta(days=offset), hour))


def _readers(town: Town) -> list[Household]:
    return [h for h in town.world.households if h.customer.active and h.customer.email]


def test_without_any_message_people_phone_visit_and_the_exports_tell(town: Town) -> None:
    _live(town, 42)
    intended = len(town.world.intents)
    assert 12 <= town.desk.booked <= 60  # about 370 active vehicles, a twelfth of them due
    assert intended < town.desk.booked * 3
    names = [path.name for path in town.dms.iterdir()]
    assert any(name.startswith("termine_202703") for name in names)
    assert any(name.startswith("auftraege_2027") for name in names)
    orders = "".join(path.read_text("cp1252") for path in town.dms.glob("auftraege_*.csv"))
    assert "HU0100" in orders
    assert "IN0200" in orders
    appointments = "".join(path.read_text("cp1252") for path in town.dms.glob("termine_*.csv"))
    assert ";erledigt;" in appointments
    assert appointments.count("nicht erschienen") < 0.15 * town.desk.booked


def test_an_inspection_done_moves_the_due_month_by_the_interval(town: Town) -> None:
    vehicle = next(v for h in town.world.households for v in h.vehicles if v.kind == "PKW" and v.active)
    town.desk.walk_in(vehicle, "hu_au", date(2027, 4, 13))
    town.desk.export(date(2027, 4, 14))
    assert month_of(date(2029, 4, 1).toordinal()) == vehicle.hu_due
    row = (town.dms / "fahrzeuge_20270414.csv").read_text("cp1252")
    assert ";04/2029;" in row or ";01.04.2029;" in row


def test_readers_of_mail_open_answer_and_unsubscribe_in_the_trades_proportions(town: Town, relay: Relay) -> None:
    readers = _readers(town)
    rounds = 6  # the same people again and again: proportions need numbers
    for number in range(rounds * len(readers)):
        to = readers[number % len(readers)].customer.email
        town.store.add(at(DEMO_START, 9), PROFILE.email, [to], _mail(to, relay.url, number))
    _live(town, 9)
    sent = rounds * len(readers)
    deeds = town.customers.tally.deeds
    assert sent == town.customers.tally.mails_read
    assert 1 <= deeds["unsubscribe"] <= 0.010 * sent
    assert 0.02 * sent <= deeds["click"] <= 0.09 * sent
    assert deeds["answer_book"] >= 1
    unsubscribed = [(path, form) for method, path, form in relay.asked if method == "POST" and path.startswith("/u/")]
    assert {"List-Unsubscribe": ["One-Click"]} == unsubscribed[0][1]
    answers = {form["answer"][0] for method, path, form in relay.asked if path.startswith("/a/") and method == "POST"}
    assert "book" in answers
    assert answers <= {"book", "call_me", "hu_done", "sold", "in_1_month", "stop"}


def test_while_the_relay_is_away_nothing_is_lost(town: Town, relay: Relay, tmp_path: Path) -> None:
    reachable = town.customers._visitor
    town.customers._visitor = RelayVisitor(str(DemoAuthority(tmp_path / "other").ca_file))  # trusts somebody else
    readers = _readers(town)
    for number in range(600):
        to = readers[number % len(readers)].customer.email
        town.store.add(at(DEMO_START, 9), PROFILE.email, [to], _mail(to, relay.url, number))
    _live(town, 1)
    assert ([], {}) == (relay.asked, {name: n for name, n in town.customers.tally.deeds.items() if name == "click"})
    town.customers._visitor = reachable
    _live(town, 2, DEMO_START + timedelta(days=1))
    assert town.customers.tally.deeds["click"] >= 5
    assert len(relay.asked) >= town.customers.tally.deeds["click"]


def test_a_reminder_brings_more_bookings_than_none(town: Town, relay: Relay) -> None:
    readers = [h for h in _readers(town) if not any(v.sold or v.deregistered for v in h.vehicles)]
    town.world.intents.clear()
    for number in range(6 * len(readers)):
        household = readers[number % len(readers)]
        for vehicle in household.vehicles:
            vehicle.hu_due = month_of(DEMO_START.toordinal()) + 1
        to = household.customer.email
        town.store.add(at(DEMO_START, 9), PROFILE.email, [to], _mail(to, relay.url, number))
    _live(town, 14)
    people = len(readers)
    assert (
        0.05 * people <= town.desk.booked + town.desk.walk_ins <= 0.40 * people
    )  # six mails of about four points each


def _letter_batch(folder: Path, household: Household) -> None:
    customer = household.customer
    name = customer.company or f"{customer.given} {customer.family}"
    lines = [name, customer.street_line.upper(), f"{customer.place.postcode} {customer.place.town}"]
    source = "\n\n".join([*lines, "#pagebreak()", "Niemand", "Nirgendsweg 1", f"{customer.place.postcode} Ort"])
    folder.mkdir(parents=True)
    (folder / "batch.pdf").write_bytes(typst.compile(source.encode(), format="pdf"))
    header = "seq;doc_id;page_from;page_to;plz;leitregion;weight_g;enclosure_flags;product;file"
    rows = [f"{number};ab{number};{number};{number};18055;18;20;;letter;batch.pdf" for number in (1, 2)]
    (folder / "index.csv").write_text("\n".join([header, *rows, ""]))


def test_letters_are_read_from_their_pages_and_strangers_noticed(town: Town) -> None:
    household = next(h for h in town.world.households if h.customer.active and not h.customer.moved_away)
    _letter_batch(town.letters / "2027-03-01", household)
    town.customers.step(at(DEMO_START, 5))
    town.customers.step(at(DEMO_START + timedelta(days=1), 5))
    tally = town.customers.tally
    assert (1, 1, 0) == (tally.letters_read, tally.strangers, tally.letters_lost)


def test_an_addressee_is_recognised_in_any_spelling(town: Town) -> None:
    household = next(h for h in town.world.households if "straße" in h.customer.street and not h.customer.company)
    customer = household.customer
    street = customer.street_line.replace("straße", " Str.").upper()
    page = f"{customer.family.upper()}\n{street}\n{customer.place.postcode} {customer.place.town}"
    assert household is addressee(town.world, page)
    assert addressee(town.world, page.replace(customer.place.postcode, "99999")) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [("Lindenstraße 1", "LINDEN STR. 1"), ("Müller", "Mueller"), ("Große Gasse", "Grosse Gasse")],
    ids=["street", "umlaut", "sharp s"],
)
def test_spellings_meet(left: str, right: str) -> None:
    assert squeeze(left) == squeeze(right)


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("HU/AU im März 2027: Einladung", "…", "hu_au"),
        ("Inspektion im März 2027", "Arvana Service, auch HU", "inspection"),
        ("", "die Hauptuntersuchung … Inspektion", "hu_au"),
        ("", "ist die nächste Inspektion fällig", "inspection"),
        ("Guten Tag", "nichts", "hu_au"),
    ],
    ids=["subject HU", "subject inspection", "text HU first", "text inspection", "neither"],
)
def test_a_messages_service_is_read_from_its_words(subject: str, text: str, expected: str) -> None:
    assert expected == service_of(subject, text)


def test_the_vehicle_is_the_one_whose_plate_is_named(town: Town) -> None:
    household = next(h for h in town.world.households if len(h.vehicles) > 1)
    last = household.vehicles[-1]
    assert last is concerned(household, f"Kennzeichen: {last.plate.replace('-', ' ')}", "hu_au")


def test_links_are_found_in_text_and_header() -> None:
    links = links_of("Termin: https://r.example/a/Ab-1\n", "<https://r.example/u/Zz-9_x>")
    assert ("https://r.example/a/Ab-1", "https://r.example/u/Zz-9_x") == (links.answer, links.unsubscribe)
    assert links.answer == links.look


def test_some_addresses_are_dead_but_few_of_active_customers(town: Town) -> None:
    dead = set(dead_addresses([town.world]))
    with_mail = _readers(town)
    share = sum(h.customer.email.lower() in dead for h in with_mail) / len(with_mail)
    assert 0.01 <= share <= 0.10


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (datetime(2027, 3, 1, 7, tzinfo=ZONE), True),
        (datetime(2027, 3, 1, 5, tzinfo=ZONE), False),
        (datetime(2027, 3, 6, 12, tzinfo=ZONE), True),
        (datetime(2027, 3, 6, 13, tzinfo=ZONE), False),
        (datetime(2027, 3, 7, 10, tzinfo=ZONE), False),
        (datetime(2027, 3, 26, 10, tzinfo=ZONE), False),
    ],
    ids=["Monday 7", "Monday 5", "Saturday noon", "Saturday 13", "Sunday", "Good Friday"],
)
def test_the_desk_answers_in_opening_hours(tmp_path: Path, local: datetime, expected: bool) -> None:  # noqa: FBT001 — a table's column
    assert expected == Desk(tmp_path, dice(1), frozenset({date(2027, 3, 26)})).is_open(local)


def test_appointments_are_on_working_days(town: Town) -> None:
    vehicle = town.world.households[0].vehicles[0]
    days = {town.desk.book(vehicle, "hu_au", DEMO_START).appointment.day for _ in range(60)}
    assert not {date.fromordinal(day).weekday() for day in days} & {5, 6}
    assert min(days) > DEMO_START.toordinal()


def test_who_is_told_of_an_appointment_takes_note_and_does_nothing(town: Town, relay: Relay) -> None:
    number = 0
    for household in _readers(town):
        for _ in range(4):
            number += 1
            told = EmailMessage()
            told["From"], told["To"], told["Subject"] = PROFILE.email, household.customer.email, "Ihr Termin"
            told.set_content(f"HU/AU am Montag; ändern: {relay.url}/a/tok{number}")
            told.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename="termin.ics")
            town.store.add(at(DEMO_START, 9), PROFILE.email, [household.customer.email], told.as_bytes())
    for offset in range(3):
        town.customers.step(at(DEMO_START + timedelta(days=offset), 9))
    assert number == town.customers.tally.confirmations_read > 400
    assert [] == relay.asked


def test_reading_happens_after_the_mail_arrived(town: Town, relay: Relay) -> None:
    to = _readers(town)[0].customer.email
    late = datetime(2027, 3, 10, 9, tzinfo=UTC)
    for number in range(400):
        town.store.add(late, PROFILE.email, [to], _mail(to, relay.url, number))
    town.customers.step(late)
    immediately = len(relay.asked)
    _live(town, 4, date(2027, 3, 11))
    assert immediately == 0
    assert len(relay.asked) > 0
