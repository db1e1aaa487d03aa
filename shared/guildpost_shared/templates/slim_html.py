"""Take out of a compiled mail what changes nothing: its bytes are written, sent and kept once for every recipient.

1. MJML's reset of tables stays in the style sheet and is not repeated on each cell. Its ``mso-`` properties are
   Outlook's, which reads style sheets; and cells without spacing look alike whether their borders collapse or not.
2. Outlook's conditional comments that follow one another become one (MJML's own compiler for Node does the same).
3. Blanks that CSS does not need (CSS Syntax 3, section 4.3.1 and after).
"""

import re
from typing import Final

_RESET: Final = re.compile(r"(?m)^table, td (?=\{ border-collapse: collapse; mso-)")
_ASIDE: Final = "table.gpreset, td.gpreset "
"""In place of the reset's selector: it meets no element."""
_OUTLOOKS: Final = re.compile(r"(?:<!--\[if mso \| IE\]>(?:(?!-->).)*<!\[endif\]-->){2,}", re.DOTALL)
_BETWEEN: Final = "<![endif]--><!--[if mso | IE]>"
_SHEET: Final = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.DOTALL)
_TAG: Final = re.compile(r"<!--.*?-->|<[a-z][^<>]*>", re.DOTALL | re.IGNORECASE)
_DECLARATIONS: Final = re.compile(r"""(?<= style=)"[^"]*"|(?<= style=)'[^']*'""")
_CSS: Final = re.compile(
    r"""("[^"]*"|'[^']*'|/\*.*?\*/)"""  # a text or a comment stays as it is
    r"|\s*;\s*(?=\}|\Z)"  # the last semicolon goes
    r"|\s*([{};,])\s*"
    r"|(?<=[a-z-])(:)\s+"  # after a property; before a pseudo-class a blank means something
    r"|\s+",
    re.DOTALL,
)


def without_reset(html: str) -> str:
    """Hide the reset of tables from what inlines styles; ``slim`` brings it back."""
    return _RESET.sub(_ASIDE, html)


def slim(html: str) -> str:
    """Give what looks the same to everybody and is shorter.

    Args:
        html: after MJML and inlining, with the words for Liquid's tags still in their places.
    """
    html = html.replace(_ASIDE, "table, td ")
    html = _OUTLOOKS.sub(lambda comments: comments[0].replace(_BETWEEN, ""), html)
    html = _SHEET.sub(lambda sheet: f"{sheet[1]}{_tight(sheet[2])}{sheet[3]}", html)
    return _TAG.sub(_tight_tag, html)


def _tight_tag(tag: re.Match[str]) -> str:
    """Tighten a tag's own declarations; comments are Outlook's and stay as they are."""
    if tag[0].startswith("<!--"):
        return tag[0]
    return _DECLARATIONS.sub(lambda quoted: quoted[0][0] + _tight(quoted[0][1:-1]) + quoted[0][0], tag[0])


def _tight(css: str) -> str:
    """Leave out blanks beside punctuation."""
    return _CSS.sub(_part, css.strip())


def _part(match: re.Match[str]) -> str:
    kept, mark, colon = match.groups()
    return kept or mark or colon or ("" if ";" in match[0] else " ")
