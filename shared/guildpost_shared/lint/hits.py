"""What the rules for words find in a text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """A rule that words break, and where they stand in the text that was searched."""

    rule: str
    start: int
    end: int
    severity: str = "error"
