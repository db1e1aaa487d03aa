"""Every command line of the product that the demo uses, in one place.

A command prints what the next step needs on standard output (a join code, a fingerprint, a link, JSON); everything
else goes to its log.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from guildpost_demo.driver.folder import DemoFolder
from guildpost_demo.driver.supervisor import Command

SIGNING_ROLES: Final = ("marketing", "legal", "association")
BRAND: Final = "Arvana"


def _program(name: str) -> str:
    """Find a program beside the interpreter that runs the demo."""
    return str(Path(sys.executable).parent / name)


@dataclass(frozen=True)
class Ports:
    """The loopback ports of one demo."""

    enrolment: int
    control: int
    console: int
    relay: int
    smtp: int
    inbox: int


@dataclass(frozen=True)
class Commands:
    """The command lines, given the folder, the ports and the business clock's address."""

    folder: DemoFolder
    ports: Ports
    clock: str
    language: str

    def _coordinator(self, name: str, *arguments: str) -> Command:
        program = _program("guildpost-coordinator")
        return Command(name, (program, arguments[0], "--home", str(self.folder.coordinator), *arguments[1:]))

    def _agent(self, name: str, key: str, *arguments: str) -> Command:
        home = str(self.folder.dealer(key).home)
        return Command(name, (_program("guildpost-agent"), arguments[0], "--home", home, *arguments[1:]))

    # Coordinator and signers

    def coordinator_init(self) -> Command:
        """Make the coordinator's home: certificate authority, database, online keys."""
        ports = self.ports
        return self._coordinator(
            "coordinator-init", "init", "--brand", BRAND, "--host", "127.0.0.1",
            "--enrolment-port", str(ports.enrolment), "--control-port", str(ports.control),
            "--console-port", str(ports.console),
        )  # fmt: skip

    def signer_init(self, role: str) -> Command:
        """Make a signing role's key; prints the public key."""
        home = str(self.folder.signer(role))
        return Command(f"signer-{role}-init", (_program("guildpost-signer"), "init", "--home", home, "--role", role))

    def ceremony(self) -> Command:
        """Sign root and delegations with the root holder's key and the three roles' public keys."""
        keys = [argument for role in SIGNING_ROLES for argument in (f"--{role}", str(self.folder.signer(role)))]
        return self._coordinator("coordinator-ceremony", "ceremony", *keys)

    def coordinator_serve(self) -> Command:
        """Serve enrolment, control plane, console and rounds."""
        return self._coordinator("coordinator", "serve", "--business-clock", self.clock)

    def signer_run(self, role: str) -> Command:
        """Sign what awaits this role's signature."""
        return Command(f"signer-{role}", (_program("guildpost-signer"), "run", "--home", str(self.folder.signer(role))))

    def publish_catalogue(self) -> Command:
        """Hand in the sample services, templates and studies for signature."""
        catalogue = Path(__file__).parent.parent / "catalogue"
        return self._coordinator("publish-catalogue", "publish", "--from", str(catalogue))

    def association_fingerprint(self) -> Command:
        """Print the association key's fingerprint, which reaches dealers from the association."""
        home = str(self.folder.signer("association"))
        return Command("association-key", (_program("guildpost-signer"), "fingerprint", "--home", home))

    def join_code(self, key: str, legal_entity: str) -> Command:
        """Print a one-time join code for a dealership."""
        return self._coordinator(f"join-code-{key}", "join-code", "--legal-entity", legal_entity)

    def publish_roster(self) -> Command:
        """Hand in the roster of all enrolled dealerships for signature by legal and association."""
        return self._coordinator("publish-roster", "publish-roster")

    def run_round(self, study: str, period: str) -> Command:
        """Run one federated round to its release."""
        return self._coordinator("round", "run-round", "--study", study, "--period", period)

    def coordinator_login(self) -> Command:
        """Print a one-time link into the brand's console."""
        return self._coordinator("coordinator-login", "login-link")

    def coordinator_status(self) -> Command:
        """Print the network's figures as JSON."""
        return self._coordinator("coordinator-status", "status", "--json")

    # Relay

    def relay_serve(self, certificate: Path, key: Path) -> Command:
        """Serve unsubscribes, clicks and answers over HTTPS."""
        return Command(
            "relay",
            (
                _program("guildpost-relay"), "serve", "--home", str(self.folder.relay),
                "--listen", f"127.0.0.1:{self.ports.relay}", "--certificate", str(certificate), "--key", str(key),
            ),
        )  # fmt: skip

    def relay_admit(self, key: str, public_key: str) -> Command:
        """Let a dealership use the relay."""
        arguments = ("admit", "--home", str(self.folder.relay), "--public-key", public_key)
        return Command(f"relay-admit-{key}", (_program("guildpost-relay"), *arguments))

    # Agents

    def enrol(self, key: str, join_code: str, association_key: str) -> Command:
        """Enrol a dealership's agent; prints the key the relay has to admit."""
        return self._agent(f"enrol-{key}", key, "enrol", "--join-code", join_code, "--association-key", association_key)

    def relay_key(self, key: str) -> Command:
        """Print the key by which the relay knows a dealership."""
        return self._agent(f"relay-key-{key}", key, "relay-key")

    def agent_run(self, key: str) -> Command:
        """Run a dealership's agent."""
        return self._agent(key, key, "run", "--business-clock", self.clock)

    def agent_login(self, key: str) -> Command:
        """Print a one-time link into a dealership's pages."""
        return self._agent(f"login-{key}", key, "login-link")

    def agent_status(self, key: str) -> Command:
        """Print a dealership's figures as JSON."""
        return self._agent(f"status-{key}", key, "status", "--json")

    # The demo's own

    def mail_sink(self, certificate: Path, key: Path, dead: Path) -> Command:
        """Run the mail server with its web inbox."""
        return Command(
            "mail-sink",
            (
                sys.executable, "-m", "guildpost_demo.world.mail_sink", "--folder", str(self.folder.mail),
                "--smtp-port", str(self.ports.smtp), "--web-port", str(self.ports.inbox),
                "--certificate", str(certificate), "--key", str(key), "--dead", str(dead),
                "--business-clock", self.clock, "--lang", self.language,
            ),
        )  # fmt: skip
