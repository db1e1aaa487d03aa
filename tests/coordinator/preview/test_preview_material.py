"""Material rendered for sample customers, with the functions that agents render with."""

import email
import email.policy
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from guildpost_coordinator.app.compare_material import compare_material
from guildpost_coordinator.app.preview_material import built_in_samples, context_for, preview_material
from guildpost_coordinator.domain.preview.changes import body_lines
from guildpost_coordinator.domain.preview.pieces import Piece, TemplatePreview
from guildpost_coordinator.domain.preview.samples import parse_samples
from guildpost_coordinator.domain.preview.sources import find_templates
from guildpost_shared.errors import Refused, public_text
from guildpost_shared.templates.letter_text import Letter
from guildpost_shared.templates.mail import RenderedMail
from guildpost_shared.templates.salutation import Household
from tests.coordinator.preview.material import files, newer_files
from tests.shared.templates.sample import mail_template

SAMPLES = built_in_samples()
FEW = replace(SAMPLES, customers=SAMPLES.customers[:2])


@pytest.fixture(scope="module")
def previews() -> dict[str, TemplatePreview]:
    return {one.source.template_id: one for one in preview_material(files(), SAMPLES)}


def _piece(preview: TemplatePreview, variant: str, customer: str) -> Piece:
    return next(p for p in preview.pieces if (p.variant.name, p.customer.customer_id) == (variant, customer))


def _words(piece: Piece) -> str:
    assert piece.body is not None
    return "\n".join(body_lines(piece.body))


def test_every_template_is_shown_to_every_customer_in_every_tonality(previews: dict[str, TemplatePreview]) -> None:
    assert 5 == len(previews)
    for preview in previews.values():
        assert preview.fault is None
        assert () == preview.refused
        assert 4 * len(SAMPLES.customers) == len(preview.pieces)


def test_the_built_in_customers_show_what_is_hard_to_write_to() -> None:
    people = SAMPLES.customers
    assert len(people) >= 8
    recipients = [one.recipient for one in people]
    genders = {person.gender for recipient in recipients for person in recipient.persons}
    assert {"woman", "man", "unknown"} == set(genders)
    assert any(recipient.household is Household.COUPLE for recipient in recipients)
    assert any(recipient.company and recipient.persons for recipient in recipients)
    assert any(recipient.company and not recipient.persons for recipient in recipients)
    assert any("Dr." in person.title for recipient in recipients for person in recipient.persons)
    assert {True, False} == {bool(one.plate) for one in people} == {one.electric for one in people}
    assert any(not name.isascii() for r in recipients for p in r.persons for name in (p.given_name, p.family_name))


SALUTATIONS = {
    ("factual", "herr"): "Sehr geehrter Herr Huber,",
    ("warm", "herr"): "Guten Tag Herr Huber,",
    ("regional", "herr"): "Grüß Gott Herr Huber,",
    ("factual", "ehepaar"): "Sehr geehrte Eheleute Schäfer,",
    ("factual", "ohne-anrede"): "Guten Tag Kim Weber,",
    ("factual", "firma"): "Sehr geehrte Damen und Herren,",
    ("factual", "doktor-ueberfaellig"): "Sehr geehrter Herr Dr. von der Ahe,",
}


@pytest.mark.parametrize(("variant", "customer"), SALUTATIONS)
def test_each_customer_is_addressed_in_each_tonality(
    previews: dict[str, TemplatePreview], variant: str, customer: str
) -> None:
    for template_id in ("hu_au/1/email.de", "hu_au/1/letter.de"):
        assert SALUTATIONS[variant, customer] in _words(_piece(previews[template_id], variant, customer))


def test_a_preview_is_what_the_agents_own_renderer_makes(previews: dict[str, TemplatePreview]) -> None:
    template = mail_template("hu_au/1/email.de")
    for piece in previews["hu_au/1/email.de"].pieces:
        context = context_for(template.manifest, piece.variant, piece.customer, SAMPLES)
        assert template.render(context) == piece.body


