"""Appointments made, moved and called off: each told once, with a calendar file; offers only where they are lawful."""

import email
import email.policy
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from guildpost_agent.adapters.reference.files import FileReferenceData
from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.confirm_appointments import confirm_appointments
from guildpost_agent.app.dispatch_mail import MailRequest
from guildpost_agent.app.next_best_offers import OfferDesk
from guildpost_agent.domain.consent.terms import Kind
from guildpost_agent.domain.holds import Hold, HoldKind
from guildpost_agent.domain.links import links_for
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.mail_settings import MailSettings
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent import a_consent, a_withdrawal, an_appointment
from tests.factories.leaving import BERLIN, leave
from tests.factories.offers import an_offer
from tests.factories.planning_story import DAY, SERVICES, Story
from tests.fakes.catalogue_source import FakeCatalogue

START = date(2027, 3, 1)  # a Monday
CONFIRMATION = "appointment_confirmation"
HOUR = timedelta(hours=1)
OFFERS = [an_offer("battery_check", label={"de": "Batterie-Check", "en": "x"}, price="29,90 €")]
LINK = "https://www.autohaus-muster.example/zahlen"


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> CatalogueTemplates:
    store = CatalogueTemplates(FakeCatalogue(sample_catalogue()), tmp_path_factory.mktemp("templates"))
    store.compile([f"{CONFIRMATION}/1/email.de", "inspection/1/email.de"])
    return store


class Workshop(Story):
    """A story in which appointments are confirmed before each plan, and every mail that leaves is written."""

    def __init__(self, folder: Path, templates: CatalogueTemplates, *services: str) -> None:
        super().__init__(folder, START, *(services or (CONFIRMATION,)))
        self.mails: list[EmailMessage] = []
        mail = {"own_domains": ["autohaus-muster.example"], "payment_link": LINK}
        self.config = self.config.model_copy(update={"mail": MailSettings.model_validate(mail)})
        reference = FileReferenceData(folder)
        desk = OfferDesk(self.store, OFFERS, reference.climate(), reference.places(), BERLIN, "70173")
        services_by_id = {one.service_id: one for one in SERVICES.values()}
        self.composer = Composer(self.config, services_by_id, templates, self.store, offers=desk)

    def plan(self) -> None:
        confirm_appointments(self.store, self._services, self._at(7), BERLIN)
        super().plan()

    def appointment(self, name: str = "T1", *, day: int = 20, hour: int = 8, **changes: Any) -> None:
        """Store an appointment so many days after the start, in UTC hours."""
        starts = datetime(2027, 3, 1, hour, tzinfo=UTC) + day * DAY
        known = {"customer_id": self.customer, "vehicle_id": "V0", "occasion": "hu_au", "starts_at": starts}
        self.add(an_appointment(name, **{**known, **changes}))

    def write(self, touchpoint: Touchpoint) -> EmailMessage:
        """Compose a mail as the dispatcher would."""
        with self.store() as uow:
            customer, vehicle = uow.records.customer(touchpoint.customer_id), uow.records.vehicle(touchpoint.vehicle_id)
        assert customer is not None
        assert vehicle is not None
        links = links_for("https://relay.example", "t0ken")
        name = f"<{touchpoint.touchpoint_id}@autohaus.example>".replace(":", "-")
        request = MailRequest(touchpoint, customer, vehicle, customer.email, name, links, self._at(8))
        return email.message_from_bytes(self.composer.mail(request), policy=email.policy.default)

    def waiting(self) -> list[Touchpoint]:
        return [one for one in self._touchpoints() if one.state == "planned"]

    def _send(self) -> None:
        for touchpoint in self.waiting():
            if touchpoint.planned_at <= self._at(20):
                mail = self.write(touchpoint)
                if leave(self.store, touchpoint, SERVICES[touchpoint.service_id], self._at(8)):
                    self.mails.append(mail)

    def day(self, days: int = 1) -> list[EmailMessage]:
        """Live on for some days; give the mails that left."""
        before = len(self.mails)
        self.until(self.today + (days - 1) * DAY)
        return self.mails[before:]


