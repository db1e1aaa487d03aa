"""A mail is filled completely and safely, or not at all."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.errors import Refused
from guildpost_shared.templates.context import MessageContext
from guildpost_shared.templates.mail import CompiledMail, artefact_digest
from tests.shared.templates.sample import MAIL_DE, compiled, mail_template, named, parts

SAMPLE = mail_template(MAIL_DE).manifest.sample


def _tags(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """List the elements of a page with the names of their attributes."""
    found: list[tuple[str, tuple[str, ...]]] = []

    class Lister(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, tuple(name for name, _ in attrs)))

    Lister().feed(html)
    return found


PLAIN_TAGS = _tags(mail_template(MAIL_DE).render(named(SAMPLE, "Weiß")).html)


def test_values_are_escaped_in_html_and_plain_in_text() -> None:
    mail = mail_template(MAIL_DE).render(named(SAMPLE, 'A <b>&"Söhne"'))
    assert "A &lt;b&gt;&amp;&#34;Söhne&#34;" in mail.html
    assert "<b>&" not in mail.html
    assert 'A <b>&"Söhne"' in mail.text
    assert 'A <b>&"Söhne"' in mail.subject


@settings(max_examples=80, deadline=None)
@given(name=st.text(min_size=1, max_size=80).filter(lambda text: bool(text.strip())))
def test_no_name_changes_the_structure_of_a_mail(name: str) -> None:
    mail = mail_template(MAIL_DE).render(named(SAMPLE, f"x{name}"))
    assert PLAIN_TAGS == _tags(mail.html)
    assert not set(mail.subject) & set("\r\n\x00\u2028")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("{{ dealer.email }}", id="output"),
        pytest.param("{% for x in (1..9) %}a{% endfor %}", id="loop"),
        pytest.param("</style><script>alert(1)</script>", id="script"),
        pytest.param('" onmouseover="alert(1)', id="attribute"),
        pytest.param("gpq00001z <!--gpq00002z-->", id="the compiler's own marks"),
    ],
)
def test_markup_in_a_name_stays_text(name: str) -> None:
    mail = mail_template(MAIL_DE).render(named(SAMPLE, name))
    assert name in mail.text
    assert PLAIN_TAGS == _tags(mail.html)


def _without(context: MessageContext, field: str) -> MessageContext:
    match field:
        case "dealer.imprint":
            return replace(context, dealer=replace(context.dealer, imprint=()))
        case "links.unsubscribe":
            return replace(context, links=replace(context.links, unsubscribe=""))
        case "vehicle.model":
            return replace(context, vehicle=replace(context.vehicle, model=" \n"))
        case "salutation":
            return replace(context, salutation="")
        case "due_month":
            return replace(context, due_month="\u200b")
        case _:
            return replace(context, legal_basis="")


@pytest.mark.parametrize(
    "field", ["salutation", "due_month", "legal_basis", "vehicle.model", "dealer.imprint", "links.unsubscribe"]
)
def test_a_missing_value_refuses_the_mail(field: str) -> None:
    with pytest.raises(Refused, match="template_slot_missing") as refused:
        mail_template(MAIL_DE).render(_without(SAMPLE, field))
    assert {"template": MAIL_DE, "field": field} == refused.value.params


def test_optional_parts_leave_no_trace_when_they_are_empty() -> None:
    bare = replace(SAMPLE, slots={}, vehicle=replace(SAMPLE.vehicle, plate="", electric=True))
    mail = mail_template(MAIL_DE).render(bare)
    assert "Kennzeichen" not in mail.html + mail.text
    assert "Gesamtpreis" not in mail.html + mail.text
    assert "HU/AU" not in mail.html + mail.text + mail.subject
    assert "Ihr Serviceteam" in mail.html
    assert "\n\n\n" not in mail.text


def test_a_worked_out_month_is_said_as_expected() -> None:
    known = mail_template(MAIL_DE).render(SAMPLE)
    estimated = mail_template(MAIL_DE).render(replace(SAMPLE, estimated=True))
    assert "voraussichtlich" not in known.html + known.text + known.subject
    assert all("voraussichtlich" in part for part in (estimated.html, estimated.text, estimated.subject))


@pytest.mark.parametrize(
    ("slot", "value"),
    [
        pytest.param("price", "29.90", id="price without the euro sign"),
        pytest.param("price", "nur 29,90 €!!", id="price with advertising"),
        pytest.param("offer", "x" * 201, id="too long"),
    ],
)
def test_a_slot_outside_its_limits_refuses_the_mail(slot: str, value: str) -> None:
    with pytest.raises(Refused, match="template_value_invalid") as refused:
        mail_template(MAIL_DE).render(replace(SAMPLE, slots={slot: value}))
    assert f"slots.{slot}" == refused.value.params["field"]


@pytest.mark.parametrize("link", ["http://a.example/", "javascript:alert(1)", "https://a.example/ x"])
def test_a_link_that_is_not_https_refuses_the_mail(link: str) -> None:
    with pytest.raises(Refused, match="template_value_invalid"):
        mail_template(MAIL_DE).render(replace(SAMPLE, links=replace(SAMPLE.links, answer=link)))


def test_text_that_the_manifest_does_not_know_is_ignored() -> None:
    mail = mail_template(MAIL_DE).render(replace(SAMPLE, slots={"canary": "4711"}))
    assert "4711" not in mail.html + mail.text


def test_the_brand_comes_from_the_signed_manifest_only() -> None:
    context = replace(SAMPLE, brand=replace(SAMPLE.brand, name="Other", colour="red;x:y"))
    assert mail_template(MAIL_DE).render(SAMPLE) == mail_template(MAIL_DE).render(context)


def test_a_compiled_mail_survives_its_cache_file() -> None:
    mail = compiled(MAIL_DE)
    assert mail == CompiledMail.from_bytes(mail.to_bytes())
    assert mail.digest == artefact_digest(*parts(MAIL_DE))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"format": "guildpost-mail-0"}'])
def test_a_damaged_cache_file_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="template_invalid"):
        CompiledMail.from_bytes(data)


def test_the_cache_name_depends_on_every_part_and_its_borders() -> None:
    manifest, mjml, text = parts(MAIL_DE)
    names = {
        artefact_digest(manifest, mjml, text),
        artefact_digest(manifest + b" ", mjml, text),
        artefact_digest(manifest, mjml + text[:1], text[1:]),
        artefact_digest(manifest, mjml, text + b" "),
    }
    assert 4 == len(names)
