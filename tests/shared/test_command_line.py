"""The thin main of every program: errors become one sentence and an exit code, commands are loaded when asked for."""

import argparse
import errno
import gc
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from guildpost_agent.cli import main as agent
from guildpost_coordinator.cli import main as coordinator
from guildpost_coordinator.cli.association import main as association
from guildpost_coordinator.cli.signer import main as signer
from guildpost_relay.cli import main as relay
from guildpost_shared.command_line import main
from guildpost_shared.command_parser import default_language, misread
from guildpost_shared.errors import (
    KINDS,
    ConfigurationError,
    Conflict,
    GuildpostError,
    Language,
    ProtocolViolation,
    Refused,
    Unavailable,
    Untrusted,
    codes,
    public_text,
)

PROGRAM = "guildpost-test"


class Command(ModuleType):
    """A command as a module: what ``run`` does is said when it is made."""

    HELP = "Prüfen · check"

    def __init__(self, name: str, outcome: int | BaseException = 0) -> None:
        super().__init__(name)
        self._outcome = outcome
        self.given: list[argparse.Namespace] = []

    def configure(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--number", type=int, default=1)
        parser.add_argument("--name")
        parser.add_argument("--share", type=float)
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--accept", action="store_true")
        choice.add_argument("--decline", action="store_true")

    def run(self, arguments: argparse.Namespace) -> int:
        self.given.append(arguments)
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome


def _install(monkeypatch: pytest.MonkeyPatch, outcome: int | BaseException = 0) -> Command:
    command = Command("guildpost_test_command", outcome)
    monkeypatch.setitem(sys.modules, command.__name__, command)
    return command


COMMANDS = {"check": "guildpost_test_command", "other": "guildpost_test_module_that_does_not_exist"}


@pytest.fixture(autouse=True)
def _no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUILDPOST_LANG", raising=False)


@pytest.mark.parametrize("code", [0, 3])
def test_a_commands_exit_code_is_the_programs(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    command = _install(monkeypatch, code)
    assert code == main(PROGRAM, COMMANDS, ["check", "--number", "7"])
    assert [7] == [arguments.number for arguments in command.given]


def test_only_the_command_that_is_asked_for_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch)
    assert 0 == main(PROGRAM, COMMANDS, ["check"])
    with pytest.raises(ModuleNotFoundError):
        main(PROGRAM, COMMANDS, ["other"])


COLLECTING = """
import gc, sys, types
from guildpost_agent.cli import main as agent
from guildpost_coordinator.cli import main as coordinator
from guildpost_coordinator.cli.association import main as association
from guildpost_coordinator.cli.signer import main as signer
from guildpost_relay.cli import main as relay
from guildpost_shared.command_line import main
command = types.ModuleType("a_command")
command.HELP, command.configure = "", lambda _parser: None
command.run = lambda _arguments: print(gc.isenabled(), gc.get_freeze_count() > 0) or 0
sys.modules["a_command"] = command
main("guildpost-test", {"check": "a_command"})
"""


def test_a_process_of_its_own_collects_garbage_but_never_looks_through_its_modules() -> None:
    done = subprocess.run([sys.executable, "-c", COLLECTING, "check"], check=True, capture_output=True, text=True)
    assert "True True" == done.stdout.strip()


def test_a_command_inside_another_process_leaves_its_garbage_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch)
    frozen = gc.get_freeze_count()
    main(PROGRAM, COMMANDS, ["check"])
    assert frozen == gc.get_freeze_count()


@pytest.mark.parametrize("arguments", [["no-such-command"], [], ["check", "--number", "many"], ["check", "extra"]])
def test_a_command_line_that_cannot_be_read_is_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    command = _install(monkeypatch)
    with pytest.raises(SystemExit) as caught:
        main(PROGRAM, {"check": COMMANDS["check"]}, arguments)
    assert 2 == caught.value.code
    assert f"Aufruf: {PROGRAM}" in capsys.readouterr().err
    assert [] == command.given


