"""The running agent's catalogue: what all brands have in force, and what is derived from it."""

import hashlib
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from guildpost_agent.app.compose_message import Composer
from guildpost_agent.app.dealership import dealer_services
from guildpost_agent.app.egress.sharing import note_network_level
from guildpost_agent.app.remember_problems import remember_problem
from guildpost_agent.app.resting_brands import note_resting
from guildpost_agent.app.sync_catalogue import PROBLEM, sync_catalogue
from guildpost_agent.bootstrap.composing import composer_of
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import catalogues_of, read_services
from guildpost_agent.bootstrap.templates import mail_template_ids, recalled_in, templates_of
from guildpost_agent.domain.brands import of_brand
from guildpost_agent.jobs.children import Worker
from guildpost_shared.errors import GuildpostError, Unavailable, public_text
from guildpost_shared.services.definition import ServiceDefinition

log = structlog.get_logger()


class Catalogue:
    """The catalogue in force, with what is derived from it; changed only by ``refresh``, in any brand's thread."""

    def __init__(self, core: Core, worker: Worker) -> None:
        self._core = core
        self._worker = worker
        self._changing = threading.Lock()
        self.source = catalogues_of(core)
        self.templates = templates_of(core, self.source)
        self.recalled = recalled_in(self.source)
        self.services: dict[str, ServiceDefinition] = {}
        self.fingerprint = ""
        self.may_send = False
        self._told: frozenset[str] = frozenset()
        self._problems: dict[str, str] = {}
        self._unfetched: set[str] = set()
        for brand in self.source.sources:
            self._set_damaged_aside(brand)
        self._take_over()

    def refresh(self) -> None:
        """Fetch what is new from every brand, side by side: one that is away does not keep the others waiting."""
        brands = tuple(self.source.sources)
        with ThreadPoolExecutor(len(brands)) as pool:
            list(pool.map(self.refresh_brand, brands))

    def refresh_brand(self, brand: str) -> None:
        """Fetch what a brand has new; what cannot be fetched or trusted leaves its last good state in force."""
        report = sync_catalogue(self.source.sources[brand])
        if isinstance(report.problem, Unavailable):
            self._unfetched.add(brand)
        else:
            self._unfetched.discard(brand)
        code = report.problem.code if report.problem is not None else ""
        with self._changing:
            if code != self._problems.get(brand, ""):
                remember_problem(self._core.open_uow, of_brand(PROBLEM, brand), report.problem)
                self._problems[brand] = code
            if report.problem is not None:
                log.warning("catalogue_not_renewed", code=code, brand=brand)
                self._set_damaged_aside(brand)
            self._take_over()

    def is_unfetched(self, brand: str) -> bool:
        """Say whether something was away at the last attempt, so that another one is worth while soon."""
        return brand in self._unfetched

    def _set_damaged_aside(self, brand: str) -> None:
        """Go on with what is whole; what is damaged comes back with the next sync that succeeds."""
        for path in self.source.sources[brand].set_damaged_aside():
            log.warning("catalogue_copy_damaged", path=path, brand=brand)

    def composer(self) -> Composer:
        """Give what fills messages."""
        return composer_of(self._core, self.services, self.templates)

    def _take_over(self) -> None:
        resting = self.source.resting()
        note_resting(self._core.open_uow, resting)
        self.may_send = resting != self.source.sources.keys()
        for brand, source in self.source.sources.items():
            note_network_level(source, self._core.open_uow, brand)
        services, unreadable = read_services(self.source)
        self._tell(unreadable)
        self.services = dealer_services(services.values(), self._core.config)
        missing = self.templates.missing(mail_template_ids(self._core, self.services.values()))
        if missing:
            self._compile()
        material = (*self.source.contents("services/").values(), *self.source.contents("templates/").values())
        decided = self._core.config.services.model_dump_json().encode()
        makes = repr(sorted(self._core.config.territories.makes.items())).encode() if self._core.config.brands else b""
        self.fingerprint = hashlib.sha256(b"".join((*material, decided, makes))).hexdigest()

    def _tell(self, unreadable: Sequence[GuildpostError]) -> None:
        """Say once of each service that cannot be read where and why; ``status`` says it, too."""
        said = [str(public_text(error, self._core.config.language)) for error in unreadable]
        for error, words in zip(unreadable, said, strict=True):
            if words not in self._told:
                log.warning("service_unreadable", code=error.code)
                sys.stdout.write(f"{words}\n")
        sys.stdout.flush()
        self._told = frozenset(said)

    def _compile(self) -> None:
        """Compile what is missing; a template that cannot be keeps only its own messages waiting."""
        try:
            self._worker.run("compile", self._core.wall_clock.now())
        except GuildpostError as error:
            log.warning("templates_not_compiled", code=error.code)
