"""A message of the standard catalogue names what else its visit answers, and a reminder is told from the first one."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations, product

import pytest

from guildpost_demo.catalogue import targets
from guildpost_shared.services.definition import Channel, Purpose, ServiceDefinition, parse_service
from guildpost_shared.templates.context import MessageContext
from guildpost_shared.templates.letter import typeset
from guildpost_shared.templates.letter_text import BlockKind, Letter
from tests.shared.templates.sample import letter_template, mail_template

SERVICES = [parse_service(content) for path, content in targets().items() if path.startswith("services/")]
WISHES_AND_THANKS = {"birthday", "thanks", "loyalty"}
"""They ask nobody for a visit, so that nothing else is done on its occasion."""
SELLING = [one for one in SERVICES if one.purpose is Purpose.ADVERTISING and one.service_id not in WISHES_AND_THANKS]
REPEATED = [one for one in SELLING if len(one.touches) > 1]
DAY = date(2027, 3, 1)
THREE = (
    "Inspektion: Arvana Vela Kombi Sportausstattung (LA-ÄG 427), April 2027",
    "Leasing- oder Finanzierungsende: Arvana Nova <Cross & Country> (LA-ÄG 51), September 2027",
    "Räderwechsel: Arvana Nova, April 2027",
)
SAID = {"de": "Bei dieser Gelegenheit", "en": "The same visit"}
WORD = {"de": "Erinnerung", "en": "Reminder"}
AGAIN = {"de": "wir erinnern Sie gern noch einmal", "en": "A friendly reminder"}
COMBINED = ("anderen fälligen Arbeiten", "other work that is due")


def _ids(services: list[ServiceDefinition], channel: Channel) -> list[str]:
    uses = (service.channel(channel) for service in services)
    return sorted(template_id for use in uses if use for template_id in use.templates.values())


def _states(sample: MessageContext) -> list[MessageContext]:
    return [
        replace(sample, overdue=overdue, estimated=estimated, reminder=reminder)
        for overdue, estimated, reminder in product((False, True), repeat=3)
    ]


def _letter(template_id: str, context: MessageContext, doc_id: str = "one") -> Letter:
    return letter_template(template_id).compose(context, doc_id=doc_id, day=DAY)


def _words(letter: Letter) -> list[str]:
    return [text for block in letter.blocks for text in block.texts]


@pytest.mark.parametrize("template_id", _ids(SELLING, Channel.EMAIL))
def test_a_mail_lists_what_else_the_visit_answers_and_only_then_says_so(template_id: str) -> None:
    template = mail_template(template_id)
    sample, said = replace(template.manifest.sample, offers=()), SAID[template.manifest.language]
    assert sample.also_due
    for context in _states(sample):
        mail = template.render(replace(context, also_due=THREE))
        assert all(f"\n- {line}\n" in mail.text for line in THREE)
        assert len(THREE) == mail.html.count("<li")
        assert f">{THREE[2]}</li>" in mail.html
        assert "Nova &lt;Cross &amp; Country&gt;" in mail.html
        assert (1, 1) == (mail.html.count(said), mail.text.count(said))
        alone = template.render(replace(context, also_due=()))
        assert not [part for part in (said, "<li", "<ul", "\n- ") if part in alone.html + alone.text]
        assert alone.subject == mail.subject
        assert not [word for word in COMBINED if word in mail.html + mail.text]


@pytest.mark.parametrize("template_id", _ids(SELLING, Channel.LETTER))
def test_a_letter_lists_what_else_the_visit_answers_and_only_then_says_so(template_id: str) -> None:
    sample = letter_template(template_id).manifest.sample
    assert sample.also_due
    for context in _states(sample):
        letter = _letter(template_id, replace(context, also_due=THREE))
        lists = [block.texts for block in letter.blocks if block.kind is BlockKind.LIST]
        assert THREE == lists[-1]
        assert 1 == sum(SAID["de"] in text for text in _words(letter))
        alone = _letter(template_id, replace(context, also_due=()))
        assert len(lists) - 1 == sum(block.kind is BlockKind.LIST for block in alone.blocks)
        assert not [text for text in _words(alone) if SAID["de"] in text]
        assert not [text for text in _words(letter) if COMBINED[0] in text]


@pytest.mark.parametrize("template_id", _ids(SELLING, Channel.LETTER))
def test_a_letter_with_three_more_lines_stays_on_one_page(template_id: str) -> None:
    sample = replace(letter_template(template_id).manifest.sample, also_due=THREE)
    letters = [_letter(template_id, context, str(i)) for i, context in enumerate(_states(sample))]
    ranges = typeset(letters, created=datetime(2027, 3, 1, tzinfo=UTC)).ranges
    assert {1} == {one.pages for one in ranges}


def test_a_letter_leaves_no_line_out_however_many_there_are() -> None:
    sample = letter_template("hu_au/1/letter.de").manifest.sample
    lines = tuple(f"Inspektion: Arvana Nova {number}, April 2027" for number in range(6))
    letter = _letter("hu_au/1/letter.de", replace(sample, also_due=lines))
    (shown,) = [block.texts for block in letter.blocks if lines[0] in block.texts]
    assert (*lines[:3], "; ".join(lines[3:])) == shown


@pytest.mark.parametrize("template_id", _ids(REPEATED, Channel.EMAIL))
def test_a_reminding_mail_has_a_subject_and_a_first_sentence_of_its_own(template_id: str) -> None:
    template = mail_template(template_id)
    language = template.manifest.language
    for context in _states(template.manifest.sample):
        mail = template.render(context)
        assert context.reminder is mail.subject.startswith(WORD[language])
        for part in (mail.html, mail.text):
            assert int(context.reminder) == part.count(AGAIN[language])
        assert not [wrong for wrong in ("  ", " ,", " :", "::", "\n\n\n") if wrong in mail.subject + mail.text]


@pytest.mark.parametrize("template_id", _ids(REPEATED, Channel.LETTER))
def test_a_reminding_letter_has_a_subject_and_a_first_sentence_of_its_own(template_id: str) -> None:
    for context in _states(letter_template(template_id).manifest.sample):
        letter = _letter(template_id, context)
        assert context.reminder is letter.subject.startswith(WORD["de"])
        assert int(context.reminder) == sum(text.startswith(AGAIN["de"]) for text in _words(letter))
        assert not [text for text in (letter.subject, *_words(letter)) if "  " in text or " ," in text]


@pytest.mark.parametrize("service", REPEATED, ids=lambda service: service.service_id)
def test_nobody_gets_two_mails_of_a_sequence_with_the_same_subject(service: ServiceDefinition) -> None:
    for template_id in _ids([service], Channel.EMAIL):
        template = mail_template(template_id)
        sequence = [
            replace(template.manifest.sample, reminder=place > 0, overdue=touch.first_day < 0)
            for place, touch in enumerate(service.touches)
        ]
        subjects = [template.render(context).subject for context in sequence]
        assert [] == [subject for subject, times in Counter(subjects).items() if times > 1]
        texts = [template.render(context).text for context in sequence]
        assert all(one != other for one, other in combinations(texts, 2))


@pytest.mark.parametrize("template_id", [i for i in _ids(REPEATED, Channel.EMAIL) if i.startswith(("hu", "insp"))])
def test_an_overdue_mail_says_that_it_is_still_open_also_when_it_reminds(template_id: str) -> None:
    template = mail_template(template_id)
    for context in _states(template.manifest.sample):
        subject = template.render(context).subject
        assert context.overdue is any(word in subject for word in ("noch offen", "still open"))