@pytest.fixture
def workshop(tmp_path: Path, templates: CatalogueTemplates) -> Workshop:
    story = Workshop(tmp_path, templates)
    story.customer_with_a_car(by_mail=False)
    story.day()  # confirming begins
    return story


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _events(mail: EmailMessage) -> list[tuple[str, str, int, str]]:
    """Read the calendar files with an independent library: method, start, version, identifier."""
    found = []
    for part in mail.iter_attachments():
        assert "text/calendar" == part.get_content_type()
        calendar: Any = icalendar.Calendar.from_ical(part.get_content())
        assert calendar["METHOD"] == part.get_param("method")
        for event in calendar.walk("VEVENT"):
            start = event["DTSTART"].dt.astimezone(ZoneInfo("Europe/Berlin"))
            found.append((str(calendar["METHOD"]), f"{start:%d.%m. %H:%M}", int(event["SEQUENCE"]), str(event["UID"])))
    return found


def test_an_appointment_is_confirmed_the_same_day_and_only_once(workshop: Workshop) -> None:
    workshop.appointment()
    (mail,) = workshop.day()
    assert "Sonntag, 21. März 2027, 09:00 Uhr: HU/AU – Arvana Corra" in _text(mail)
    assert "weil Sie bei Autohaus Muster einen Termin vereinbart haben" in _text(mail)
    assert LINK in _text(mail)
    assert [("PUBLISH", "21.03. 09:00", 0)] == [one[:3] for one in _events(mail)]
    assert [] == workshop.day(7)


def test_what_was_booked_before_confirming_began_is_not_confirmed(
    tmp_path: Path, templates: CatalogueTemplates
) -> None:
    workshop = Workshop(tmp_path, templates)
    workshop.customer_with_a_car(by_mail=False)
    workshop.appointment()
    assert [] == workshop.day(5)


def test_a_moved_appointment_is_told_again_with_the_same_identifier(workshop: Workshop) -> None:
    workshop.appointment()
    (first,) = workshop.day()
    workshop.appointment(day=21, hour=12)
    (second,) = workshop.day()
    assert "Montag, 22. März 2027, 13:00 Uhr" in _text(second)
    ((_, _, _, uid),) = _events(first)
    assert [("PUBLISH", "22.03. 13:00", 1, uid)] == _events(second)


def test_an_appointment_moved_after_the_days_message_is_told_on_the_next_day(workshop: Workshop) -> None:
    workshop.appointment()
    (_,) = workshop.day()
    workshop.today -= DAY  # later the same day
    workshop.appointment(hour=10)
    workshop.plan()
    assert [] == [one for one in workshop.waiting() if one.planned_at <= workshop._at(20)]
    workshop.today += DAY
    (mail,) = workshop.day()
    assert [("PUBLISH", "21.03. 11:00", 1)] == [one[:3] for one in _events(mail)]


def test_a_called_off_appointment_is_told_so_and_taken_out_of_the_calendar(workshop: Workshop) -> None:
    workshop.appointment()
    (first,) = workshop.day()
    workshop.appointment(status="storniert")
    (mail,) = workshop.day()
    assert "Abgesagt" in mail["Subject"]
    ((_, _, _, uid),) = _events(first)
    assert [("CANCEL", "21.03. 09:00", 1, uid)] == _events(mail)
    assert [] == workshop.day(5)


def test_nobody_hears_of_an_appointment_that_was_called_off_before_its_mail_left(workshop: Workshop) -> None:
    workshop.appointment()
    workshop.plan()
    assert 1 == len(workshop.waiting())
    workshop.appointment(status="storniert")
    assert [] == workshop.day(5)
    assert [] == workshop.waiting()


def test_several_works_of_one_visit_stand_in_one_line_and_each_has_its_event(workshop: Workshop) -> None:
    workshop.appointment("T1")
    workshop.appointment("T2", occasion="wheel_change")
    (mail,) = workshop.day()
    assert "09:00 Uhr: HU/AU, Räderwechsel – Arvana Corra" in _text(mail)
    assert 2 == len({uid for *_, uid in _events(mail)})
    workshop.appointment("T2", occasion="wheel_change", status="entfallen")
    (second,) = workshop.day()
    assert [_events(mail)[1][3]] == [uid for method, *_, uid in _events(second) if method == "CANCEL"]


