"""Findings of one source text: words, passiveness, structure, duties, each with its line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from guildpost_shared.lint.duties import Debt
from guildpost_shared.lint.findings import Finding, Severity
from guildpost_shared.lint.marked import Lines, Marked
from guildpost_shared.lint.markup import take_apart
from guildpost_shared.lint.passive import Trespass, trespasses
from guildpost_shared.lint.structure import Fault, faults
from guildpost_shared.lint.words_of import wordings

WARNINGS: Final = frozenset({"LETTER.no_invitation", "LETTER.contract", "SUBJECT.long", "SUBJECT.emoji"})


@dataclass(frozen=True)
class Source:
    """A text to lint.

    Attributes:
        file: its name.
        text: UTF-8, decoded.
        alone: stands without a catalogue around it.
        constants: names whose text the brand has set.
    """

    file: str
    text: str
    alone: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> Lines:
        """Give the lines of the text."""
        return Lines(self.text)


def lint_words(source: Source) -> Iterator[Finding]:
    """Judge the words (R10, R11, HU)."""
    lines = source.lines
    for found in wordings(Marked.of(source.text), source.constants):
        severity = Severity(found.severity)
        yield Finding(source.file, lines.of(found.place), found.rule, severity, found.words)


def lint_passive(source: Source) -> Iterator[Finding]:
    """Judge what is active, loads, or tracks (R12)."""
    lines = source.lines
    for found in trespasses(take_apart(Marked.of(source.text))):
        yield _trespass(source, lines, found)


def _trespass(source: Source, lines: Lines, found: Trespass) -> Finding:
    severity = Severity.WARNING if found.fixed and source.alone else Severity.ERROR
    return Finding(source.file, lines.of(found.place), found.rule, severity, found.words)


def lint_structure(source: Source, declared: frozenset[str] | None) -> Iterator[Finding]:
    """Judge Liquid and names; a name that a manifest would explain is a warning where there is none."""
    yield from said(
        source, faults(source.text, declared), lenient=frozenset({"TEMPLATE.name"}) if source.alone else frozenset()
    )


def said(source: Source, found: Iterable[Debt | Fault], *, lenient: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Turn faults and debts into findings.

    Args:
        source: where they were found.
        found: what.
        lenient: rules that are warnings here.
    """
    lines = source.lines
    for each in found:
        grave = each.rule not in lenient and each.rule not in WARNINGS
        severity = Severity.ERROR if grave else Severity.WARNING
        yield Finding(source.file, lines.of(each.place), each.rule, severity, each.words)
