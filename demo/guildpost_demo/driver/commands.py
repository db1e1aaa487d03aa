"""Every command line of the product that the demo uses, in one place.

A command prints what the next step needs on standard output (a join code, a fingerprint, a link, JSON); everything
else goes to its log. Each key holder is told of its own passphrase file only.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from guildpost_demo.driver.folder import DemoFolder
from guildpost_demo.driver.supervisor import Command

SIGNING_ROLES: Final = ("marketing", "legal", "association")
BRAND: Final = "Arvana"
FIGURES: Final = "slot-lead"
LEARNING: Final = "when-to-write"
SIGNATURE_SECONDS: Final = "90"
ROUND_SECONDS: Final = "240"
CA: Final = "guildpost-ca"
ONLINE_KEYS: Final = "guildpost-online-keys"
RELAY: Final = "relay"
COORDINATOR: Final = "coordinator"
MANY_REQUESTS: Final = "1000000"  # all simulated customers share one address, and their weeks pass in minutes


def signer_credential(role: str) -> str:
    """Name the passphrase of a role's keys as the product's credentials are named."""
    return f"guildpost-signer-{role}"


@dataclass(frozen=True)
class Ports:
    """The loopback ports of one demo."""

    enrolment: int
    control: int
    flower: int
    console: int
    relay: int
    smtp: int
    inbox: int


@dataclass(frozen=True)
class Commands:
    """The command lines.

    Attributes:
        programs: the folder of the product's programs.
        folder: where everything is written.
        ports: where the servers listen.
        clock: the business clock's address.
        language: of everything people read.
        records: whether agents, coordinator and relay record what leaves and arrives, for an audit.
    """

    programs: Path
    folder: DemoFolder
    ports: Ports
    clock: str
    language: str
    records: bool = False

    def _variables(self, **holders: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (f"GUILDPOST_{name}_FILE", str(self.folder.passphrase(holder))) for name, holder in holders.items()
        )

    def _coordinator(self, name: str, step: str, *arguments: str) -> Command:
        program = (str(self.programs / "guildpost-coordinator"), "--lang", self.language)
        variables = self._variables(CA_PASSPHRASE=CA, ONLINE_PASSPHRASE=ONLINE_KEYS)
        return Command(name, (*program, step, "--home", str(self.folder.coordinator), *arguments), variables)

    def _of_package(self, name: str, step: str, home: Path, *arguments: str) -> tuple[str, ...]:
        return (str(self.programs / name), step, "--lang", self.language, "--home", str(home), *arguments)

    def _relay(self, name: str, step: str, *arguments: str) -> Command:
        return Command(name, self._of_package("guildpost-relay", step, self.folder.relay, *arguments))

    def _agent(self, name: str, key: str, step: str, *arguments: str) -> Command:
        argv = self._of_package("guildpost-agent", step, self.folder.dealer(key).home, *arguments)
        egress = (("GUILDPOST_RECORD_EGRESS", str(self.folder.records / "egress" / key)),) if self.records else ()
        return Command(name, argv, (*self._variables(PASSPHRASE=key), *egress))

    # Coordinator and signers

    def coordinator_init(self) -> Command:
        """Make the coordinator's home: certificate authority and database."""
        ports = self.ports
        return self._coordinator(
            "coordinator-init", "init", "--brand", BRAND,
            "--enrolment-port", str(ports.enrolment), "--control-port", str(ports.control),
            "--flower-port", str(ports.flower), "--console-port", str(ports.console),
            "--no-material-approval",  # nobody is there to review the sample catalogue; the signers still sign it
        )  # fmt: skip

    def ceremony(self) -> Command:
        """Make the catalogue's keys, each role's in a home of its own, and the first metadata."""
        for holder in (CA, ONLINE_KEYS, *(signer_credential(role) for role in ("root", *SIGNING_ROLES))):
            self.folder.passphrase(holder)
        command = self._coordinator("ceremony", "ceremony", "--signers", str(self.folder.signers))
        return replace(command, variables=(("CREDENTIALS_DIRECTORY", str(self.folder.passphrases)),))

    def coordinator_serve(self) -> Command:
        """Serve enrolment, control plane, console and rounds; it reads the business clock, nobody waits for it."""
        record = ("--record", str(self.folder.records / "coordinator")) if self.records else ()
        return self._coordinator(COORDINATOR, "serve", "--business-clock", self.clock, *record)

    def signer(self, role: str) -> Command:
        """Sign what awaits this role's signature, looking at each piece by machine only."""
        argv = (
            str(self.programs / "guildpost-signer"), "--lang", self.language, "--home", str(self.folder.signers / role),
            "--role", role, "--coordinator", f"127.0.0.1:{self.ports.control}", "--approve", "all",
        )  # fmt: skip
        return Command(f"signer-{role}", argv, self._variables(SIGNER_PASSPHRASE=signer_credential(role)))

    def publish_catalogue(self) -> Command:
        """Hand in the sample services and templates, and wait for the signatures."""
        return self._coordinator("publish", "publish", str(self.folder.catalogue), "--wait", SIGNATURE_SECONDS)

    def publish_study(self, kind: str, first: date, last: date, maturity_days: int) -> Command:
        """Hand in the study of a period, and wait for the signatures."""
        days = ("--maturity-days", str(maturity_days))
        period = ("--from", first.isoformat(), "--to", last.isoformat(), *days)
        return self._coordinator(
            "study", "study", "--kind", kind, "--services", "hu_au", "inspection", *period, "--wait", SIGNATURE_SECONDS
        )

    def join_codes(self, members: Path) -> Command:
        """Print a one-time join code for each planned membership of a list."""
        return self._coordinator("join-codes", "join-code", "--list", str(members))

    def run_round(self, study: str) -> Command:
        """Run one federated round of a study to its release."""
        return self._coordinator(
            "round", "round", "--study", study, "--window", "30", "--wait", ROUND_SECONDS,
            "--business-clock", self.clock,
        )  # fmt: skip

    def coordinator_login(self) -> Command:
        """Print a one-time link into the brand's console."""
        return self._coordinator("coordinator-login", "login-link")

    def coordinator_status(self) -> Command:
        """Print the network's figures as JSON."""
        return self._coordinator("coordinator-status", "status", "--json")

    # Relay

    def relay_init(self) -> Command:
        """Make an empty relay."""
        return self._relay("relay-init", "init")

    def relay_serve(self, certificate: Path, key: Path) -> Command:
        """Serve unsubscribes, clicks and answers over HTTPS."""
        command = self._relay(
            RELAY, "serve", "--listen", f"127.0.0.1:{self.ports.relay}",
            "--tls-cert", str(certificate), "--tls-key", str(key),
            "--requests-per-minute", MANY_REQUESTS, "--business-clock", self.clock,
        )  # fmt: skip
        record = (("GUILDPOST_RECORD_REQUESTS", str(self.folder.records / "relay.bin")),) if self.records else ()
        return replace(command, variables=(*command.variables, *record))

    def relay_admit(self, keys: Iterable[str]) -> Command:
        """Let dealerships use the relay, by the cards their agents wrote."""
        return self._relay("relay-admit", "admit", *(str(self.folder.dealer(key).relay_card) for key in keys))

    # Agents

    def enrol(self, key: str, join_code: str, association_key: str) -> Command:
        """Enrol a dealership's agent, which also writes the card by which the relay knows it."""
        card = str(self.folder.dealer(key).relay_card)
        anchors = ("--join-code", join_code, "--association-key", association_key)
        return self._agent(f"enrol-{key}", key, "enrol", *anchors, "--relay-card", card)

    def confirm_retention(self, key: str) -> Command:
        """Confirm a dealership's retention periods, as a dealer does once."""
        argv = (str(self.programs / "guildpost-agent"), "rights", "retention", "--confirm", "--home")
        home = str(self.folder.dealer(key).home)
        return Command(f"retention-{key}", (*argv, home), self._variables(PASSPHRASE=key))

    def association_fingerprint(self) -> Path:
        """The file with the association key's fingerprint, which reaches dealers from the association."""
        return self.folder.signers / "association" / "fingerprint.txt"

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
