"""Set the stage: the folder, certificates, sample data, and the processes in the order they need one another.

1. coordinator: init, signers' keys, ceremony; then the sample data while those run
2. coordinator, signers, relay, mail server: start
3. publish the sample catalogue; the signers sign it
4. every dealership: join code, enrolment, relay admission, run
5. the roster of all dealerships, signed by legal and association
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from guildpost_demo.driver.business_clock import BusinessClockServer
from guildpost_demo.driver.certificates import DemoAuthority
from guildpost_demo.driver.commands import SIGNING_ROLES, Commands, Ports
from guildpost_demo.driver.folder import DemoFolder
from guildpost_demo.driver.options import Options
from guildpost_demo.driver.side_by_side import side_by_side
from guildpost_demo.driver.supervisor import Supervisor, accepts, free_port
from guildpost_demo.driver.ticks import NIGHT_HOUR, at
from guildpost_demo.network.agent_toml import Surroundings, agent_toml
from guildpost_demo.network.canaries import Canary, canaries
from guildpost_demo.network.dealers import DealerProfile, dealers
from guildpost_demo.network.dice import dice
from guildpost_demo.network.export import export
from guildpost_demo.network.households import households
from guildpost_demo.world.customers import Customers, DealerSide
from guildpost_demo.world.dms_desk import Desk
from guildpost_demo.world.mail_sink import NAME as MAIL_SINK
from guildpost_demo.world.mail_store import MailStore
from guildpost_demo.world.relay_visitor import RelayVisitor
from guildpost_demo.world.truth import DealerWorld, dead_addresses


@dataclass
class Stage:
    """Everything that runs or stands ready in one demo."""

    options: Options
    folder: DemoFolder
    clock: BusinessClockServer
    supervisor: Supervisor
    commands: Commands
    profiles: list[DealerProfile]
    authority: DemoAuthority
    planted: list[Canary] = field(default_factory=list)
    sides: dict[str, DealerSide] = field(default_factory=dict)
    store: MailStore | None = None
    customers: Customers | None = None

    def close(self) -> None:
        """End every process and let go of the folder."""
        self.supervisor.stop()
        self.clock.close()
        if self.store is not None:
            self.store.close()
        self.folder.release()


def open_stage(options: Options) -> Stage:
    """Take the folder and start the business clock; no process runs yet.

    Raises:
        GuildpostError: the folder is somebody else's or busy.
    """
    folder = DemoFolder(options.folder, keeps_former=options.keeps_former)
    clock = BusinessClockServer(at(options.start, NIGHT_HOUR))
    ports = Ports(*(free_port() for _ in range(6)))
    return Stage(
        options=options,
        folder=folder,
        clock=clock,
        supervisor=Supervisor(folder.logs, {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1"}),
        commands=Commands(folder, ports, clock.address, options.language),
        profiles=dealers(options.dealers),
        authority=DemoAuthority(folder.certificates),
    )


def write_sample_data(stage: Stage, said: Callable[[str], None]) -> None:
    """Generate every dealership's exports, configuration and truth (one pass, a few seconds)."""
    options, ports = stage.options, stage.commands.ports
    plantings = canaries(options.canaries, stage.profiles) if options.canaries else {}
    stage.planted = [canary for planting in plantings.values() for canary in planting.all()]
    for original in stage.profiles:
        planting = plantings.get(original.key)
        profile = planting.profile if planting else original
        corner = stage.folder.dealer(profile.key)
        rng = dice(options.seed, profile.key, "world")
        world = DealerWorld(profile, [])
        source = households(profile, options.start, options.seed, planting.customers if planting else ())
        written = export(corner.dms, profile, world.watching(source, options.start, rng), options.seed)
        for folder in (corner.home, corner.letters):
            folder.mkdir(parents=True, mode=0o700)
        around = Surroundings(
            drop_folder=corner.dms,
            letters_folder=corner.letters,
            smtp_host="localhost",
            smtp_port=ports.smtp,
            smtp_ca_file=stage.authority.ca_file,
            relay_url=f"https://localhost:{ports.relay}",
            relay_ca_file=stage.authority.ca_file,
            language=options.language,
        )
        (corner.home / "agent.toml").write_text(agent_toml(profile, around), encoding="utf-8")
        stage.sides[profile.key] = DealerSide(world, Desk(corner.dms, rng), corner.letters)
        said(f"{profile.name}: {written.customers}")


def start_coordinator(stage: Stage) -> None:
    """Make the brand's side and run it: coordinator, its rounds, the three signers."""
    supervisor, commands = stage.supervisor, stage.commands
    supervisor.run(commands.coordinator_init())
    for role in SIGNING_ROLES:
        supervisor.run(commands.signer_init(role))
    supervisor.run(commands.ceremony())
    serve = commands.coordinator_serve()
    stage.clock.expect(serve.name)
    supervisor.start(serve)
    supervisor.wait_until(lambda: accepts(commands.ports.control), serve.name)
    for role in SIGNING_ROLES:
        supervisor.start(commands.signer_run(role))


def start_public_servers(stage: Stage) -> None:
    """Run relay and mail server, and let the customers live."""
    supervisor, commands = stage.supervisor, stage.commands
    relay, mail = stage.authority.issue("relay"), stage.authority.issue("mail")
    dead = stage.folder.mail / "dead.txt"
    dead.parent.mkdir(parents=True, exist_ok=True)
    dead.write_text("\n".join(dead_addresses(side.world for side in stage.sides.values())), encoding="utf-8")
    supervisor.start(commands.relay_serve(relay.certificate, relay.key))
    stage.clock.expect(MAIL_SINK)
    supervisor.start(commands.mail_sink(mail.certificate, mail.key, dead))
    supervisor.wait_until(lambda: accepts(commands.ports.relay), "relay")
    supervisor.wait_until(lambda: accepts(commands.ports.smtp), MAIL_SINK)
    stage.store = MailStore(stage.folder.mail / "mail.sqlite")
    visitor = RelayVisitor(str(stage.authority.ca_file))
    stage.customers = Customers(stage.sides, stage.store, visitor, dice(stage.options.seed, "customers"))


def start_dealers(stage: Stage, said: Callable[[str], None]) -> None:
    """Publish the catalogue, enrol every dealership, run its agent, publish the roster."""
    supervisor, commands = stage.supervisor, stage.commands
    supervisor.run(commands.publish_catalogue())
    fingerprint = supervisor.run(commands.association_fingerprint()).strip()

    def enrol(profile: DealerProfile) -> None:
        code = supervisor.run(commands.join_code(profile.key, profile.legal_name)).strip()
        supervisor.run(commands.enrol(profile.key, code, fingerprint))
        public_key = supervisor.run(commands.relay_key(profile.key)).strip()
        supervisor.run(commands.relay_admit(profile.key, public_key))
        stage.clock.expect(profile.key)
        supervisor.start(commands.agent_run(profile.key))
        said(profile.name)

    side_by_side(enrol, stage.profiles)
    supervisor.run(commands.publish_roster())
    supervisor.wait_until(lambda: not stage.clock.down(), stage.profiles[-1].key, 120)
