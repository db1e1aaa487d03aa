"""Set the stage: the folder, certificates, sample data, and the processes in the order they need one another.

1. coordinator: init, ceremony; the sample data is made meanwhile
2. coordinator, signers, relay, mail server: start
3. publish the sample catalogue; the signers sign it
4. every dealership: join code, enrolment, relay admission, run
5. the roster of all dealerships, signed by legal and association
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from holidays import country_holidays

from guildpost_demo.catalogue import targets
from guildpost_demo.driver.business_clock import BusinessClockServer
from guildpost_demo.driver.certificates import DemoAuthority
from guildpost_demo.driver.commands import COORDINATOR, RELAY, SIGNING_ROLES, Commands, Ports
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
    ports = Ports(*(free_port() for _ in range(7)))
    return Stage(
        options=options,
        folder=folder,
        clock=clock,
        supervisor=Supervisor(folder.logs, {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1"}),
        commands=Commands(options.programs, folder, ports, clock.address, options.language, options.records),
        profiles=dealers(options.dealers, options.percent),
        authority=DemoAuthority(folder.certificates),
    )


def _holidays(profile: DealerProfile, options: Options) -> frozenset[date]:
    """List the public holidays of a dealership's state in the demo's years."""
    years = range(options.start.year, options.start.year + 2)
    return frozenset(country_holidays("DE", subdiv=profile.place.state, years=years))


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
        written = export(corner.dms, profile, world.watching(source, options.start, rng), options.seed, options.start)
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
        stage.sides[profile.key] = DealerSide(world, Desk(corner.dms, rng, _holidays(profile, options)), corner.letters)
        said(f"{profile.name}: {written.customers}")


def start_coordinator(stage: Stage) -> None:
    """Make the brand's side and run it: coordinator and the three signers."""
    supervisor, commands = stage.supervisor, stage.commands
    supervisor.run(commands.coordinator_init())
    supervisor.run(commands.ceremony())
    supervisor.start(commands.coordinator_serve())
    supervisor.wait_until(lambda: accepts(commands.ports.control), COORDINATOR)
    for role in SIGNING_ROLES:
        supervisor.start(commands.signer(role))


def publish_catalogue(stage: Stage) -> None:
    """Write the sample catalogue out and hand it in; marketing and legal sign it."""
    for path, content in targets().items():
        file = stage.folder.catalogue / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    stage.supervisor.run(stage.commands.publish_catalogue())


def start_public_servers(stage: Stage) -> None:
    """Run relay and mail server, and let the customers live."""
    supervisor, commands = stage.supervisor, stage.commands
    relay, mail = stage.authority.issue("relay"), stage.authority.issue("mail")
    dead = stage.folder.mail / "dead.txt"
    dead.parent.mkdir(parents=True, exist_ok=True)
    dead.write_text("\n".join(dead_addresses(side.world for side in stage.sides.values())), encoding="utf-8")
    supervisor.run(commands.relay_init())
    stage.clock.expect(RELAY, MAIL_SINK)
    supervisor.start(commands.relay_serve(relay.certificate, relay.key))
    supervisor.start(commands.mail_sink(mail.certificate, mail.key, dead))
    supervisor.wait_until(lambda: accepts(commands.ports.relay), RELAY)
    supervisor.wait_until(lambda: accepts(commands.ports.smtp), MAIL_SINK)
    stage.store = MailStore(stage.folder.mail / "mail.sqlite")
    visitor = RelayVisitor(str(stage.authority.ca_file))
    stage.customers = Customers(stage.sides, stage.store, visitor, dice(stage.options.seed, "customers"))


def start_dealers(stage: Stage, said: Callable[[str], None]) -> None:
    """Enrol every dealership and run its agent; the roster of all of them is signed meanwhile."""
    supervisor, commands = stage.supervisor, stage.commands
    fingerprint = commands.association_fingerprint().read_text("ascii").strip()

    members = stage.folder.root / "members.csv"
    rows = [f"{profile.key};{profile.legal_name};{profile.legal_entity}\n" for profile in stage.profiles]
    members.write_text("".join(rows), encoding="utf-8")
    listed = supervisor.run(commands.join_codes(members)).split()
    codes = dict(line.split(";", 1) for line in listed)

    def enrol(profile: DealerProfile) -> None:
        card = stage.folder.dealer(profile.key).relay_card
        card.parent.mkdir(exist_ok=True)
        supervisor.run(commands.enrol(profile.key, codes[profile.key], fingerprint))
        supervisor.run(commands.confirm_retention(profile.key))
        said(profile.name)

    side_by_side(enrol, stage.profiles)
    supervisor.run(commands.relay_admit([profile.key for profile in stage.profiles]))
    for profile in stage.profiles:
        stage.clock.expect(profile.key)
        supervisor.start(commands.agent_run(profile.key))
    supervisor.wait_until(lambda: not stage.clock.down(), stage.profiles[-1].key, 120)


def roster_is_signed(stage: Stage) -> bool:
    """Say whether every dealership stands on the roster in force."""
    status: dict[str, object] = json.loads(stage.supervisor.run(stage.commands.coordinator_status()))
    return status["roster"] == len(stage.profiles)
