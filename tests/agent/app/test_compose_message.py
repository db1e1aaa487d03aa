"""Messages from the dealer's own records, with the sample brand's real templates and a real database."""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.compose_message import LANGUAGE, Composer, Printed
from guildpost_agent.app.dispatch_mail import MailRequest
from guildpost_agent.app.letter_requests import LetterRequest
from guildpost_agent.app.preview_message import preview_message
from guildpost_agent.domain.links import Links, links_for
from guildpost_agent.domain.message_context import dealer_context, recipient_of
from guildpost_agent.domain.records import Channel, Customer, Touchpoint, Triage
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.services.definition import parse_service
from guildpost_shared.templates.letter_text import Letter
from guildpost_shared.templates.salutation import Gender
from guildpost_shared.templates.wording import LegalBasis, legal_basis_sentence
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent import a_config, a_consent, a_customer, a_vehicle, a_withdrawal
from tests.factories.sending_world import SendingWorld
from tests.fakes.catalogue_source import FakeCatalogue

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
TOKEN = "tok3n-of-this-message"
LINKS = links_for("https://relay.example", TOKEN)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CatalogueTemplates:
    """Compile the sample mail once."""
    store = CatalogueTemplates(FakeCatalogue(sample_catalogue()), tmp_path_factory.mktemp("templates"))
    store.compile(["hu_au/1/email.de"])
    return store


class Desk:
    """A customer with a vehicle, and what one would write."""

    def __init__(self, folder: Path, templates: CatalogueTemplates) -> None:
        self.store = SendingWorld(folder)
        services = {"hu_au": parse_service(sample_catalogue()["services/hu_au.json"])}
        self.composer = Composer(a_config(), services, templates, self.store.open_uow)

    def plan(self, channel: Channel, *, triage: Triage = Triage.TRUSTED, days: int = 40) -> Touchpoint:
        """Plan a message about an occasion."""
        touchpoint = self.store.plan("erika", channel, due_date=(NOW + timedelta(days=days)).date())
        with self.store.open_uow() as uow:
            uow.consents.append([a_consent(touchpoint.customer_id)])
            occasion = uow.plans.occasion(touchpoint.occasion_id)
            assert occasion is not None
            uow.plans.replace_occasions([replace(occasion, triage=triage)])
            uow.commit()
        return touchpoint

    def mail(self, touchpoint: Touchpoint, fuel: str = "petrol") -> str:
        """Compose a mail; its text part."""
        return self.message(touchpoint, fuel)[1]

    def message(self, touchpoint: Touchpoint, fuel: str = "petrol") -> tuple[str, str, str]:
        """Compose a mail; subject, text and page."""
        mail = self.composer.render_mail(self.mail_request(touchpoint, fuel), LANGUAGE)
        return mail.subject, mail.text, mail.html

    def mail_request(self, touchpoint: Touchpoint, fuel: str = "petrol") -> MailRequest:
        customer = a_customer(touchpoint.customer_id)
        car = a_vehicle(customer_id=customer.customer_id, fuel=fuel)
        return MailRequest(touchpoint, customer, car, customer.email, "<1@autohaus.example>", LINKS, NOW)

    def letter_request(self, touchpoint: Touchpoint, doc_id: str = "doc-1", **customer: object) -> LetterRequest:
        person = a_customer(touchpoint.customer_id, **customer)
        return LetterRequest(touchpoint, person, a_vehicle(customer_id=person.customer_id), doc_id, LINKS, NOW)


@pytest.fixture
def desk(tmp_path: Path, compiled: CatalogueTemplates) -> Iterator[Desk]:
    desk = Desk(tmp_path, compiled)
    yield desk
    desk.store.engine.dispose()


def _words(letter: Letter) -> str:
    return "\n".join(text for block in letter.blocks for text in block.texts)


@pytest.mark.parametrize(("triage", "said"), [(Triage.TRUSTED, False), (Triage.ESTIMATED, True)], ids=str)
def test_an_estimated_due_date_says_so(desk: Desk, triage: Triage, said: bool) -> None:  # noqa: FBT001 — a table's column
    text = desk.mail(desk.plan(Channel.EMAIL, triage=triage))
    letter = desk.composer.letter(desk.letter_request(desk.plan(Channel.LETTER, triage=triage)))
    assert (said, said) == ("voraussichtlich" in text, "voraussichtlich" in _words(letter))