@pytest.mark.parametrize(
    ("arguments", "german", "english"),
    [
        pytest.param(
            ["check", "--number", "many"], "--number ist so nicht", "--number cannot be understood", id="a word"
        ),
        pytest.param(["check", "--number"], "fehlt eine Angabe: --number", "lacks something: --number", id="no value"),
        pytest.param(["check", "extra"], "kennt die Angabe nicht: extra", "does not know: extra", id="too much"),
        pytest.param(
            ["chekc"], "gibt es „chekc“ nicht; möglich: check", "cannot be “chekc”; possible: check", id="a slip"
        ),
        pytest.param([], "fehlt eine Angabe: BEFEHL", "lacks something: COMMAND", id="nothing"),
        pytest.param(
            ["check", "--number", "2,5"], "„2,5“ ist keine ganze Zahl", "“2,5” is not a whole number", id="no integer"
        ),
        pytest.param(["check", "--share", "viel"], "„viel“ ist keine Zahl", "“viel” is not a number", id="no number"),
        pytest.param(
            ["check", "--accept", "--decline"],
            "--decline und --accept gehen nicht zusammen",
            "--decline and --accept do not go together",
            id="two that exclude each other",
        ),
        pytest.param(
            ["check", "--n", "7"], "--n ist nicht eindeutig; möglich: --number, --name", "--n is ambiguous", id="half"
        ),
    ],
)
def test_what_is_wrong_with_a_command_line_is_said_in_both_languages(
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    german: str,
    english: str,
) -> None:
    _install(monkeypatch)
    for words, said in ((arguments, german), (["--lang=en", *arguments], english)):
        with pytest.raises(SystemExit):
            main(PROGRAM, {"check": COMMANDS["check"]}, words)
        assert said in capsys.readouterr().err


ENGLISH_OF_ARGPARSE = re.compile(r"usage|positional|options|show this help message|required|invalid|unrecognized")
ALL_PROGRAMS = {
    "guildpost-agent": agent,
    "guildpost-relay": relay,
    "guildpost-coordinator": coordinator,
    "guildpost-association": association,
    "guildpost-signer": signer,
}


@pytest.mark.parametrize("program", ALL_PROGRAMS)
@pytest.mark.parametrize(
    "words", [[], ["--help"], ["no-such-command"], ["--no-such-option"]], ids=lambda words: " ".join(words) or "nothing"
)
def test_no_program_explains_or_refuses_a_command_line_in_argparses_english(
    capsys: pytest.CaptureFixture[str], program: str, words: list[str]
) -> None:
    for language, begins in (("de", "Aufruf"), ("en", "Usage")):
        with pytest.raises(SystemExit) as caught:
            ALL_PROGRAMS[program](["--lang", language, *words])
        written = "".join(capsys.readouterr())
        assert (0 if words == ["--help"] else 2) == caught.value.code
        assert written.startswith(f"{begins}: {program}")
        assert [] == ENGLISH_OF_ARGPARSE.findall(written)


@pytest.mark.parametrize("words", [["check", "--help"], ["check", "list", "--help"]], ids=" ".join)
@pytest.mark.parametrize(
    ("language", "said"),
    [("de", ["Aufruf: ", "Optionen:", "diese Hilfe zeigen"]), ("en", ["Usage: ", "Options:", "show this help"])],
)
def test_the_help_of_a_command_and_of_its_actions_is_in_the_terminals_language(
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    language: Language,
    said: list[str],
) -> None:
    monkeypatch.setitem(sys.modules, "guildpost_test_command", Nested("guildpost_test_command"))
    monkeypatch.setenv("GUILDPOST_LANG", language)
    with pytest.raises(SystemExit):
        main(PROGRAM, COMMANDS, words)
    written = capsys.readouterr().out
    assert [] == [part for part in said if part not in written]


@pytest.mark.parametrize(
    ("choices", "said"), [("1, 2, 3, 4", "1–4"), ("1, 2, 4", "1, 2, 4"), ("day, week", "day, week")]
)
def test_a_row_of_numbers_is_written_by_its_ends(choices: str, said: str) -> None:
    error = misread(f"argument --days: invalid choice: 0 (choose from {choices})")
    assert said == error.params["choices"]


ERRORS = [
    ConfigurationError("agent_config_missing", path="/x/agent.toml"),
    Unavailable("agent_not_running"),
    Refused("study_not_ripe", study="slot-lead", day="2027-06-01"),
    Untrusted("egress_ledger_broken"),
    ProtocolViolation("business_clock_protocol"),
    Conflict("agent_already_running", home="/x"),
]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.kind)
def test_an_error_is_one_sentence_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: GuildpostError, language: Language
) -> None:
    assert codes()[error.code] == error.kind
    _install(monkeypatch, error)
    assert KINDS[error.kind].exit_code == main(PROGRAM, COMMANDS, ["check", "--lang", language])
    written = capsys.readouterr()
    assert (f"{public_text(error, language)}\n", "") == (written.err, written.out)
    assert "Traceback" not in written.err


