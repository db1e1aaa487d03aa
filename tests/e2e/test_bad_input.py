"""What people and the world get wrong: one clear sentence, the next step, the right exit code, and nothing lost.

Real programs on a minimal brand: a coordinator (init, ceremony, serve), a dealership's home, exports, mail servers.
Each sentence is asked for in German and English.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from guildpost_agent.adapters.keystore.sources import EnvironmentKeyStore
from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.relay_state import note_relay_answer
from guildpost_agent.bootstrap.core import DATABASE, database_key
from guildpost_demo.driver.business_clock import BusinessClockServer
from guildpost_demo.driver.supervisor import accepts, free_port
from guildpost_demo.network.agent_toml import Surroundings, agent_toml
from guildpost_demo.network.dealers import dealers
from guildpost_demo.network.export import HEADERS
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import KINDS, Language, codes, from_code, public_text
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.join_code import format_join_code, parse_join_code
from tests.factories.sending_world import NOW, plan_touchpoint
from tests.factories.tls_files import TlsFiles, make_tls_files
from tests.fakes.smtp_server import ReceivedMail, SmtpServer

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

PROGRAMS: Final = Path(sys.executable).parent
LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")
PASSPHRASE: Final = "a passphrase made for tests only"
HOLDERS: Final = (
    "guildpost-ca",
    "guildpost-online-keys",
    *(f"guildpost-signer-{role}" for role in ("root", "marketing", "legal", "association")),
)
RELAY_URL: Final = "https://127.0.0.1:9"  # the discard port: nobody listens
START_SECONDS: Final = 40.0
PROFILE: Final = dealers(1)[0]


def call(program: str, *words: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [str(PROGRAMS / program), *words]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=60, check=False
    )


def says(answer: "subprocess.CompletedProcess[str]", language: Language, code: str, **params: object) -> None:
    """Check that a program ended with an error's exit code and said its sentence and next step, and no more."""
    assert (answer.returncode, answer.stderr or answer.stdout) == (
        KINDS[codes()[code]].exit_code,
        f"{sentence(code, language, **params)}\n",
    )


def in_both(check: Callable[[Language], None]) -> None:
    """Check something in German and in English, at the same time."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(check, LANGUAGES))


def sentence(code: str, language: Language, **params: object) -> str:
    return str(public_text(from_code(code, **params), language))


@dataclass(frozen=True)
class Home:
    """A dealership's folders."""

    folder: Path
    environment: dict[str, str]

    def agent(self, step: str, *words: str, language: Language = "de") -> "subprocess.CompletedProcess[str]":
        step_words = [step, "--lang", language, "--home", str(self.folder), *words]
        return call("guildpost-agent", *step_words, environment=self.environment)

    @property
    def drop(self) -> Path:
        return self.folder / "dms"

    @contextmanager
    def database(self) -> Iterator[OpenUnitOfWork]:
        secret = EnvironmentKeyStore(self.folder, self.environment, OsEntropy()).master_secret()
        engine = open_engine(self.folder / DATABASE, database_key(secret))
        try:
            yield unit_of_work_factory(engine)
        finally:
            engine.dispose()


def make_home(folder: Path, tls: TlsFiles) -> Home:
    """Make a dealership's home with its configuration."""
    folder.mkdir(parents=True)
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE, "utf-8")
    home = Home(folder, {"GUILDPOST_PASSPHRASE_FILE": str(secret)})
    configure(home, tls, smtp_port=2525)
    return home


def configure(home: Home, tls: TlsFiles, *, smtp_port: int, username: str = "", lang: Language = "de") -> None:
    """Write ``agent.toml``; with a user name the password is a wrong one."""
    around = Surroundings(
        drop_folder=home.drop,
        letters_folder=home.folder / "letters",
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_ca_file=tls.ca,
        relay_url=RELAY_URL,
        relay_ca_file=tls.ca,
        language=lang,
    )
    toml = agent_toml(PROFILE, around)
    if username:
        password = home.folder / "smtp-password"
        password.write_text("wrong", "utf-8")
        toml = toml.replace('username = ""', f'username = "{username}"')
        toml = toml.replace('password_file = ""', f'password_file = "{password}"')
    (home.folder / "agent.toml").write_text(toml, "utf-8")


