"""Compile a mail template once per version: MJML to HTML, styles inlined, rules checked.

Mail programs want tables and inline styles; authors want MJML. The style inliner parses HTML as a browser does, and
a browser moves text that stands between table rows out of the table. So while styles are inlined, each Liquid tag
hides in an HTML comment (or, inside an attribute, a title or a style sheet, in a word) and comes back afterwards.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.lint.manifests import brand_texts
from guildpost_shared.problems import Problem
from guildpost_shared.templates.faults import invalid
from guildpost_shared.templates.liquid_env import check_names, parse
from guildpost_shared.templates.mail import CompiledMail, MailTemplate, artefact_digest
from guildpost_shared.templates.manifest import Manifest, context_from_sample, parse_manifest
from guildpost_shared.templates.rules import check_duties, check_html, check_wording
from guildpost_shared.templates.slim_html import slim, without_reset

MAX_HTML_BYTES: Final = 90_000  # Gmail cuts a message off at about 102 kB and hides the footer with it
_TOKEN: Final = re.compile(r"<!--gpq(\d{5})z-->|gpq(\d{5})z")
_PIECES: Final = re.compile(r"<!--.*?-->|<(title|style)\b.*?</\1>|<[^>]*>|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_LIQUID: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def compile_mail(template_id: str, manifest: bytes, mjml: bytes, text: bytes) -> CompiledMail:
    """Compile a mail template and check everything that can be checked before the first recipient.

    Args:
        template_id: ``<service>/<version>/email.<language>``.
        manifest: bytes of the ``.json`` target.
        mjml: bytes of the ``.mjml`` target.
        text: bytes of the ``.txt`` target (the plain text part).

    Raises:
        Refused: ``template_invalid``, ``template_unknown_slot`` or ``template_rule_violated``.
    """
    contract = parse_manifest(manifest, template_id)
    source, plain = _decode(mjml, template_id, "mjml"), _decode(text, template_id, "txt")
    for part, words in (("mjml", source), ("txt", plain)):
        parse(words, html=part == "mjml", template_id=template_id, part=part)  # names the author's own line
        contract.check_loops(words, part)
    html = _inline(_to_html(source, template_id), template_id)
    for words in (contract.subject, *contract.brand_words, plain, source):
        check_wording(words, template_id, brand_texts(contract))
    check_html(html, template_id, contract.links)
    _check_part(contract, html, "mjml")
    _check_part(contract, plain, "txt")
    subject = parse(contract.subject, html=False, template_id=template_id, part="subject")
    check_names(subject, contract.names, template_id)
    compiled = CompiledMail(template_id, artefact_digest(manifest, mjml, text), manifest, html, plain)
    _check_sample(compiled)
    return compiled


def _check_part(contract: Manifest, source: str, part: str) -> None:
    template = parse(source, html=part == "mjml", template_id=contract.template_id, part=part)
    used = check_names(template, contract.names, contract.template_id)
    check_duties(used, contract.channel, contract.template_id)


def _check_sample(compiled: CompiledMail) -> None:
    template = MailTemplate(compiled)
    mail = template.render(context_from_sample(template.manifest))
    if len(mail.html.encode("utf-8")) > MAX_HTML_BYTES:
        raise Refused("template_limit_exceeded", "html", template=compiled.template_id)


def _decode(data: bytes, template_id: str, part: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid(template_id, part, part, Problem("not_utf8"), data.count(b"\n", 0, error.start) + 1) from error


def _to_html(source: str, template_id: str) -> str:
    from mjml import mjml2html  # noqa: PLC0415 — only compiling needs it; a process that sends mail stays light

    with _native_failures_refuse(template_id, source):
        html: str = mjml2html(source, fonts={})  # without fonts nothing is fetched from a font service
    unknown = re.search(r"</?mj-[a-z]+", html)
    if unknown:
        raise _invalid(template_id, Problem("mjml_element", element=f"{unknown.group()}>"))
    return html


def _inline(html: str, template_id: str) -> str:
    from css_inline import CSSInliner  # noqa: PLC0415 — see above

    if _TOKEN.search(html):
        raise _invalid(template_id, Problem("mjml_reserved"))
    hidden: list[str] = []
    inliner = CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)
    with _native_failures_refuse(template_id):
        inlined = slim(inliner.inline(without_reset(_hide(html, hidden))))
    if sorted(_numbers(inlined)) != list(range(len(hidden))):
        raise _invalid(template_id, Problem("mjml_placeholder"))
    return _TOKEN.sub(lambda match: hidden[int(match[1] or match[2])], inlined)


@contextmanager
def _native_failures_refuse(template_id: str, source: str = "") -> Iterator[None]:
    """Refuse a source that the native libraries fail on; a panic of theirs comes as a ``BaseException``."""
    try:
        yield
    except ValueError as error:
        words = str(error)[:200]
        raise invalid(template_id, "mjml", "mjml", Problem("mjml", words=words), _line(words, source)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _invalid(template_id, Problem("mjml_fails")) from error


def _line(words: str, source: str) -> int:
    """Give the line that a failure names by its position in bytes; 0 where it names none."""
    found = re.search(r"position (\d+)", words)
    return source.encode("utf-8")[: int(found[1])].count(b"\n") + 1 if found and source else 0


def _invalid(template_id: str, problem: Problem) -> Refused:
    return invalid(template_id, "mjml", "mjml", problem)


def _numbers(html: str) -> list[int]:
    return [int(match[1] or match[2]) for match in _TOKEN.finditer(html)]


def _hide(html: str, hidden: list[str]) -> str:
    def word(match: re.Match[str]) -> str:
        hidden.append(match[0])
        return f"gpq{len(hidden) - 1:05d}z"

    def piece(match: re.Match[str]) -> str:
        found = match[0]
        if found.startswith("{%"):
            return f"<!--{word(match)}-->"
        return word(match) if found.startswith("{{") else _LIQUID.sub(word, found)

    return _PIECES.sub(piece, html)
