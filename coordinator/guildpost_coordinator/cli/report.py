"""How a command line says what went wrong: a sentence, the next step, an exit code from the table."""

import sys
from collections.abc import Callable
from typing import Final

from guildpost_shared.command_line import reader_left
from guildpost_shared.errors import GuildpostError, Language, exit_code, public_text
from guildpost_shared.os_reasons import file_refused

INTERRUPTED: Final = 130  # 128 + SIGINT, as shells count


def reported(language: Language, run: Callable[[], int]) -> int:
    """Run a command and report a known error; a bug keeps its traceback.

    Returns:
        The exit code of the process.
    """
    try:
        return run()
    except GuildpostError as error:
        return _told(error, language)
    except BrokenPipeError:
        return reader_left()
    except OSError as error:
        known = file_refused(error)
        if known is None:
            raise
        return _told(known, language)
    except KeyboardInterrupt:
        return INTERRUPTED


def _told(error: GuildpostError, language: Language) -> int:
    text = public_text(error, language)
    print(text.what, text.next_step, sep="\n", file=sys.stderr)
    return exit_code(error)