@dataclass(frozen=True)
class Brand:
    """A running coordinator."""

    folder: Path
    environment: dict[str, str]

    def coordinator(self, step: str, *words: str) -> str:
        home = ("--home", str(self.folder / "home"))
        answer = call("guildpost-coordinator", step, *home, *words, environment=self.environment)
        assert 0 == answer.returncode, answer.stderr
        return answer.stdout.strip()

    def join_code(self, agent_id: str) -> str:
        who = ("--agent-id", agent_id, "--company", "Autohaus Muster GmbH", "--legal-entity", agent_id)
        return self.coordinator("join-code", *who)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return make_tls_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brand]:
    folder = tmp_path_factory.mktemp("brand")
    credentials = folder / "credentials"
    credentials.mkdir()
    for holder in HOLDERS:
        (credentials / holder).write_text(PASSPHRASE, "utf-8")
    found = Brand(folder, {"CREDENTIALS_DIRECTORY": str(credentials), "FLWR_TELEMETRY_ENABLED": "0"})
    enrolment, control = free_port(), free_port()
    ports = ("--enrolment-port", str(enrolment), "--control-port", str(control))
    found.coordinator("init", "--brand", "Arvana", *ports)
    found.coordinator("ceremony", "--signers", str(folder / "signers"))
    with running(
        "guildpost-coordinator", "serve", "--home", str(folder / "home"), environment=found.environment
    ) as serving:
        end = time.monotonic() + START_SECONDS
        while not (accepts(enrolment) and accepts(control)):
            assert serving.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        yield found


