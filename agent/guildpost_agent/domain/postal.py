"""Letters in the order and form a lettershop takes them.

    index.csv   seq;doc_id;page_from;page_to;plz;leitregion;weight_g;enclosure_flags;product;file

A Leitregion is the first two digits of a German postcode; sorting by postcode, street and house number is the order
in which trays are filled. A document id is random: no code on a letter or in a file holds a customer number.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guildpost_agent.domain.records import Customer

COLUMNS: Final = (
    "seq",
    "doc_id",
    "page_from",
    "page_to",
    "plz",
    "leitregion",
    "weight_g",
    "enclosure_flags",
    "product",
    "file",
)
_HOUSE_NUMBER: Final = re.compile(r"^(.*?)\s*(\d+)\s*([a-zA-Z]?)\b.*$")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Stationery:
    """Weights in grams and the carrier's weight limits, from the dealer's configuration.

    The defaults are one sheet A4 of 80 g/m² (0.0624 m²: 5 g), a DL window envelope (5 g), and the limits of
    Standardbrief (20 g) and Kompaktbrief (50 g) as of 1 January 2026.
    """

    sheet_g: int = 5
    envelope_g: int = 5
    products: tuple[tuple[str, int], ...] = (("standardbrief", 20), ("kompaktbrief", 50), ("grossbrief", 500))

    def weight_g(self, pages: int) -> int:
        """Weigh a letter printed on one side of each sheet."""
        return self.envelope_g + pages * self.sheet_g

    def product(self, weight_g: int) -> str:
        """Name the cheapest product that carries the weight."""
        return next((name for name, limit in self.products if weight_g <= limit), "maxibrief")


@dataclass(frozen=True)
class IndexLine:
    """One letter in the batch; the pages of a file count from 1. Without a product chosen, the weight decides."""

    doc_id: str
    page_from: int
    page_to: int
    postcode: str
    file: str
    product: str = ""


def leitregion(postcode: str) -> str:
    """Give the first two digits of a German postcode; empty for any other."""
    return postcode[:2] if re.fullmatch(r"\d{5}", postcode) else ""


def postal_order(customer: Customer) -> tuple[bool, str, str, int, str]:
    """Give the sort key: home before abroad, then postcode, street, house number."""
    found = _HOUSE_NUMBER.match(customer.street)
    street, number, suffix = found.groups() if found else (customer.street, "0", "")
    return (
        customer.country not in {"", "DE"},
        customer.postcode,
        street.casefold(),
        int(number),
        suffix.casefold(),
    )


def index_csv(lines: Sequence[IndexLine], stationery: Stationery) -> bytes:
    """Write the lettershop's index: UTF-8, semicolons, CR LF, no cell that a spreadsheet would run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for seq, line in enumerate(lines, start=1):
        weight = stationery.weight_g(line.page_to - line.page_from + 1)
        region = leitregion(line.postcode)
        row = (seq, line.doc_id, line.page_from, line.page_to, line.postcode, region, weight, 0)
        product = line.product or stationery.product(weight)
        writer.writerow([*(_safe(str(cell)) for cell in row), product, _safe(line.file)])
    return out.getvalue().encode("utf-8")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
