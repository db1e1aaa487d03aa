"""Every message of the standard catalogue says what it must, and stays whole whatever is known or filled in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from guildpost_demo.catalogue import targets
from guildpost_shared.services.definition import Channel, Purpose, ServiceDefinition, parse_service
from guildpost_shared.templates.context import MessageContext
from guildpost_shared.templates.letter import typeset
from guildpost_shared.templates.slot_values import SlotKind
from tests.shared.templates.sample import letter_template, mail_template, parts

SERVICES = {
    service.service_id: service
    for service in (parse_service(content) for path, content in targets().items() if path.startswith("services/"))
}


def _ids(channel: Channel) -> list[str]:
    uses = (service.channel(channel) for service in SERVICES.values())
    return sorted(template_id for use in uses if use for template_id in use.templates.values())


MAILS, LETTERS = _ids(Channel.EMAIL), _ids(Channel.LETTER)
BY_MAIL_ONLY = {"appointment_confirmation"}  # a letter would often come after the appointment
NOTICES = {"de": "keine Werbung", "en": "no advertising"}
OBJECTION = {
    "de": "für Werbung jederzeit widersprechen",
    "en": "object to the use of your e-mail address for advertising",
}


def _service(template_id: str) -> ServiceDefinition:
    return SERVICES[template_id.partition("/")[0]]


def _variants(sample: MessageContext) -> list[MessageContext]:
    """Give the sample with everything that may be one way or the other."""
    return [
        replace(
            sample,
            estimated=estimated,
            overdue=overdue,
            vehicle=replace(sample.vehicle, electric=electric, plate=plate),
            slots=slots,
        )
        for estimated, overdue, electric, plate, slots in product(
            (True, False), (True, False), (True, False), ("LA-ÄG 427", ""), (sample.slots, {})
        )
    ]


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())
def test_every_service_writes_mails_in_both_languages_and_letters_in_german(service: ServiceDefinition) -> None:
    mail, letter = service.channel(Channel.EMAIL), service.channel(Channel.LETTER)
    assert mail is not None
    assert {"de", "en"} == set(mail.templates)
    assert (set() if service.service_id in BY_MAIL_ONLY else {"de"}) == set(letter.templates if letter else ())


@pytest.mark.parametrize("template_id", MAILS)
def test_every_mail_shows_imprint_ground_and_a_way_to_object(template_id: str) -> None:
    template = mail_template(template_id)
    sample, language = template.manifest.sample, template.manifest.language
    mail = template.render(sample)
    for part in (mail.html, mail.text):
        for text in (*sample.dealer.imprint, sample.salutation, sample.legal_basis, sample.links.unsubscribe):
            assert text in part
        for kind, text in (("advertising", OBJECTION[language]), ("notice", NOTICES[language])):
            sells = _service(template_id).purpose is Purpose.ADVERTISING or bool(sample.offers)
            assert (sells is (kind == "advertising")) is (text in part)


@pytest.mark.parametrize("template_id", LETTERS)
def test_every_letter_shows_ground_and_a_way_to_object_on_one_page(template_id: str) -> None:
    template = letter_template(template_id)
    sample = template.manifest.sample
    letter = template.compose(sample, doc_id="sample", day=date(2027, 3, 1))
    words = " ".join(text for block in letter.blocks for text in block.texts)
    assert sample.dealer.imprint == letter.imprint
    assert sample.legal_basis in words
    wanted = NOTICES["de"] if _service(template_id).purpose is Purpose.NOTICE else OBJECTION["de"]
    assert wanted in words
    (pages,) = typeset([letter], created=datetime(2027, 3, 1, tzinfo=UTC)).ranges
    assert 1 == pages.pages


@pytest.mark.parametrize("template_id", MAILS)
def test_a_mail_stays_whole_whatever_is_known(template_id: str) -> None:
    template = mail_template(template_id)
    for context in _variants(template.manifest.sample):
        mail = template.render(context)
        for part in (mail.subject, mail.html, mail.text):
            assert not {"{{", "{%", "None"} & {word for word in ("{{", "{%", "None") if word in part}
        assert not [wrong for wrong in ("  ", " ,", " .", "()", "\n\n\n") if wrong in mail.text]


@pytest.mark.parametrize("template_id", LETTERS)
def test_a_letter_stays_whole_whatever_is_known(template_id: str) -> None:
    template = letter_template(template_id)
    for context in _variants(template.manifest.sample):
        letter = template.compose(context, doc_id="sample", day=date(2027, 3, 1))
        for text in (letter.subject, *(text for block in letter.blocks for text in block.texts)):
            assert not [wrong for wrong in ("{{", "{%", " ,", " .", "()") if wrong in text]


@pytest.mark.parametrize("template_id", [*MAILS, *LETTERS])
def test_no_price_stands_in_a_message_before_the_dealer_names_one(template_id: str) -> None:
    template = mail_template(template_id) if template_id in MAILS else letter_template(template_id)
    prices = [slot for slot in template.manifest.slots if slot.kind is SlotKind.PRICE]
    assert not any(slot.text or slot.required for slot in prices)
    bare = replace(template.manifest.sample, slots={})
    if template_id in MAILS:
        mail = mail_template(template_id).render(bare)
        words = mail.subject + mail.html + mail.text
    else:
        words = str(letter_template(template_id).compose(bare, doc_id="sample", day=date(2027, 3, 1)).blocks)
    assert "€" not in words
    assert "Gesamtpreis" not in words


@pytest.mark.parametrize("service_id", ["recall", "acute_notice", "birthday"])
@pytest.mark.parametrize("channel", ["email.de", "email.en", "letter.de"])
def test_notices_and_greetings_sell_nothing(service_id: str, channel: str) -> None:
    assert not {"offer", "price", "mobility"} & set(SERVICES[service_id].dealer_slots)
    manifest, *sources = parts(f"{service_id}/1/{channel}")
    words = b" ".join([manifest, *sources]).decode().casefold()
    assert not [word for word in ("angebot", "rabatt", "aktion", "offer", "discount", "einladung zu") if word in words]


def test_a_birthday_greeting_asks_for_nothing() -> None:
    for language in ("de", "en"):
        template = mail_template(f"birthday/1/email.{language}")
        mail = template.render(template.manifest.sample)
        assert template.manifest.sample.links.answer not in mail.html + mail.text
        assert template.manifest.sample.vehicle.model not in mail.html + mail.text


def test_a_notice_without_an_address_to_unsubscribe_is_still_whole() -> None:
    template = mail_template("recall/1/email.de")
    sample = template.manifest.sample
    mail = template.render(replace(sample, links=replace(sample.links, unsubscribe="")))
    assert "abbestellen" not in mail.html + mail.text
    assert 'href=""' not in mail.html
