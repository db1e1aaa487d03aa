"""``guildpost-demo``: a brand and its dealerships on this machine, end to end."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from guildpost_demo.driver.options import Options
from guildpost_demo.driver.play import play
from guildpost_shared.errors import GuildpostError, Language, exit_code, public_text

MAX_DEALERS: Final = 12
MAX_WEEKS: Final = 52


def _number(low: int, high: int) -> Callable[[str], int]:
    def bounded(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            message = f"{low} … {high}"
            raise argparse.ArgumentTypeError(message)
        return value

    return bounded


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    found = argparse.ArgumentParser(
        prog="guildpost-demo",
        description="Startet eine Marke und ihre Autohäuser auf diesem Rechner. / Starts a brand and its dealerships.",
    )
    found.add_argument("--folder", type=Path, default=Path("guildpost-demo"), help="everything is written below it")
    found.add_argument("--exit", action="store_true", help="end with a summary table instead of waiting for Ctrl-C")
    found.add_argument("--weeks", type=_number(1, MAX_WEEKS), default=Options.weeks, help="simulated weeks")
    found.add_argument("--dealers", type=_number(1, MAX_DEALERS), default=MAX_DEALERS, help="how many dealerships")
    found.add_argument("--percent", type=_number(20, 100), default=100, help="of the dealerships' customers")
    found.add_argument("--seed", type=int, default=1, help="the same seed gives the same network and customers")
    found.add_argument("--lang", choices=("de", "en"), default="de", help="language of the demo and its pages")
    found.add_argument("--keep", action="store_true", help="move a former demo's folder aside instead of replacing it")
    found.add_argument("--canaries", type=_number(0, 20_000), default=0, help="plant this many unmistakable values")
    found.add_argument(
        "--record", action="store_true", help="record what leaves each agent and what coordinator and relay decode"
    )
    return found


def main(arguments: list[str] | None = None) -> None:
    """Run the demo and exit with its code."""
    asked = parser().parse_args(arguments)
    language: Language = asked.lang
    options = Options(
        folder=asked.folder,
        ends_by_itself=asked.exit,
        weeks=asked.weeks,
        dealers=asked.dealers,
        percent=asked.percent,
        seed=asked.seed,
        language=language,
        keeps_former=asked.keep,
        canaries=asked.canaries,
        records=asked.record,
    )
    try:
        code = play(options)
    except GuildpostError as error:
        print(f"\n{public_text(error, language)}", file=sys.stderr)
        code = exit_code(error)
    sys.exit(code)


if __name__ == "__main__":
    main()
