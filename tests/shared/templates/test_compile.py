"""A faulty or forbidden template is refused before anybody can receive it."""

import re
from dataclasses import replace

import pytest
from mjml import mjml2html

from guildpost_shared.errors import Refused
from guildpost_shared.templates.compile import compile_mail
from guildpost_shared.templates.letter_text import BlockKind, LetterTemplate, split_blocks
from guildpost_shared.templates.liquid_env import parse, render
from guildpost_shared.templates.mail import MailTemplate
from tests.shared.templates.sample import LETTER_DE, MAIL_DE, MAILS, changed, compiled, parts

MANIFEST, MJML, TEXT = parts(MAIL_DE)


def _with(addition: str) -> bytes:
    """Put something into the mail's first column."""
    return MJML.decode().replace("<mj-text>{{ salutation }}", f"{addition}<mj-text>{{{{ salutation }}}}", 1).encode()


def _refusal(manifest: bytes, mjml: bytes, text: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        compile_mail(MAIL_DE, manifest, mjml, text)
    return refused.value


@pytest.mark.parametrize("template_id", MAILS)
def test_a_compiled_mail_is_passive_and_small(template_id: str) -> None:
    html = compiled(template_id).html
    assert len(html.encode()) < 40_000
    remote = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?!\{\{|tel:\{\{)([^\"'\s>]+)", html)
    assert [] == remote
    assert "<img" not in html
    assert "<script" not in html


@pytest.mark.parametrize("template_id", MAILS)
def test_a_condition_in_the_title_leaves_no_trace(template_id: str) -> None:
    template = MailTemplate(compiled(template_id))
    title = re.search(r"<title>(.*?)</title>", template.render(template.manifest.sample).html)
    assert title
    assert not re.search(r"--|[&<>{%]", title[1])


def test_a_condition_between_table_rows_keeps_its_place() -> None:
    html = compiled(MAIL_DE).html
    row = re.search(r"\{% if vehicle\.plate != blank %\}(.*?)\{% endif %\}", html, re.DOTALL)
    assert row
    assert row[1].strip().startswith("<tr><td")
    assert row[1].strip().endswith("</td></tr>")


@pytest.mark.parametrize(
    ("addition", "field"),
    [
        pytest.param("<mj-text>{{ slots.voucher }}</mj-text>", "slots.voucher", id="slot without declaration"),
        pytest.param("<mj-text>{{ customer.birthday }}</mj-text>", "customer.birthday", id="no field of a message"),
        pytest.param("<mj-text>{{ dealer['email'] }}</mj-text>", "", id="same field, other spelling"),
        pytest.param("<mj-text>{{ dealer[due_month] }}</mj-text>", "dealer.[]", id="computed name"),
        pytest.param("<mj-text>{{ dealer }}</mj-text>", "dealer", id="a whole branch"),
        pytest.param(
            "<mj-text>{% if slots.voucher == 'x' %}a{% endif %}</mj-text>", "slots.voucher", id="in a condition"
        ),
    ],
)
def test_a_name_that_the_manifest_does_not_declare_is_refused(addition: str, field: str) -> None:
    if not field:
        assert compile_mail(MAIL_DE, MANIFEST, _with(addition), TEXT)
        return
    error = _refusal(MANIFEST, _with(addition), TEXT)
    assert ("template_unknown_slot", field) == (error.code, error.params["field"])


@pytest.mark.parametrize(
    "addition",
    [
        pytest.param("<mj-text>{{ salutation | safe }}</mj-text>", id="filter that switches escaping off"),
        pytest.param("<mj-text>{{ 'now' | date: '%Y' }}</mj-text>", id="filter that reads the clock"),
        pytest.param("<mj-text>{% assign a = salutation %}</mj-text>", id="assignment"),
        pytest.param("<mj-text>{% include 'x' %}</mj-text>", id="inclusion"),
        pytest.param("<mj-text>{% render 'x' %}</mj-text>", id="partial"),
        pytest.param("<mj-text>{% if estimated %}</mj-text>", id="condition without end"),
        pytest.param("<mj-text>", id="broken MJML"),
        pytest.param("<mj-text><mj-carousel /></mj-text>", id="element out of place"),
        pytest.param('<mj-include path="./x.mjml" />', id="file inclusion"),
        pytest.param("<mj-text>gpq00001z</mj-text>", id="the compiler's own marks"),
    ],
)
def test_a_construct_that_is_not_allowed_is_refused(addition: str) -> None:
    assert _refusal(MANIFEST, _with(addition), TEXT).code == "template_invalid"


def test_a_source_that_makes_the_native_compiler_panic_is_refused() -> None:
    source = "<mjml><mj-body>äl>"
    with pytest.raises(BaseException, match="char boundary"):
        mjml2html(source)
    assert _refusal(MANIFEST, source.encode(), TEXT).code == "template_invalid"


@pytest.mark.parametrize(
    ("addition", "rule"),
    [
        pytest.param("<mj-text>Festpreis</mj-text>", "R10", id="fixed price"),
        pytest.param("<mj-text>jetzt nur 49,90 €</mj-text>", "R10", id="price"),
        pytest.param("<mj-text>10 % Nachlass</mj-text>", "R10", id="discount"),
        pytest.param("<mj-text>Sonst erlischt Ihre Garantie.</mj-text>", "R11", id="warranty threat"),
        pytest.param("<mj-text>Otherwise you lose your warranty.</mj-text>", "R11", id="warranty threat, English"),
        pytest.param("<mj-text>Meiden Sie freie Werkstätten.</mj-text>", "R11", id="disparagement"),
        pytest.param("<mj-text>Wir machen Ihren TÜV.</mj-text>", "HU", id="our own inspection"),
        pytest.param('<mj-image src="https://brand.example/p.gif" />', "R12", id="remote image"),
        pytest.param('<mj-raw><img src="//brand.example/p.gif" /></mj-raw>', "R12", id="raw image"),
        pytest.param("<mj-raw><script>1</script></mj-raw>", "R12", id="script"),
        pytest.param('<mj-raw><form action="https://b.example"></form></mj-raw>', "R12", id="form"),
        pytest.param('<mj-text><a href="https://brand.example/?c=1">x</a></mj-text>', "R12", id="link of the brand"),
        pytest.param('<mj-text><span onclick="x()">x</span></mj-text>', "R12", id="event handler"),
        pytest.param('<mj-text><span style="background:url(//b.example/x)">x</span></mj-text>', "R12", id="CSS url"),
        pytest.param('<mj-raw><!--[if mso]><v:image src="//b.example/x" /><![endif]--></mj-raw>', "R12", id="Outlook"),
        pytest.param('<mj-button href="{{ dealer.website }}/{{ salutation }}">x</mj-button>', "R12", id="data in link"),
    ],
)
def test_content_against_the_rules_is_refused(addition: str, rule: str) -> None:
    error = _refusal(MANIFEST, _with(addition), TEXT)
    assert ("template_rule_violated", rule) == (error.code, str(error.params.get("rule")).split(".")[0])


@pytest.mark.parametrize("name", ["dealer.imprint", "legal_basis", "links.unsubscribe"])
def test_both_parts_show_imprint_legal_basis_and_objection(name: str) -> None:
    for part in ("mjml", "txt"):
        sources = {"mjml": MJML.decode(), "txt": TEXT.decode()}
        sources[part] = sources[part].replace(name, "dealer.name")
        if name == "dealer.imprint":
            sources[part] = sources[part].replace("in dealer.name", "in (1..2)")
        if name == "links.unsubscribe":
            sources[part] = sources[part].replace('href="{{ dealer.name }}"', "")
        error = _refusal(MANIFEST, sources["mjml"].encode(), sources["txt"].encode())
        assert ("template_rule_violated", "IMPRINT") == (error.code, error.params["rule"])


def _slot(**values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "name": "extra",
        "label": {"de": "Text", "en": "Text"},
        "kind": "text",
        "owner": "dealer",
        "required": False,
        "max_length": 40,
        "text": "",
        "sample": "Beispiel",
    }
    return row | values


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"id": "hu_au/2/email.de"}, id="another version than the path says"),
        pytest.param({"brand": {"name": "Arvana", "colour": "#ffe000"}}, id="colour without contrast"),
        pytest.param({"brand": {"name": "Arvana", "colour": "red"}}, id="colour in words"),
        pytest.param({"required": ["customer.name"]}, id="unknown context field"),
        pytest.param({"subject": "a\nBcc: b"}, id="subject of two lines"),
        pytest.param({"note": 1}, id="unknown field"),
        pytest.param({"slots": [_slot(kind="price", owner="brand", text="49,90 €")]}, id="price of the brand"),
        pytest.param({"slots": [_slot(kind="price", text="49,90 €")]}, id="price by default"),
        pytest.param({"slots": [_slot(owner="brand")]}, id="brand slot without text"),
        pytest.param({"slots": [_slot(sample="x" * 41)]}, id="sample beyond the limit"),
        pytest.param({"slots": [_slot(), _slot()]}, id="slot twice"),
    ],
)
def test_a_faulty_manifest_is_refused(change: dict[str, object]) -> None:
    assert _refusal(changed(MANIFEST, **change), MJML, TEXT).code == "template_invalid"


def test_a_locked_text_stays_the_brands() -> None:
    slots = [_slot(name="claim", owner="brand", text="Sorgfalt")]
    manifest = changed(MANIFEST, slots=slots, subject="{{ slots.claim }}")
    mjml = re.sub(rb"<mj-raw>\{% if slots.*?</mj-raw>|<mj-text[^>]*>[^<]*\{\{ slots.*?</mj-text>", b"", MJML)
    mjml = mjml.replace(b"{{ slots.signature }}", b"{{ slots.claim }}").replace(b"<mj-raw>{% endif %}</mj-raw>", b"")
    flags = rb"estimated|season[^%]*|(?:also_due|warranty_month|offers) != blank"
    mjml = re.sub(rb"<mj-raw>\{% if (?:" + flags + rb") %\}</mj-raw>", b"", mjml)
    text = re.sub(rb"\{% if slots.*?\{% endif %\}|\{\{ slots.[a-z]+ \}\}", b"", TEXT, flags=re.DOTALL)
    template = MailTemplate(compile_mail(MAIL_DE, manifest, mjml, text))
    context = replace(template.manifest.sample, slots={"claim": "Billig!"})
    assert "Sorgfalt" == template.render(context).subject


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("{% for a in (1..201) %}{% endfor %}", id="loop"),
        pytest.param("{% for a in (1..20) %}{% for b in (1..20) %}x{% endfor %}{% endfor %}", id="loop in a loop"),
        pytest.param("{% for a in (1..150) %}" + "x" * 1000 + "{% endfor %}", id="output"),
    ],
)
def test_a_template_that_exceeds_its_limits_is_stopped(source: str) -> None:
    template = parse(source, html=True, template_id="x", part="mjml")
    with pytest.raises(Refused, match="template_limit_exceeded"):
        render(template, {}, "x")


