"""Nothing active, nothing from elsewhere, nothing that tracks (rule R12), with the line of the source.

``templates.rules.check_html`` judges the compiled HTML by a list of what is allowed; this finds the same in the source,
where its author can mend it, and in files that are never compiled.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guildpost_shared.lint.hidden_words import css_plain
from guildpost_shared.lint.marked import Marked
from guildpost_shared.lint.markup import Attribute, Pieces, Tag

_ACTIVE: Final = frozenset(
    {
        *("script", "iframe", "frame", "frameset", "object", "embed", "applet", "svg", "math", "video", "audio"),
        *("source", "portal", "foreignobject", "animate", "set", "mj-include", "template", "slot", "canvas"),
        *("noembed", "noframes", "marquee", "xml:namespace"),
    }
)
_FORMS: Final = frozenset(
    {
        *("form", "input", "button", "select", "textarea", "option", "fieldset", "datalist", "output", "keygen"),
    }
)
_REMOTE_TAGS: Final = frozenset(
    {
        *("link", "base", "mj-font", "mj-carousel", "mj-carousel-image"),
    }
)
_LOADS: Final = frozenset(
    {
        *("src", "srcset", "background", "background-url", "poster", "data", "lowsrc", "dynsrc", "longdesc"),
        *("codebase", "classid", "archive", "manifest", "profile", "icon", "imagesrcset", "xmlns:xlink", "xlink:href"),
        *("icon-wrapped-url", "icon-unwrapped-url", "thumbnails-src", "left-icon", "right-icon"),
    }
)
_POINTS: Final = frozenset(
    {
        *("href", "action", "formaction", "ping", "cite"),
    }
)
_SCRIPTS: Final = re.compile(
    r"(?:javascript|vbscript|livescript|mocha|data|file|blob|jar|filesystem|view-source):", re.IGNORECASE
)
_STYLE_LOADS: Final = re.compile(
    r"url\s*\(\s*[\"']?(?!#)|@import|@font-face|expression\s*\(|-moz-binding|behaviou?r\s*:|image-set\s*\(|\bsrc\s*\(",
    re.IGNORECASE,
)
_LIQUID: Final = re.compile(r"\{\{-?\s*([^}]*?)\s*-?\}\}|\{%.*?%\}", re.DOTALL)
_OWN_LINK: Final = re.compile(
    r"(?:tel:|mailto:)?\{\{-?\s*(?:links|dealer|slots?)\.[a-z_]+\s*-?\}\}|#[\w-]*|", re.IGNORECASE
)
_TRACKS: Final = re.compile(
    r"[?&;](?:utm_\w+|gclid|fbclid|mc_[ce]id|msclkid|dclid|_hs\w+|mkt_tok|trk\w*|track\w*|pk_\w+|mtm_\w+|cid|uid"
    r"|sid|rid|recipient"
    r"|customer\w*|kunde\w*|kdnr|email|mail|user\w*|vin|plate|fin|name|id|ref|source|campaign|token)=",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"(?:https?|ftp)\s?:\s?//[^\s<>\"')\]]+|(?<![\w@.])//[\w-]+\.[\w.-]+/\S*", re.IGNORECASE)
_BARE_ADDRESS: Final = re.compile(r"(?<![\w@/.-])www\.[\w-]+\.[a-z]{2,}\S*", re.IGNORECASE)
_TINY: Final = re.compile(r"[01](?:px)?")
_SHOWN: Final = 80


@dataclass(frozen=True)
class Trespass:
    """Something that is not passive; ``fixed`` marks a telephone or mail address that may be the dealer's."""

    rule: str
    place: int
    words: str
    fixed: bool = False


def trespasses(pieces: Pieces) -> Iterator[Trespass]:
    """Find what is active, loads or tracks.

    Args:
        pieces: of the raw source, Liquid as it stands.
    """
    for tag in pieces.tags:
        yield from _of_tag(tag)
        for attribute in tag.attributes:
            yield from _of_attribute(tag, attribute)
    for style in pieces.styles:
        yield from _of_style(style)
    yield from addresses(pieces.shown)


def addresses(text: Marked) -> Iterator[Trespass]:
    """Find addresses in the running text: mail programs make links of them."""
    for match in _ADDRESS.finditer(text.text):
        tracks = _TRACKS.search(match[0]) or "{{" in match[0]
        yield Trespass("R12.tracking" if tracks else "R12.link", text.place(match.start()), match[0][:_SHOWN])
    for match in _BARE_ADDRESS.finditer(text.text):
        rule = "R12.tracking" if _TRACKS.search(match[0]) else "R12.link"
        yield Trespass(rule, text.place(match.start()), match[0][:_SHOWN], fixed=rule == "R12.link")


def _of_tag(tag: Tag) -> Iterator[Trespass]:
    shown = f"<{tag.name}>"
    if tag.name in _ACTIVE or tag.name.startswith(("v:", "o:", "xlink:")):
        yield Trespass("R12.active", tag.at, shown)
    elif tag.name in _FORMS:
        yield Trespass("R12.form", tag.at, shown)
    elif tag.name in _REMOTE_TAGS:
        yield Trespass("R12.remote", tag.at, shown)
    elif tag.name == "meta" and tag.get("http-equiv").strip().lower() not in {"", "x-ua-compatible", "content-type"}:
        yield Trespass("R12.active", tag.at, f'<meta http-equiv="{tag.get("http-equiv")[:30]}">')


def _of_attribute(tag: Tag, attribute: Attribute) -> Iterator[Trespass]:
    name, value = attribute.name, attribute.value.text.strip()
    shown = f'<{tag.name} {name}="{value[:60]}">'
    compact = re.sub(r"[\s\x00-\x20]+", "", value)
    scripted = name in _LOADS | _POINTS and _SCRIPTS.match(compact)
    if scripted or name == "srcdoc" or re.fullmatch(r"on[a-z]{3,}", name):
        yield Trespass("R12.active", attribute.at, shown)
    elif name in _LOADS and value and not name.startswith("xmlns"):
        tiny = all(_TINY.fullmatch(tag.get(side).strip()) for side in ("width", "height"))
        yield Trespass("R12.tracking" if tiny or _TRACKS.search(value) else "R12.remote", attribute.at, shown)
    elif name == "href" and value:
        yield from _of_link(attribute, value, shown)
    elif name in _POINTS and value:
        yield Trespass("R12.tracking" if name == "ping" else "R12.form", attribute.at, shown)
    elif name == "style" or name.endswith("-style"):
        yield from _of_style(attribute.value)


def _of_link(attribute: Attribute, value: str, shown: str) -> Iterator[Trespass]:
    if _OWN_LINK.fullmatch(value):
        return
    plain = _LIQUID.sub("", value)
    if _TRACKS.search(value) or (_LIQUID.search(value) and re.search(r"[?&=#]|/.+", plain)):
        yield Trespass("R12.tracking", attribute.at, shown)
    elif not (_LIQUID.search(value) and not plain.strip()):
        yield Trespass("R12.link", attribute.at, shown, fixed=value.lower().startswith(("tel:", "mailto:", "sms:")))


def _of_style(style: Marked) -> Iterator[Trespass]:
    plain = css_plain(style)
    for match in _STYLE_LOADS.finditer(plain.text):
        active = re.match(r"expression|-moz|behavio", match[0], re.IGNORECASE)
        found = " ".join(plain.text[match.start() : match.end() + 40].split())
        yield Trespass("R12.active" if active else "R12.remote", plain.place(match.start()), found[:_SHOWN])
