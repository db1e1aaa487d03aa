"""One unit's part in a study: a customer's, or the dealer's own."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Record = TypeVar("Record")
DEALER: Final = "*dealer"
"""The unit's name where it is the dealership itself; no customer's number begins like this."""


@dataclass(frozen=True)
class Counted(Generic[Record]):
    """What one unit brings.

    Attributes:
        unit: the customer's number, or ``DEALER``; it is charged and marked here and never leaves.
        record: what is counted, as the study's layout takes it.
    """

    unit: str
    record: Record