def test_deep_nesting_is_refused() -> None:
    source = "{% if a %}" * 2000 + "{% endif %}" * 2000
    with pytest.raises(Refused, match="template_invalid"):
        parse(source, html=True, template_id="x", part="mjml")


@pytest.mark.parametrize("source", ["{{ a }}", "{% if a.b %}{% endif %}", "{% for x in a %}{% endfor %}"])
def test_a_name_without_value_never_becomes_an_empty_string(source: str) -> None:
    template = parse(source, html=False, template_id="x", part="txt")
    with pytest.raises(Refused, match="template_slot_missing"):
        render(template, {}, "x")


def test_a_letters_text_is_cut_into_blocks_before_it_is_filled() -> None:
    source = "eins\nzwei\n\n- a\n- b\n\n> an\n> gebot\n\n! klein\n \n\n"
    expected = (
        (BlockKind.PARAGRAPH, ("eins zwei",)),
        (BlockKind.LIST, ("a", "b")),
        (BlockKind.OFFER, ("an gebot",)),
        (BlockKind.NOTE, ("klein",)),
    )
    assert expected == split_blocks(source)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(b"{{ legal_basis }} {{ slots.x }}", "template_unknown_slot", id="unknown slot"),
        pytest.param(b"{{ salutation }}", "template_rule_violated", id="no legal basis"),
        pytest.param(b"{{ legal_basis }} 49,90 EUR", "template_rule_violated", id="price"),
        pytest.param(b"{% if overdue %}a\n\nb{% endif %}", "template_invalid", id="condition over two blocks"),
        pytest.param(b"\xff", "template_invalid", id="not UTF-8"),
    ],
)
def test_a_faulty_letter_text_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        LetterTemplate(LETTER_DE, parts(LETTER_DE)[0], text)
    assert code == refused.value.code