@contextmanager
def running(program: str, *words: str, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [str(PROGRAMS / program), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


# Join codes and a coordinator that is away


@pytest.fixture(scope="module")
def member(brand: Brand, tls: TlsFiles, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A dealership that has joined."""
    home = make_home(tmp_path_factory.mktemp("member") / "muster", tls)
    answer = home.agent("enrol", "--join-code", brand.join_code("muster"))
    assert 0 == answer.returncode, answer.stderr
    return home


def test_a_wrong_join_code_is_told_and_the_right_one_still_works(brand: Brand, tls: TlsFiles, tmp_path: Path) -> None:
    home, code = make_home(tmp_path / "home", tls), brand.join_code("wrong-code")
    mistyped, unknown = code[:-3] + code[-2:], format_join_code(replace(parse_join_code(code), secret=bytes(16)))
    away = format_join_code(replace(parse_join_code(code), endpoint=Endpoint("127.0.0.1", free_port())))
    told = {mistyped: "join_code_malformed", unknown: "join_code_unknown", away: "coordinator_away"}

    def check(language: Language) -> None:
        for wrong, error in told.items():
            says(home.agent("enrol", "--join-code", wrong, language=language), language, error)

    in_both(check)
    assert 0 == home.agent("enrol", "--join-code", code).returncode
    assert '"agent_id": "wrong-code"' in home.agent("status", "--json").stdout


def test_a_used_join_code_is_told_and_its_member_loses_nothing(brand: Brand, tls: TlsFiles, tmp_path: Path) -> None:
    first, code = make_home(tmp_path / "first", tls), brand.join_code("used")
    assert 0 == first.agent("enrol", "--join-code", code).returncode

    def check(language: Language) -> None:
        second = make_home(tmp_path / language, tls)
        says(second.agent("enrol", "--join-code", code, language=language), language, "join_code_used")

    in_both(check)
    assert 0 == first.agent("enrol", "--join-code", code).returncode


# Exports

CUSTOMERS: Final = HEADERS["kunden"]
ERIKA: Final = "1;Frau;;Erika;Müller;;Hauptstr. 5;84030;Landshut;D;;;;erika@beispiel.example;;;J;;01.02.2026;;P;;"
MAX: Final = "2;Herr;;Max;Weiß;;Hauptstr. 7;84030;Landshut;D;;;;max@beispiel.example;;;J;;01.02.2026;;P;;"
GOOD: Final = f"{CUSTOMERS}\r\n{ERIKA}\r\n{MAX}\r\n".encode("cp1252")
BROKEN: Final[dict[str, tuple[bytes, str, dict[str, object]]]] = {
    "0 bytes": (b"", "dms_file_empty", {}),
    "wrong encoding": (GOOD.decode("cp1252").encode("utf-16-le"), "dms_file_not_text", {}),
    "missing column": (
        GOOD.replace(b"Kundennummer;", b"Irgendwas;"),
        "dms_column_missing",
        {"column": "Kundennummer"},
    ),
    "truncated file": (GOOD[: GOOD.index(b"Hauptstr. 7")], "dms_file_cut_off", {"row": 3}),
    "random bytes": (random.Random(7).randbytes(4_000), "dms_file_not_text", {}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_export_is_told_and_kept(tls: TlsFiles, tmp_path: Path, name: str) -> None:
    content, code, params = BROKEN[name]
    file = tmp_path / "kunden.csv"
    file.write_bytes(content)

    def check(language: Language) -> None:
        home = make_home(tmp_path / language, tls)
        answer = home.agent("import", str(file), language=language)
        assert (KINDS[codes()[code]].exit_code, "") == (answer.returncode, answer.stderr)
        counts, *_, said = answer.stdout.splitlines()
        assert sentence(code, language, file=file.name, **params) == said
        assert counts.startswith("Gelesen:" if language == "de" else "Read:")
        assert [content] == [path.read_bytes() for path in home.drop.rglob("kunden*.csv")]

    in_both(check)
    assert content == file.read_bytes()


def test_after_a_broken_export_the_good_one_is_imported_and_nothing_is_doubled(tls: TlsFiles, tmp_path: Path) -> None:
    file, home = tmp_path / "kunden.csv", make_home(tmp_path / "home", tls)
    for content in (GOOD, GOOD[: GOOD.index(b"Hauptstr. 7")], b"", GOOD):
        file.write_bytes(content)
        home.agent("import", str(file))
    with home.database() as open_uow, open_uow() as uow:
        assert ["Müller", "Weiß"] == sorted(customer.family_name for customer in uow.records.customers())


# Keys, configuration, a second agent


def test_a_wrong_passphrase_is_told_and_harms_nothing(member: Home, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("quite another passphrase", "utf-8")
    stranger = Home(member.folder, {"GUILDPOST_PASSPHRASE_FILE": str(other)})
    path = member.folder / DATABASE
    before = path.read_bytes()
    in_both(lambda lang: says(stranger.agent("status", language=lang), lang, "database_key_wrong", path=path))
    assert before == path.read_bytes()
    assert 0 == member.agent("status").returncode


def test_a_missing_configuration_is_told(tls: TlsFiles, tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", tls)
    path = home.folder / "agent.toml"
    path.unlink()
    in_both(lambda lang: says(home.agent("run", language=lang), lang, "agent_config_missing", path=path))
    assert not (home.folder / DATABASE).exists()


# A mail server that refuses


@contextmanager
def refusing(how: str, tls: TlsFiles) -> Iterator[tuple[int, str, str, list[ReceivedMail]]]:
    """Run a mail server that refuses; give port, user name, the error's code and what it accepted all the same."""
    match how:
        case "connection refused":
            yield free_port(), "", "mail_server_away", []
        case "login refused":
            with SmtpServer(tls, "starttls", login=("dealer", "right")) as server:
                yield server.port, "dealer", "mail_login_refused", server.mails
        case _:
            with SmtpServer(tls=None, security="none") as server:
                yield server.port, "", "mail_encryption_missing", server.mails


@pytest.mark.parametrize("how", ["connection refused", "login refused", "no encryption"])
def test_a_mail_server_that_refuses_is_told_and_the_messages_stay_ready(member: Home, tls: TlsFiles, how: str) -> None:
    with member.database() as open_uow:
        plan_touchpoint(open_uow, how.replace(" ", "-"))
        with open_uow() as uow:
            note_relay_answer(uow, NOW)
            uow.commit()
            planned = len(uow.plans.touchpoints())
    language: Language = "en" if how == "login refused" else "de"
    clock = BusinessClockServer(NOW)
    with refusing(how, tls) as (port, username, code, accepted):
        configure(member, tls, smtp_port=port, username=username, lang=language)
        clock.expect(member.folder.name)
        words = ("run", "--home", str(member.folder), "--business-clock", clock.address)
        with running("guildpost-agent", *words, environment=member.environment) as agent:
            clock.advance(NOW, START_SECONDS)
            if how == "connection refused":
                running_code = "agent_already_running"
                in_both(lambda lang: says(member.agent("run", language=lang), lang, running_code, home=member.folder))
            agent.terminate()
            said = agent.communicate(timeout=30)[0].splitlines()
        clock.close()
    assert 1 == said.count(sentence(code, language, host="127.0.0.1", port=port))
    assert 1 == said.count(sentence("relay_away", language, url=RELAY_URL))

    def check(other: Language) -> None:
        status = json.loads(member.agent("status", "--json", language=other).stdout)
        problems = {problem["step"]: problem["text"] for problem in status["problems"]}
        assert sentence(code, other, host="127.0.0.1", port=port) == problems["mail"]
        assert (planned, planned, 0) == (status["planned"], status["waiting"], status["sent"])

    in_both(check)
    assert [] == accepted
    with member.database() as open_uow, open_uow() as uow:
        assert planned == len(uow.outbox.in_state("email", "ready"))
