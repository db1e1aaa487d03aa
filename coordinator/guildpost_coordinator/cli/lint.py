"""``guildpost-coordinator lint``: check services, templates and offers before anybody else sees them.

One line per finding; with ``--json`` one JSON object per line. Exit code 1 where something would be refused. Needs
neither a home nor a key: it reads files and folders, whole catalogues as well as single files.
"""

import argparse
import errno
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from guildpost_shared.catalog import Catalog
from guildpost_shared.lint.documents import MAX_BYTES, lint
from guildpost_shared.lint.findings import Finding, Severity
from guildpost_shared.problems import Problem

NAME: Final = "lint"
NEEDS_HOME: Final = False
REFUSED: Final = 1
_TEMPLATE_FOLDER: Final = 3  # templates/<service>/<version>
_SKIPPED: Final = frozenset({"__pycache__", ".git"})


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help=texts.text("cli.lint.paths"))
    parser.add_argument("--json", action="store_true", help=texts.text("cli.lint.json"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Lint files and folders; print findings.

    Returns:
        1 where something would be refused, else 0.
    """
    files, findings = _read(arguments.paths)
    asked = set(files)
    beside, _ = _read(_beside(arguments.paths))
    findings += lint({**beside, **files}, asked.__contains__)
    findings.sort()
    for finding in findings:
        print(_json(finding, texts) if arguments.json else _line(finding, texts))
    refused = any(finding.severity is Severity.ERROR for finding in findings)
    if not arguments.json:
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        print(texts.plural("cli.lint.sum", len(files), errors=errors, warnings=len(findings) - errors))
    sys.stdout.flush()
    return REFUSED if refused else 0


def _json(finding: Finding, texts: Catalog) -> str:
    row = {
        "file": finding.file,
        "line": finding.line,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "text": finding.text(texts.language),
        "remedy": finding.remedy(texts.language),
    }
    return json.dumps(row, ensure_ascii=False)


def _line(finding: Finding, texts: Catalog) -> str:
    grave = texts.text(f"cli.lint.{finding.severity}")
    head = f"{finding.file}:{finding.line}: {grave} {finding.rule}: {finding.text(texts.language)}"
    return f"{head}\n    {finding.remedy(texts.language)}"


def _read(paths: Sequence[Path]) -> tuple[dict[str, bytes], list[Finding]]:
    """Read every file; what cannot be read is a finding."""
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    for path in _files(paths):
        name = path.as_posix()
        try:
            files[name] = _contents(path)
        except OSError as error:
            findings.append(Finding(name, 1, "FILE.unreadable", Severity.ERROR, _why(error)))
    return files, findings


def _contents(path: Path) -> bytes:
    """Read no more than shows that a file is too large; a pipe or a device would never end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "not a regular file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _why(error: OSError) -> str:
    known = {
        errno.ENOENT: Problem("file_missing"),
        errno.EACCES: Problem("file_no_rights"),
        errno.EINVAL: Problem("file_not_regular"),
    }
    return str(known.get(error.errno or 0, error.strerror or ""))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED)
            yield from (Path(folder) / name for name in sorted(names) if (Path(folder) / name).is_file())


def _beside(paths: Sequence[Path]) -> list[Path]:
    """List what belongs to files of a catalogue that are named one by one: the other parts, and the service."""
    found: set[Path] = set()
    for path in paths:
        folder = path if path.is_dir() else path.parent
        for root in (folder, *folder.parents)[: _TEMPLATE_FOLDER + 1]:
            if root.name == "templates":
                service = folder.relative_to(root).parts[:1]
                services = [root.parent / "services" / f"{name}.json" for name in service]
                found.update(file for file in (*folder.glob("*.*"), *services) if file.is_file())
    return sorted(found)
