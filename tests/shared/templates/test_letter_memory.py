"""Memory for typesetting follows the largest batch, not how many batches a process has set."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
PROGRAM = """
import json, sys
from dataclasses import replace
from datetime import UTC, date, datetime
from guildpost_shared.templates import letter as typesetter
from guildpost_shared.templates.context import LinkContext
from tests.shared.templates.sample import LETTER_DE, letter_template

if sys.argv[1] == "remembers":
    typesetter._forget_earlier = lambda: None

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

def batch(number):
    template, made = letter_template(LETTER_DE), []
    for n in range(150):
        url = f"https://antwort.autohaus.example/a/{number:04}{n:0120}"
        context = replace(template.manifest.sample, links=LinkContext(url, url))
        one = template.compose(context, doc_id=f"{number}-{n}", day=date(2027, 1, 18))
        made.append(replace(one, address=(f"Frau {number} {n}", f"Weg {n}", "84028 Landshut")))
    return made

sizes = []
for number in range(5):
    typesetter.typeset(batch(number), created=datetime(2027, 1, 18, tzinfo=UTC))
    sizes.append(resident())
print(json.dumps(sizes))
"""


GIVES_BACK = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MALLOC_MMAP_THRESHOLD_": "65536",
}
"""The allocator of the C library keeps no freed memory for later, so that what is measured is what is in use."""


def sizes(how: str) -> list[float]:
    """Set five batches of 150 letters in a process of its own; its memory after each, in MB."""
    environment = {**os.environ, **GIVES_BACK, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", PROGRAM, how]
    done = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=REPOSITORY)
    found: list[float] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_earlier_batches_are_forgotten() -> None:
    forgets, remembers = sizes("forgets"), sizes("remembers")
    kept, grown = forgets[-1] - forgets[1], remembers[-1] - remembers[1]
    assert grown > 45  # not vacuous: without forgetting they stay
    assert kept < grown / 5
