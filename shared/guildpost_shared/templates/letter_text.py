"""A letter's words: read the template's text, fill it for one recipient, hand over plain values.

The text is a list of blocks, separated by blank lines, and cut into blocks *before* it is filled, so no value can
make a block of its own:

    plain lines      a paragraph
    lines with "- "  a list, one entry per line
    lines with "> "  an offer, set apart from the rest
    lines with "! "  small print

A block or an entry that is empty after filling is left out: that is how a text depends on a slot. Letters carry no
layout of their own; the installed ``letter.typ`` sets them, so a catalogue can never bring code to a dealer.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from guildpost_shared.catalog import load
from guildpost_shared.errors import Refused
from guildpost_shared.problems import Problem
from guildpost_shared.templates.context import MessageContext, clean
from guildpost_shared.templates.faults import invalid
from guildpost_shared.templates.liquid_env import check_names, parse
from guildpost_shared.templates.manifest import Manifest, context_from_sample, parse_manifest
from guildpost_shared.templates.rules import check_duties, check_wording
from guildpost_shared.templates.salutation import MAX_ADDRESS_LINES
from guildpost_shared.templates.skeleton import Skeleton
from guildpost_shared.templates.wording import letter_date_text


class BlockKind(StrEnum):
    """How a block is set."""

    PARAGRAPH = "paragraph"
    LIST = "list"
    OFFER = "offer"
    NOTE = "note"


MAX_ADDRESS_CHARACTERS: Final = 60  # at 80 mm this is still set in about 8 pt, which sorting machines read
_MARKERS: Final = {"- ": BlockKind.LIST, "> ": BlockKind.OFFER, "! ": BlockKind.NOTE}


@dataclass(frozen=True)
class Block:
    """A filled block: a paragraph or an offer has one text, a list one per entry."""

    kind: BlockKind
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """One letter as plain values; ``doc_id`` is random and says nothing about the customer.

    Attributes:
        info: label and value of each row of the information block.
        head: the sender's name and the brand's.
        answer_url: the answer page, printed as a QR code; empty without one.
        answer: what the code is for, and its name for those who do not see it.
        fleet: plate, vehicle, work and month of each row of a fleet's list; with ``fleet_title`` and ``fleet_heads``.
    """

    doc_id: str
    language: str
    head: tuple[str, str]
    colour: str
    return_line: str
    address: tuple[str, ...]
    info: tuple[tuple[str, str], ...]
    subject: str
    blocks: tuple[Block, ...]
    imprint: tuple[str, ...]
    page_word: str
    answer_url: str = ""
    answer: tuple[str, str] = ("", "")
    fleet: tuple[tuple[str, str, str, str], ...] = ()
    fleet_title: str = ""
    fleet_heads: tuple[str, ...] = ()


def checked_source(manifest: Manifest, template_id: str, text: bytes) -> str:
    """Read the source of a letter or a call script: UTF-8, Liquid that parses, words that a brand may write.

    Raises:
        Refused: ``template_invalid``, ``template_unknown_slot`` or ``template_rule_violated``.
    """
    try:
        source = text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise invalid(template_id, "txt", "txt", Problem("not_utf8"), line) from error
    parse(source, html=False, template_id=template_id, part="txt")  # as a whole it names the author's own line
    from guildpost_shared.lint.manifests import brand_texts  # noqa: PLC0415 — a process that sends mails judges no words

    manifest.check_loops(source, "txt")
    for words in (source, manifest.subject, *manifest.brand_words):
        check_wording(words, template_id, brand_texts(manifest))
    return source


class LetterTemplate:
    """A letter template, checked and parsed, ready for many recipients."""

    def __init__(self, template_id: str, manifest: bytes, text: bytes) -> None:
        """Read and check a template.

        Args:
            template_id: ``<service>/<version>/letter.<language>``.
            manifest: bytes of the ``.json`` target.
            text: bytes of the ``.txt`` target.

        Raises:
            Refused: ``template_invalid``, ``template_unknown_slot`` or ``template_rule_violated``.
        """
        self.manifest: Manifest = parse_manifest(manifest, template_id)
        self._id = template_id
        source = checked_source(self.manifest, template_id, text)
        used: set[str] = set()
        self._subject = self._part(self.manifest.subject, used)
        self._blocks = tuple(
            (kind, tuple(self._part(part, used) for part in parts)) for kind, parts in split_blocks(source)
        )
        check_duties(frozenset(used), self.manifest.channel, template_id)
        self.compose(context_from_sample(self.manifest), doc_id="sample", day=date(2027, 3, 1))

    def _part(self, source: str, used: set[str]) -> Skeleton:
        template = parse(source, html=False, template_id=self._id, part="txt")
        names = check_names(template, self.manifest.names, self._id)
        used |= names
        return Skeleton(template, source, names, html=False, finish=clean)

    def compose(self, context: MessageContext, *, doc_id: str, day: date) -> Letter:
        """Fill the letter for one recipient.

        Args:
            context: the message.
            doc_id: random id of the letter.
            day: the letter's date in the dealer's time zone.

        Raises:
            Refused: ``template_slot_missing``, ``template_value_invalid``, ``template_limit_exceeded`` or
                ``letter_address_too_long``; the letter must not be printed.
        """
        texts = load("guildpost_shared.templates", self.manifest.language)
        if context.fleet:
            others = texts.text("letter.fleet.see", count=len(context.fleet) - 1)
            context = replace(context, also_due=(others,))
        variables = self.manifest.variables(context)
        address = tuple(clean(line) for line in context.addressee if clean(line))
        if len(address) > MAX_ADDRESS_LINES:
            raise Refused("letter_address_too_long", lines=len(address))
        if not address:
            raise Refused("template_slot_missing", template=self._id, field="addressee")
        if any(len(line) > MAX_ADDRESS_CHARACTERS for line in address):
            problem = Problem("line_too_long", most=MAX_ADDRESS_CHARACTERS)
            raise Refused("template_value_invalid", template=self._id, field="addressee", problem=problem)
        dealer = context.dealer
        return Letter(
            doc_id=doc_id,
            language=self.manifest.language,
            head=(clean(dealer.name), self.manifest.brand.name),
            colour=self.manifest.brand.colour,
            return_line=clean(dealer.return_line),
            address=address,
            info=self._info(context, day),
            subject=self._subject.render(variables, self._id),
            blocks=tuple(
                block
                for kind, parts in self._blocks
                if (block := Block(kind, tuple(t for p in parts if (t := p.render(variables, self._id))))).texts
            ),
            imprint=tuple(clean(line) for line in dealer.imprint),
            page_word=texts.text("letter.page"),
            answer_url=clean(context.links.answer),
            answer=(texts.text("letter.answer"), texts.text("letter.answer.code")),
            fleet=tuple((clean(r.plate), clean(r.vehicle), clean(r.work), clean(r.month)) for r in context.fleet),
            fleet_title=texts.text("letter.fleet"),
            fleet_heads=tuple(texts.text(f"letter.fleet.{name}") for name in ("plate", "vehicle", "work", "month")),
        )

    def _info(self, context: MessageContext, day: date) -> tuple[tuple[str, str], ...]:
        texts = load("guildpost_shared.templates", self.manifest.language)
        dealer = context.dealer
        rows = (
            ("", clean(dealer.name)),
            ("", clean(dealer.street)),
            ("", clean(f"{dealer.postcode} {dealer.town}")),
            (texts.text("letter.phone"), clean(dealer.phone)),
            (texts.text("letter.email"), clean(dealer.email)),
            (texts.text("letter.website"), clean(dealer.website).removeprefix("https://").rstrip("/")),
            (texts.text("letter.date"), letter_date_text(day, self.manifest.language)),
        )
        return tuple(row for row in rows if row[1])


def split_blocks(source: str) -> tuple[tuple[BlockKind, tuple[str, ...]], ...]:
    """Cut a letter's text into blocks; lines of a paragraph or an offer are joined by spaces."""
    chunks = ([line.strip() for line in chunk.split("\n") if line.strip()] for chunk in re.split(r"\n\s*\n", source))
    return tuple(_block(lines) for lines in chunks if lines)


def _block(lines: list[str]) -> tuple[BlockKind, tuple[str, ...]]:
    for marker, kind in _MARKERS.items():
        if all(line.startswith(marker) for line in lines):
            bare = tuple(line.removeprefix(marker) for line in lines)
            return kind, bare if kind is BlockKind.LIST else (" ".join(bare),)
    return BlockKind.PARAGRAPH, (" ".join(lines),)
