"""Lint a file that stands alone, by its ending; the name may say what it is (letter, call, offers)."""

import json
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default as modern
from typing import Final

from guildpost_shared.lint import typst
from guildpost_shared.lint.duties import call_question, letter_class, owed, subject
from guildpost_shared.lint.findings import Finding, Severity
from guildpost_shared.lint.json_strings import is_json, json_strings
from guildpost_shared.lint.manifests import lint_manifest
from guildpost_shared.lint.marked import Lines, Marked
from guildpost_shared.lint.named_money import named_money
from guildpost_shared.lint.offers import lint_offers
from guildpost_shared.lint.services import lint_service
from guildpost_shared.lint.source import WARNINGS, Source, lint_passive, lint_structure, lint_words, said
from guildpost_shared.problems import Problem
from guildpost_shared.services.definition import Channel
from guildpost_shared.services.positions import syntax_fault

_WHOLE: Final = re.compile(r"<mjml\b|<html\b|<body\b", re.IGNORECASE)
_LETTER: Final = re.compile(r"letter|brief|anschreiben", re.IGNORECASE)
_CALL: Final = re.compile(r"(?<![a-z])(?:call|anruf|telefon|phone|leitfaden|call-?script)(?![a-z])", re.IGNORECASE)
_SUBJECT: Final = re.compile(
    r"^(?:betreff|subject)\s*:\s*(.+)$|<mj-title>(.*?)</mj-title>|<title>(.*?)</title>", re.IGNORECASE | re.MULTILINE
)
_KNOWN: Final = frozenset(
    {
        *("mjml", "html", "htm", "xhtml", "liquid", "txt", "md", "typ", "xml", "svg", "css", "json", "toml"),
        *("eml", "tpl", "j2", "text"),
    }
)
_PRICE_NAME: Final = re.compile(r"(?:slots\.)?(?:price|preis|price_note)")
_OWED: Final = frozenset({"DUTY.imprint", "DUTY.unsubscribe", "DUTY.legal_basis", "CALL.question", *WARNINGS})


def lint_loose(file: str, contents: bytes) -> Iterator[Finding]:
    """Lint one file.

    Args:
        file: its name.
        contents: UTF-8.
    """
    text = contents.decode("utf-8").removeprefix("\ufeff")
    name = file.rpartition("/")[2]
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in _KNOWN:
        yield Finding(file, 1, "FILE.kind", Severity.WARNING, "")
    if extension == "json":
        yield from _json(file, text)
    elif extension == "toml":
        yield from lint_offers(file, contents)
    elif extension == "eml":
        yield from _mail(file, contents)
    elif extension == "css":
        yield from _text(Source(file, f"<style>{text}</style>", alone=True), name)
    elif extension == "typ":
        yield from _typst(Source(file, text, alone=True))
    else:
        yield from _text(Source(file, text, alone=True), name)


def _text(source: Source, name: str) -> Iterator[Finding]:
    yield from lint_words(source)
    yield from lint_passive(source)
    yield from lint_structure(source, None)
    whole = _WHOLE.search(source.text) is not None
    if whole:
        yield from said(source, owed(source.text, Channel.EMAIL, alone=True), lenient=_OWED)
    elif _LETTER.search(name):
        yield from said(source, letter_class(source.text))
    elif _CALL.search(name):
        yield from said(source, call_question(source.text), lenient=_OWED)
    for match in _SUBJECT.finditer(source.text):
        shown = re.sub(r"\{%.*?%\}", "", match[1] or match[2] or match[3] or "")
        yield from said(source, subject(shown, match.start()), lenient=_OWED)


def _typst(source: Source) -> Iterator[Finding]:
    lines = source.lines
    marked = Marked.of(source.text)
    yield from lint_words(source)
    plain = typst.plain(marked)
    for finding in lint_words(Source(source.file, plain.text, alone=True)):
        starts = Lines(plain.text)
        at = next((at for at in range(len(plain.text)) if starts.of(at) == finding.line), 0)
        yield Finding(source.file, lines.of(plain.place(at)), finding.rule, finding.severity, finding.words)
    for found in typst.trespasses(marked):
        yield Finding(source.file, lines.of(found.place), found.rule, Severity.ERROR, found.words)
    yield from lint_structure(source, None)
    yield from said(source, letter_class(source.text))


def _json(file: str, text: str) -> Iterator[Finding]:
    fault = syntax_fault(text.encode("utf-8"))
    if fault is not None or not is_json(text):
        line, problem = fault or (1, Problem("condition_deep"))
        yield Finding(file, line, "FILE.json", Severity.ERROR, str(problem))
        yield from lint_words(Source(file, text, alone=True))
        return
    row = json.loads(text)
    kind = row.get("type") if isinstance(row, dict) else None
    if kind == "service":
        yield from lint_service(file, text.encode("utf-8"))
    elif kind == "template":
        yield from lint_manifest(file, text.encode("utf-8"), str(row.get("id", "")))
    else:
        yield Finding(file, 1, "FILE.kind", Severity.WARNING, "")
        yield from _strings(file, text)
        yield from named_money(file, text, row)


def _strings(file: str, text: str) -> Iterator[Finding]:
    lines = Lines(text)
    for place, words, key in json_strings(text):
        if key or _PRICE_NAME.fullmatch(words):
            continue
        line = lines.of(place)
        source = Source(file, words, alone=True)
        for finding in (*lint_words(source), *lint_passive(source), *lint_structure(source, None)):
            yield Finding(file, line, finding.rule, finding.severity, finding.words)


def _mail(file: str, contents: bytes) -> Iterator[Finding]:
    message = message_from_bytes(contents, policy=modern)
    texts = [str(message.get("subject", ""))]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            texts.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
    for text in texts:
        for finding in _text(Source(file, text, alone=True), ""):
            yield Finding(file, 1, finding.rule, finding.severity, finding.words)
