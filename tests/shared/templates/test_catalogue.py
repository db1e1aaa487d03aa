"""The sample catalogue is complete, consistent, and keeps its own rules."""

import subprocess
import sys

import pytest

from guildpost_demo.catalogue import targets
from guildpost_shared.catalogue_paths import check_path
from guildpost_shared.services.definition import Channel, parse_service, template_targets
from guildpost_shared.templates.manifest import contrast_with_white, parse_manifest
from guildpost_shared.templates.slots import SlotOwner
from tests.shared.templates.sample import LETTERS, MAILS, letter_template, mail_template, parts

SERVICES = tuple(path for path in targets() if path.startswith("services/"))


def test_the_catalogue_holds_exactly_what_its_services_name() -> None:
    assert 18 == len(SERVICES)
    named = set(SERVICES)
    for path in SERVICES:
        for use in parse_service(targets()[path]).channels:
            named |= {target for template_id in use.templates.values() for target in template_targets(template_id)}
    assert named == set(targets())


@pytest.mark.parametrize("path", sorted(targets()))
def test_every_target_has_a_catalogue_path(path: str) -> None:
    assert path == check_path(path)


@pytest.mark.parametrize("path", SERVICES)
def test_a_service_names_the_slots_that_its_templates_leave_to_the_dealer(path: str) -> None:
    service = parse_service(targets()[path])
    for use in service.channels:
        for template_id in use.templates.values():
            manifest = parse_manifest(parts(template_id)[0], template_id)
            dealer = {slot.name for slot in manifest.slots if slot.owner is SlotOwner.DEALER}
            assert set(service.dealer_slots) == dealer
            assert (service.service_id, service.version) == (manifest.service_id, manifest.version)


@pytest.mark.parametrize("template_id", MAILS)
def test_every_mail_reads_well_from_its_sample(template_id: str) -> None:
    template = mail_template(template_id)
    mail = template.render(template.manifest.sample)
    for part in (mail.html, mail.text):
        for text in ("Größmann-Öztürk", "LA-ÄG 427", "Jörg Weiß", "Lindenstraße 12", "Mia Größl"):
            assert text in part
        assert "/u/8Zq3vN0xY7tR2mK5" in part
    assert "{{" not in mail.html + mail.text + mail.subject
    assert mail.subject.strip() == mail.subject
    assert Channel.EMAIL == template.manifest.channel


@pytest.mark.parametrize("template_id", [*MAILS, *LETTERS])
def test_the_inspection_body_is_named_and_nobody_promises_our_own_inspection(template_id: str) -> None:
    words = b" ".join(parts(template_id)).decode()
    assert "TÜV" not in words
    if template_id in {"hu_au/1/email.de", "hu_au/1/letter.de"}:
        assert "durch eine amtlich anerkannte Prüforganisation bei uns im Haus" in words


@pytest.mark.parametrize("template_id", LETTERS)
def test_a_letter_invites(template_id: str) -> None:
    template = letter_template(template_id)
    assert "Einladung" in parts(template_id)[0].decode()
    assert template.manifest.sample.links.answer.startswith("https://")


def test_white_text_can_be_read_on_the_brand_colour() -> None:
    assert round(contrast_with_white("#000000"), 1) == 21.0
    assert contrast_with_white("#ffffff") == pytest.approx(1.0)
    assert contrast_with_white(mail_template(MAILS[0]).manifest.brand.colour) > 7


def test_rendering_needs_no_heavy_library() -> None:
    program = (
        "import sys; import guildpost_shared.templates.mail, guildpost_shared.templates.mime;"
        "import guildpost_shared.templates.letter, guildpost_shared.templates.letter_text;"
        "import guildpost_shared.templates.compile, guildpost_shared.services.definition;"
        "print(sorted({'mjml', 'css_inline', 'typst', 'numpy', 'polars'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
