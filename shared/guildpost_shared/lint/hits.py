"""What the rules for words find in a text."""

from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    """What found it, from what leaves no doubt to what often errs."""

    CURRENCY = "currency"
    ANNOUNCED = "announced"
    PERCENT = "percent"
    TABLE = "table"
    FRAME = "frame"
    FREE = "free"
    FIGURE = "figure"
    READER = "reader"


@dataclass(frozen=True)
class Hit:
    """A rule that words break, and where they stand in the text that was searched."""

    rule: str
    start: int
    end: int
    severity: str = "error"
    by: By = By.TABLE
