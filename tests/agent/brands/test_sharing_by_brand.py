"""Each brand's coordinator is a destination of its own: with its own level, limits, and network."""

from pathlib import Path

import pytest

from guildpost_agent.adapters.files.policy_file import PolicyFile
from guildpost_agent.app.egress.dealer_policy import FILE, read_policy
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy, standard_rules
from guildpost_agent.app.egress.sharing import note_network_level
from guildpost_agent.bootstrap.egress_policy import add_coordinator, standard_text
from guildpost_shared.errors import ConfigurationError, Language, Refused
from guildpost_shared.sharing import TARGET_PATH, Sharing
from tests.factories.sending_world import SendingWorld
from tests.fakes.catalogue_source import FakeCatalogue

FIRST, SKODA = "coordinator", "coordinator-skoda"
BOTH = "".join(f"[{to}.renew]\n[{to}.round_reply]\n" for to in (FIRST, SKODA))


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def leaves(world: SendingWorld, folder: Path, text: str) -> list[str]:
    """Name what leaves, by coordinator and kind."""
    (folder / FILE).write_text(text, "utf-8")
    gate, found = EgressGate(world.open_uow, PolicyFile(folder / FILE), world.clock), []
    for to in (FIRST, SKODA):
        for kind in ("renew", "round_reply"):
            try:
                gate.release(destination=to, kind=kind, payload=b"x")
            except Refused:
                continue
            found.append(f"{to} {kind}")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BOTH, [f"{FIRST} renew", f"{FIRST} round_reply", f"{SKODA} renew", f"{SKODA} round_reply"]),
        (f'{BOTH}[{SKODA}]\nsharing = "membership"\n', [f"{FIRST} renew", f"{FIRST} round_reply", f"{SKODA} renew"]),
        (f'{BOTH}[{FIRST}]\nsharing = "nothing"\n', [f"{SKODA} renew", f"{SKODA} round_reply"]),
        (f'sharing = "membership"\n{BOTH}[{SKODA}]\nsharing = "studies"\n', [f"{FIRST} renew", f"{SKODA} renew"]),
        (f"[{FIRST}.renew]\n", [f"{FIRST} renew"]),
    ],
    ids=["everything", "less with one", "nothing with the first", "the general level holds for all", "one not listed"],
)
def test_each_coordinator_gets_what_the_policy_says_of_it(
    world: SendingWorld, tmp_path: Path, text: str, expected: list[str]
) -> None:
    assert expected == leaves(world, tmp_path, text)


def test_a_networks_level_holds_in_that_network(world: SendingWorld, tmp_path: Path) -> None:
    level = FakeCatalogue({TARGET_PATH: b'{"type":"sharing","level":"membership"}'})
    note_network_level(level, world.open_uow, "skoda")
    assert [f"{FIRST} renew", f"{FIRST} round_reply", f"{SKODA} renew"] == leaves(world, tmp_path, BOTH)


@pytest.mark.parametrize(
    "text",
    [
        "[coordinator-Skoda.renew]",
        "[coordinator-.renew]",
        "[coordinator-skoda.letter_pdf]",
        "[relay-skoda.relay_poll]",
        "[relay]\nsharing = 'studies'",
        "[coordinator-skoda]\nsharing = 'all'",
    ],
)
def test_what_is_no_coordinator_and_no_level_is_said(text: str) -> None:
    with pytest.raises(ConfigurationError, match="egress_policy_unknown"):
        read_policy(text)


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_further_brand_is_added_once_as_the_standard_and_the_dealers_words_stay(
    tmp_path: Path, language: Language
) -> None:
    file = tmp_path / FILE
    with pytest.raises(ConfigurationError, match="egress_policy_missing"):
        add_coordinator(tmp_path, "skoda", language)
    file.write_text(standard_text(language) + "# my own remark", "utf-8")
    add_coordinator(tmp_path, "skoda", language)
    policy = read_policy(file.read_text("utf-8"))
    assert EgressPolicy(rules=standard_rules(["skoda"]), levels={SKODA: Sharing.STUDIES}) == policy
    assert standard_text(language) + "# my own remark\n" in file.read_text("utf-8")
    file.write_text(f'sharing = "studies"\n[{SKODA}]\nsharing = "nothing"\n', "utf-8")
    add_coordinator(tmp_path, "skoda", language)  # the dealer has said something about it
    assert f'sharing = "studies"\n[{SKODA}]\nsharing = "nothing"\n' == file.read_text("utf-8")
