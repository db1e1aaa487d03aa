"""The command line: a home is set up, codes are issued, the coordinator serves; errors become sentences."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.app.enrol import enrol
from guildpost_coordinator.adapters.certificate_authority.files import load_certificate
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.bootstrap import read_addresses
from guildpost_coordinator.cli import main
from guildpost_coordinator.cli.texts import texts_in
from guildpost_coordinator.config import CoordinatorConfig, Home, load_config, render_config
from guildpost_coordinator.domain.membership import Event, step
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.identity.certificate_profile import certificate_request, fingerprint
from guildpost_shared.identity.join_code import parse_join_code, secret_hash
from guildpost_shared.identity.keys import new_tls_key
from tests.fakes.documents import FakeDocumentStore

MEMBER = ["--agent-id", "dealer-01", "--company", "Autohaus Nord", "--legal-entity", "entity-1"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    passphrase = tmp_path / "passphrase"
    passphrase.write_bytes(b"a passphrase made for tests only")
    monkeypatch.setenv("GUILDPOST_CA_PASSPHRASE_FILE", str(passphrase))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return Home(tmp_path / "home")


def _with_trust_root(home: Home) -> None:
    home.trust_root.parent.mkdir(parents=True, exist_ok=True)
    home.trust_root.write_bytes(b"{}")


def test_a_join_code_of_a_fresh_home_names_its_authority(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["init", "--home", str(home.folder), "--brand", "Arvana", "--enrolment-port", "4433"])
    shown = re.findall(r"[0-9a-f]{64}", capsys.readouterr().out)
    _with_trust_root(home)
    assert 0 == main(["join-code", "--home", str(home.folder), *MEMBER])
    code = parse_join_code(capsys.readouterr().out)
    assert shown == [code.ca_fingerprint.hex()]
    assert fingerprint(load_certificate(home.authority).public_bytes(Encoding.DER)) == code.ca_fingerprint
    assert "127.0.0.1:4433" == str(code.endpoint)


def test_a_person_locks_unlocks_and_ends_a_membership_and_the_audit_trail_says_who(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init", "--home", str(home.folder), "--brand", "Arvana", "--enrolment-port", "4433"])
    _with_trust_root(home)
    main(["join-code", "--home", str(home.folder), *MEMBER])
    engine = open_engine(home.database)
    with unit_of_work_factory(engine)() as uow:
        planned = uow.memberships.get("dealer-01")
        assert planned is not None
        uow.memberships.save(step(planned, Event.ENROL))
        uow.commit()
    decide = ["--by", "network management", "--home", str(home.folder), "--agent-id"]
    assert [0, 0, 0] == [main(["member", one, *decide, "dealer-01"]) for one in ("lock", "unlock", "revoke")]
    with unit_of_work_factory(engine)() as uow:
        told = [(entry.actor, entry.action, entry.subject) for entry in uow.audit.latest(3)]
    engine.dispose()
    assert [("network management", one, "dealer-01") for one in ("revoke", "unlock", "lock")] == told
    capsys.readouterr()
    assert 73 == main(["--lang", "en", "member", "unlock", *decide, "dealer-01"])
    assert 77 == main(["--lang", "en", "member", "lock", *decide, "nobody"])
    said = capsys.readouterr().err.splitlines()
    assert ["The membership dealer-01 has ended, for good.", "There is no membership nobody."] == said[::2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["member", "lock", "--agent-id", "dealer-01", "--by", " "], "Es fehlt, wer entscheidet."),
        (["join-code", *MEMBER, "--valid-days", "0"], "Ein Beitrittscode gilt 1 bis 90 Tage."),
        (["join-code", *MEMBER, "--valid-days", "36500"], "Ein Beitrittscode gilt 1 bis 90 Tage."),
        (["join-code", "--list", "nowhere.csv"], "Die Liste nowhere.csv gibt es nicht."),
    ],
    ids=["nobody decides", "no day", "a century", "no list"],
)
def test_what_a_person_left_out_or_mistyped_is_said_and_changes_nothing(
    home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    main(["init", "--home", str(home.folder), "--brand", "Arvana", "--enrolment-port", "4433"])
    _with_trust_root(home)
    main(["join-code", "--home", str(home.folder), *MEMBER])
    code = capsys.readouterr().out
    assert 0 != main([*arguments, "--home", str(home.folder)])
    assert said == capsys.readouterr().err.splitlines()[0]
    engine = open_engine(home.database)
    with unit_of_work_factory(engine)() as uow:
        open_code = uow.join_codes.get(secret_hash(parse_join_code(code.split()[-1]).secret))
    engine.dispose()
    assert (None, False) == ((open_code.used_at, open_code.cancelled) if open_code else ())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--lang", "de", "serve"], "In {home} liegt keine Zertifizierungsstelle."),
        (["--lang", "en", "serve"], "There is no certificate authority in {home}."),
        (["--lang=en", "join-code", *MEMBER], "There is no certificate authority in {home}."),
    ],
    ids=["serve de", "serve en", "join-code en"],
)
def test_a_home_that_was_never_set_up_is_one_sentence_and_exit_code_78(
    home: Home, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str
) -> None:
    assert 78 == main([*arguments, "--home", str(home.folder)])
    assert expected.format(home=home.folder) == capsys.readouterr().err.splitlines()[0]


def test_init_leaves_an_existing_authority_alone(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "--home", str(home.folder)])
    before = (home.authority / "authority.key").read_bytes()
    assert 73 == main(["init", "--home", str(home.folder)])
    assert before == (home.authority / "authority.key").read_bytes()
    assert "bereits eine Zertifizierungsstelle" in capsys.readouterr().err


def test_without_passphrase_nothing_is_set_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUILDPOST_CA_PASSPHRASE_FILE")
    assert 78 == main(["init", "--home", str(home.folder)])
    assert not home.folder.exists()


def test_a_join_code_needs_a_trust_root_and_an_address(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "--home", str(home.folder)])
    assert 78 == main(["--lang", "en", "join-code", "--home", str(home.folder), *MEMBER])
    assert "trust root" in capsys.readouterr().err
    _with_trust_root(home)
    assert 78 == main(["--lang", "en", "join-code", "--home", str(home.folder), *MEMBER])
    assert "start the coordinator once" in capsys.readouterr().err


def test_a_signers_certificate_is_printed(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "--home", str(home.folder)])
    capsys.readouterr()
    request = tmp_path / "signer.csr"
    request.write_bytes(certificate_request(new_tls_key(OsEntropy())))
    arguments = ["signer-certificate", "--home", str(home.folder), "--role", "legal", "--request", str(request)]
    assert 0 == main(arguments)
    assert 2 == capsys.readouterr().out.count("BEGIN CERTIFICATE")
    assert [0, 77] == [main([*arguments[:-2], "--end"]) for _ in range(2)]
    request.write_bytes(b"-----BEGIN CERTIFICATE REQUEST-----\njunk")
    assert 65 == main(arguments)


@pytest.fixture
def serving(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    names = ("ca", "online-keys", "signer-root", "signer-marketing", "signer-legal", "signer-association")
    for name in names:
        (tmp_path / f"guildpost-{name}").write_text("a passphrase made for tests only")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    main(["init", "--home", str(home.folder)])
    main(["ceremony", "--home", str(home.folder), "--signers", str(tmp_path / "signers")])
    command = [sys.executable, "-c", "from guildpost_coordinator.cli import main; raise SystemExit(main())"]
    with subprocess.Popen(
        [*command, "--lang", "en", "serve", "--home", str(home.folder)],
        stdout=subprocess.PIPE,
        env=dict(os.environ),
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip().startswith("enrolment"):
                break
        yield process
        process.kill()


def test_an_agent_joins_a_coordinator_that_runs_as_a_process(
    home: Home, serving: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert 0 == main(["join-code", "--home", str(home.folder), *MEMBER])
    member = enrol(
        join_code=capsys.readouterr().out,
        association_fingerprint="",
        agent_version="0.1.0",
        open_documents=FakeDocumentStore().open,
        control_plane=GrpcControlPlane(),
        entropy=OsEntropy(),
    )
    assert read_addresses(home)["control"] == member.control
    serving.send_signal(signal.SIGTERM)
    assert 0 == serving.wait(20)


def test_a_configuration_is_read_as_it_was_written(home: Home) -> None:
    config = CoordinatorConfig(brand='Ar"va\\na', public_host="coordinator.example", control_port=1, language="en")
    home.folder.mkdir()
    home.config.write_text(render_config(config), "utf-8")
    assert config == load_config(home)


@pytest.mark.parametrize(
    ("text", "setting"),
    [("control_port = 70000", "control_port"), ("colour = 1", "colour"), ("= =", "coordinator.toml")],
    ids=["out of range", "unknown", "no TOML"],
)
def test_a_wrong_setting_is_named(home: Home, text: str, setting: str) -> None:
    home.folder.mkdir()
    home.config.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_config(home)
    assert {"setting": setting} == caught.value.params


def test_both_languages_have_the_same_texts() -> None:
    assert texts_in("de").ids() == texts_in("en").ids()
