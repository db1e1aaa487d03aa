"""The columns a matcher reads, and their roles."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

COLUMNS: Final = (
    "given_name",
    "surname",
    "full_name",
    "company",
    "street",
    "house_number",
    "postcode",
    "town",
    "birth_date",
    "email",
    "phone",
)


@dataclass(frozen=True)
class MatchRecords:
    """Records as columns, one entry per record; an empty text means missing, ``None`` that nobody has the field.

    Attributes:
        ids: what the caller names the records by; unique.
        given_name: first names.
        surname: family names, also double and former ones.
        full_name: the whole name in one field, read where given name and surname are both empty.
        company: a firm; its legal form is not compared.
        street: with or without the house number.
        house_number: of the street.
        postcode: of any country.
        town: of the postcode.
        birth_date: as typed; ``yyyymmdd``, ``yyyy-mm-dd``, ``dd.mm.yyyy``, or the year alone.
        email: one address per record.
        phone: one number per record.
        other: further columns, each compared on its own.
        memo: what was worked out from the columns; lives and dies with them.
    """

    ids: Sequence[str]
    given_name: Sequence[str] | None = None
    surname: Sequence[str] | None = None
    full_name: Sequence[str] | None = None
    company: Sequence[str] | None = None
    street: Sequence[str] | None = None
    house_number: Sequence[str] | None = None
    postcode: Sequence[str] | None = None
    town: Sequence[str] | None = None
    birth_date: Sequence[str] | None = None
    email: Sequence[str] | None = None
    phone: Sequence[str] | None = None
    other: Sequence[Sequence[str]] = field(default_factory=tuple)
    memo: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse columns of different length.

        Raises:
            ValueError: a column does not have one entry per record.
        """
        columns = [getattr(self, name) for name in COLUMNS]
        if any(len(column) != len(self.ids) for column in (*columns, *self.other) if column is not None):
            raise ValueError("every column needs one entry per record")

    def __len__(self) -> int:
        return len(self.ids)

    def column(self, name: str) -> Sequence[str]:
        """Give a column, or as many empty texts when nobody has it."""
        found: Sequence[str] | None = getattr(self, name)
        return [""] * len(self) if found is None else found
