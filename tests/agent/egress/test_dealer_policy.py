"""The dealer's own policy: it can only take away, counts from the next message on, and a slip opens nothing."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.adapters.files.policy_file import PolicyFile
from guildpost_agent.app.egress.dealer_policy import FILE, read_policy, write_policy
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import STANDARD_RULES, EgressPolicy
from guildpost_agent.app.egress.sharing import network_level, note_network_level
from guildpost_agent.bootstrap.egress_policy import standard_text
from guildpost_shared.errors import ConfigurationError, Language, Refused, public_text
from guildpost_shared.sharing import TARGET_PATH, Sharing, parse_sharing, tightest
from tests.factories.sending_world import NOW, SendingWorld
from tests.fakes.catalogue_source import FakeCatalogue

RENEW = "[coordinator.renew]\nmost_bytes = 20\nper_day = 2\n"


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    return SendingWorld(tmp_path)


def gate_of(world: SendingWorld, folder: Path, text: str) -> EgressGate:
    (folder / FILE).write_text(text, "utf-8")
    return EgressGate(world.open_uow, PolicyFile(folder / FILE), world.clock)


def outcome(gate: EgressGate, kind: str = "renew", payload: bytes = b"a request", to: str = "coordinator") -> str:
    try:
        gate.release(destination=to, kind=kind, payload=payload)
    except (Refused, ConfigurationError) as error:
        return str(error.params.get("reason", error.code)) if isinstance(error, Refused) else error.code
    return "left"


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_standard_file_says_exactly_what_the_program_allows(language: Language) -> None:
    assert EgressPolicy(rules=dict(STANDARD_RULES)) == read_policy(standard_text(language))


def test_a_kind_whose_table_the_dealer_deletes_stays_inside(world: SendingWorld, tmp_path: Path) -> None:
    gate = gate_of(world, tmp_path, RENEW)
    assert ["left", "not_listed", "not_listed"] == [
        outcome(gate), outcome(gate, "presence", b"0.1.0"), outcome(gate, "relay_poll", b"GET /v1/", "relay")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "payload"), [("renew", b"x"), ("presence", b"0.1.0")], ids=["entered each", "entered by the day"]
)
def test_the_number_for_a_day_is_used_up_until_midnight(
    world: SendingWorld, tmp_path: Path, kind: str, payload: bytes
) -> None:
    gate = gate_of(world, tmp_path, f"[coordinator.{kind}]\nper_day = 2\n")
    assert ["left", "left", "too_often", "too_often"] == [outcome(gate, kind, payload) for _ in range(4)]
    assert 2 == gate.sent_today("coordinator", kind)
    world.clock.set(NOW + timedelta(days=1))
    assert ["left", "left", "too_often"] == [outcome(gate, kind, payload) for _ in range(3)]


def test_a_change_counts_for_the_next_message(world: SendingWorld, tmp_path: Path) -> None:
    gate = gate_of(world, tmp_path, RENEW)
    assert "left" == outcome(gate, payload=b"x" * 20)
    (tmp_path / FILE).write_text(RENEW.replace("20", "9"), "utf-8")
    assert "too_large" == outcome(gate, payload=b"x" * 20)
    (tmp_path / FILE).write_text('sharing = "nothing"\n' + RENEW, "utf-8")
    assert "sharing" == outcome(gate)


def test_a_file_that_is_lost_lets_nothing_out(world: SendingWorld, tmp_path: Path) -> None:
    gate = gate_of(world, tmp_path, RENEW)
    (tmp_path / FILE).unlink()
    assert "egress_policy_missing" == outcome(gate)


SLIPS = {
    "no TOML": ("[coordinator", "egress_policy_unreadable"),
    "no text": ("\x00", "egress_policy_unreadable"),
    "an unknown destination": ("[brand.renew]\n", "egress_policy_unknown"),
    "an unknown kind": ("[coordinator.customers]\n", "egress_policy_unknown"),
    "a kind of another destination": ("[coordinator.letter_pdf]\n", "egress_policy_unknown"),
    "an unknown word": ("[coordinator.renew]\nmost = 1\n", "egress_policy_unknown"),
    "an unknown level": ('sharing = "everything"\n', "egress_policy_unknown"),
    "a word at the top": ("coordinator = true\n", "egress_policy_unknown"),
    "larger than the program": ("[coordinator.renew]\nmost_bytes = 16385\n", "egress_policy_wide"),
    "oftener than the program": ("[coordinator.renew]\nper_day = 501\n", "egress_policy_wide"),
    "less than nothing": ("[coordinator.renew]\nper_day = -1\n", "egress_policy_wide"),
    "no number": ('[coordinator.renew]\nper_day = "many"\n', "egress_policy_wide"),
    "a truth": ("[coordinator.renew]\nper_day = true\n", "egress_policy_wide"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_in_the_file_lets_nothing_out_and_is_named(world: SendingWorld, tmp_path: Path, name: str) -> None:
    text, code = SLIPS[name]
    assert code == outcome(gate_of(world, tmp_path, text))
    with pytest.raises(ConfigurationError) as caught:
        PolicyFile(tmp_path / FILE).current()
    assert tmp_path / FILE == caught.value.params["path"]


def test_a_file_that_is_no_text_is_said_without_the_programs_own_words(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError) as caught:
        PolicyFile(tmp_path / FILE).current()
    assert "lässt sich nicht lesen: nicht in UTF-8." in str(public_text(caught.value, "de"))


LEVELS = st.sampled_from(Sharing)
KEYS = st.sampled_from(sorted(STANDARD_RULES))


@given(
    kept=st.frozensets(KEYS), scale=st.fractions(0, 1), own=LEVELS, network=LEVELS, key=KEYS,
    size=st.integers(0, 2000),
)  # fmt: skip
def test_no_policy_and_no_network_level_let_out_what_the_program_or_the_dealer_does_not(  # noqa: PLR0917 — one argument per thing drawn
    kept: frozenset[tuple[str, str]], scale: float, own: Sharing, network: Sharing, key: tuple[str, str], size: int
) -> None:
    tables = "".join(
        f"[{to}.{kind}]\nmost_bytes = {int(STANDARD_RULES[to, kind].max_bytes * scale)}\n" for to, kind in sorted(kept)
    )
    policy, payload = read_policy(f'sharing = "{own.value}"\n{tables}'), b" " * size
    try:
        policy.check(*key, payload, network=network)
    except Refused:
        return
    assert key in kept
    assert size <= int(STANDARD_RULES[key].max_bytes * scale)
    assert own.covers(STANDARD_RULES[key].level)
    assert network.covers(STANDARD_RULES[key].level)
    STANDARD_RULES[key].has_form(payload)
    EgressPolicy().check(*key, payload)


@pytest.mark.parametrize("network", Sharing)
@pytest.mark.parametrize("own", Sharing)
def test_the_tighter_level_counts_and_the_network_never_lifts_a_dealer(
    world: SendingWorld, tmp_path: Path, own: Sharing, network: Sharing
) -> None:
    gate = gate_of(world, tmp_path, f'sharing = "{own.value}"\n[coordinator.renew]\n[coordinator.round_reply]\n')
    publish(world, network)
    kinds = {"renew": Sharing.MEMBERSHIP, "round_reply": Sharing.STUDIES}
    for kind, needed in kinds.items():
        assert ("left" if tightest(own, network).covers(needed) else "sharing") == outcome(gate, kind)


def publish(world: SendingWorld, level: Sharing, body: bytes | None = None) -> FakeCatalogue:
    source = FakeCatalogue({TARGET_PATH: body or f'{{"type":"sharing","level":"{level.value}"}}'.encode()})
    note_network_level(source, world.open_uow)
    return source


def level_of(world: SendingWorld) -> Sharing:
    with world.open_uow() as uow:
        return network_level(uow)


def test_a_level_that_this_program_does_not_know_counts_as_membership_only(world: SendingWorld) -> None:
    publish(world, Sharing.STUDIES, b'{"type":"sharing","level":"everything"}')
    assert Sharing.MEMBERSHIP is level_of(world)


def test_a_level_that_one_role_alone_took_back_stays(world: SendingWorld) -> None:
    source = publish(world, Sharing.MEMBERSHIP)
    source.recall(TARGET_PATH, "legal")
    source.sync()
    assert Sharing.MEMBERSHIP is note_network_level(source, world.open_uow)
    source.recall(TARGET_PATH)
    source.sync()
    assert Sharing.STUDIES is note_network_level(source, world.open_uow)


@pytest.mark.parametrize("body", [b"{}", b'{"type":"sharing","level":"studies","more":1}', b"[]", b"\xff"])
def test_a_document_that_is_no_level_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="document_"):
        parse_sharing(body)


def test_what_was_written_reads_the_same(world: SendingWorld) -> None:
    del world
    narrow = read_policy('sharing = "membership"\n' + RENEW)
    text = write_policy(narrow, "Heading\nof two lines", lambda _to, kind: kind, sharing_words="level")
    assert narrow == read_policy(text)
    assert {"sharing", "coordinator"} == set(tomllib.loads(text))