def test_an_appointment_without_a_vehicle_is_about_the_only_one_there_is(workshop: Workshop) -> None:
    workshop.appointment(vehicle_id="", occasion="")
    (mail,) = workshop.day()
    assert "09:00 Uhr: Werkstatttermin – Arvana Corra" in _text(mail)


def test_a_confirmation_needs_no_consent_and_then_sells_nothing(workshop: Workshop) -> None:
    workshop.appointment()
    (mail,) = workshop.day()
    assert "enthält keine Werbung" in _text(mail)
    assert "Batterie-Check" not in mail.as_string()
    assert not [name for name in mail if name.startswith("List-")]


def test_with_a_ground_for_offers_the_best_stand_in_it_with_a_way_to_object(workshop: Workshop) -> None:
    workshop.add(a_consent(workshop.customer, purpose="offers"))
    workshop.appointment()
    (mail,) = workshop.day()
    assert "- Batterie-Check: battery_check (29,90 €)" in _text(mail)
    assert "jederzeit widersprechen" in _text(mail)
    assert "enthält keine Werbung" not in _text(mail)
    assert "<https://relay.example/u/t0ken>" == mail["List-Unsubscribe"]
    assert "List-Unsubscribe=One-Click" == mail["List-Unsubscribe-Post"]


@pytest.mark.parametrize("why", ["reminders only", "withdrawn", "complaint"])
def test_without_a_ground_for_offers_the_confirmation_goes_without_them(workshop: Workshop, why: str) -> None:
    purpose = "service_reminders" if why == "reminders only" else "offers"
    workshop.add(a_consent(workshop.customer, purpose=purpose))
    if why == "withdrawn":
        workshop.add(a_withdrawal(workshop.customer, purpose="offers", at=datetime(2027, 2, 1, tzinfo=UTC)))
    if why == "complaint":
        workshop.add(Hold(workshop.customer, HoldKind.COMPLAINT, START))
    workshop.appointment()
    (mail,) = workshop.day()
    assert "Batterie-Check" not in _text(mail)


@pytest.mark.parametrize("kind", [Kind.WITHDRAWN, Kind.OBJECTED])
def test_a_withdrawal_between_composing_and_claiming_stops_the_mail(workshop: Workshop, kind: Kind) -> None:
    workshop.add(a_consent(workshop.customer, purpose="offers"))
    workshop.appointment()
    workshop.plan()
    (touchpoint,) = workshop.waiting()
    assert "Batterie-Check" in _text(workshop.write(touchpoint))
    at = touchpoint.planned_at - timedelta(minutes=1)
    workshop.add(a_withdrawal(workshop.customer, purpose="offers", kind=kind, at=at))
    assert leave(workshop.store, touchpoint, SERVICES[CONFIRMATION], touchpoint.planned_at) is None
    assert "Batterie-Check" not in _text(workshop.write(touchpoint))


def test_offers_stand_in_a_reminder_whose_service_declares_them(tmp_path: Path, templates: CatalogueTemplates) -> None:
    workshop = Workshop(tmp_path, templates, "inspection")
    workshop.customer_with_a_car(next_service=date(2027, 4, 20))
    workshop.add(a_consent(workshop.customer, purpose="offers"))
    (mail,) = workshop.day(30)
    assert "- Batterie-Check: battery_check (29,90 €)" in _text(mail)
    assert "List-Unsubscribe" in mail


def test_a_consent_for_reminders_is_none_for_offers(tmp_path: Path, templates: CatalogueTemplates) -> None:
    workshop = Workshop(tmp_path, templates, "inspection")
    workshop.customer_with_a_car(next_service=date(2027, 4, 20))
    (mail,) = workshop.day(30)
    assert "Batterie-Check" not in _text(mail)
