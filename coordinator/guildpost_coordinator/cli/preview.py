"""``guildpost-coordinator preview``: templates as sample customers would get them, and what changed between versions.

Needs neither a home nor a key nor the network: it reads folders and writes pages for any browser.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.page_images.pdfium import PdfiumPages
from guildpost_coordinator.adapters.preview_pages.comparison import comparison_files
from guildpost_coordinator.adapters.preview_pages.preview import preview_files
from guildpost_coordinator.app.compare_material import compare_material
from guildpost_coordinator.app.preview_material import built_in_samples, preview_material
from guildpost_coordinator.cli.page_folder import require_free, unreadable, write_pages
from guildpost_coordinator.domain.preview.pieces import Fault
from guildpost_coordinator.domain.preview.samples import SampleSet, parse_samples
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError, public_text

NAME: Final = "preview"
NEEDS_HOME: Final = False
FAILED: Final = 1
MARK: Final = "guildpost-preview"
"""A file that says: this folder holds a preview, and a newer one may take its place."""
_MAX_BYTES: Final = 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("folder", type=Path, help=texts.text("cli.preview.folder"))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=texts.text("cli.preview.out"))
    parser.add_argument("--against", type=Path, metavar="OLD", help=texts.text("cli.preview.against"))
    parser.add_argument("--samples", type=Path, metavar="FILE", help=texts.text("cli.preview.samples"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Render, or compare, and write the pages.

    Returns:
        1 where a template is faulty, else 0.

    Raises:
        ConfigurationError: a folder or file cannot be read, holds no template, or cannot be written to.
        Refused: the sample customers are faulty.
    """
    samples = _samples(arguments.samples)
    files = _read(arguments.folder)
    require_free(arguments.out, MARK)
    if arguments.against is None:
        templates = preview_material(files, samples, progress=_progress)
        faults = [one.fault for one in templates if one.fault]
        count, pages = len(templates), preview_files(templates, samples, PdfiumPages(), texts.language)
    else:
        changes = compare_material(_read(arguments.against), files, samples, texts.language, progress=_progress)
        faults = [one.new.fault for one in changes if one.new and one.new.fault]
        count, pages = len(changes), comparison_files(changes, samples, PdfiumPages(), texts.language)
    if not count:
        raise ConfigurationError("preview_nothing", folder=arguments.folder)
    write_pages(pages, arguments.out, MARK)
    for fault in faults:
        print(_said(fault, texts))
    print(texts.text("cli.preview.done", count=count, failed=len(faults), page=arguments.out / "index.html"))
    return FAILED if faults else 0


def _progress(name: str) -> None:
    if sys.stderr.isatty():
        print(name, file=sys.stderr)


def _said(fault: Fault, texts: Catalog) -> str:
    text = public_text(fault.error, texts.language)
    place = texts.text("cli.preview.place", file=fault.file, line=fault.line)
    return f"{place}: {text.what}\n    {texts.text('cli.preview.mend')}"


def _samples(path: Path | None) -> SampleSet:
    if path is None:
        return built_in_samples()
    try:
        return parse_samples(path.read_bytes(), str(path))
    except OSError as error:
        raise unreadable(path, error) from error


def _read(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder, under the name that leads to it."""
    if not folder.is_dir():
        raise ConfigurationError("publish_folder_missing", folder=folder)
    found: dict[str, bytes] = {}
    for path in _files(folder):
        try:
            with path.open("rb") as file:
                found[path.as_posix()] = file.read(_MAX_BYTES)
        except OSError as error:
            raise unreadable(path, error) from error
    return found


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        yield from (Path(base) / name for name in sorted(names) if (Path(base) / name).is_file())
