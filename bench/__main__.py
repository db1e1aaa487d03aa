"""``python -m bench NAME``: run one benchmark and print its figures; exit code 1 where a goal is missed."""

import importlib
import sys
from pathlib import Path

from bench.figures import Benchmark, line

HELPERS = {  # no benchmarks of their own
    "__init__",
    "__main__",
    "consents",
    "figures",
    "learning_policy",
    "learning_senders",
    "linkage",
}


def names() -> list[str]:
    """List the benchmarks: every other module of this folder."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in HELPERS)


def main(arguments: list[str]) -> int:
    """Run a benchmark by name."""
    if not arguments or arguments[0] not in names():
        print(f"usage: make bench BENCH={'|'.join(names())}", file=sys.stderr)
        return 64
    run: Benchmark = importlib.import_module(f"bench.{arguments[0]}").run
    figures = run(arguments[1:])
    for figure in figures:
        print(line(figure), flush=True)
    return 0 if all(figure.reached for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
