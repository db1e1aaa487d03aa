"""What every step of publishing works with."""

import threading
from dataclasses import dataclass, field

from guildpost_coordinator.app.ports.catalogue import Announce, CatalogueRepository, OpenPublications
from guildpost_coordinator.domain.proposals import ContentChecks
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy


@dataclass(frozen=True)
class Publishing:
    """The collaborators of the publishing use cases, wired once at start-up.

    Attributes:
        clock: the wall clock (TUF).
        checks: kind → check of contents; the signers have the same table of their own.
        turn: one step at a time in this process, because two signers answer at once.
    """

    publications: OpenPublications
    repository: CatalogueRepository
    announce: Announce
    clock: Clock
    entropy: Entropy
    checks: ContentChecks
    turn: threading.RLock = field(default_factory=threading.RLock)