def test_every_kind_of_error_is_tried() -> None:
    assert set(KINDS) == {error.kind for error in ERRORS}


def test_what_only_the_log_may_know_is_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _install(monkeypatch, Unavailable("agent_not_running", detail="erika@post.example"))
    main(PROGRAM, COMMANDS, ["check"])
    assert "erika" not in capsys.readouterr().err


def test_ctrl_c_is_130_without_a_word(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _install(monkeypatch, KeyboardInterrupt())
    assert 130 == main(PROGRAM, COMMANDS, ["check"])
    assert "" == capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "/nowhere/x"), 78, "/nowhere/x ist nicht zu verwenden"),
        (PermissionError(errno.EACCES, "Permission denied", "/home/x"), 78, "/home/x ist nicht zu verwenden"),
        (OSError(errno.ENOSPC, "No space left on device"), 78, "Schaffen Sie Platz"),
    ],
    ids=["not there", "forbidden", "full"],
)
def test_a_file_that_the_system_refuses_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: OSError, code: int, said: str
) -> None:
    _install(monkeypatch, error)
    assert code == main(PROGRAM, COMMANDS, ["check"])
    written = capsys.readouterr().err
    assert said in written
    assert str(error.strerror) not in written


def test_an_error_of_the_system_that_is_about_no_file_stays_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, OSError(errno.EBADF, "Bad file descriptor"))
    with pytest.raises(OSError, match="Bad file"):
        main(PROGRAM, COMMANDS, ["check"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--home", "FILE/below", "--brand", "Arvana"], "below ist nicht zu verwenden: "),
        (["--home", "NEW", "--brand", "  "], "--brand"),
        (["--home", "NEW", "--brand", "a\nb"], "brand"),
    ],
    ids=["a home below a file", "a brand without a name", "a name of two lines"],
)
def test_the_coordinator_is_set_up_nowhere_where_it_cannot_be(
    *,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    file, passphrase = tmp_path / "file", tmp_path / "passphrase"
    file.touch()
    passphrase.write_bytes(b"a passphrase made for tests only")
    monkeypatch.setenv("GUILDPOST_CA_PASSPHRASE_FILE", str(passphrase))
    given = [word.replace("FILE", str(file)).replace("NEW", str(tmp_path / "new")) for word in words]
    assert 78 == coordinator(["init", *given])
    assert said in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_bug_stays_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main(PROGRAM, COMMANDS, ["check"])


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "de"),
        ({"GUILDPOST_LANG": "en"}, "en"),
        ({"GUILDPOST_LANG": "EN_GB"}, "en"),
        ({"GUILDPOST_LANG": "fr"}, "de"),
    ],
    ids=str,
)
def test_the_terminals_language_is_german_unless_the_environment_says_english(
    environment: dict[str, str], language: str
) -> None:
    assert language == default_language(environment)


class Nested(Command):
    """A command with actions."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        action = parser.add_subparsers(dest="action", required=True).add_parser("list")
        action.add_argument("--number", type=int, default=1)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["check", "list"], "de"),
        (["--lang", "en", "check", "list"], "en"),
        (["check", "--lang", "en", "list", "--number", "3"], "en"),
        (["check", "list", "--number", "3", "--lang", "en"], "en"),
        (["check", "list", "--lang=en"], "en"),
        (["check", "--lang", "de", "list", "--lang", "en"], "en"),
    ],
    ids=["not said", "before the command", "before the action", "after the action", "with =", "the inner one counts"],
)
def test_the_language_may_be_said_anywhere(
    monkeypatch: pytest.MonkeyPatch, words: list[str], language: Language
) -> None:
    command = Nested("guildpost_test_command")
    monkeypatch.setitem(sys.modules, command.__name__, command)
    assert 0 == main(PROGRAM, COMMANDS, words)
    assert [language] == [arguments.lang for arguments in command.given]


def test_an_argument_outweighs_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _install(monkeypatch, ERRORS[0])
    monkeypatch.setenv("GUILDPOST_LANG", "en")
    main(PROGRAM, COMMANDS, ["check"])
    assert "is missing" in capsys.readouterr().err
    main(PROGRAM, COMMANDS, ["check", "--lang", "de"])
    assert "fehlt" in capsys.readouterr().err