def test_a_mail_comes_as_a_file_for_mail_programs(previews: dict[str, TemplatePreview]) -> None:
    piece = _piece(previews["hu_au/1/email.de"], "factual", "frau-errechnet")
    message = email.message_from_bytes(piece.eml, policy=email.policy.default)
    assert isinstance(piece.body, RenderedMail)
    assert piece.body.subject == message["Subject"]
    assert "One-Click" in str(message["List-Unsubscribe-Post"])
    assert str(message["To"]).endswith(".example")
    part = message.get_body(("html",))
    assert part is not None
    assert piece.body.html.split() == str(part.get_content()).split()


def test_letters_of_a_tonality_are_one_pdf_each_from_its_own_page(previews: dict[str, TemplatePreview]) -> None:
    preview = previews["hu_au/1/letter.de"]
    reader = PdfReader(BytesIO(preview.pdfs["warm"]))
    for piece in (one for one in preview.pieces if one.variant.name == "warm"):
        assert isinstance(piece.body, Letter)
        printed = reader.pages[piece.pages[0] - 1].extract_text()
        assert piece.body.address[0].replace(" ", "") in printed.replace(" ", "")


def test_the_same_material_gives_the_same_bytes(previews: dict[str, TemplatePreview]) -> None:
    again = {one.source.template_id: one for one in preview_material(files(), SAMPLES)}
    assert previews == again


