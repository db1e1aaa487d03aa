"""What a letter costs: the real release path, from the database to the sealed batch, beside the bare typesetter.

The dealership has an encrypted database, the sample brand's templates and customers of its own; letters are composed
from records, typeset with QR code and PDF/A, put into postal order and postage, and handed to a folder. The peer sets
the same words with nothing around them: no letterhead, no window, no code, no records.

Memory is the highest that a process of its own ever had resident while it released a batch; it prints in parts.
"""

import json
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import typst

from bench.figures import Figure
from guildpost_agent.adapters.channels.letter_folder import LetterFolder
from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.compose_message import Composer, Printed
from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.policy import EgressPolicy
from guildpost_agent.app.letter_requests import LetterRequest, RenderedBatch
from guildpost_agent.app.one_snapshot import OneSnapshot
from guildpost_agent.app.release_letters import LetterSender, release_letters
from guildpost_agent.cli.work import prepare
from guildpost_agent.domain.records import Channel, Occasion, Touchpoint
from guildpost_shared.services.definition import parse_service
from guildpost_shared.templates.letter import typeset
from guildpost_shared.templates.letter_text import Letter
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent import a_config, a_customer, a_vehicle
from tests.factories.sending_world import RELAY_URL, SendingWorld, always_welcome
from tests.fakes.catalogue_source import FakeCatalogue

LETTERS = 400
MANY_LETTERS = 5_000
PROCESS_STATUS = Path("/proc/self/status")
BARE = """
#let letters = json(bytes(sys.inputs.letters))
#set page(paper: "a4")
#for letter in letters [
  #for row in letter.address [#row \\ ]
  #letter.subject
  #for entry in letter.blocks { for t in entry.texts { par(t) } }
  #pagebreak(weak: true)
]
"""


def run(_arguments: list[str]) -> list[Figure]:
    """Measure a release beside the bare typesetter."""
    prepare()  # as the printing child does
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder))
        bench.warm_up()
        whole = bench.release()
        bare = _bare(bench.letters, Path(folder))
    each = 1000 / LETTERS
    return [
        Figure(
            "letter typeset, QR code and PDF/A, CPU",
            bench.typesetting * each,
            "ms",
            2.0,
            peer="bare Typst",
            peer_value=bare * each,
        ),
        Figure("letter composed from the records, CPU", bench.composing * each, "ms", 1.0),
        Figure(
            "letter with data preparation, CPU",
            (bench.typesetting + bench.composing) * each,
            "ms",
            2.0,
            peer="bare Typst",
            peer_value=bare * each,
        ),
        Figure("letter through the whole release, CPU", whole * each, "ms", 5.0),
        *(
            Figure(f"peak memory of printing {letters} letters", _peak_megabytes(letters), "MB", 400.0)
            for letters in (LETTERS, MANY_LETTERS)
        ),
    ]


def _peak_megabytes(letters: int) -> float | None:
    """Release so many letters in a new process; None where the system does not tell what it needed."""
    if not PROCESS_STATUS.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder))
        bench.plan(letters, "m")
        bench.world.engine.dispose()
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(_release_and_measure, Path(folder)).result()


def _release_and_measure(folder: Path) -> float:
    """Be the process that prints; what it had resident at its highest, in MB."""
    prepare()
    _Bench(folder, create=False).release()
    lines = PROCESS_STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


class _Bench:
    """A dealership with letters that are due."""

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        self.world = SendingWorld(folder, create=create)
        self.folder, self.composing, self.typesetting = folder, 0.0, 0.0
        self.letters: list[Letter] = []
        catalogue = FakeCatalogue(sample_catalogue())
        services = {"hu_au": parse_service(sample_catalogue()["services/hu_au.json"])}
        templates = CatalogueTemplates(catalogue, folder / "compiled")
        reading = OneSnapshot(self.world.open_uow)

        @contextmanager
        def held(touchpoint_ids: Collection[str]) -> Iterator[None]:  # as the agent's own composer does
            with reading.held(touchpoint_ids), templates.held():
                yield

        self.composer = Composer(a_config(), services, templates, reading.ahead, held=held)

    def plan(self, count: int, prefix: str) -> None:
        """Store customers with a vehicle and a letter that is due."""
        names = [f"{prefix}{number:04}" for number in range(count)]
        customers = [
            a_customer(f"K-{name}", family_name=f"Weiß{name}", street=f"Weg {number}", postcode=f"84{number % 1000:03}")
            for number, name in enumerate(names)
        ]
        vehicles = [a_vehicle(f"F-{name}", customer_id=f"K-{name}", plate=f"LA-{name.upper()}") for name in names]
        template = self.world.plan(prefix, Channel.LETTER)
        with self.world.open_uow() as uow:
            known = uow.plans.occasion(template.occasion_id)
            assert known is not None
            uow.records.upsert_customers(customers)
            uow.records.upsert_vehicles(vehicles)
            occasions = [_occasion(known, name) for name in names]
            uow.plans.replace_occasions([*uow.plans.occasions(), *occasions])
            uow.plans.add_touchpoints([_touchpoint(template, name) for name in names])
            uow.commit()

    def warm_up(self) -> None:
        """Load the typesetter and compile the template outside the measurement."""
        self.plan(5, "w")
        self.release()
        self.composing = self.typesetting = 0.0
        self.letters = []
        self.plan(LETTERS, "b")

    def release(self) -> float:
        """Release what is due; the CPU time in seconds."""
        world, started = self.world, time.process_time()
        summary = release_letters(
            world.open_uow,
            self._render,
            LetterFolder(self.folder / "letters"),
            always_welcome,
            world.clock,
            gate=EgressGate(world.open_uow, EgressPolicy(), world.clock),
            sender=LetterSender(RELAY_URL, world.keys, "Autohaus Muster GmbH"),
            entropy=world.entropy,
        )
        used = time.process_time() - started
        assert summary.stopped is None, summary.stopped
        return used

    def _render(self, requests: Sequence[LetterRequest]) -> RenderedBatch:
        started, before = time.process_time(), self.typesetting
        batch = self.composer.letters(requests, self._typeset)
        self.composing += time.process_time() - started - (self.typesetting - before)
        return batch

    def _typeset(self, letters: Sequence[Letter], created: datetime) -> Printed:
        self.letters = list(letters)
        started = time.process_time()
        batch = typeset(letters, created=created)
        self.typesetting += time.process_time() - started
        return Printed(batch.pdf, {one.doc_id: (one.first, one.last) for one in batch.ranges})


def _occasion(known: Occasion, name: str) -> Occasion:
    return replace(known, occasion_id=f"o-{name}", customer_id=f"K-{name}", vehicle_id=f"F-{name}")


def _touchpoint(template: Touchpoint, name: str) -> Touchpoint:
    return replace(
        template,
        touchpoint_id=f"t-{name}",
        occasion_id=f"o-{name}",
        customer_id=f"K-{name}",
        vehicle_id=f"F-{name}",
    )


def _bare(letters: Sequence[Letter], folder: Path) -> float:
    rows = [
        {"address": one.address, "subject": one.subject, "blocks": [{"texts": block.texts} for block in one.blocks]}
        for one in letters
    ]
    (folder / "bare.typ").write_text(BARE)
    data = {"letters": json.dumps(rows, ensure_ascii=False)}
    compiler = typst.Compiler(str(folder / "bare.typ"), ignore_system_fonts=True, sys_inputs=data)
    started = time.process_time()
    compiler.compile(format="pdf")
    return time.process_time() - started
