"""What changed between two versions of a template: its slots, its sources, and what customers read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guildpost_coordinator.domain.preview.pieces import Body, Piece, TemplatePreview
from guildpost_coordinator.domain.preview.words import Line, around_changes, compare_lines
from guildpost_shared.errors import GuildpostError, Language, public_text
from guildpost_shared.templates.call_text import CallScript
from guildpost_shared.templates.letter_text import BlockKind, Letter
from guildpost_shared.templates.manifest import Manifest
from guildpost_shared.templates.slot_words import kind_words, rule_words
from guildpost_shared.templates.slots import SlotSpec

_SIGNS = {BlockKind.LIST: "– ", BlockKind.OFFER: "> ", BlockKind.NOTE: "! ", BlockKind.PARAGRAPH: ""}


@dataclass(frozen=True)
class SlotChange:
    """A fact about a slot that changed; an empty side: the slot is not there."""

    slot: str
    fact: str
    old: str
    new: str


@dataclass(frozen=True)
class PartChange:
    """A part of the source (``json``, ``mjml``, ``txt``) that changed, as stretches of lines around the changes."""

    part: str
    stretches: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class PieceChange:
    """A message that changed, and the others in which exactly the same words did."""

    old: Piece
    new: Piece
    lines: tuple[Line, ...]
    alike: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class TemplateChange:
    """Two versions of a template; one is None where the template came or went.

    Slots and messages are compared where both versions can be rendered, sources always.
    """

    old: TemplatePreview | None
    new: TemplatePreview | None
    slots: tuple[SlotChange, ...] = ()
    parts: tuple[PartChange, ...] = ()
    pieces: tuple[PieceChange, ...] = field(default_factory=tuple)
    unchanged: int = 0

    @property
    def state(self) -> str:
        """``added``, ``removed``, ``failed``, ``changed`` or ``same``."""
        if self.new is None:
            return "removed"
        if self.new.fault is not None:
            return "failed"
        if self.old is None:
            return "added"
        return "changed" if self.parts or self.pieces or self.old.fault else "same"

    @property
    def comparable(self) -> bool:
        """Whether there is anything to set side by side."""
        return self.old is not None and self.new is not None and self.state != "same"

    @property
    def shown(self) -> TemplatePreview:
        """The newer of the two."""
        found = self.new or self.old
        if found is None:
            raise ValueError("neither version")  # never built so
        return found


def compare_templates(old: TemplatePreview, new: TemplatePreview, language: Language) -> TemplateChange:
    """Compare two versions of a template.

    Args:
        old: the version in force.
        new: the version proposed.
        language: of the reader, for what is said about slots and refusals.
    """
    pieces, unchanged = _pieces(old, new, language)
    parts = tuple(_parts(old.source.contents, new.source.contents))
    return TemplateChange(old, new, tuple(_slots(old.manifest, new.manifest, language)), parts, pieces, unchanged)


def _slots(old: Manifest | None, new: Manifest | None, language: Language) -> Iterator[SlotChange]:
    if old is None or new is None:
        return
    before, after = ({slot.name: slot for slot in one.slots} for one in (old, new))
    for name in dict.fromkeys((*before, *after)):
        was, now = (slot_facts(one[name], language) if name in one else {} for one in (before, after))
        for fact in dict.fromkeys((*was, *now)):
            if was.get(fact) != now.get(fact):
                yield SlotChange(name, fact, was.get(fact, ""), now.get(fact, ""))


def slot_facts(slot: SlotSpec, language: Language) -> dict[str, str]:
    """Say what a slot is: label, kind, rules, text and sample."""
    return {
        "label": slot.label[language],
        "kind": kind_words(slot, language),
        "rules": "; ".join(rule_words(slot, language)),
        "text": slot.text,
        "sample": slot.sample,
    }


def _parts(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[PartChange]:
    for part in dict.fromkeys((*old, *new)):
        before, after = (one.get(part, b"").decode("utf-8", "replace") for one in (old, new))
        if before != after:
            yield PartChange(part, around_changes(compare_lines(before, after)))


def _pieces(old: TemplatePreview, new: TemplatePreview, language: Language) -> tuple[tuple[PieceChange, ...], int]:
    before = {(piece.variant.name, piece.customer.customer_id): piece for piece in old.pieces}
    groups: dict[object, PieceChange] = {}
    unchanged = 0
    for piece in new.pieces:
        was = before.get((piece.variant.name, piece.customer.customer_id))
        if was is None:
            continue
        lines = compare_lines(_text(was, language), _text(piece, language))
        looks = _looks(was) != _looks(piece)
        if not looks and all(line.same for line in lines):
            unchanged += 1
            continue
        signature = _signature(lines)
        first = groups.get(signature)
        groups[signature] = (
            PieceChange(was, piece, lines)
            if first is None
            else PieceChange(first.old, first.new, first.lines, (*first.alike, piece))
        )
    return tuple(groups.values()), unchanged


def _signature(lines: Sequence[Line]) -> object:
    """Give what makes two changes the same: the words that went and came, in their order."""
    return tuple((one.old, one.new) for line in lines for one in line.segments if not one.same)


def _looks(piece: Piece) -> object:
    """Give what a customer gets beside the words."""
    return getattr(piece.body, "html", None)


def _text(piece: Piece, language: Language) -> str:
    if piece.body is None:
        return _said(piece.refused, language)
    return "\n".join(body_lines(piece.body))


def _said(error: GuildpostError | None, language: Language) -> str:
    return str(public_text(error, language)) if error else ""


def body_lines(body: Body) -> Iterator[str]:
    """Give a message's words as lines, the subject first."""
    if isinstance(body, CallScript):
        yield from body.lines
    elif isinstance(body, Letter):
        yield from (*body.address, "", body.subject)
        for block in body.blocks:
            yield ""
            yield from (_SIGNS[block.kind] + words for words in block.texts)
        yield from ("", *body.imprint)
    else:
        yield body.subject
        yield ""
        yield from body.text.rstrip("\n").split("\n")
