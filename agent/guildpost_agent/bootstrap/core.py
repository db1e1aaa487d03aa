"""What every command shares: configuration, encrypted database, egress gate, keys, clocks."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine

from guildpost_agent.adapters.control_plane.lines import Lines
from guildpost_agent.adapters.files.fence_file import FILE as FENCE
from guildpost_agent.adapters.files.fence_file import FenceFile
from guildpost_agent.adapters.files.kept_files import FolderFiles
from guildpost_agent.adapters.files.ledger_witness import FILE as LEDGER_END
from guildpost_agent.adapters.files.ledger_witness import LedgerWitnessFile
from guildpost_agent.adapters.files.policy_file import PolicyFile
from guildpost_agent.adapters.files.tombstone_file import FILE, TombstoneFile
from guildpost_agent.adapters.keystore.sources import EnvironmentKeyStore
from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.migrate import migrate
from guildpost_agent.adapters.sql.scrub import scrub
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.egress.gate import EgressGate, Tap
from guildpost_agent.app.egress.witness import Witness, WitnessKeeper
from guildpost_agent.app.fence import Fence
from guildpost_agent.app.ports.key_store import KeyStore
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.rights.erase import RightsDesk, replay
from guildpost_agent.app.sending_keys import SendingKeys, ensure_sending_keys
from guildpost_agent.bootstrap.egress_policy import policy_file
from guildpost_agent.config import AgentConfig, load_config
from guildpost_shared.clock import Clock, SystemClock
from guildpost_shared.entropy import Entropy, OsEntropy

if TYPE_CHECKING:
    import grpc

    from guildpost_shared.web.login import Gatekeeper

DATABASE: Final = "agent.db"
RECORD_VARIABLE: Final = "GUILDPOST_RECORD_EGRESS"
"""For audits: a folder where everything that passes the egress gate is written in the clear, a file per destination."""
AGENT_VERSION: Final = "0.1.0"


@dataclass(frozen=True)
class Core:
    """One agent's foundations.

    Attributes:
        home: the agent's folder.
        config: ``agent.toml``.
        engine: the encrypted database, at the present schema.
        open_uow: opens a transaction.
        gate: the one way out.
        policy: the dealer's policy that the gate asks.
        witness: knows where the ledger ended, outside the database.
        keys: of sending and planning.
        business_clock: occasions, plans, quiet hours, outcomes.
        wall_clock: certificates, catalogue, TLS, Flower.
        entropy: the operating system's.
        fence: tells this home from its copies; whatever sends passes it first.
        rights: what exercising people's rights needs; erasures are in force as soon as the home is open.
        lines: connections to coordinators that stream and catalogue share.
    """

    home: Path
    config: AgentConfig
    engine: Engine = field(repr=False)
    open_uow: OpenUnitOfWork = field(repr=False)
    gate: EgressGate = field(repr=False)
    policy: PolicyFile = field(repr=False)
    witness: WitnessKeeper = field(repr=False)
    keys: SendingKeys = field(repr=False)
    business_clock: Clock
    wall_clock: Clock
    entropy: Entropy
    fence: Fence = field(repr=False)
    rights: RightsDesk = field(repr=False)
    lines: "Lines[grpc.Channel]" = field(default_factory=Lines, repr=False, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        """The dealer's time zone."""
        return ZoneInfo(self.config.dealer.timezone)


def open_core(
    home: Path,
    *,
    business_clock: Clock | None = None,
    environment: Mapping[str, str] | None = None,
    wall_clock: Clock | None = None,
    entropy: Entropy | None = None,
    key_store: KeyStore | None = None,
) -> Core:
    """Open an agent's home.

    Args:
        home: the agent's folder with ``agent.toml``.
        business_clock: the system's unless a driver or a parent says otherwise.
        environment: of the process; says where the master secret is.
        wall_clock: the system's by default.
        entropy: the operating system's by default.
        key_store: the environment's by default.

    Raises:
        ConfigurationError: configuration, master secret or database key.
    """
    environment = os.environ if environment is None else environment
    wall_clock, entropy = wall_clock or SystemClock(), entropy or OsEntropy()
    config = load_config(home)
    secret = (key_store or EnvironmentKeyStore(home, environment, entropy)).master_secret()
    engine = open_engine(home / DATABASE, database_key(secret))
    migrate(engine)
    open_uow = unit_of_work_factory(engine)
    witness = LedgerWitnessFile(home / LEDGER_END, _derived(secret, b"guildpost/agent/ledger-end/v1"))
    with open_uow() as uow:
        if uow.egress.last() is None and not witness.path.exists():
            witness.write(Witness())
        keys = ensure_sending_keys(uow, entropy)
        policy = policy_file(home, uow, config.language)
        uow.commit()
    rights = RightsDesk(
        open_uow=open_uow,
        keeper=TombstoneFile(home / FILE, _derived(secret, b"guildpost/agent/tombstone-file/v1"), entropy),
        files=FolderFiles(config.dms.drop_folder, config.letters.folder, config.appointments.folder),
        scrub=lambda: scrub(engine),
        key=_derived(secret, b"guildpost/agent/tombstones/v1"),
        collected=timedelta(days=config.retention.letters_collected_days),
        file_clock=wall_clock,
    )
    replay(rights, (business_clock or wall_clock).now())
    return Core(
        home=home,
        config=config,
        engine=engine,
        open_uow=open_uow,
        gate=EgressGate(open_uow, policy, wall_clock, recording_tap(environment), witness),
        policy=policy,
        witness=witness,
        keys=keys,
        business_clock=business_clock or wall_clock,
        wall_clock=wall_clock,
        entropy=entropy,
        fence=Fence(FenceFile(home / FENCE), entropy),
        rights=rights,
    )


def database_key(master_secret: bytes) -> bytes:
    """Derive the database's key (HKDF-SHA256, RFC 5869) from the master secret."""
    return _derived(master_secret, b"guildpost/agent/database/v1")


def _derived(master_secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(master_secret)


def recording_tap(environment: Mapping[str, str]) -> Tap | None:
    """Give the audit's tap where the environment asks for it."""
    target = environment.get(RECORD_VARIABLE)
    if not target:
        return None
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def tap(destination: str, kind: str, payload: bytes) -> None:
        with (folder / f"{destination}.bin").open("ab", buffering=0) as file:
            file.write(f"{kind} {len(payload)}\n".encode() + payload + b"\n")

    return tap


def gatekeeper(core: Core) -> "Gatekeeper":
    """Give what lets people into the dealer's pages."""
    from guildpost_agent.adapters.sql.sessions import SqlSessionStore  # noqa: PLC0415 — only pages and links need it
    from guildpost_shared.web.login import Gatekeeper  # noqa: PLC0415 — as above: it loads the web framework

    return Gatekeeper(SqlSessionStore(core.engine), core.wall_clock, core.entropy)
