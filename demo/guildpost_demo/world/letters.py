"""Read the letters a dealership released: each batch is one PDF or several, with an index of page ranges."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from pypdfium2 import PdfDocument


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
        index: ``index.csv`` with the columns ``seq;doc_id;page_from;page_to;…;file`` beside the files that it names.
    """
    for file, rows in groupby(_index_rows(index), key=itemgetter("file")):
        document = PdfDocument(index.parent / file)
        try:
            for row in rows:
                pages = range(int(row["page_from"]) - 1, int(row["page_to"]))
                yield Letter(row["doc_id"], "\n".join(_text(document, page) for page in pages))
        finally:
            document.close()


def _text(document: PdfDocument, number: int) -> str:
    page = document[number]
    text_page = page.get_textpage()
    text: str = text_page.get_text_range().replace("\r\n", "\n")
    text_page.close()
    page.close()
    return text
