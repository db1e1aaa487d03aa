"""What the documents say is true of the programs."""

import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import guildpost_agent.cli
import guildpost_coordinator.cli
import guildpost_relay.cli
from guildpost_agent.config import AgentConfig

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "docs" / "agent.toml"
COMMANDS: dict[str, Collection[str]] = {
    "guildpost-agent": guildpost_agent.cli.COMMANDS,
    "guildpost-coordinator": guildpost_coordinator.cli.COMMANDS,
    "guildpost-relay": guildpost_relay.cli.COMMANDS,
}
MAINS = {
    "guildpost-agent": guildpost_agent.cli.main,
    "guildpost-coordinator": guildpost_coordinator.cli.main,
    "guildpost-relay": guildpost_relay.cli.main,
}
COMMAND = re.compile(r"\b(guildpost-(?:agent|coordinator|relay))\s+([a-z][a-z-]+)\b")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def sample_lines() -> Iterator[tuple[str, str]]:
    """Give each line of the sample configuration with its table; what is commented out as an example counts as set."""
    table = ""
    for line in SAMPLE.read_text("utf-8").splitlines():
        setting = re.sub(r"^# (?=\[[\w.]+\]|\w+ = )", "", line)
        if found := re.match(r"\[([\w.]+)\]", setting):
            table = found[1]
        yield table, setting


def sections(model: type[BaseModel], table: str = "") -> Iterator[tuple[str, str, FieldInfo]]:
    """List the settings, each with its table; ``*`` stands for names that the dealer chooses."""
    for name, field in model.model_fields.items():
        inner = [part for part in _parts(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        if not inner:
            yield table, name, field
        for one in inner:
            below = ".*" if "dict[" in str(field.annotation) else ""
            yield from sections(one, f"{table}.{name}{below}".lstrip("."))


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for one in get_args(annotation):
        yield from _parts(one)


SETTINGS = list(sections(AgentConfig))


@pytest.mark.parametrize("text", [SAMPLE.read_text("utf-8"), "\n".join(line for _, line in sample_lines())])
def test_the_sample_configuration_is_accepted_by_the_agent_with_and_without_its_examples(text: str) -> None:
    sample = tomllib.loads(text)
    assert sample["dealer"]["name"] == AgentConfig.model_validate(sample).dealer.name


@pytest.mark.parametrize(("table", "name", "field"), SETTINGS, ids=[f"{table}.{name}" for table, name, _ in SETTINGS])
def test_the_sample_configuration_names_every_setting_and_its_default(table: str, name: str, field: FieldInfo) -> None:
    places = [table.replace(".", r"\.").replace("*", r"\w+"), table.removesuffix(".*").replace("*", r"\w+")]
    here = re.compile("|".join(places))
    named = [
        line
        for at, line in sample_lines()
        if at == f"{table}.{name}" or (here.fullmatch(at) and re.search(rf"\b{name}\b", line))
    ]
    assert named
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if default:  # what is empty or nothing needs no words
        plain = json.loads(json.dumps(default, default=str))
        given = [tomllib.loads(line)[name] for line in named if line.startswith(f"{name} = ")]
        assert plain in given or any(f"default {json.dumps(plain)}" in line for line in named)


def test_every_command_the_readme_shows_exists() -> None:
    shown = set(COMMAND.findall((ROOT / "README.md").read_text("utf-8")))
    assert len(shown) >= 10
    assert set() == {(program, command) for program, command in shown if command not in COMMANDS[program]}


@pytest.mark.parametrize(("program", "main"), MAINS.items(), ids=MAINS)
def test_each_program_names_its_commands_when_asked(
    program: str, main: Callable[[Sequence[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(SystemExit):
        main(["--help"])
    assert set() == set(COMMANDS[program]) - set(re.findall(r"[\w-]+", capsys.readouterr().out))


def test_the_readme_names_every_command_of_the_agent_and_every_page() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = {command for program, command in COMMAND.findall(readme) if program == "guildpost-agent"}
    pages = {page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").glob("*.md")}
    assert (set(), set()) == (
        set(COMMANDS["guildpost-agent"]) - shown,
        {page for page in pages if f"({page})" not in readme},
    )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_place_a_document_names_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    named = re.findall(r"`((?:tests|shared|agent|coordinator|demo|bench|docs|installers|proto)/[\w./*-]+)`", text)
    missing = [link for link in links if not (document.parent / link).exists()]
    missing += [name for name in named if not list(ROOT.glob(name.rstrip("/")))]
    assert [] == missing
