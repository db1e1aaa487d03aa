"""Lint a manifest: it parses, its texts keep the rules, its subject is short, its price slots are empty."""

import json
from collections.abc import Iterator
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.lint.duties import subject
from guildpost_shared.lint.findings import Finding, Severity
from guildpost_shared.lint.marked import DEALER, Marked
from guildpost_shared.lint.named_money import named_money
from guildpost_shared.lint.structure import faults
from guildpost_shared.lint.words_of import wordings
from guildpost_shared.problems import Problem
from guildpost_shared.services.positions import line_of, syntax_fault
from guildpost_shared.templates.liquid_env import parse, render
from guildpost_shared.templates.manifest import Manifest, context_from_sample, parse_manifest

_PRICE_SLOT: Final = frozenset({"price_is_the_dealers"})
_LOCKS: Final = ("locked", "readonly", "read_only", "fixed", "gesperrt")


def brand_texts(manifest: Manifest) -> dict[str, str]:
    """Give the names whose text the brand has set: its own slots, defaults of the dealer's, its name."""
    return {f"slots.{slot.name}": slot.text for slot in manifest.slots if slot.text} | {
        "brand.name": manifest.brand.name
    }


def lint_manifest(file: str, contents: bytes, template_id: str) -> Iterator[Finding]:
    """Lint one manifest.

    Args:
        file: its name.
        contents: UTF-8.
        template_id: what its path says.
    """
    manifest: Manifest | None = None
    try:
        manifest = parse_manifest(contents, template_id)
    except Refused as error:
        line, problem = syntax_fault(contents) or (
            line_of(contents, str(error.params["field"])),
            error.params["problem"],
        )
        price = isinstance(problem, Problem) and problem.code in _PRICE_SLOT
        rule = "R10.slot" if price else "TEMPLATE.manifest"
        yield Finding(file, line, rule, Severity.ERROR, str(problem), str(error.params["field"]))
    yield from _not_the_dealers(file, contents)
    constants = brand_texts(manifest) if manifest else {}
    for path, words, sample in _texts(contents):
        line = line_of(contents, path)
        for found in wordings(Marked.at(words, 0), constants):
            severity = Severity.WARNING if sample else Severity(found.severity)
            yield Finding(file, line, found.rule, severity, found.words, path)
    if manifest is not None:
        yield from _subject(file, manifest, line_of(contents, "subject"))


def _not_the_dealers(file: str, contents: bytes) -> Iterator[Finding]:
    """Find what else in a manifest would take a price from the dealer: a place that is locked, a figure beside it."""
    try:
        row = json.loads(contents)
    except (ValueError, RecursionError):
        return
    slots = row.get("slots") if isinstance(row, dict) else None
    for at, slot in enumerate(slots if isinstance(slots, list) else ()):
        if isinstance(slot, dict) and slot.get("kind") == "price" and any(slot.get(name) for name in _LOCKS):
            yield Finding(file, line_of(contents, f"slots[{at}]"), "R10.slot", Severity.ERROR, str(slot.get("name")))
    yield from named_money(file, contents.decode("utf-8", "replace"), row)


def _subject(file: str, manifest: Manifest, line: int) -> Iterator[Finding]:
    for fault in faults(manifest.subject, manifest.names):
        yield Finding(file, line, fault.rule, Severity.ERROR, fault.words, "subject")
        return
    try:
        template = parse(manifest.subject, html=False, template_id=manifest.template_id, part="subject")
        shown = render(template, manifest.variables(context_from_sample(manifest)), manifest.template_id)
    except Refused as error:
        yield Finding(file, line, "TEMPLATE.sample", Severity.ERROR, str(error.params.get("field", "")), "sample")
        return
    for debt in subject(shown.strip(), 0):
        yield Finding(file, line, debt.rule, Severity.WARNING, debt.words, "subject")


def _texts(contents: bytes) -> Iterator[tuple[str, str, bool]]:
    """Give path, words, and whether they are only shown in previews, of what the brand writes in a manifest."""
    try:
        row = json.loads(contents)
    except (ValueError, RecursionError):
        return
    if not isinstance(row, dict):
        return
    for path, words in _strings(row, ""):
        slot = path.startswith("slots[")
        if path.startswith("sample.") or (slot and path.endswith((".name", ".kind", ".owner"))):
            continue
        sample = slot and path.endswith(".sample")
        price = slot and _slot(row, path).get("kind") == "price"
        if slot and ".label." in path and _slot(row, path).get("owner") == "dealer":
            yield path, f"{DEALER} {words} {DEALER}", False  # names what the dealer fills
        elif not (price and sample):
            yield path, words, sample


def _slot(row: dict[str, object], path: str) -> dict[str, object]:
    slots = row.get("slots")
    at = int(path[len("slots[") : path.index("]")])
    slot = slots[at] if isinstance(slots, list) else None
    return slot if isinstance(slot, dict) else {}


def _strings(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _strings(inner, f"{path}[{at}]")
