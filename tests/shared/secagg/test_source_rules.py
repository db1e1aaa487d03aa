"""What the code of the secure sum and of the noise may not import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import guildpost_shared

PACKAGE = Path(guildpost_shared.__file__).parent
FILES = sorted(path for folder in ("secagg", "privacy", "studies") for path in (PACKAGE / folder).rglob("*.py"))
BANNED = {"random", "secrets", "os", "time", "numpy.random"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and node.attr == "random":
            yield "numpy.random"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_randomness_and_time_come_as_arguments_only(path: Path) -> None:
    assert set() == BANNED & set(imported(ast.parse(path.read_text("utf-8"))))


@pytest.mark.parametrize("line", ["import random", "from numpy import random", "x = np.random.default_rng()"])
def test_the_ban_finds_what_it_bans(line: str) -> None:
    assert BANNED & set(imported(ast.parse(line)))


def test_studies_releases_and_the_roster_are_read_without_loading_numpy() -> None:
    modules = "guildpost_shared.studies.slot_lead, guildpost_shared.studies.release, guildpost_shared.identity.roster"
    program = f"import {modules}, sys; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "False" == done.stdout.strip()
