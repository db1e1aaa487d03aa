"""House rules of the repository that a machine can see; run by ``make check``, prints every violation."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README_COMMANDS = ("make demo", "make test")
ADDRESS = re.compile(r"https?://|file:/|--(extra-)?index-url|--find-links", re.IGNORECASE)
GENERATED = "shared/guildpost_shared/pb/"
LONGEST_FILE = 400


def tracked() -> list[Path]:
    """List the files git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def lock_has_hashes_and_no_address() -> Iterator[str]:
    """Every locked package carries a hash, and no lock names a place to download from."""
    for lock in (ROOT / "installers" / "lock").glob("*.txt"):
        text = lock.read_text("utf-8")
        if ADDRESS.search(text):
            yield f"{lock.name} names an address"
        for block in re.split(r"\n(?=\S)", text):
            if "==" in block.split("\n")[0] and "--hash=sha256:" not in block:
                yield f"{lock.name}: no hash for {block.splitlines()[0]}"


def scripts_agree() -> Iterator[str]:
    """The workspace offers exactly the commands of the distributions, and the demo."""
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    shipped: dict[str, str] = {}
    for part in ("agent", "coordinator"):
        shipped |= tomllib.loads((ROOT / part / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    expected = shipped | {"guildpost-demo": "guildpost_demo.cli:main"}
    if workspace != expected:
        yield f"scripts of the workspace and of the distributions differ: {set(workspace) ^ set(expected)}"


def files_are_short(files: list[Path]) -> Iterator[str]:
    """A Python file over 400 lines is a reason to think again."""
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        if file.suffix == ".py" and not name.startswith(GENERATED):
            lines = len(file.read_text("utf-8").splitlines())
            if lines > LONGEST_FILE:
                yield f"{name} has {lines} lines"


def readme_names_the_commands() -> Iterator[str]:
    """A newcomer finds both commands."""
    text = (ROOT / "README.md").read_text("utf-8")
    yield from (f"README.md does not name {command}" for command in README_COMMANDS if command not in text)


def main() -> int:
    """Print violations; exit code 1 where there are any."""
    files = tracked()
    found = [
        *lock_has_hashes_and_no_address(),
        *scripts_agree(),
        *files_are_short(files),
        *readme_names_the_commands(),
    ]
    for violation in found:
        print(violation)  # noqa: T201 — this is a command
    print(f"{len(files)} files, {len(found)} violations")  # noqa: T201 — as above
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
