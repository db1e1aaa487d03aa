"""The long-running agent imports its catalogue without heavy libraries."""

import subprocess
import sys

PROGRAM = """
import sys
import guildpost_agent.adapters.catalogue.tuf_catalogue, guildpost_agent.app.sync_catalogue
print(sorted(set(sys.modules) & {"numpy", "polars", "typst", "flwr", "scipy", "mjml", "liquid", "pydantic"}))
"""


def test_the_catalogue_loads_no_heavy_library() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
