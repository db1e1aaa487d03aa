"""A brand's programs and a dealership's, as people run them: processes, homes, passphrases.

``with a_brand(folder, "Arvana") as brand:`` holds the ceremony and lets the coordinator serve; inside,
``brand.run("join-code", …)`` runs a command and ``with brand.signer("legal"):`` a signer.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from guildpost_demo.driver.supervisor import accepts, free_port

PROGRAMS: Final = Path(sys.executable).parent
HOLDERS: Final = (
    "guildpost-ca",
    "guildpost-online-keys",
    *(f"guildpost-signer-{role}" for role in ("root", "marketing", "legal", "association")),
)
PATIENCE: Final = 90.0


def until(what: str, seconds: float, check: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@dataclass
class Brand:
    """The coordinator's home, its people, and its processes."""

    folder: Path
    environment: dict[str, str]
    control: int
    people: dict[str, Path] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, *words: str, who: str = "") -> str:
        """Run ``guildpost-coordinator`` as somebody; gives what it printed."""
        mine = {"GUILDPOST_PERSON_TOKEN_FILE": str(self.people[who])} if who else {}
        done = subprocess.run(
            [str(PROGRAMS / "guildpost-coordinator"), "--lang", "en", words[0], "--home", str(self.home), *words[1:]],
            env={**os.environ, **self.environment, **mine},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    def enter(self, name: str, *rights: str, by: str = "") -> None:
        """Enter a person; the token goes into a file of its own."""
        token = self.run(
            "person", "add", "--name", name, "--email", f"{name}@arvana.example", "--rights", *rights, who=by
        )
        self.people[name] = self.folder / f"token-{name}"
        self.people[name].write_text(token, "ascii")

    def state(self, name: str) -> str:
        """Give a material's state in words."""
        return self.run("material", "show", name, who="mia").splitlines()[1].partition(": ")[2]

    @contextmanager
    def program(self, *words: str, says: str = "") -> Iterator["subprocess.Popen[str]"]:
        """Run a program while the block runs; its output goes to a file."""
        log = self.folder / f"{words[0]}-{len(list(self.folder.glob('*.log')))}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [str(PROGRAMS / words[0]), *words[1:]],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                text=True,
            )
        try:
            until(f"{words[0]} says {says!r}", PATIENCE, lambda: says in log.read_text() or process.poll() is not None)
            assert None is process.poll(), log.read_text()
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)

    @contextmanager
    def signer(self, role: str) -> Iterator[None]:
        """Run a role's signer while the block runs."""
        home = str(self.folder / "signers" / role)
        where = ("--home", home, "--role", role, "--coordinator", f"127.0.0.1:{self.control}", "--approve", "all")
        with self.program("guildpost-signer", "--lang", "en", *where, says="Ready"):
            yield


@contextmanager
def a_brand(folder: Path, name: str, *init_options: str) -> Iterator[Brand]:
    """Set a brand up, hold its ceremony, and let its coordinator serve while the block runs."""
    credentials = folder / "credentials"
    credentials.mkdir(parents=True)
    for holder in HOLDERS:
        (credentials / holder).write_text("a passphrase made for tests only", "ascii")
    quiet = {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1"}
    brand = Brand(folder, {"CREDENTIALS_DIRECTORY": str(credentials), **quiet}, free_port())
    ports = ("--enrolment-port", str(free_port()), "--control-port", str(brand.control))
    brand.run("init", "--brand", name, *ports, *init_options)
    brand.run("ceremony", "--signers", str(folder / "signers"))
    with brand.program("guildpost-coordinator", "serve", "--home", str(brand.home)):
        until("the coordinator listens", PATIENCE, lambda: accepts(brand.control))
        yield brand


def agent_program(home: Path, *words: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(PROGRAMS / "guildpost-agent"), words[0], "--home", str(home), *words[1:]],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
