"""Whoever edits the ledger is found: in the middle by its chain, at the end by what is noted outside the database."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from guildpost_agent.adapters.files.ledger_witness import FILE, LedgerWitnessFile
from guildpost_agent.adapters.sql.tables import egress_ledger
from guildpost_agent.app.egress.export import end_to_json, read_end, signed_end, to_csv, to_json
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.ledger import next_entry, verify_ledger
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.egress.witness import (
    Gap,
    Witness,
    WitnessKeeper,
    accept_ledger,
    check_ledger,
    ledger_trouble,
    require_entry,
)
from guildpost_agent.app.ports.unit_of_work import LedgerEntry
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.cli import main
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import Untrusted
from guildpost_shared.identity.keys import new_identity_key, raw_public
from tests.factories.agent_home import an_agent_home
from tests.factories.sending_world import NOW, SendingWorld

KEY: Final = bytes(32)


class Noted:
    """A ``WitnessKeeper`` in memory."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness

    def read(self) -> Witness:
        return self.witness

    def write(self, witness: Witness) -> None:
        self.witness = witness


def chain(length: int, salt: int = 0) -> list[LedgerEntry]:
    entries: list[LedgerEntry] = []
    for n in range(length):
        last = entries[-1] if entries else None
        digest = f"{salt + n:064x}"
        entries.append(next_entry(last, at=NOW, destination="relay", kind="relay_card", size=n, sha256=digest))
    return entries


def noted(entries: list[LedgerEntry]) -> Noted:
    return Noted(Witness(entries[-1].seq, entries[-1].hash) if entries else Witness())


def trouble(entries: list[LedgerEntry], keeper: WitnessKeeper) -> str | None:
    found = ledger_trouble(entries, keeper)
    return found.code if found else None