def test_an_occasion_that_vanished_is_not_called_certain(desk: Desk) -> None:
    touchpoint = replace(desk.plan(Channel.EMAIL), occasion_id="gone")
    assert "voraussichtlich" in desk.mail(touchpoint)


@pytest.mark.parametrize(
    ("fuel", "work"),
    [("petrol", "HU/AU"), ("diesel", "HU/AU"), ("hybrid", "HU/AU"), ("electric", "HU"), ("Elektro", "HU")],
)
def test_an_electric_car_has_no_emission_test(desk: Desk, fuel: str, work: str) -> None:
    subject, text, html = desk.message(desk.plan(Channel.EMAIL), fuel)
    assert [work == "HU/AU"] * 2 == ["AU" in re.findall(r"\b[A-Z]{2}\b", part) for part in (text, html)]
    assert "{" not in subject + text


@pytest.mark.parametrize(("days", "overdue"), [(-1, True), (0, False), (1, False)], ids=["yesterday", "today", "ahead"])
def test_a_missed_date_is_spoken_of_in_the_past(desk: Desk, days: int, overdue: bool) -> None:  # noqa: FBT001 — as above
    letter = desk.composer.letter(desk.letter_request(desk.plan(Channel.LETTER, days=days)))
    assert overdue == ("nachzuholen" in _words(letter))


def _withdraw(desk: Desk, customer_id: str) -> None:
    with desk.store.open_uow() as uow:
        uow.consents.append([a_withdrawal(customer_id)])
        uow.commit()


def test_a_mail_without_legal_basis_is_refused(desk: Desk) -> None:
    touchpoint = desk.plan(Channel.EMAIL)
    desk.mail(touchpoint)
    _withdraw(desk, touchpoint.customer_id)
    with pytest.raises(Refused, match="no_legal_basis"):
        desk.mail(touchpoint)


def test_a_letter_to_somebody_who_objected_is_refused(desk: Desk) -> None:
    touchpoint = desk.plan(Channel.LETTER)
    with pytest.raises(Refused, match="no_legal_basis"):
        desk.composer.letter(desk.letter_request(touchpoint, advertising_block=True))


def test_a_service_that_was_recalled_is_refused(desk: Desk) -> None:
    touchpoint = replace(desk.plan(Channel.EMAIL), service_id="recalled")
    with pytest.raises(Refused, match="service_not_in_force"):
        desk.mail(touchpoint)


@pytest.mark.parametrize(
    ("channel", "basis"),
    [(Channel.EMAIL, LegalBasis.CONSENT), (Channel.LETTER, LegalBasis.LEGITIMATE_INTEREST)],
    ids=str,
)
def test_the_legal_basis_is_said_in_the_message(desk: Desk, channel: Channel, basis: LegalBasis) -> None:
    touchpoint = desk.plan(channel)
    by_mail = channel is Channel.EMAIL
    text = desk.mail(touchpoint) if by_mail else _words(desk.composer.letter(desk.letter_request(touchpoint)))
    said = {one for one in LegalBasis if legal_basis_sentence(one, a_config().dealer.name, LANGUAGE) in text}
    assert {basis} == said


def test_a_finished_mail_has_sender_recipient_number_and_objection(desk: Desk) -> None:
    request = desk.mail_request(desk.plan(Channel.EMAIL))
    message = email.message_from_bytes(desk.composer.mail(request), policy=email.policy.default)
    assert ("<1@autohaus.example>", request.recipient) == (message["Message-ID"], message["To"])
    assert "service@autohaus-muster.example" in message["From"]
    assert LINKS.unsubscribe in message["List-Unsubscribe"]
    assert "+0100" in message["Date"]
    body = message.get_body(("plain",))
    assert body is not None
    assert LINKS.click in body.get_content()


