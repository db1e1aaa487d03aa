"""The signed catalogue on real gRPC with mutual TLS: ceremony → publish → signers → agent."""

import argparse
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from guildpost_agent.adapters.catalogue.tuf_catalogue import TrustAnchors, TufCatalogue
from guildpost_agent.adapters.control_plane.catalogue import GrpcCatalogueTransport
from guildpost_agent.adapters.control_plane.channel import open_member_channel
from guildpost_agent.adapters.control_plane.client import GrpcControlPlane
from guildpost_agent.adapters.control_plane.lines import Lines
from guildpost_agent.app.enrol import enrol
from guildpost_agent.app.membership import Membership
from guildpost_coordinator.adapters.catalogue_repository.codec import SigningKey
from guildpost_coordinator.adapters.catalogue_repository.keys import load_key, load_tls_key
from guildpost_coordinator.adapters.signing_client.desk import GrpcSigningDesk, open_channel
from guildpost_coordinator.adapters.sql.publications import publications_factory
from guildpost_coordinator.app.issue_join_code import issue_join_code
from guildpost_coordinator.app.publish_catalogue import draft_publication
from guildpost_coordinator.app.publish_roster import publish_roster
from guildpost_coordinator.bootstrap import Coordinator, Core, Parts, anchors, open_core
from guildpost_coordinator.bootstrap_catalogue import CatalogueParts, open_catalogue
from guildpost_coordinator.cli import ceremony, init, publish
from guildpost_coordinator.cli.signer import approve_all, build_signer, keep_signing
from guildpost_coordinator.cli.texts import texts_in
from guildpost_coordinator.config import Home
from guildpost_shared.catalogue_paths import SIGNER_ROLES, SignerRole
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError, Conflict, Refused, Unavailable
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.roster import TARGET_PATH, parse_roster
from guildpost_shared.pb.v1 import catalogue_pb2, catalogue_pb2_grpc
from tests.fakes.documents import FakeDocumentStore

PASSPHRASE = b"a passphrase made for tests only"
CREDENTIALS = ("guildpost-ca", "guildpost-online-keys", "guildpost-signer-root")
SAMPLES = Path(__file__).parents[2] / "demo" / "guildpost_demo" / "catalogue"
PATIENCE = 30.0  # seconds


