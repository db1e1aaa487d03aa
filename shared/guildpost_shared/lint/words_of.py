"""Collect every piece of a source that somebody reads, or that could hide words, and judge it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from guildpost_shared.lint.hidden_words import (
    TURNED,
    address_words,
    css_words,
    encoded_words,
    named_figures,
    reversed_words,
    struck_out,
)
from guildpost_shared.lint.liquid_text import written
from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.markup import Attribute, Pieces, decoded, take_apart
from guildpost_shared.lint.wording import Wording, judge

_ADDRESSES: Final = frozenset(
    {
        *("href", "src", "srcset", "background", "background-url", "action", "poster", "data", "xlink:href"),
    }
)
_TECHNICAL: Final = frozenset(
    {
        *("style", "class", "css-class", "id", "width", "height", "align", "valign", "bgcolor", "color", "border"),
        *("padding", "cellpadding", "cellspacing", "colspan", "rowspan", "dir", "lang", "role", "type", "charset"),
        *("name", "http-equiv", "xmlns", "font-size", "line-height", "font-family", "font-weight", "letter-spacing"),
        *("background-color", "inner-padding", "border-radius", "border-top", "border-bottom", "border-left"),
        *(
            "border-right",
            "icon-position",
            "text-align",
            "vertical-align",
            "full-width",
            "direction",
            "background-size",
        ),
        *("background-position", "background-repeat", "mode", "target", "rel", "padding-left", "padding-right"),
        *(
            "padding-top",
            "padding-bottom",
            "container-background-color",
            "inline",
            "media",
            "breakpoint",
            "text-decoration",
        ),
        *(
            "text-transform",
            "font-style",
            "table-layout",
            "inner-border",
            "border-style",
            "border-width",
            "border-color",
        ),
    }
)


_MEASURES: Final = re.compile(r"[\d\s.,-]*")
"""Coordinates and sizes of a drawing."""


def wordings(source: Marked, constants: Mapping[str, str] | None = None) -> Iterator[Wording]:
    """Judge a source: running text, attributes, style sheets, comments, addresses, encoded pieces.

    Args:
        source: as it stands, with Liquid and markup.
        constants: dotted names whose text the brand has set.
    """
    seen: set[tuple[str, int, str]] = set()
    for piece in pieces_of_text(source, constants):
        if any(char.isalnum() for char in piece.text):
            for found in judge(piece):
                key = (found.rule, found.place, found.severity)
                if key not in seen:
                    seen.add(key)
                    yield found


def pieces_of_text(source: Marked, constants: Mapping[str, str] | None = None) -> Iterator[Marked]:
    """Give every piece of text that a source holds."""
    result = written(source, constants)
    pieces = take_apart(result.shown)
    yield pieces.shown
    if pieces.seen is not pieces.shown:
        yield pieces.seen
    yield from result.literals
    yield from reversed_words(pieces.shown, turned=TURNED.search(source.text) is not None)
    yield from struck_out(source)
    yield from encoded_words(pieces.shown)
    yield from _hidden(pieces)


def _hidden(pieces: Pieces) -> Iterator[Marked]:
    for comment in pieces.comments:
        yield take_apart(comment).shown
    contents = [words for style in pieces.styles for words in css_words(style)]
    yield from contents
    if len(contents) > 1:
        yield Marked.join(contents)
    for tag in pieces.tags:
        for attribute in tag.attributes:
            yield from _attribute(attribute)
    yield from pieces.scripts


def _attribute(attribute: Attribute) -> Iterator[Marked]:
    if attribute.name == "style":
        yield from css_words(attribute.value)
    elif attribute.name in _ADDRESSES:
        yield from address_words(attribute.value)
        yield from encoded_words(attribute.value)
    elif attribute.name not in _TECHNICAL:
        yield from named_figures(attribute.name, attribute.value)
        if not _MEASURES.fullmatch(attribute.value.text):
            yield decoded(attribute.value)
        yield from encoded_words(attribute.value)
