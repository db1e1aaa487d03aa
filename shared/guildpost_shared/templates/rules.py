"""What a compiled template may not contain, by a list of what is allowed, and what every message must name.

    R12      no active content, no remote resource, no link of the brand's own (tracking), no form
    IMPRINT  imprint, legal basis and a way to object in every message (§ 5 DDG, § 7 (3) UWG, Art. 21 GDPR)

The words of the source (R10, R11, HU) are the linter's business (``guildpost_shared.lint``).
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.problems import Problem, said
from guildpost_shared.services.definition import Channel

_TAGS: Final = frozenset(
    {
        *("html", "head", "title", "meta", "style", "body", "noscript", "xml"),
        *("div", "table", "thead", "tbody", "tr", "td", "th", "p", "span", "center"),
        *("a", "strong", "em", "b", "i", "u", "small", "sup", "br", "hr", "h1", "h2", "h3", "ul", "ol", "li"),
    }
)
_LINKS: Final = re.compile(
    r"\{\{\s*(?:links\.(?:answer|unsubscribe|payment|invoice)|dealer\.website)\s*\}\}"
    r"|tel:\{\{\s*dealer\.phone_link\s*\}\}|mailto:\{\{\s*dealer\.email\s*\}\}"
)
_SLOT: Final = re.compile(r"\{\{\s*(slots\.[a-z0-9_]+)\s*\}\}")
_REMOTE: Final = re.compile(r"url\s*\(|@import|expression\s*\(|javascript:|-moz-binding|behavior\s*:", re.IGNORECASE)
_IN_COMMENT: Final = re.compile(r"\b(?:src|href|background|action)\s*=|<v:|<script", re.IGNORECASE)
_MUST_NAME: Final = {
    Channel.EMAIL: ("dealer.imprint", "legal_basis", "links.unsubscribe"),
    Channel.LETTER: ("legal_basis",),  # the installed letter layout prints the imprint itself
    Channel.CALL: (),
}


def _violation(template_id: str, rule: str, problem: str | Problem) -> Refused:
    return Refused(
        "template_rule_violated", f"{rule}: {said(problem, 'en')}", template=template_id, rule=rule, problem=problem
    )


def check_wording(source: str, template_id: str, constants: Mapping[str, str] | None = None) -> None:
    """Check the brand's own words with the linter (R10, R11, HU).

    Args:
        source: of one part, with its Liquid and markup.
        template_id: for the refusal.
        constants: names whose text the brand has set, such as its own slots.

    Raises:
        Refused: ``template_rule_violated`` with the rule, the words found and their line.
    """
    from guildpost_shared.lint.parts import check_words  # noqa: PLC0415 — a process that sends mails judges no words

    check_words(template_id, source, constants or {})


def check_duties(used: frozenset[str], channel: Channel, template_id: str) -> None:
    """Check that a part names what the law wants in every message.

    Args:
        used: the dotted names that the part uses.
        channel: of the template.
        template_id: for the refusal.

    Raises:
        Refused: ``template_rule_violated`` with rule ``IMPRINT``.
    """
    for name in _MUST_NAME[channel]:
        if name not in used:
            raise _violation(template_id, "IMPRINT", Problem("not_shown", name=name))


def check_html(html: str, template_id: str, links: frozenset[str] = frozenset()) -> None:
    """Check that HTML is passive and loads nothing (R12).

    Args:
        html: the compiled HTML, still with its Liquid placeholders.
        template_id: for the refusal.
        links: names whose values are links to the dealer's own pages (``slots.page``).

    Raises:
        Refused: ``template_rule_violated`` with rule ``R12``.
    """
    found = _REMOTE.search(html)
    if found:
        raise _violation(template_id, "R12", found.group()[:60])
    checker = _Passive(template_id, links)
    checker.feed(html)
    checker.close()


class _Passive(HTMLParser):
    def __init__(self, template_id: str, links: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._template_id = template_id
        self._links = links

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            raise _violation(self._template_id, "R12", f"<{tag}>")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name == "href" and tag == "a" and (_LINKS.fullmatch(value.strip()) or self._is_slot(value.strip())):
            return
        active = name.startswith("on") or name in {"src", "href", "srcset", "background", "action", "ping", "poster"}
        refresh = tag == "meta" and name == "http-equiv" and value.lower() not in {"x-ua-compatible", "content-type"}
        if active or refresh:
            raise _violation(self._template_id, "R12", f'<{tag} {name}="{value[:60]}">')

    def _is_slot(self, value: str) -> bool:
        found = _SLOT.fullmatch(value)
        return found is not None and found[1] in self._links

    def handle_comment(self, data: str) -> None:
        found = _IN_COMMENT.search(data)  # Outlook reads conditional comments
        if found:
            raise _violation(self._template_id, "R12", found.group())

    def unknown_decl(self, data: str) -> None:
        raise _violation(self._template_id, "R12", data[:40])
