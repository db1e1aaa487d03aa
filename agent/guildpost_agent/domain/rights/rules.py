"""What a rule about a table says: whose the rows are, what the person is told, what an erasure does with them.

    belongs    Direct     a column holds the customer's number
               Via        a column points at a row of another table, and whose that is, this one is too
               Mentions   no key: raw text that may hold anybody
    erase      Delete     the rows go
               Blank      the rows stay for somebody else's sake; these columns are emptied
               Pseudonym  the rows stay because the law or a promise wants them; the number becomes a keyed hash that
                          only whoever knows the number can find again, every other personal column is emptied

Rules name tables and columns; a test holds them against the schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int | float | bytes | bool | None


@dataclass(frozen=True)
class Direct:
    """The row names the customer in a column."""

    column: str


@dataclass(frozen=True)
class Via:
    """The row belongs to whom the parent's row belongs."""

    column: str
    parent: str
    parent_column: str


@dataclass(frozen=True)
class Mentions:
    """The row's text may mention anybody: it belongs to whom it mentions."""

    column: str


Belongs = Direct | Via | Mentions


@dataclass(frozen=True)
class Delete:
    """Remove the rows."""


@dataclass(frozen=True)
class Blank:
    """Empty these columns; the values say with what."""

    columns: Mapping[str, Value]


@dataclass(frozen=True)
class Pseudonym:
    """Replace the number in ``column`` by a keyed hash, empty ``blank`` and leave ``keeps`` as it is.

    ``why`` is the catalogue key of the reason; every personal column is in one of the three, or a test fails.
    """

    column: str
    why: str
    blank: Mapping[str, Value] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()


Erase = Delete | Blank | Pseudonym


class Source(StrEnum):
    """Where the data came from (Art. 15(1)(g) GDPR)."""

    DMS = "dms"
    AGENT = "agent"
    PERSON = "person"


@dataclass(frozen=True)
class TableRule:
    """The rule for a table, or for those of its rows that ``only`` selects.

    Attributes:
        table: its name.
        belongs: whose the rows are.
        erase: what an erasure does (Art. 17 GDPR).
        purpose: catalogue key of what the data are for (Art. 15(1)(a)).
        storage: catalogue key of how long they are kept (Art. 15(1)(d)).
        source: where they came from.
        withheld: columns that the report leaves out, with the catalogue key of the reason (Art. 15(4): another
            person's data; or technical values that say nothing about the person).
        only: a column with its values; what it leaves falls under the table's next rule, which has none.
        told: whether the report shows the rows; where not, another rule does or nothing in them is readable.
    """

    table: str
    belongs: Belongs
    erase: Erase
    purpose: str
    storage: str
    source: Source
    withheld: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, frozenset[str]] | None = None
    told: bool = True
