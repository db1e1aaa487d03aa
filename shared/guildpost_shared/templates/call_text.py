"""The script of a call: what to say, step by step, filled for one customer as mails and letters are.

Its text is written like a letter's (``letter_text``), and the signs mean:

    plain lines      said to the customer
    lines with "- "  to ask or to settle, one by one
    lines with "> "  an offer, only where the customer wants to hear it
    lines with "! "  for whoever calls, not said aloud

A script is never sent: it stands before whoever calls, with the dealer's own words in its slots.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from guildpost_shared.catalog import load
from guildpost_shared.errors import Language
from guildpost_shared.templates.context import MessageContext, clean
from guildpost_shared.templates.letter_text import Block, BlockKind, checked_source, split_blocks
from guildpost_shared.templates.liquid_env import check_names, parse
from guildpost_shared.templates.manifest import Manifest, context_from_sample, parse_manifest
from guildpost_shared.templates.rules import check_duties
from guildpost_shared.templates.skeleton import Skeleton


@dataclass(frozen=True)
class CallScript:
    """A filled script: what it is about, and its steps."""

    language: Language
    subject: str
    blocks: tuple[Block, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The script as plain lines, what is not said aloud in brackets."""
        return tuple(_lines(self))


class CallTemplate:
    """A call template, checked and parsed, ready for many customers."""

    def __init__(self, template_id: str, manifest: bytes, text: bytes) -> None:
        """Read and check a template.

        Args:
            template_id: ``<service>/<version>/call.<language>``.
            manifest: bytes of the ``.json`` target.
            text: bytes of the ``.txt`` target.

        Raises:
            Refused: ``template_invalid``, ``template_unknown_slot`` or ``template_rule_violated``.
        """
        self.manifest: Manifest = parse_manifest(manifest, template_id)
        self._id = template_id
        source = checked_source(self.manifest, template_id, text)
        used: set[str] = set()
        self._subject = self._part(self.manifest.subject, used, "subject")
        self._blocks = tuple(
            (kind, tuple(self._part(part, used) for part in parts)) for kind, parts in split_blocks(source)
        )
        check_duties(frozenset(used), self.manifest.channel, template_id)
        self.compose(context_from_sample(self.manifest))

    def _part(self, source: str, used: set[str], part: str = "txt") -> Skeleton:
        template = parse(source, html=False, template_id=self._id, part=part)
        names = check_names(template, self.manifest.names, self._id)
        used |= names
        return Skeleton(template, source, names, html=False, finish=clean)

    def compose(self, context: MessageContext) -> CallScript:
        """Fill the script for one customer.

        Raises:
            Refused: ``template_slot_missing``, ``template_value_invalid`` or ``template_limit_exceeded``.
        """
        variables = self.manifest.variables(context)
        filled = ((kind, tuple(part.render(variables, self._id) for part in parts)) for kind, parts in self._blocks)
        blocks = tuple(Block(kind, tuple(text for text in texts if text)) for kind, texts in filled)
        subject = self._subject.render(variables, self._id)
        return CallScript(self.manifest.language, subject, tuple(block for block in blocks if block.texts))


def _lines(script: CallScript) -> Iterator[str]:
    texts = load("guildpost_shared.templates", script.language)
    yield script.subject
    for block in script.blocks:
        yield ""
        for words in block.texts:
            if block.kind is BlockKind.LIST:
                yield f"– {words}"
            elif block.kind is BlockKind.PARAGRAPH:
                yield words
            else:
                yield texts.text(f"call.{block.kind}", words=words)