def test_a_postal_address_too_long_for_a_letters_window_keeps_no_mail_back(desk: Desk) -> None:
    request, letter = desk.mail_request(desk.plan(Channel.EMAIL)), desk.letter_request(desk.plan(Channel.LETTER))
    long = replace(request.customer, company="Muster", care_of="Erna", country="AT", second_family_name="Muster")
    assert desk.composer.mail(replace(request, customer=long))
    with pytest.raises(Refused, match="letter_address_too_long"):
        desk.composer.letter(replace(letter, customer=long))


def _typeset(letters: Sequence[Letter], _created: datetime) -> Printed:
    """Set nothing: every letter takes two pages of a file that names them."""
    pages = {letter.doc_id: (2 * at + 1, 2 * at + 2) for at, letter in enumerate(letters)}
    return Printed(",".join(pages).encode(), pages)


def test_a_batch_leaves_out_what_cannot_be_filled_with_its_reason(desk: Desk) -> None:
    touchpoint = desk.plan(Channel.LETTER)
    requests = [
        desk.letter_request(touchpoint, "good-1"),
        desk.letter_request(touchpoint, "objected", advertising_block=True),
        desk.letter_request(replace(touchpoint, service_id="recalled"), "recalled"),
        desk.letter_request(touchpoint, "good-2"),
    ]
    batch = desk.composer.letters(requests, _typeset)
    assert b"good-1,good-2" == batch.pdf
    assert {"good-1": 2, "good-2": 2} == batch.pages
    assert {"objected": "no_legal_basis", "recalled": "service_not_in_force"} == batch.refused


def test_a_batch_of_nothing_but_refusals_is_not_typeset(desk: Desk) -> None:
    request = desk.letter_request(desk.plan(Channel.LETTER), advertising_block=True)

    def never(_letters: Sequence[Letter], _created: datetime) -> Printed:
        raise AssertionError

    batch = desk.composer.letters([request], never)
    assert (b"", {}, {"doc-1": "no_legal_basis"}) == (batch.pdf, batch.pages, batch.refused)


def _everything(links: Links) -> set[str]:
    return {links.answer, links.click, links.unsubscribe}


@pytest.mark.parametrize("channel", list(Channel), ids=str)
def test_a_preview_carries_no_working_token_and_says_why(desk: Desk, channel: Channel) -> None:
    touchpoint = desk.plan(channel)
    preview = preview_message(desk.store.open_uow, desk.composer, touchpoint.touchpoint_id, "de", NOW)
    shown = preview.html or (_words(preview.letter) if preview.letter else "")
    links = set(re.findall(r"https?://[^\"'\s<>]+/[acu](?=[\"'\s<>/]|$)[^\"'\s<>]*", shown))
    assert (channel is Channel.EMAIL) == bool(links)
    assert all(link.startswith("https://preview.invalid/") for link in links)
    assert set() == _everything(LINKS) & links
    assert "HU" in shown
    assert preview.subject
    with desk.store.open_uow() as uow:
        assert uow.outbox.get(touchpoint.touchpoint_id) is None


def test_a_preview_of_nothing_is_refused(desk: Desk) -> None:
    with pytest.raises(GuildpostError, match="plan_unknown_id"):
        preview_message(desk.store.open_uow, desk.composer, "no such touchpoint", "en", NOW)


@pytest.mark.parametrize(
    ("customer", "genders"),
    [
        (a_customer(salutation="Frau"), [Gender.WOMAN]),
        (a_customer(salutation="Herr"), [Gender.MAN]),
        (a_customer(salutation="Familie"), [Gender.UNKNOWN]),
        (a_customer(salutation=""), [Gender.UNKNOWN]),
        (a_customer(family_name="", company="Bäckerei Kern GmbH"), []),
    ],
    ids=["Ms", "Mr", "a family", "unknown", "a company"],
)
def test_a_form_of_address_is_not_guessed(customer: Customer, genders: list[Gender]) -> None:
    assert genders == [person.gender for person in recipient_of(customer).persons]


def test_the_imprint_names_what_the_law_asks_for() -> None:
    dealer = a_config().dealer
    imprint = " ".join(dealer_context(dealer).imprint)
    wanted = (dealer.legal_name, dealer.street, dealer.register_number, dealer.managing_directors, dealer.vat_id)
    assert [] == [part for part in (*wanted, dealer.phone, dealer.email) if part not in imprint]
