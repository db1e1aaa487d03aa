"""Shortcuts: what the linter finds in a text, and the corpus."""

import tomllib
from functools import cache
from pathlib import Path

from guildpost_shared.lint.documents import lint
from guildpost_shared.lint.findings import Finding, Severity

CORPUS = Path(__file__).parent / "corpus"


def found(text: str, file: str = "text.txt") -> list[Finding]:
    """Lint one file that stands alone."""
    return lint({file: text.encode()})


def errors(text: str, file: str = "text.txt") -> list[str]:
    """Give the rules that a text breaks."""
    return [finding.rule for finding in found(text, file) if finding.severity is Severity.ERROR]


def fixes_a_price(text: str, file: str = "text.txt") -> bool:
    """Say whether a text is refused for a price."""
    return any(rule.startswith("R10.") for rule in errors(text, file))


@cache
def corpus(name: str) -> dict[str, str]:
    """Read a table of named texts."""
    return tomllib.loads((CORPUS / f"{name}.toml").read_text("utf-8"))


@cache
def hidden() -> dict[str, tuple[str, str]]:
    """Read what is hidden in the build of a file: file name and text of each."""
    table = tomllib.loads((CORPUS / "hidden.toml").read_text("utf-8"))
    return {name: (file, text) for name, (file, text) in table.items()}
