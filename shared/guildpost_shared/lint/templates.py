"""Lint a template of a catalogue: its manifest, its parts, and how they fit together."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.lint.duties import Debt, call_question, letter_class, owed
from guildpost_shared.lint.findings import Finding, Severity
from guildpost_shared.lint.manifests import brand_texts, lint_manifest
from guildpost_shared.lint.source import Source, lint_passive, lint_structure, lint_words, said
from guildpost_shared.problems import Problem
from guildpost_shared.services.definition import Channel, Purpose
from guildpost_shared.templates.manifest import Manifest, parse_manifest

_NEEDED: Final = {"email": ("json", "mjml", "txt"), "letter": ("json", "txt"), "call": ("json", "txt")}


def lint_template(
    template_id: str,
    files: Mapping[str, str],
    contents: Mapping[str, bytes],
    service: bytes | None,
    *,
    compiled: bool,
) -> Iterator[Finding]:
    """Lint one template.

    Args:
        template_id: ``<service>/<version>/<channel>.<language>``.
        files: part (``json``, ``mjml``, ``txt``) → file name.
        contents: part → bytes, UTF-8.
        service: the definition that the template belongs to, where it is there.
        compiled: whether a mail is compiled too.
    """
    found = [*_parts(template_id, files, contents, service)]
    yield from found
    wrong = any(finding.severity is Severity.ERROR for finding in found)
    if not wrong and compiled:
        yield from _built(template_id, files, contents)


def _parts(
    template_id: str, files: Mapping[str, str], contents: Mapping[str, bytes], service: bytes | None
) -> Iterator[Finding]:
    channel = Channel(template_id.rpartition("/")[2].partition(".")[0])
    first = next(iter(files.values()))
    for part in _NEEDED[channel]:
        if part not in files:
            yield Finding(first, 1, "TEMPLATE.part", Severity.ERROR, f"{template_id}.{part}")
    manifest: Manifest | None = None
    if "json" in files:
        yield from lint_manifest(files["json"], contents["json"], template_id)
        try:
            manifest = parse_manifest(contents["json"], template_id)
        except Refused:
            manifest = None
    for part in ("mjml", "txt"):
        if part in files:
            yield from _part(Source(files[part], contents[part].decode("utf-8")), channel, manifest, _purpose(service))


def _part(source: Source, channel: Channel, manifest: Manifest | None, purpose: Purpose | None) -> Iterator[Finding]:
    if manifest is not None:
        source = replace(source, constants=brand_texts(manifest))
    yield from lint_words(source)
    yield from lint_passive(source)
    yield from lint_structure(source, manifest.names if manifest is not None else None)
    yield from said(source, owed(source.text, channel, alone=False, notice=purpose is Purpose.NOTICE))
    if purpose is not Purpose.NOTICE:
        yield from said(source, _class(source, channel, manifest))


def _class(source: Source, channel: Channel, manifest: Manifest | None) -> Iterator[Debt]:
    if channel is Channel.LETTER:
        yield from letter_class(f"{source.text}\n{manifest.subject if manifest else ''}")
    elif channel is Channel.CALL:
        yield from call_question(source.text)


def _purpose(service: bytes | None) -> Purpose | None:
    try:
        row = json.loads(service or b"{}")
        return Purpose(row["purpose"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


_RULES: Final = {
    "template_unknown_slot": "TEMPLATE.name",
    "template_limit_exceeded": "TEMPLATE.large",
    "template_slot_missing": "TEMPLATE.sample",
    "template_value_invalid": "TEMPLATE.sample",
}


def _built(template_id: str, files: Mapping[str, str], contents: Mapping[str, bytes]) -> Iterator[Finding]:
    """Build it as an agent does; what it would refuse is a finding."""
    from guildpost_shared.templates.call_text import CallTemplate  # noqa: PLC0415 — building loads heavy libraries
    from guildpost_shared.templates.compile import compile_mail  # noqa: PLC0415 — as above
    from guildpost_shared.templates.letter_text import LetterTemplate  # noqa: PLC0415 — as above

    main = files.get("mjml") or files["txt"]
    try:
        if "mjml" in files:
            compile_mail(template_id, contents["json"], contents["mjml"], contents["txt"])
        elif "/letter." in template_id:
            LetterTemplate(template_id, contents["json"], contents["txt"])
        else:
            CallTemplate(template_id, contents["json"], contents["txt"])
    except Refused as error:
        rule = "R12.active" if error.params.get("rule") == "R12" else _RULES.get(error.code, "TEMPLATE.build")
        problem = error.params.get("problem", error.params.get("field", ""))
        words = str(problem) if isinstance(problem, str | Problem) else error.detail
        yield Finding(main, 1, rule, Severity.ERROR, words)
