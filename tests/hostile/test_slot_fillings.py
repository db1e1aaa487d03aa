"""Whatever a dealer fills into a slot, the locked zones of a message stay as the brand and the law want them.

Locked are the brand's words, the imprint, the legal basis, the unsubscribe link and the markup itself. A filling is
either refused, or it stands there as characters: then everything else is the same as with a harmless word.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from io import BytesIO

import pytest
from pypdf import PdfReader

from guildpost_demo.catalogue import targets
from guildpost_shared.errors import Refused
from guildpost_shared.templates.call_text import CallTemplate
from guildpost_shared.templates.context import MessageContext
from guildpost_shared.templates.letter import typeset
from guildpost_shared.templates.letter_text import Block, Letter
from guildpost_shared.templates.slots import SlotSpec
from tests.shared.templates.sample import LETTER_DE, MAIL_DE, letter_template, mail_template

CALL_DE = "lease_end/1/call.de"
HARMLESS = "Harmlos"
HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "a tag that closes the mail": "</td></tr></table></body></html>",
    "a comment that swallows the rest": "<!-- ",
    "the end of Outlook's comment": "<![endif]-->",
    "a style that hides the imprint": "<style>td{display:none}</style>",
    "a picture that tracks": '<img src="https://boese.example/x.gif">',
    "an attribute's end": '" onclick="alert(1)',
    "an entity": "&lt;/td&gt;&nbsp;&#0;",
    "another unsubscribe link": '<a href="https://boese.example/u">Abmelden</a>',
    "a Liquid variable": "{{ links.unsubscribe }}{{ dealer.imprint }}",
    "a Liquid tag": "{% if true %}{% comment %}",
    "half a Liquid tag": "{%",
    "MJML": "</mj-text></mj-section><mj-raw>x</mj-raw>",
    "the compiler's own marks": "<!--gpq00000z--> gpq00001z",
    "the filler's own marks": "\ue0000\ue001",
    "Typst code": '#panic("x") #let x = 1',
    "Typst markup": "*fett* _kursiv_ = Titel $x$ `roh` <marke> @ziel ~ \\ ] [ // /*",
    "a letter's own signs": "! klein\n\n> Angebot\n\n- Liste",
    "control characters": "a\x00b\x07c\x1bd\x7fe\x9bf",
    "line breaks and a header": "Gruß\r\nBcc: boese@boese.example\r\n\r\nText",
    "a right-to-left override": "\u202egnudlemba eniek\u202c",
    "an isolate that never ends": "\u2067abc",
    "invisible characters": "\u200b\u200d\ufeff\u2060x",
    "separators": "a\u2028b\u2029c",
    "marks heaped high": "Z" + "\u0335\u0336\u0337\u0338" * 40,
    "ten megabytes": "A" * 10_000_000,
    "ten megabytes of markup": "<b>" * 3_400_000,
    "half a character": "\ud800",
}


class _Tags(HTMLParser):
    """Lists the tags of a page, with their attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *attrs))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(tag)

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", data))


def _tags(html: str) -> list[object]:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser.tags


def _filled(sample: MessageContext, words: str) -> MessageContext:
    return MessageContext(**{**vars(sample), "slots": {**sample.slots, "offer": words}})


def _harmless(slot: SlotSpec, words: str) -> str:
    """Give a harmless word where anything is left of the hostile ones; an empty slot leaves its line out."""
    return HARMLESS if len(words) > 1_000 or slot.filled(words) else ""


def _only_for_its_value(refused: Refused) -> None:
    assert "template_value_invalid" == refused.code


def _locked(context: MessageContext) -> Iterator[str]:
    yield from context.dealer.imprint
    yield context.legal_basis
    yield context.links.unsubscribe


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_mail_keeps_its_locked_zones(words: str) -> None:
    template = mail_template(MAIL_DE)
    sample = template.manifest.sample
    expected = template.render(_filled(sample, _harmless(template.manifest.slots[0], words)))
    try:
        mail = template.render(_filled(sample, words))
    except Refused as refused:
        _only_for_its_value(refused)
        return
    assert _tags(expected.html) == _tags(mail.html)
    assert expected.subject == mail.subject
    lines, harmless = mail.text.split("\n"), expected.text.split("\n")
    assert 1 >= sum(one != other for one, other in zip(lines, harmless, strict=True))
    for locked in _locked(sample):
        assert harmless.count(locked) == lines.count(locked)
        assert locked in mail.text


def _others(blocks: tuple[Block, ...]) -> list[Block]:
    """List the blocks without the slot's own."""
    return [block for block in blocks if block.kind != "offer"]


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_letter_keeps_its_locked_zones_and_prints_the_words_as_they_are(words: str) -> None:
    template = letter_template(LETTER_DE)
    sample = template.manifest.sample

    def letter(filling: str) -> Letter:
        return template.compose(_filled(sample, filling), doc_id="a", day=date(2027, 3, 1))

    expected = letter(_harmless(template.manifest.slots[0], words))
    try:
        found = letter(words)
    except Refused as refused:
        _only_for_its_value(refused)
        return
    assert vars(expected) | {"blocks": ()} == vars(found) | {"blocks": ()}
    assert _others(expected.blocks) == _others(found.blocks)
    pdf = typeset([found], created=datetime(2027, 3, 1, tzinfo=UTC)).pdf
    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    bare = "".join(printed.split())
    assert "HRB00000" in bare
    offered = template.manifest.slots[0].filled(words)
    assert "".join(offered.split()) in bare


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_call_script_keeps_its_steps(words: str) -> None:
    manifest, text = (targets()[f"templates/{CALL_DE}.{part}"] for part in ("json", "txt"))
    template = CallTemplate(CALL_DE, manifest, text)
    harmless = _harmless(template.manifest.slots[0], words)
    expected = template.compose(_filled(template.manifest.sample, harmless))
    try:
        found = template.compose(_filled(template.manifest.sample, words))
    except Refused as refused:
        _only_for_its_value(refused)
        return
    assert _others(expected.blocks) == _others(found.blocks)
    assert len(expected.lines) == len(found.lines)
    assert all(line.isprintable() for line in found.lines)


def test_hostile_words_under_the_name_of_a_locked_zone_reach_nothing() -> None:
    template = mail_template(MAIL_DE)
    sample = template.manifest.sample
    names = ("imprint", "legal_basis", "links.unsubscribe", "dealer.imprint", "unsubscribe", "brand", "closing")
    forged = MessageContext(**{**vars(sample), "slots": {**sample.slots, **dict.fromkeys(names, "gefälscht")}})
    assert template.render(sample) == template.render(forged)