def test_a_preview_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("a preview opened a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    assert all(one.fault is None for one in preview_material(files(), FEW))


def _without(part: str) -> Callable[[dict[str, bytes]], None]:
    def change(material: dict[str, bytes]) -> None:
        del material[f"templates/hu_au/1/email.de.{part}"]

    return change


def _replaced(part: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    def change(material: dict[str, bytes]) -> None:
        name = f"templates/hu_au/1/email.de.{part}"
        assert old.encode() in material[name]
        material[name] = material[name].replace(old.encode(), new.encode(), 1)

    return change


FAULTS = {
    "a part is missing": (_without("txt"), "preview_part_missing", None),
    "a tag is never closed": (
        _replaced("txt", "{{ salutation }}\n", "{{ salutation }}\n{% if overdue %}\n"),
        "template_invalid",
        "{% if overdue %}\n",
    ),
    "a name nobody declared": (
        _replaced("txt", "{{ salutation }}", "{{ customer_number }}"),
        "template_unknown_slot",
        "customer_number",
    ),
    "a sample beyond its slot": (
        _replaced("json", '"max_length": 120', '"max_length": 5'),
        "template_invalid",
        "Leihfahrrad",
    ),
    "a sample that is no price": (_replaced("json", "29,90 €", "billig"), "template_invalid", "billig"),
    "a script": (_replaced("mjml", "<mj-body", "<mj-raw><script>1</script></mj-raw><mj-body"), None, "<script>"),
    "a price of the brand's": (
        _replaced("txt", "{{ salutation }}\n", "{{ salutation }}\n\nDie HU kostet 99,90 € im März.\n"),
        "template_rule_violated",
        "99,90",
    ),
    "no imprint": (_replaced("txt", "dealer.imprint", "also_due"), "template_rule_violated", None),
    "no JSON": (_replaced("json", '"version": 1,', '"version": 1'), "template_invalid", None),
    "not UTF-8": (lambda material: material.update({"templates/hu_au/1/email.de.txt": b"a\n\xff"}), None, None),
}


@pytest.mark.parametrize(("change", "code", "place"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_template_is_named_with_file_line_and_reason_and_stops_no_other(
    change: Callable[[dict[str, bytes]], None], code: str | None, place: str | None
) -> None:
    material = files()
    change(material)
    found = {one.source.template_id: one for one in preview_material(material, FEW)}
    fault = found["hu_au/1/email.de"].fault
    assert fault is not None
    assert code in {None, fault.error.code}
    assert fault.file.startswith("templates/hu_au/1/email.de.")
    assert public_text(fault.error).what
    if place:
        line = material[fault.file].decode().split("\n")[fault.line - 1]
        assert place.rstrip("\n") in line
    assert [True] * 4 == [one.fault is None for name, one in found.items() if name != "hu_au/1/email.de"]


def test_a_message_that_an_agent_would_not_send_is_shown_as_that() -> None:
    material = files()
    manifest = json.loads(material["templates/hu_au/1/email.de.json"])
    manifest["required"].append("vehicle.plate")
    manifest["optional"].remove("vehicle.plate")
    material["templates/hu_au/1/email.de.json"] = json.dumps(manifest).encode()
    found = next(one for one in preview_material(material, SAMPLES) if one.source.template_id == "hu_au/1/email.de")
    assert {"ohne-anrede"} == {piece.customer.customer_id for piece in found.refused}
    assert {"template_slot_missing"} == {piece.refused.code for piece in found.refused if piece.refused}
    assert found.fault is None


def test_templates_are_found_by_their_place_or_by_what_they_say() -> None:
    material = {f"entwurf/neu/{path.rpartition('/')[2]}": data for path, data in files().items() if "hu_au/1/" in path}
    assert {"hu_au/1/email.de", "hu_au/1/email.en", "hu_au/1/letter.de"} == {
        one.template_id for one in find_templates(material)
    }
    assert ["unnamed/1/letter.de"] == [one.template_id for one in find_templates({"x/letter.de.txt": b"Hallo"})]
    assert () == find_templates({"x/letter.fr.txt": b"", "readme.md": b""})


BAD_SAMPLES = {
    "no TOML": (b"day = ", "$"),
    "not UTF-8": (b"\xff", "$"),
    "too long": (b"#" * 300_000, "$"),
    "no day": (b"south = true", "day"),
    "no dealer": (b"day = '2027-03-01'", "dealer"),
}


@pytest.mark.parametrize(("data", "field"), BAD_SAMPLES.values(), ids=BAD_SAMPLES)
def test_faulty_samples_are_refused_with_their_field(data: bytes, field: str) -> None:
    with pytest.raises(Refused, match="preview_samples_invalid") as refused:
        parse_samples(data, "eigene.toml")
    assert field == refused.value.params["field"]
    assert "eigene.toml" in public_text(refused.value).what


def test_two_versions_are_compared_by_what_changed_for_whom() -> None:
    changes = {one.shown.source.key: one for one in compare_material(files(), newer_files(), FEW, "de")}
    assert {
        "hu_au/email.de": "changed",
        "hu_au/email.en": "failed",
        "hu_au/letter.de": "changed",
        "lease_end/call.de": "changed",
        "lease_end/call.en": "removed",
    } == {key: one.state for key, one in changes.items()}
    assert () == changes["hu_au/email.en"].slots
    mail = changes["hu_au/email.de"]
    facts = [("mobility", "rules"), ("mobility", "sample")]
    assert facts == [(one.slot, one.fact) for one in mail.slots]
    assert {"json", "mjml", "txt"} == {part.part for part in mail.parts}
    gone = {one.old for piece in mail.pieces for line in piece.lines for one in line.segments if not one.same}
    assert "herzlich" in " ".join(gone)
    assert 4 * len(FEW.customers) == sum(1 + len(piece.alike) for piece in mail.pieces) + mail.unchanged


def test_material_that_did_not_change_has_no_change() -> None:
    changes = compare_material(files(), files(), FEW, "en")
    assert {"same"} == {one.state for one in changes}
    assert all(not one.pieces and one.unchanged == 4 * len(FEW.customers) for one in changes)


def test_the_same_change_is_shown_once() -> None:
    changed = files()
    name = "templates/lease_end/1/call.de.txt"
    changed[name] = changed[name].replace(b"zwei Minuten", b"einen Moment")
    (call,) = (one for one in compare_material(files(), changed, SAMPLES, "de") if one.state == "changed")
    (piece,) = call.pieces
    assert 4 * len(SAMPLES.customers) - 1 == len(piece.alike)


def test_the_documents_example_of_samples_is_taken() -> None:
    page = (Path(__file__).parents[3] / "docs" / "preview.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    assert ["ehepaar"] == [one.customer_id for one in parse_samples(example.encode(), "preview.md").customers]
