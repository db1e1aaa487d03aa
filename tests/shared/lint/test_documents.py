"""Files are linted by what they are; whatever they hold, the linter answers."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_demo.catalogue import targets
from guildpost_shared.catalog import load
from guildpost_shared.errors import Refused
from guildpost_shared.lint.documents import MAX_BYTES, lint
from guildpost_shared.lint.findings import PACKAGE, Finding, Severity, refuse
from tests.shared.lint.readings import errors, found

MAIL, LETTER, SERVICE = "templates/hu_au/1/email.de", "templates/hu_au/1/letter.de", "services/hu_au.json"
SOURCES = Path(__file__).resolve().parents[3] / "shared" / "guildpost_shared" / "lint"


def changed(path: str, old: str, new: str) -> list[Finding]:
    """Lint the sample catalogue's HU with one change; what refuses it."""
    files = {name: data for name, data in targets().items() if "hu_au" in name}
    text = files[path].decode()
    assert old in text
    files[path] = text.replace(old, new).encode()
    return [finding for finding in lint(files, compiled=False) if finding.severity is Severity.ERROR]


def test_the_sample_catalogue_passes() -> None:
    assert [] == [finding for finding in lint(targets()) if finding.severity is Severity.ERROR]


CHANGES = {
    "a name that nobody declared": (f"{MAIL}.txt", "{{ closing }}", "{{ slots.voucher }}", "TEMPLATE.name"),
    "a filter that is not allowed": (f"{MAIL}.txt", "{{ closing }}", "{{ closing | date: '%Y' }}", "TEMPLATE.liquid"),
    "a tag that is not allowed": (f"{MAIL}.txt", "{{ closing }}", "{% assign a = 1 %}", "TEMPLATE.liquid"),
    "no imprint": (f"{MAIL}.mjml", "dealer.imprint", "also_due", "DUTY.imprint"),
    "no way to object": (f"{MAIL}.txt", "links.unsubscribe", "links.answer", "DUTY.unsubscribe"),
    "no ground": (f"{LETTER}.txt", "legal_basis", "closing", "DUTY.legal_basis"),
    "ground only sometimes": (
        f"{LETTER}.txt",
        "{{ legal_basis }}",
        "{% if reminder %}{{ legal_basis }}{% endif %}",
        "DUTY.legal_basis",
    ),
    "imprint hidden": (
        f"{MAIL}.mjml",
        "{% for line in dealer.imprint %}",
        "<span style='display:none'>{% for line in dealer.imprint %}",
        "DUTY.imprint",
    ),
    "price in the subject": (f"{MAIL}.json", '"subject": "', '"subject": "Nur 99 €: ', "R10.amount"),
    "price by default": (
        f"{MAIL}.json",
        '"max_length": 20,\n      "text": ""',
        '"max_length": 20,\n      "text": "29,90 €"',
        "R10.slot",
    ),
    "manifest that is no JSON": (f"{MAIL}.json", '"type": "template",', '"type" "template",', "TEMPLATE.manifest"),
    "service with an unknown learning class": (
        SERVICE,
        '"learning_class": "hu"',
        '"learning_class": "x"',
        "SERVICE.invalid",
    ),
    "service with an impossible window": (SERVICE, '"last_day": 30', '"last_day": 90', "SERVICE.invalid"),
    "service with a condition that cannot be read": (
        SERVICE,
        '"condition": ""',
        '"condition": "vehicle."',
        "SERVICE.invalid",
    ),
    "service with a price in its name": (SERVICE, '"de": "HU/AU"', '"de": "HU/AU für 99 €"', "R10.amount"),
    "service that names a missing template": (SERVICE, "hu_au/1/letter.de", "hu_au/2/letter.de", "SERVICE.template"),
}


@pytest.mark.parametrize(("path", "old", "new", "rule"), CHANGES.values(), ids=CHANGES.keys())
def test_a_fault_is_found_in_its_file_and_line(path: str, old: str, new: str, rule: str) -> None:
    text = targets()[path].decode()
    line = text.count("\n", 0, text.index(old)) + 1
    findings = [finding for finding in changed(path, old, new) if finding.rule == rule]
    assert [path] == sorted({finding.file for finding in findings})
    if not rule.startswith("DUTY."):
        assert abs(findings[0].line - line) <= 1  # a window is wrong in one of two neighbouring lines


def test_a_part_that_is_missing_is_named() -> None:
    files = {name: data for name, data in targets().items() if "hu_au" in name and name != f"{MAIL}.txt"}
    rules = {finding.rule for finding in lint(files, compiled=False)}
    assert {"TEMPLATE.part", "SERVICE.template"} <= rules


def test_a_price_put_together_from_a_locked_slot_and_the_text_is_found() -> None:
    files = {name: data for name, data in targets().items() if "hu_au" in name}
    manifest = json.loads(files[f"{MAIL}.json"])
    manifest["slots"][3] |= {"text": "99", "sample": "99"}
    files[f"{MAIL}.json"] = json.dumps(manifest).encode()
    files[f"{MAIL}.txt"] = files[f"{MAIL}.txt"].replace(
        b"{{ slots.signature }}", "nur {{ slots.signature }} €".encode()
    )
    assert "R10.amount" in [finding.rule for finding in lint(files, compiled=False) if finding.file == f"{MAIL}.txt"]


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("loose.mjml", "<mjml><mj-body><mj-text>nur 49 €</mj-text></mj-body></mjml>", "R10.amount"),
        ("loose.json", '{"subject": "Hallo", "body": "nur 49 \\u20ac"}', "R10.amount"),
        ("figures.json", '{"service": "hu", "price": 49}', "R10.amount"),
        ("loose.typ", '= Hallo\n#text("nur 49") #sym.euro', "R10.amount"),
        ("loading.typ", '#image("https://x.example/a.png")', "R12.remote"),
        ("offers.toml", '[[offers]]\npitch = { de = "nur 49 €" }', "R10.amount"),
        ("offers.toml", '[[offers]]\nprice = "49"', "R10.slot"),
        ("offers.toml", "[[offers", "OFFERS.invalid"),
        ("loose.css", "a:after { content: '49 €' }", "R10.amount"),
        ("loose.liquid", "{% if a %}", "TEMPLATE.liquid"),
        ("broken.json", '{"a": 1,,}', "FILE.json"),
        ("service.json", '{"type": "service"}', "SERVICE.invalid"),
        ("mail.eml", "Subject: =?utf-8?q?nur_49_=E2=82=AC?=\n\nHallo", "R10.amount"),
        ("README", "nur 49 €", "R10.amount"),
    ],
)
def test_a_file_that_stands_alone_is_linted_too(name: str, text: str, rule: str) -> None:
    assert rule in errors(text, name)


