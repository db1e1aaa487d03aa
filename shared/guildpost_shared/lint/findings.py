"""What the linter says: a place, a rule, how grave it is, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guildpost_shared.catalog import load
from guildpost_shared.errors import Language, Refused
from guildpost_shared.problems import said

PACKAGE: Final = "guildpost_shared.lint"


class Severity(StrEnum):
    """``error`` is refused; ``warning`` is for a person to look at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks one rule.

    Attributes:
        file: its name, as it was given.
        line: of the source, counted from 1.
        rule: ``R10.amount`` and the like; docs/linter.md lists them.
        severity: whether it is refused.
        field: of a document, where it has fields.
        words: what was found there, as its reader sees it, or a problem written down (``problems``).
    """

    file: str
    line: int
    rule: str
    severity: Severity
    words: str
    field: str = ""

    def text(self, language: Language = "de") -> str:
        """Say what is wrong."""
        return load(PACKAGE, language).text(f"lint.{self.rule}", words=said(self.words, language), field=self.field)

    def remedy(self, language: Language = "de") -> str:
        """Say what to do."""
        return load(PACKAGE, language).text(f"lint.{self.rule}.remedy")


def tidy(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings by place and keep one of each rule per line, the graver one."""
    kept: dict[tuple[str, int, str], Finding] = {}
    for finding in sorted(findings):
        key = (finding.file, finding.line, finding.rule)
        before = kept.get(key)
        if before is None or (before.severity is Severity.WARNING and finding.severity is Severity.ERROR):
            kept[key] = finding
    return sorted(kept.values())


def refuse(findings: Iterable[Finding], template: str) -> None:
    """Refuse what has an error.

    Args:
        findings: of one document.
        template: its name, for the refusal.

    Raises:
        Refused: ``template_rule_violated`` with the first error's rule, words, file and line.
    """
    for finding in findings:
        if finding.severity is Severity.ERROR:
            problem = f"„{finding.words}“" if finding.words else finding.rule
            raise Refused(
                "template_rule_violated",
                f"{finding.rule} line {finding.line}: {finding.words}",
                template=template,
                rule=finding.rule,
                problem=f"{problem}, {finding.file}:{finding.line}",
            )
