"""Weak masks and noise: the code of secure sum, noise, studies and learning draws nothing by itself.

Randomness comes in as ``Entropy``, which the composition root fills with the operating system's generator. A static ban
keeps every other source out, whatever a later change brings.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import guildpost_shared
from tests.factories.syntax import parsed

PACKAGE = Path(guildpost_shared.__file__).parent
FILES = sorted(
    path for folder in ("secagg", "privacy", "studies", "learning") for path in (PACKAGE / folder).rglob("*.py")
)
BANNED = {"random", "secrets", "os", "time", "uuid", "numpy.random"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and node.attr == "random":
            yield "numpy.random"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "__import__":
            yield "random"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_randomness_and_time_come_as_arguments_only(path: Path) -> None:
    assert set() == BANNED & set(imported(parsed(path.read_text("utf-8"))))


def test_the_ban_looks_at_the_files_that_draw() -> None:
    looked_at = {f"{path.parent.name}/{path.stem}" for path in FILES}
    assert {"secagg/shamir", "secagg/participant", "privacy/skellam", "studies/noise"} <= looked_at


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "from random import SystemRandom",
        "from numpy import random",
        "from numpy.random import default_rng",
        "x = np.random.default_rng()",
        "from os import urandom",
        "x = __import__('random')",
    ],
)
def test_the_ban_finds_what_it_bans(line: str) -> None:
    found = set(imported(parsed(line)))
    assert BANNED & found