Tamper = Callable[[list[LedgerEntry]], list[LedgerEntry]]
TAMPERINGS: Final[dict[str, tuple[Tamper, str]]] = {
    "nothing": (lambda e: e, "whole"),
    "an entry edited": (lambda e: [*e[:3], replace(e[3], size=999), *e[4:]], "egress_ledger_broken"),
    "an entry edited with a fitting hash": (
        lambda e: [*e[:3], next_entry(e[2], at=NOW, destination="relay", kind="renew", size=0, sha256=""), *e[4:]],
        "egress_ledger_broken",
    ),
    "an entry deleted": (lambda e: [*e[:3], *e[4:]], "egress_ledger_broken"),
    "the first one deleted": (lambda e: e[1:], "egress_ledger_broken"),
    "two exchanged": (lambda e: [*e[:3], e[4], e[3], *e[5:]], "egress_ledger_broken"),
    "one doubled": (lambda e: [*e[:3], e[3], *e[3:]], "egress_ledger_broken"),
    "the last one cut off": (lambda e: e[:-1], "egress_ledger_cut"),
    "emptied": (lambda _: [], "egress_ledger_cut"),
    "written anew, as long": (lambda e: chain(len(e), salt=7), "egress_ledger_other"),
    "written anew, longer": (lambda e: chain(len(e) + 5, salt=7), "egress_ledger_other"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_way_of_tampering_is_found_and_named(name: str) -> None:
    tamper, code = TAMPERINGS[name]
    entries = chain(8)
    assert (code if code != "whole" else None) == trouble(tamper(entries), noted(entries))


@given(length=st.integers(1, 12), keep=st.lists(st.integers(0, 11), max_size=14))
def test_no_other_selection_or_order_of_the_entries_passes(length: int, keep: list[int]) -> None:
    entries = chain(length)
    other = [entries[n] for n in keep if n < length]
    assert (None if other == entries else True) == (trouble(other, noted(entries)) and True)


@given(length=st.integers(0, 12), seen=st.integers(0, 12))
def test_a_ledger_that_only_grew_since_it_was_noted_is_whole(length: int, seen: int) -> None:
    entries = chain(length)
    assert trouble(entries, noted(entries[: min(seen, length)])) is None


# The real file and the real database


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return an_agent_home(tmp_path, monkeypatch)


def release(core: Core, times: int = 1) -> None:
    for n in range(times):
        core.gate.release(destination="coordinator", kind="renew", payload=b"a request %d" % n)


def ledger(core: Core) -> list[LedgerEntry]:
    with core.open_uow() as uow:
        return uow.egress.all()


def cut(core: Core, after: int) -> None:
    with core.engine.begin() as connection:
        connection.execute(delete(egress_ledger).where(egress_ledger.c.seq > after))


def test_the_end_is_noted_with_each_entry_and_daily_ones_when_their_day_is_over(tmp_path: Path) -> None:
    world, keeper = SendingWorld(tmp_path), LedgerWitnessFile(tmp_path / FILE, KEY)
    keeper.write(Witness())
    gate = EgressGate(world.open_uow, EgressPolicy(), world.clock, witness=keeper)
    ends = []
    for _ in range(3):
        gate.release(destination="coordinator", kind="presence", payload=b"0.1.0")
        gate.release(destination="coordinator", kind="renew", payload=b"x")
        ends.append(keeper.read().seq)
        world.clock.set(world.clock.now() + timedelta(days=1))
    assert [1, 3, 5] == ends
    with world.open_uow() as uow:
        assert keeper.read().hash == check_ledger(uow.egress.all(), keeper).hash


def test_what_was_cut_off_stays_an_alarm_however_much_is_written_after_it(home: Path) -> None:
    core = open_core(home)
    release(core, 5)
    cut(core, after=3)
    assert "egress_ledger_cut" == trouble(ledger(core), core.witness)
    release(core, 4)
    verify_ledger(ledger(core))
    assert "egress_ledger_other" == trouble(ledger(core), core.witness)


def test_a_witness_that_is_gone_or_edited_is_an_alarm_and_does_not_come_back_by_itself(home: Path) -> None:
    core = open_core(home)
    release(core, 2)
    path = home / FILE
    text = path.read_text("utf-8")
    path.write_text(text.replace('"seq": 2', '"seq": 1'), "utf-8")
    assert "egress_ledger_witness" == trouble(ledger(core), core.witness)
    path.unlink()
    release(core)
    core.engine.dispose()
    assert "egress_ledger_witness" == trouble(ledger(core), open_core(home).witness)


def test_after_a_restore_a_person_confirms_and_the_gap_stays_on_record(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    core = open_core(home)
    release(core, 5)
    cut(core, after=3)
    assert 76 == main(["ledger", "--home", str(home)])
    assert 78 == main(["ledger", "--home", str(home), "--accept"])
    capsys.readouterr()
    assert 0 == main(["ledger", "--home", str(home), "--accept", "--by", "Frau Groß"])
    assert "bestätigte Frau Groß eine Lücke: Das Protokoll war schon bei 5 und ging von 3 weiter." in (
        capsys.readouterr().out
    )
    release(core)
    assert 0 == main(["ledger", "--home", str(home)])
    assert "Frau Groß" in capsys.readouterr().out


def test_a_restored_agent_is_confirmed_once_for_sending_and_for_its_ledger(home: Path) -> None:
    core = open_core(home)
    release(core, 5)
    cut(core, after=3)
    assert 0 == main(["restored", "--home", str(home), "--by", "Frau Groß"])
    assert 0 == main(["ledger", "--home", str(home)])


def test_a_change_in_the_middle_is_confirmed_by_nobody(home: Path) -> None:
    core = open_core(home)
    release(core, 3)
    with core.engine.begin() as connection:
        connection.execute(update(egress_ledger).where(egress_ledger.c.seq == 2).values(size=1))
    assert 76 == main(["ledger", "--home", str(home), "--accept", "--by", "Frau Groß"])
    assert "egress_ledger_broken" == trouble(ledger(core), core.witness)


def test_nothing_is_confirmed_where_nothing_is_missing() -> None:
    entries = chain(4)
    keeper = noted(entries)
    assert accept_ledger(entries, keeper, by="Frau Groß", now=NOW) is None
    assert Witness(4, entries[-1].hash) == keeper.witness
    assert Gap(4, 2, "Frau Groß", NOW) == accept_ledger(entries[:2], keeper, by="Frau Groß", now=NOW)


# Taken along


def test_an_export_finds_a_ledger_that_was_cut_and_written_anew_with_its_witness(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    core = open_core(home)
    release(core, 5)
    files = [tmp_path / "out.json", tmp_path / "out.csv"]
    for file in files:
        assert 0 == main(["ledger", "--home", str(home), "--export", str(file)])
    typed = capsys.readouterr().out.splitlines()[-1].rpartition(" ")[2]
    kept = [str(files[0]), str(tmp_path / "out.end.json"), typed]
    assert [0, 0, 0] == [main(["ledger", "--home", str(home), "--against", one]) for one in kept]
    release(core, 2)
    assert [0, 0, 0] == [main(["ledger", "--home", str(home), "--against", one]) for one in kept]

    everything = chain(9, salt=3)  # by somebody who holds the database's key and the master secret
    with core.engine.begin() as connection:
        connection.execute(delete(egress_ledger))
        connection.execute(insert(egress_ledger), [vars(entry) for entry in everything])
    core.witness.write(Witness(9, everything[-1].hash))
    assert 0 == main(["ledger", "--home", str(home)])
    assert [76, 76, 76] == [main(["ledger", "--home", str(home), "--against", one]) for one in kept]


def test_a_table_for_people_says_each_kind_in_words(home: Path, tmp_path: Path) -> None:
    core = open_core(home)
    release(core)
    main(["ledger", "--home", str(home), "--export", str(tmp_path / "out.csv")])
    head, row = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert "seq;at;destination;kind;count;size;sha256;previous;hash;what" == head
    assert row.endswith(";Koordinator (Marke): Antrag auf ein frisches Zertifikat")


def test_the_end_of_an_export_is_signed_with_the_key_that_the_roster_names() -> None:
    entries, key = chain(3), new_identity_key(OsEntropy())
    end = read_end(to_json(entries, signed_end(entries, "dealer-01", key, NOW)))
    assert (raw_public(key), 3, entries[-1].hash) == (end.key, end.seq, end.hash)
    lines = ("guildpost/egress-export/v1", "dealer-01", "2027-03-01T09:00:00+00:00", "3", entries[-1].hash)
    Ed25519PublicKey.from_public_bytes(end.key).verify(end.signature, "\n".join(lines).encode())
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(end.key).verify(end.signature, replace(end, seq=2).statement)


@pytest.mark.parametrize(
    "change",
    [{"seq": 2}, {"hash": "0" * 64}, {"agent": "dealer-02"}, {"signature": "AA=="}, {"key": ""}, {"made_at": "never"}],
    ids=str,
)
def test_an_export_whose_end_was_changed_is_refused(change: dict[str, object], tmp_path: Path, home: Path) -> None:
    entries = chain(3)
    document = json.loads(end_to_json(signed_end(entries, "dealer-01", new_identity_key(OsEntropy()), NOW)))
    document["end"] |= change
    (tmp_path / "out.json").write_text(json.dumps(document), "utf-8")
    assert 76 == main(["ledger", "--home", str(home), "--against", str(tmp_path / "out.json")])
    with pytest.raises(ValueError):  # noqa: PT011 — each in its own words
        read_end(json.dumps(document))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type":"egress_ledger"}', '{"type":"egress_ledger","end":[]}'])
def test_what_is_no_export_is_told(home: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "out.json").write_text(text, "utf-8")
    assert 76 == main(["ledger", "--home", str(home), "--against", str(tmp_path / "out.json")])


def test_an_export_that_is_not_there_is_missing_and_nothing_else(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 78 == main(["ledger", "--home", str(home), "--against", str(tmp_path / "nowhere.json")])
    assert "nicht vorhanden" in capsys.readouterr().err


def test_a_noted_hash_may_be_shortened_but_not_to_nothing() -> None:
    entries = chain(2)
    require_entry(entries, 2, entries[1].hash[:16], against="paper")
    for wrong in ("", "f" * 16):
        with pytest.raises(Untrusted, match="egress_ledger_other"):
            require_entry(entries, 2, wrong, against="paper")


def test_a_table_holds_no_formula() -> None:
    assert "'=1" in to_csv([replace(chain(1)[0], kind="=1")], lambda _to, _kind: "words")
