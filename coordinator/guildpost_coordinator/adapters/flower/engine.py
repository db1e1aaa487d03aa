"""The round engine as one thing: SuperLink on loopback, the filter in front of it, orders, the window's guest list.

The entrance listens from the start. The SuperLink's programs take seconds and a quarter of a gigabyte, so they start
when the first round asks whether all is ready, and stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from guildpost_coordinator.adapters.flower.control import Control
from guildpost_coordinator.adapters.flower.entrance import Entrance
from guildpost_coordinator.adapters.flower.filter import Record, create_filter
from guildpost_coordinator.adapters.flower.gate import Gate
from guildpost_coordinator.adapters.flower.superlink import SuperLink
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy


@dataclass(frozen=True)
class EntranceFiles:
    """Where the entrance listens and its certificate, which agents verify with the network's authority."""

    host: str
    port: int
    certificate: Path
    key: Path


class RoundEngine:
    """Opens windows and starts rounds."""

    def __init__(
        self,
        folder: Path,
        *,
        loopback_port: int,
        entrance: EntranceFiles,
        clock: Clock,
        entropy: Entropy,
        record: Record | None = None,
    ) -> None:
        self._superlink = SuperLink(folder, port=loopback_port, clock=clock, entropy=entropy)
        self._files = entrance
        self._clock = clock
        self._record = record
        self._gate = Gate()
        self._entrance: Entrance | None = None

    def start(self) -> None:
        """Prepare the SuperLink and start the entrance.

        Raises:
            Unavailable: ``round_engine_not_ready`` when a port could not be bound.
        """
        self._superlink.prepare()
        app = create_filter(
            self._gate,
            upstream=self._superlink.address,
            upstream_ca_pem=self._superlink.ca_pem,
            clock=self._clock,
            record=self._record,
        )
        files = self._files
        self._entrance = Entrance(app, host=files.host, port=files.port, certificate=files.certificate, key=files.key)
        self._entrance.start()

    def stop(self) -> None:
        """Stop both; also after a start that failed half-way."""
        if self._entrance is not None:
            self._entrance.stop()
            self._entrance = None
        self._superlink.stop()

    def ready(self) -> bool:
        """Say whether a round can begin; the first time, what it needs is started, and this says no for some seconds.

        Raises:
            Unavailable: ``round_engine_not_ready`` when the SuperLink does not come up.
        """
        return self._superlink.is_ready()

    def open_window(self, flower_keys: Iterable[str]) -> None:
        """Let exactly these dealers in."""
        with Control(self._superlink.address, self._superlink.ca_pem) as control:
            self._gate.open(control.sync_nodes(flower_keys))

    def submit(self, round_id: str, home: Path, hook: str) -> int:
        """Start the program that conducts a round; return Flower's number of it."""
        with Control(self._superlink.address, self._superlink.ca_pem) as control:
            return control.submit(round_id, home, hook)

    def is_over(self, run: int) -> bool:
        """Tell whether that program has ended."""
        with Control(self._superlink.address, self._superlink.ca_pem) as control:
            return control.run(run).over

    def end(self, run: int) -> None:
        """End that program; its nodes leave at their deadlines."""
        with Control(self._superlink.address, self._superlink.ca_pem) as control:
            control.stop(run)

    def close_window(self) -> None:
        """Let nobody in any more."""
        self._gate.close()
