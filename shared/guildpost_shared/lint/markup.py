"""Take HTML and MJML apart: what is shown, what stands in attributes, styles, comments and addresses.

Elements inside a line vanish without a trace, as they do on the screen, so ``9<b>9</b> €`` reads ``99 €``; blocks
part. What is hidden is read once with the rest and once left out.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from guildpost_shared.lint.marked import Marked

BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset"),
        *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li"),
        *("main", "nav", "ol", "option", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "title"),
        *("tr", "ul", "mjml", "mj-body", "mj-head", "mj-text", "mj-button", "mj-title", "mj-preview", "mj-section"),
        *("mj-column", "mj-table", "mj-hero", "mj-wrapper", "mj-image", "mj-spacer", "mj-divider", "mj-navbar"),
        *("mj-navbar-link", "mj-social", "mj-social-element", "mj-accordion-title", "mj-accordion-text", "mj-style"),
        *("style",),
    }
)
_SPACES: Final = frozenset({"td", "th", "img", "mj-group"})
_RAW: Final = frozenset({"style", "mj-style", "script"})
_VOID: Final = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
    }
)
HIDES: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|mso-hide\s*:\s*all|max-height\s*:\s*0(?!\S*[1-9])",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(r"([^\s=/>\"'<]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,30};?)")
_OPENS_COMMENT: Final = re.compile("<!--")
_NAME: Final = re.compile(r"[A-Za-z][\w:.-]*")


@dataclass(frozen=True)
class Attribute:
    """One attribute, its value with entities decoded."""

    name: str
    value: Marked
    at: int


@dataclass(frozen=True)
class Tag:
    """One start tag (or declaration) and where it stands in the source."""

    name: str
    attributes: tuple[Attribute, ...]
    at: int

    def get(self, name: str) -> str:
        """Give an attribute's text, empty without it."""
        return next((each.value.text for each in self.attributes if each.name == name), "")


@dataclass
class Pieces:
    """A document, taken apart.

    Attributes:
        shown: all text, hidden or not.
        seen: the text without what is hidden; the same object where nothing is.
        tags: every start tag, those in comments too.
        comments: what stands in comments.
        styles: contents of style elements.
        scripts: contents of scripts.
    """

    shown: Marked
    seen: Marked
    tags: list[Tag] = field(default_factory=list)
    comments: list[Marked] = field(default_factory=list)
    styles: list[Marked] = field(default_factory=list)
    scripts: list[Marked] = field(default_factory=list)


def decoded(marked: Marked) -> Marked:
    """Decode entities, twice, since ``&amp;euro;`` is seen as ``&euro;`` by some programs."""
    for _ in range(2):
        if "&" not in marked.text:
            break
        marked = marked.sub(_ENTITY, lambda match: html.unescape(match[0]))
    return marked


def take_apart(source: Marked) -> Pieces:
    """Take a document apart; broken markup is read as far as it goes."""
    reader = _Reader(source)
    reader.read()
    shown = decoded(Marked.join(reader.shown))
    seen = decoded(Marked.join(reader.seen)) if reader.hides else shown
    return Pieces(shown, seen, reader.tags, reader.comments, reader.styles, reader.scripts)


class _Reader:
    def __init__(self, source: Marked) -> None:
        self._source = source
        self._text = source.text
        self.shown: list[Marked] = []
        self.seen: list[Marked] = []
        self.tags: list[Tag] = []
        self.comments: list[Marked] = []
        self.styles: list[Marked] = []
        self.scripts: list[Marked] = []
        self.hides = False
        self._hidden: list[str] = []

    def read(self) -> None:
        at = 0
        while at < len(self._text):
            opens = self._text.find("<", at)
            if opens < 0:
                break
            self._say(self._source.cut(at, opens))
            at = self._markup(opens)
        self._say(self._source.cut(at, len(self._text)))

    def _say(self, piece: Marked) -> None:
        if not piece.text:
            return
        self.shown.append(piece)
        if not self._hidden:
            self.seen.append(piece)

    def _markup(self, at: int) -> int:
        text = self._text
        if text.startswith("<!--", at):
            return self._comment(at)
        if text.startswith("<![CDATA[", at):
            end = text.find("]]>", at)
            end = len(text) if end < 0 else end
            self._say(self._source.cut(at + 9, end))
            return end + 3
        if text.startswith(("<!", "<?"), at):
            end = text.find(">", at)
            return len(text) if end < 0 else end + 1
        name = _NAME.match(text, at + (2 if text.startswith("</", at) else 1))
        if name is None:
            self._say(self._source.cut(at, at + 1))
            return at + 1
        end = _end_of_tag(text, name.end())
        self._tag(name[0].lower(), at, name.end(), end)
        after = min(end + 1, len(text))
        if name[0].lower() in _RAW and not text.startswith("</", at) and not text[:end].endswith("/"):
            return self._raw(name[0].lower(), after)
        return after

    def _comment(self, at: int) -> int:
        end = self._text.find("-->", at + 4)
        end = len(self._text) if end < 0 else end
        inside = self._source.cut(at + 4, end).sub(_OPENS_COMMENT, lambda _: "")
        self.comments.append(inside)
        self.tags += take_apart(inside).tags if "<" in inside.text else []
        return end + 3

    def _raw(self, name: str, start: int) -> int:
        found = re.compile(f"</{name}", re.IGNORECASE).search(self._text, start)
        end = found.start() if found else len(self._text)
        (self.scripts if name == "script" else self.styles).append(self._source.cut(start, end))
        return end

    def _tag(self, name: str, at: int, after_name: int, end: int) -> None:
        closing = self._text.startswith("</", at)
        if name in BLOCKS:
            self._break("\n\n", at)
        elif name == "br":
            self._break("\n", at)
        elif name in _SPACES:
            self._break(" ", at)
        if closing:
            self._leave(name, at)
            return
        tag = Tag(name, tuple(self._attributes(after_name, end)), self._source.place(at))
        self.tags.append(tag)
        hides = HIDES.search(tag.get("style")) or any(each.name == "hidden" for each in tag.attributes)
        if (hides or self._hidden) and name not in _VOID and not self._text[:end].endswith("/"):
            self.hides = True
            self._hidden.append(name)
            self.shown.append(Marked.at(" ", self._source.place(at)))

    def _leave(self, name: str, at: int) -> None:
        while self._hidden and name in self._hidden:
            if self._hidden.pop() == name:
                self.shown.append(Marked.at(" ", self._source.place(at)))
                return

    def _break(self, text: str, at: int) -> None:
        piece = Marked.at(text, self._source.place(at))
        self.shown.append(piece)
        self.seen.append(piece)

    def _attributes(self, start: int, end: int) -> Iterator[Attribute]:
        for match in _ATTRIBUTE.finditer(self._text, start, end):
            group = next((number for number in (2, 3, 4) if match[number] is not None), 0)
            value = self._source.cut(*match.span(group)) if group else Marked("", [])
            yield Attribute(match[1].lower(), decoded(value), self._source.place(match.start()))


def _end_of_tag(text: str, at: int) -> int:
    """Find the ``>`` that ends a tag; one in quotes does not."""
    quote = ""
    for index in range(at, len(text)):
        char = text[index]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and text[at:index].rstrip().endswith("="):
            quote = char
        elif char == ">":
            return index
    first = text.find(">", at)
    return len(text) if first < 0 else first
