"""The commands around material: a whole way in both languages, the printable record, and what people get wrong."""

import re
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.lifecycle import lifecycle_factory
from guildpost_coordinator.app.advance_materials import advance_materials
from guildpost_coordinator.cli import main
from guildpost_coordinator.cli.person_token import VARIABLE
from guildpost_coordinator.config import Home, load_config
from guildpost_demo.catalogue import targets
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy

TEMPLATE = "templates/hu_au/1"
ADD = ("person", "add", "--rights", "author")
OTHER_WORDS = "Mit freundlichen Grüßen"


class Office:
    """A coordinator's home and its people; ``say`` runs a command as somebody."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.files = folder / "files"
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def say(self, *words: str, who: str = "", lang: str = "en") -> tuple[int, str, str]:
        """Give exit code, standard output and standard error."""
        if who:
            self._monkeypatch.setenv(VARIABLE, str(self.folder / f"token-{who}"))
        else:
            self._monkeypatch.delenv(VARIABLE, raising=False)
        code = main(["--lang", lang, words[0], "--home", str(self.home.folder), *words[1:]])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def done(self, *words: str, who: str = "", lang: str = "en") -> str:
        """Run a command that must succeed."""
        code, out, err = self.say(*words, who=who, lang=lang)
        assert 0 == code, err
        return out

    def enter(self, name: str, *rights: str, by: str = "") -> str:
        words = ("--name", name.title(), "--email", f"{name}@arvana.example", "--rights", *rights)
        token = self.done("person", "add", *words, who=by)
        (self.folder / f"token-{name}").write_text(token, "ascii")
        return token.strip()

    def write(self, changed: str = "") -> None:
        """Write the sample template of a service, with another last line if asked for."""
        for path, contents in targets().items():
            if path.startswith(f"{TEMPLATE}/"):
                file = self.files / path
                file.parent.mkdir(parents=True, exist_ok=True)
                extra = f"\n{changed}\n".encode() if changed and path.endswith("email.de.txt") else b""
                file.write_bytes(contents + extra)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    (tmp_path / "passphrase").write_text("a passphrase made for tests only", "ascii")
    monkeypatch.setenv("GUILDPOST_CA_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    office = Office(tmp_path, monkeypatch, capsys)
    office.done("init", "--brand", "Arvana")
    office.enter("ada", "administrator")
    for name, right in (("anna", "author"), ("mia", "marketing"), ("lea", "legal")):
        office.enter(name, right, by="ada")
    office.write()
    return office


def test_a_template_goes_its_whole_way_and_the_record_says_who_approved_what_and_when(office: Office) -> None:
    out = office.done("material", "submit", str(office.files), "--comment", "für das Frühjahr", who="anna")
    digest = out.split()[-1]
    assert f"{TEMPLATE}@1" in out
    assert "in review" in out
    shown = office.done("material", "diff", TEMPLATE, who="mia")
    assert shown.split()[1].startswith(digest)
    approve = ("material", "approve", TEMPLATE, "--role")
    said = office.done(*approve, "marketing", "--seen", digest, "--comment", "gut", who="mia")
    assert "approved by marketing" in said
    assert "approved by marketing and legal" in office.done(*approve, "legal", who="lea")
    record = office.done("material", "log", TEMPLATE, who="mia")
    lines = [line for line in record.splitlines() if not line.startswith(" ")]
    assert 4 == len(lines)
    step = rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC  {TEMPLATE}@1  approved → approved by"
    assert re.fullmatch(rf"{step} marketing  Mia \(marketing\)  {digest}", lines[2])
    assert re.fullmatch(rf"{step} marketing and legal  Lea \(legal\)  {digest}", lines[3])
    assert "„für das Frühjahr“" in record
    assert re.search(r"email\.de\.txt \+\d+ −0  - → [0-9a-f]{64}", record)
    german = office.done("material", "log", TEMPLATE, who="mia", lang="de")
    assert "freigegeben → von Marketing und Recht freigegeben  Lea (Recht)" in german


def test_a_changed_template_shows_its_lines_and_needs_both_approvals_again(office: Office) -> None:
    office.done("material", "submit", str(office.files), who="anna")
    digest = office.done("material", "list", who="mia").split()[-1]
    office.done("material", "approve", TEMPLATE, "--role", "marketing", who="mia")
    office.write(OTHER_WORDS)
    assert "draft" in office.done("material", "edit", str(office.files), "--comment", "Gruß", who="anna")
    office.done("material", "submit", str(office.files), who="anna")
    code, _, err = office.say("material", "approve", TEMPLATE, "--role", "marketing", "--seen", digest, who="mia")
    assert (77, "has other contents by now") == (code, err[err.index("has") :][:25])
    shown = office.done("material", "show", TEMPLATE, who="mia")
    assert "Approved" not in shown
    assert "email de (" in shown
    assert "letter de (" in shown


def test_a_rejection_says_why_and_a_date_is_shown(office: Office) -> None:
    at = ("--publish-at", "2099-03-01T08:00+01:00")
    out = office.done("material", "submit", str(office.files), *at, who="anna")
    assert "not before 2099-03-01 07:00:00 UTC" in out
    assert "draft" in office.done("material", "reject", TEMPLATE, "--comment", "zu lang", who="lea")
    assert "„zu lang“" in office.done("material", "log", TEMPLATE, who="anna")


def test_the_running_coordinators_tick_takes_it_on_and_it_is_recalled_by_command(office: Office) -> None:
    office.done("material", "submit", str(office.files), who="anna")
    for role, who in (("marketing", "mia"), ("legal", "lea")):
        office.done("material", "approve", TEMPLATE, "--role", role, who=who)
    engine = open_engine(office.home.database)
    advance_materials(lifecycle_factory(engine), SystemClock(), OsEntropy())
    engine.dispose()
    assert "being signed" in office.done("material", "list", who="mia")
    code, _, err = office.say("material", "recall", TEMPLATE, "--comment", "falsch", who="lea")
    assert (73, True) == (code, "not possible" in err)
    assert "draft" in office.done("material", "reject", TEMPLATE, "--comment", "falsch", who="lea")


def test_people_are_entered_changed_listed_and_removed(office: Office) -> None:
    token = office.enter("bert", "author", "marketing", by="ada")
    assert re.fullmatch(r"[a-z2-7]{32}", token)
    assert token not in office.home.database.read_bytes().decode("latin-1")
    assert "bert@arvana.example  Bert  Autor, Marketing" in office.done("person", "list", who="anna", lang="de")
    words = ("--email", "BERT@arvana.example")
    assert "legal" in office.done("person", "rights", *words, "--rights", "legal", who="ada")
    assert "no access any more" in office.done("person", "remove", *words, who="ada")
    assert (76, True) == _code_and(office.say("material", "list", who="bert"), "does not exist, or not any more")
    again = office.enter("bert", "marketing", by="ada")
    assert token != again
    assert "Nothing changed" not in office.done("material", "list", who="bert")


def test_who_comes_back_is_the_same_person_and_approves_no_own_work(office: Office) -> None:
    office.done("material", "submit", str(office.files), who="anna")
    office.done("person", "remove", "--email", "anna@arvana.example", who="ada")
    office.enter("anna", "marketing", by="ada")
    said = office.say("material", "approve", TEMPLATE, "--role", "marketing", who="anna")
    assert (77, True) == _code_and(said, "nobody approves own work")


def _code_and(said: tuple[int, str, str], words: str) -> tuple[int, bool]:
    code, _, err = said
    assert 2 == len(err.splitlines()), err
    return code, words in err


@pytest.mark.parametrize(
    ("words", "who", "code", "says"),
    [
        (("material", "list"), "", 78, "No personal access is given."),
        (("material", "show", "templates/none/1"), "mia", 77, "does not exist, or you may not see it yet"),
        (("material", "show", "../../etc/passwd"), "mia", 77, "does not exist, or you may not see it yet"),
        (("material", "show", "templates/hu_au/1@x"), "mia", 77, "does not exist, or you may not see it yet"),
        (("material", "show"), "mia", 78, "needs to know what it is about"),
        (("material", "approve", TEMPLATE), "mia", 78, "needs a role"),
        (("material", "approve", TEMPLATE, "--role", "legal"), "mia", 77, "right “legal”"),
        (("material", "submit", "/nowhere"), "anna", 78, "folder"),
        (("material", "submit", "FILES", "--publish-at", "tomorrow"), "anna", 77, "no instant with a time zone"),
        (
            ("material", "submit", "FILES", "--publish-at", "2027-03-01T08:00"),
            "anna",
            77,
            "no instant with a time zone",
        ),
        (
            ("material", "approve", TEMPLATE, "--role", "marketing", "--publish-at", "2027-03-01"),
            "mia",
            78,
            "belongs to",
        ),
        (("material", "reject", TEMPLATE, "--comment", "no", "--seen", "abc"), "mia", 78, "belongs to"),
        (("material", "submit", "FILES"), "mia", 77, "right “author”"),
        (("material", "reject", TEMPLATE), "mia", 77, "needs a reason"),
        (("publish", "FILES"), "", 77, "is not approved by marketing and legal"),
        (("publish", "--remove", "services/hu_au.json"), "", 77, "is not approved by marketing and legal"),
        ((*ADD, "--name", "X", "--email", "x@y.example"), "anna", 77, "administrator"),
        (
            ("person", "add", "--name", "X", "--email", "x@y.example", "--rights", "author"),
            "",
            78,
            "No personal access",
        ),
        ((*ADD, "--name", "X", "--email", "nothing"), "ada", 77, "an e-mail address"),
        ((*ADD, "--name", "", "--email", "x@y.example"), "ada", 77, "has a name"),
        ((*ADD, "--name", "X", "--email", "mia@arvana.example"), "ada", 73, "already"),
        (("person", "rights", "--email", "ada@arvana.example", "--rights", "legal"), "ada", 77, "the own rights"),
        (("person", "remove", "--email", "ada@arvana.example"), "ada", 77, "the own rights"),
        (("person", "rights", "--email", "mia@arvana.example"), "ada", 77, "at least one right"),
        (("person", "remove", "--email", "nobody@arvana.example"), "ada", 77, "is not entered"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_people_get_wrong_is_one_sentence_and_changes_nothing(
    office: Office, words: tuple[str, ...], who: str, code: int, says: str
) -> None:
    office.done("material", "submit", str(office.files), who="anna")
    before = office.done("material", "log", TEMPLATE, who="mia"), office.done("person", "list", who="ada")
    asked = [word.replace("FILES", str(office.files)) for word in words]
    assert (code, True) == _code_and(office.say(*asked, who=who), says)
    assert before == (office.done("material", "log", TEMPLATE, who="mia"), office.done("person", "list", who="ada"))


def test_a_home_begins_with_an_administrator(office: Office, tmp_path: Path) -> None:
    office.home = Home(tmp_path / "other")
    office.done("init")
    words = ("--name", "X", "--email", "x@y.example", "--rights", "author")
    assert (77, True) == _code_and(office.say("person", "add", *words), "first person needs")


def test_the_life_of_material_is_on_unless_it_is_switched_off(office: Office, tmp_path: Path) -> None:
    assert load_config(office.home).material_approval
    office.home = Home(tmp_path / "trial")
    office.done("init", "--no-material-approval")
    assert not load_config(office.home).material_approval
    assert f"{len([*office.files.rglob('*.*')])} files" in office.done("publish", str(office.files))


def test_a_token_from_the_systems_credentials_serves_too(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "guildpost-person").write_text((tmp_path / "token-mia").read_text())
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    assert "may see" in office.done("material", "list")