@dataclass
class Brand:
    """A running coordinator with its catalogue, and the folders of its signers."""

    folder: Path
    environment: dict[str, str]
    core: Core
    catalogue: CatalogueParts
    coordinator: Coordinator

    @property
    def control(self) -> str:
        return str(self.coordinator.addresses()["control"])

    def join(self, agent_id: str) -> Membership:
        """Enrol a dealership with the association's fingerprint from the ceremony."""
        code = issue_join_code(
            open_uow=self.core.open_uow,
            clock=self.core.clock,
            entropy=self.core.entropy,
            anchors=anchors(self.core.home, self.core.config, self.core.authority.certificate()),
            agent_id=agent_id,
            company="Autohaus",
            legal_entity=agent_id,
        )
        return enrol(
            join_code=code,
            association_fingerprint=(self.folder / "signers/association/fingerprint.txt").read_text(),
            agent_version="0.1.0",
            open_documents=FakeDocumentStore().open,
            control_plane=GrpcControlPlane(),
            entropy=OsEntropy(),
        )

    def desk(self, role: SignerRole, *, speaks_for: SignerRole | None = None) -> tuple[grpc.Channel, GrpcSigningDesk]:
        """Connect with a signer's certificate."""
        home = self.folder / "signers" / role
        channel = open_channel(
            self.control,
            authority_pem=(home / "authority.pem").read_bytes(),
            key_pem=load_tls_key(home / "tls.key", PASSPHRASE).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ),
            chain_pem=(home / "tls.pem").read_bytes(),
        )
        return channel, GrpcSigningDesk(channel, speaks_for or role)

    @contextmanager
    def signing(self, *roles: SignerRole) -> Iterator[None]:
        """Run signers' real loops in threads while the block runs."""
        stop = threading.Event()
        with ExitStack() as stack:
            threads = []
            for role in roles:
                channel, desk = self.desk(role)
                stack.enter_context(closing(channel))
                home = self.folder / "signers" / role
                key = SigningKey(role, load_key(home / "key.pem", PASSPHRASE))
                signer = build_signer(home, key, desk, approve_all)
                threads.append(threading.Thread(target=keep_signing, args=(signer, stop, texts_in("en"))))
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                stop.set()
                for thread in threads:
                    thread.join(PATIENCE)

    @contextmanager
    def signer_processes(self, *roles: SignerRole) -> Iterator[list["subprocess.Popen[str]"]]:
        """Run ``guildpost-signer`` for each role while the block runs."""
        running = [
            subprocess.Popen(
                signer_program(self.folder / "signers" / role, role, self.control),
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for role in roles
        ]
        try:
            yield running
        finally:
            for process in running:
                process.kill()
                process.wait()

    def await_published(self, publication_id: str | None) -> None:
        assert publication_id is not None
        publish.await_publication(self.catalogue.publishing.publications, publication_id, PATIENCE, sleep=time.sleep)


class Ticks:
    """Ticks the catalogue as the running coordinator does, only more often (``bootstrap.Companion``)."""

    def __init__(self, catalogue: CatalogueParts) -> None:
        self._catalogue = catalogue
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> Mapping[str, Endpoint]:
        self._thread.start()
        return {}

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            self._catalogue.tick()


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brand]:
    folder = tmp_path_factory.mktemp("brand")
    credentials = folder / "credentials"
    credentials.mkdir()
    for name in (*CREDENTIALS, *(f"guildpost-signer-{role}" for role in SIGNER_ROLES)):
        (credentials / name).write_bytes(PASSPHRASE)
    environment = {"CREDENTIALS_DIRECTORY": str(credentials)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
        command(init, "--no-material-approval", home=folder / "coordinator")
        command(ceremony, "--signers", str(folder / "signers"), home=folder / "coordinator")
    core = open_core(Home(folder / "coordinator"), environment=environment)
    catalogue = open_catalogue(
        core.home,
        core.engine,
        announce=core.announcements.announce_catalogue,
        clock=core.clock,
        entropy=core.entropy,
        environment=environment,
    )
    coordinator = Coordinator(core, Parts(services=catalogue.plugins, companions=(Ticks(catalogue),)))
    coordinator.start()
    yield Brand(folder, environment, core, catalogue, coordinator)
    coordinator.stop()


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Copy the sample brand's services and templates."""
    for kind in ("services", "templates"):
        shutil.copytree(SAMPLES / kind, tmp_path / "samples" / kind)
    return tmp_path / "samples"


def signer_program(home: Path, role: SignerRole, coordinator: str) -> list[str]:
    """Give the command line of a signer that agrees to everything that passes its checks."""
    program = "import sys; from guildpost_coordinator.cli.signer import main; sys.exit(main())"
    options = {"--lang": "en", "--home": str(home), "--role": role, "--coordinator": coordinator, "--approve": "all"}
    return [sys.executable, "-c", program, *(word for option in options.items() for word in option)]


def command(module: object, *arguments: str, home: Path) -> int:
    """Run one command of ``guildpost-coordinator``."""
    add: Callable[..., None] = module.add_arguments  # type: ignore[attr-defined]
    run: Callable[..., int] = module.run  # type: ignore[attr-defined]
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path)
    parser.add_argument("--lang", default="en")
    add(parser, texts_in("en"))
    return run(parser.parse_args(["--home", str(home), *arguments]), texts_in("en"))


@contextmanager
def agent(brand: Brand, membership: Membership) -> Iterator[TufCatalogue]:
    transport = GrpcCatalogueTransport(membership.credentials)
    source = TufCatalogue(
        brand.folder / "agents" / membership.agent_id,
        transport,
        TrustAnchors(membership.root_hash, membership.association_fingerprint or None),
        SystemClock(),
    )
    with closing(transport):
        yield source


def test_a_published_folder_reaches_an_agent_once_both_roles_signed(brand: Brand, samples: Path) -> None:
    membership = brand.join("dealer-01")
    with agent(brand, membership) as source:
        source.sync()
        assert () == source.list("services/")
        with brand.signing("marketing", "legal"):
            command(publish, str(samples), "--wait", str(PATIENCE), home=brand.core.home.folder)
        version = source.sync()
        assert {} == version.refused
        expected = publish.read_folder(samples)
        assert expected == {path: source.read(path) for path in source.list("")}
        assert expected


@pytest.mark.e2e
def test_the_roster_is_signed_by_two_processes_and_verified_by_an_agent(brand: Brand) -> None:
    membership = brand.join("dealer-02")
    with brand.signer_processes("legal", "association") as running:
        key = b"\7" * 32
        publication = publish_roster(brand.catalogue.publishing, brand.core.open_uow, coordinator_key=key)
        brand.await_published(publication)
        assert None is publish_roster(brand.catalogue.publishing, brand.core.open_uow, coordinator_key=key)
        for process in running:
            process.send_signal(signal.SIGTERM)
        outputs = [process.communicate(timeout=PATIENCE)[0] for process in running]
        assert [0, 0] == [process.returncode for process in running]
    assert [True, True] == [f"+ {TARGET_PATH}" in output for output in outputs]
    with agent(brand, membership) as source:
        source.sync()
        assert "dealer-02" in parse_roster(source.read(TARGET_PATH)).by_id


