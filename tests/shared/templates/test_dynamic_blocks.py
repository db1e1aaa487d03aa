"""What depends on data, season, tone and offers stands in a message only when it holds, in both parts."""

from dataclasses import replace
from datetime import date

import pytest

from guildpost_shared.errors import Language
from guildpost_shared.templates.compile import compile_mail
from guildpost_shared.templates.mail import MailTemplate
from guildpost_shared.templates.salutation import Style, Tone
from guildpost_shared.templates.wording import Season, closing_text, season_of
from tests.shared.templates.sample import MAIL_DE, changed, mail_template, parts
from tests.shared.templates.test_standard_messages import MAILS, NOTICES, OBJECTION

OFFERS = ("Batterie-Check: Hält sie durch? (29,90 €)", "Wischer <neu> & gut")
HEADS = {"de": "Passend zu Ihrem Fahrzeug", "en": "A good fit for your vehicle"}


CONFIRMATIONS = ["appointment_confirmation/1/email.de", "appointment_confirmation/1/email.en"]


def _with(name: str) -> list[str]:
    return [one for one in MAILS if name in mail_template(one).manifest.optional and one not in CONFIRMATIONS]


@pytest.mark.parametrize("template_id", _with("offers"))
def test_offers_stand_in_both_parts_or_leave_no_trace(template_id: str) -> None:
    template = mail_template(template_id)
    head, sample = HEADS[template.manifest.language], template.manifest.sample
    mail = template.render(replace(sample, offers=OFFERS))
    assert all(f"\n- {line}\n" in mail.text for line in OFFERS)
    assert "Batterie-Check: Hält sie durch? (29,90 €)</li>" in mail.html
    assert "Wischer &lt;neu&gt; &amp; gut</li>" in mail.html
    assert (1, 1) == (mail.html.count(head), mail.text.count(head))
    without = template.render(replace(sample, offers=(), also_due=()))
    assert not [part for part in (head, "<li", "<ul", "\n- ") if part in without.html + without.text]
    assert "\n\n\n" not in without.text


@pytest.mark.parametrize("template_id", _with("warranty_month"))
def test_the_end_of_the_warranty_is_named_only_where_it_is_known_and_near(template_id: str) -> None:
    template = mail_template(template_id)
    sample = replace(template.manifest.sample, due_month="Mai 2027")
    known = template.render(replace(sample, warranty_month="Juni 2027"))
    assert (1, 1) == (known.html.count("Juni 2027"), known.text.count("Juni 2027"))
    unknown = template.render(replace(sample, warranty_month=""))
    word = {"de": "Garantie", "en": "warranty"}[template.manifest.language]
    assert word not in unknown.html + unknown.text


@pytest.mark.parametrize(
    ("language", "winter", "summer"), [("de", "Frostschutz", "längeren Fahrt"), ("en", "antifreeze", "longer trip")]
)
@pytest.mark.parametrize("service", ["hu_au", "inspection"])
def test_a_seasonal_sentence_stands_in_its_season_only(
    service: str, language: Language, winter: str, summer: str
) -> None:
    template = mail_template(f"{service}/1/email.{language}")
    for season, expected in (("winter", (True, False)), ("summer", (False, True)), ("", (False, False))):
        mail = template.render(replace(template.manifest.sample, season=season))
        for part in (mail.html, mail.text):
            assert expected == (winter in part, summer in part)


def test_the_seasons_of_a_year() -> None:
    found = {month: season_of(date(2027, month, 1)) for month in range(1, 13)}
    assert {1, 10, 11, 12} == {month for month, season in found.items() if season is Season.WINTER}
    assert {5, 6, 7, 8} == {month for month, season in found.items() if season is Season.SUMMER}


@pytest.mark.parametrize("template_id", MAILS)
def test_every_mail_closes_as_its_tone_wants(template_id: str) -> None:
    template = mail_template(template_id)
    language = template.manifest.language
    closings = [closing_text(Style(tone), "Landshut", language) for tone in Tone]
    for closing in closings:
        mail = template.render(replace(template.manifest.sample, closing=closing))
        assert f"\n{closing}\n" in mail.text
        assert closing in mail.html
        assert 1 == sum(other in mail.text.splitlines() for other in closings)


def test_du_stands_only_where_the_brands_template_allows_it() -> None:
    allowed = [one for one in MAILS if mail_template(one).manifest.informal]
    assert ["birthday/1/email.de"] == allowed
    template = mail_template(allowed[0])
    formal = template.render(replace(template.manifest.sample, informal=False))
    informal = template.render(
        replace(template.manifest.sample, informal=True, slots={}, legal_basis="Du erhältst diese Nachricht.")
    )
    for part in (informal.text, informal.html):
        body = part.partition("Hallo")[2] or part
        assert not [word for word in (" Sie ", " Ihnen ", " Ihrem ", " Ihrer ") if word in body]
        assert "deinem Geburtstag" in part
    assert "Ihrem Geburtstag" in formal.text
    assert "deinem" not in formal.text + formal.html


def test_a_template_may_say_more_warmly_what_another_tone_says_plainly() -> None:
    manifest, mjml, text = parts(MAIL_DE)
    manifest = changed(
        manifest,
        tone="warm",
        subject='{% if tone == "warm" %}Schön{% else %}Gut{% endif %}',
        optional=[
            "also_due",
            "closing",
            "dealer.phone_link",
            "offers",
            "reminder",
            "season",
            "tone",
            "vehicle.plate",
            "warranty_month",
        ],
    )
    template = MailTemplate(compile_mail(MAIL_DE, manifest, mjml, text))
    assert Tone.WARM is template.manifest.tone
    assert "Schön" == template.render(replace(template.manifest.sample, tone="warm")).subject
    assert "Gut" == template.render(replace(template.manifest.sample, tone="premium")).subject


@pytest.mark.parametrize("template_id", CONFIRMATIONS)
@pytest.mark.parametrize(
    ("standing", "called_off"), [(2, 0), (1, 1), (0, 1)], ids=["made", "one of two called off", "called off"]
)
@pytest.mark.parametrize("sells", [True, False], ids=["with offers", "without"])
@pytest.mark.parametrize("pays", [True, False], ids=["payment and invoice", "no links"])
def test_a_confirmation_says_what_stands_and_sells_only_with_a_way_to_object(
    template_id: str,
    standing: int,
    called_off: int,
    sells: bool,  # noqa: FBT001 — see above
    pays: bool,  # noqa: FBT001 — see above
) -> None:
    template = mail_template(template_id)
    sample, language = template.manifest.sample, template.manifest.language
    links = sample.links if pays else replace(sample.links, payment="", invoice="")
    made, gone = [f"A{number} & B" for number in range(standing)], [f"C{number}" for number in range(called_off)]
    context = replace(
        sample,
        appointments=tuple(made),
        cancelled=tuple(gone),
        offers=OFFERS if sells else (),
        offers_basis="Grund" if sells else "",
        links=links,
    )
    mail = template.render(context)
    assert all(f"\n- {line}\n" in mail.text for line in (*made, *gone, *context.offers))
    assert all(line.replace("&", "&amp;") in mail.html for line in (*made, *gone))
    for part in (mail.text, mail.html):
        assert [sells] * 3 == [text in part for text in (sample.links.unsubscribe, OBJECTION[language], "Grund")]
        assert sells is not (NOTICES[language] in part)
        assert [pays, pays] == [link in part for link in (sample.links.payment, sample.links.invoice)]
    assert "\n\n\n" not in mail.text
    word = {"de": "Abgesagt:", "en": "Cancelled:"}[language]
    assert (standing == 0) is mail.subject.startswith(word)
