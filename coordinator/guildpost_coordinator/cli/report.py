"""How a command line says what went wrong: a sentence, the next step, an exit code from the table."""

import sys
from collections.abc import Callable
from typing import Final

from guildpost_shared.errors import GuildpostError, Language, exit_code, public_text

INTERRUPTED: Final = 130  # 128 + SIGINT, as shells count


def reported(language: Language, run: Callable[[], int]) -> int:
    """Run a command and report a known error; a bug keeps its traceback.

    Returns:
        The exit code of the process.
    """
    try:
        return run()
    except GuildpostError as error:
        text = public_text(error, language)
        print(text.what, text.next_step, sep="\n", file=sys.stderr)
        return exit_code(error)
    except KeyboardInterrupt:
        return INTERRUPTED