def test_a_sync_goes_over_the_connection_of_the_stream_while_there_is_one(brand: Brand) -> None:
    membership = brand.join("dealer-04")
    lines, opened = Lines[grpc.Channel](), list[grpc.Channel]()

    def count(channel: grpc.Channel) -> grpc.Channel:
        opened.append(channel)
        return channel

    source = TufCatalogue(
        brand.folder / "agents" / membership.agent_id,
        GrpcCatalogueTransport(membership.credentials, count, lines),
        TrustAnchors(membership.root_hash, membership.association_fingerprint or None),
        SystemClock(),
    )
    with closing(GrpcControlPlane(wrap=count, lines=lines).listen(membership.credentials(), "0.1.0")) as stream:
        next(iter(stream))
        source.sync()
        source.sync()
        assert 1 == len(opened)
    source.sync()
    assert 2 == len(opened)


def test_a_signer_sees_and_signs_for_its_own_role_only(brand: Brand) -> None:
    channel, desk = brand.desk("marketing", speaks_for="legal")
    with closing(channel), pytest.raises(Refused, match="method_not_allowed"):
        desk.pending()


def test_an_agent_is_no_signer(brand: Brand) -> None:
    credentials = brand.join("dealer-03").credentials()
    with open_member_channel(credentials) as channel, pytest.raises(Refused, match="method_not_allowed"):
        GrpcSigningDesk(channel, "legal").pending()


def test_a_signer_is_no_agent(brand: Brand) -> None:
    channel, _ = brand.desk("legal")
    with closing(channel):
        call = catalogue_pb2_grpc.CatalogueStub(channel).GetMetadata(
            catalogue_pb2.GetMetadataRequest(name="timestamp.json")
        )
        with pytest.raises(grpc.RpcError) as caught:
            next(iter(call))
        assert grpc.StatusCode.PERMISSION_DENIED == caught.value.code()


def test_contents_that_nobody_proposed_are_not_shown_to_a_signer(brand: Brand) -> None:
    channel, desk = brand.desk("legal")
    with closing(channel), pytest.raises(Refused, match="catalogue_file_missing"):
        desk.content("00" * 32, 100)


def test_a_second_ceremony_overwrites_nothing(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", brand.environment["CREDENTIALS_DIRECTORY"])
    with pytest.raises(Conflict, match="catalogue_exists"):
        command(ceremony, "--signers", str(brand.folder / "others"), home=brand.core.home.folder)


def test_without_passphrases_no_ceremony_begins(brand: Brand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(ConfigurationError, match="catalogue_passphrase_missing"):
        command(ceremony, "--signers", str(brand.folder / "others"), home=brand.core.home.folder)
    assert not (brand.folder / "others").exists()


def test_key_files_are_for_their_owner_and_open_with_their_passphrase_only(brand: Brand) -> None:
    keys = [*brand.folder.glob("signers/*/*.key"), *brand.folder.glob("signers/*/key.pem")]
    keys += brand.folder.glob("coordinator/catalogue-keys/*.pem")
    assert 10 == len(keys)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in keys}
    with pytest.raises(ConfigurationError, match="catalogue_key_unreadable"):
        load_key(brand.folder / "signers" / "legal" / "key.pem", b"another passphrase")


def test_a_signer_without_its_coordinator_says_so_and_exits_with_the_tables_code(brand: Brand) -> None:
    done = subprocess.run(
        [*signer_program(brand.folder / "signers" / "legal", "legal", "127.0.0.1:9"), "--once"],
        env=brand.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 75 == done.returncode
    assert "The coordinator cannot be reached." in done.stderr


def test_waiting_for_signatures_that_do_not_come_ends_and_loses_nothing(brand: Brand) -> None:
    publications = publications_factory(brand.core.engine)
    draft = draft_publication(
        {"services/hu_au.json": (SAMPLES / "services/hu_au.json").read_bytes()},
        publications=publications,
        clock=brand.core.clock,
        entropy=brand.core.entropy,
        checks={"services": lambda _path, _contents: None},
    )
    with pytest.raises(Unavailable, match="publication_waiting"):
        publish.await_publication(publications, "unknown", 0.1, sleep=lambda _: None)
    with brand.signing("marketing", "legal"):
        brand.await_published(draft)
