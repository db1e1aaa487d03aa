"""Read the letters a dealership released: each batch is a PDF with an index of page ranges."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader


@dataclass(frozen=True)
class Letter:
    """One letter as the carrier sees it: its document id and the text on its pages."""

    doc_id: str
    text: str


def _index_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def batches(folder: Path) -> list[Path]:
    """List the index files of finished batches, oldest name first."""
    return sorted(folder.rglob("index.csv")) if folder.is_dir() else []


def letters(index: Path) -> Iterator[Letter]:
    """Read the letters of a batch.

    Args:
        index: ``index.csv`` with the columns ``seq;doc_id;page_from;page_to;…`` beside exactly one PDF.
    """
    rows = _index_rows(index)
    reader = PdfReader(next(iter(sorted(index.parent.glob("*.pdf")))))
    for row in rows:
        first, last = int(row["page_from"]), int(row["page_to"])
        text = "\n".join(reader.pages[page - 1].extract_text() for page in range(first, last + 1))
        yield Letter(row["doc_id"], text)