def test_what_may_stand_elsewhere_is_only_pointed_out() -> None:
    findings = found("<mjml><mj-body><mj-text>{{ customer.x }}</mj-text></mj-body></mjml>", "loose.mjml")
    assert {"DUTY.imprint", "DUTY.unsubscribe", "DUTY.legal_basis", "TEMPLATE.name"} == {each.rule for each in findings}
    assert {Severity.WARNING} == {each.severity for each in findings}


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("letter.txt", "Anbei Ihre Rechnung Nr. 4711.", "LETTER.contract"),
        ("brief.txt", "Die Zeit vergeht.", "LETTER.no_invitation"),
        ("call_script.txt", "Guten Tag, unsere Aktion: Wir bieten Ihnen einen Termin an.", "CALL.question"),
        ("mail.txt", f"Betreff: {'lang ' * 30}\n\nHallo", "SUBJECT.long"),
        ("mail.txt", "Betreff: Ihr Auto 🚗\n\nHallo", "SUBJECT.emoji"),
    ],
)
def test_letters_calls_and_subjects_have_their_own_rules(name: str, text: str, rule: str) -> None:
    assert rule in [finding.rule for finding in found(text, name)]


def test_a_call_that_asks_first_passes() -> None:
    text = (
        "Guten Tag, hier spricht {{ dealer.name }}. Passt es Ihnen gerade? Dann biete ich Ihnen gern einen Termin an."
    )
    assert [] == found(text, "call.txt")


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("a.bin", b"\x00\x01", "FILE.kind"),
        ("a.html", b"\xff\xfeabc", "FILE.encoding"),
        ("a.mjml", b"a" * (MAX_BYTES + 1), "FILE.large"),
        ("templates/x/1/email.de.json", b"\xff", "FILE.encoding"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, data: bytes, rule: str) -> None:
    assert rule in [finding.rule for finding in lint({name: data})]


NAMES = st.sampled_from(
    ["a.mjml", "a.json", "a.toml", "a.typ", "a.eml", "a", "services/a.json", f"{MAIL}.json", f"{MAIL}.mjml"]
)
PIECES = st.lists(
    st.sampled_from(["{{", "}}", "{%", "%}", "<", ">", "<!--", '"', "{", "}", "\\", "€", "9", "%", "\ud83d"])
    | st.text(max_size=8)
)


@settings(deadline=None)
@given(NAMES, PIECES)
def test_no_file_makes_the_linter_fail(name: str, pieces: list[str]) -> None:
    lint({name: "".join(pieces).encode("utf-8", "surrogatepass")}, compiled=False)


@settings(deadline=None)
@given(NAMES, st.binary(max_size=60))
def test_no_bytes_make_the_linter_fail(name: str, data: bytes) -> None:
    lint({name: data}, compiled=False)


def test_every_rule_has_its_text_and_its_remedy_in_both_languages() -> None:
    code = "".join(file.read_text("utf-8") for file in [*SOURCES.glob("*.py"), *SOURCES.glob("words/*.toml")])
    rules = set(
        re.findall(r"[\"']((?:R1[0-2]|HU|TEMPLATE|DUTY|LETTER|CALL|SUBJECT|SERVICE|OFFERS|FILE)\.[a-z_]+)[\"']", code)
    )
    rules |= {"FILE.unreadable"}
    german, english = load(PACKAGE, "de"), load(PACKAGE, "en")
    assert german.ids() == english.ids()
    assert {f"lint.{rule}{end}" for rule in rules for end in ("", ".remedy")} == german.ids()
    for rule in rules:
        finding = Finding("a", 1, rule, Severity.ERROR, "x", "y")
        assert finding.text("de") != finding.text("en")
        assert finding.remedy("de") != finding.remedy("en")


def test_an_error_refuses_and_a_warning_does_not() -> None:
    refuse([Finding("a", 1, "SUBJECT.long", Severity.WARNING, "120")], "t")
    with pytest.raises(Refused) as refused:
        refuse([Finding("a", 3, "R10.amount", Severity.ERROR, "99 €")], "t")
    assert ("template_rule_violated", "R10.amount") == (refused.value.code, refused.value.params["rule"])


def test_a_script_of_a_call_is_built_as_letters_are() -> None:
    path = "templates/lease_end/1/call.de.txt"
    files = {name: data for name, data in targets().items() if "lease_end" in name}
    closing = "Vielen Dank für das Gespräch."
    over_two_blocks = f"{{% if reminder %}}{closing}\n\n- Noch etwas?{{% endif %}}"
    files[path] = files[path].decode().replace(closing, over_two_blocks).encode()
    assert ["TEMPLATE.build"] == [finding.rule for finding in lint(files) if finding.severity is Severity.ERROR]
