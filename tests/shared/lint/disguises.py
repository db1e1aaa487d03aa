"""Ways to write the same price so that a search for it does not find it; each keeps what the reader sees."""

import base64
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

PLAIN: Final = ("nur 99 €", "für 149 Euro", "20 % Rabatt", "only €49", "EUR 129")


def _each(text: str, between: str) -> str:
    return between.join(text)


def _entities(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


def _hexadecimal(text: str) -> str:
    return "".join(f"&#x{ord(char):x};" for char in text)


def _full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _other_digits(zero: int) -> Callable[[str], str]:
    return lambda text: "".join(chr(zero + int(char)) if char.isdigit() and char.isascii() else char for char in text)


_CYRILLIC = str.maketrans("aceopxyEOPTBaur", "асеорхуЕОРТВаur")
_CIRCLED = {"0": "⓪", **{str(n): chr(0x2460 + n - 1) for n in range(1, 10)}}


def _per_digit(make: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(make(char) if char.isdigit() else char for char in text)


DISGUISES: Final[dict[str, Callable[[str], str]]] = {
    "as it is": lambda text: text,
    "zero width spaces": lambda text: _each(text, "\u200b"),
    "soft hyphens": lambda text: _each(text, "\u00ad"),
    "soft hyphen entities": lambda text: _each(text, "&shy;"),
    "word joiners": lambda text: _each(text, "\u2060"),
    "byte order marks": lambda text: _each(text, "\ufeff"),
    "tag in every letter": lambda text: "".join(f"<span>{char}</span>" for char in text),
    "bold digits": _per_digit(lambda digit: f"<b>{digit}</b>"),
    "empty tags": lambda text: _each(text, "<i></i>"),
    "comments": lambda text: _each(text, "<!-- x -->"),
    "word break hints": lambda text: _each(text, "<wbr>"),
    "hidden letters": _per_digit(lambda digit: f"{digit}<span style='display:none'>x</span>"),
    "decimal entities": _entities,
    "hexadecimal entities": _hexadecimal,
    "entities twice": lambda text: text.replace("€", "&amp;euro;"),
    "named entity": lambda text: text.replace("€", "&euro;").replace("%", "&percnt;"),
    "full width": _full_width,
    "circled digits": _per_digit(lambda digit: _CIRCLED[digit]),
    "mathematical digits": _other_digits(0x1D7CE),
    "arabic digits": _other_digits(0x0660),
    "devanagari digits": _other_digits(0x0966),
    "cyrillic letters": lambda text: text.translate(_CYRILLIC),
    "keycaps": _per_digit(lambda digit: f"{digit}\ufe0f\u20e3"),
    "struck through by overlay": _per_digit(lambda digit: f"{digit}\u0336"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "thin spaces": lambda text: text.replace(" ", "\u2009"),
    "line breaks": lambda text: text.replace(" ", "\n"),
    "table cells": lambda text: "<tr>" + "".join(f"<td>{word}</td>" for word in text.split()) + "</tr>",
    "constant in Liquid": lambda text: f'{{{{ "{text}" }}}}',
    "constants in Liquid, digit by digit": _per_digit(lambda digit: f'{{{{ "{digit}" }}}}'),
    "numbers in Liquid": _per_digit(lambda digit: f"{{{{ {digit} }}}}"),
    "assigned in Liquid": lambda text: f'{{% assign a = "{text}" %}}{{{{ a }}}}',
    "captured in Liquid": lambda text: f"{{% capture a %}}{text}{{% endcapture %}}{{{{ a }}}}",
    "appended in Liquid": lambda text: f'{{{{ "{text[:4]}" | append: "{text[4:]}" }}}}',
    "turned round in Liquid": lambda text: f'{{{{ "{text[::-1]}" | split: "" | reverse | join: "" }}}}',
    "replaced in Liquid": lambda text: f'{{{{ "{text.replace("9", "q")}" | replace: "q", "9" }}}}',
    "default in Liquid": lambda text: f'{{{{ slots.price | default: "{text}" }}}}',
    "in a condition": lambda text: f"{{% if estimated %}}{text}{{% endif %}}",
    "echoed": lambda text: f'{{% echo "{text}" %}}',
    "alternative text": lambda text: f'<img alt="{text}">',
    "title of a link": lambda text: f'<a title="{text}" href="{{{{ links.answer }}}}">mehr</a>',
    "for screen readers": lambda text: f'<span aria-label="{text}"></span>',
    "link text": lambda text: f'<a href="{{{{ links.answer }}}}">{text}</a>',
    "button": lambda text: f'<mj-button href="{{{{ links.answer }}}}">{text}</mj-button>',
    "preview line": lambda text: f"<mj-preview>{text}</mj-preview>",
    "title": lambda text: f"<mj-title>{text}</mj-title>",
    "raw MJML": lambda text: f"<mj-raw>{text}</mj-raw>",
    "hidden element": lambda text: f'<div style="display:none">{text}</div>',
    "comment": lambda text: f"<!-- {text} -->",
    "comment for Outlook": lambda text: f"<!--[if mso]><p>{text}</p><![endif]-->",
    "style sheet": lambda text: f'<style>.a:after {{ content: "{text}" }}</style>',
    "style sheet with escapes": lambda text: (
        "<style>.a:after{content:'" + "".join(f"\\{ord(char):06x}" for char in text) + "'}</style>"
    ),
    "style sheet in pieces": lambda text: '<style>a:after{content:"' + '" "'.join(text) + '"}</style>',
    "Base64 in a link": lambda text: f'<a href="https://x.example/?t={base64.b64encode(text.encode()).decode()}">x</a>',
    "escaped in a link": lambda text: f'<a href="https://x.example/?t={quote(text)}">x</a>',
    "comment in Liquid": lambda text: f"{{% comment %}}{text}{{% endcomment %}}",
    "right to left": lambda text: f"\u202e{text[::-1]}\u202c",
    "character data": lambda text: f"<![CDATA[{text}]]>",
}
