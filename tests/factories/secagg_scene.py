"""An honest round of twelve dealers, brought to where an attack begins."""

from collections.abc import Sequence

import pytest

from guildpost_shared.errors import GuildpostError
from guildpost_shared.secagg.aggregator import Aggregator
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.stages import Stage
from tests.factories.secagg_network import Network, network, run_stage

NET = network(12)
A, B, C = NET.agents[:3]
LATEST = NET.agents[-1]


class Scene:
    """An honest round brought to the beginning of a stage, from where the test goes astray."""

    def __init__(
        self,
        stage: Stage,
        net: Network = NET,
        lost: dict[Stage, set[str]] | None = None,
        invited: Sequence[str] | None = None,
    ) -> None:
        self.net, self.stage = net, stage
        self.aggregator: Aggregator = net.aggregator(invited)
        self.participants: dict[str, Participant] = net.participants()
        while self.aggregator.stage < stage:
            for agent in (lost or {}).get(self.aggregator.stage, set()):
                self.participants.pop(agent)
            run_stage(self.aggregator, self.participants, net)
            self.aggregator.advance()

    def honest_body(self, agent: str) -> bytes:
        return self.aggregator.requests()[agent][39:-64]

    def answer(self, agent: str, body: bytes) -> bytes:
        instruction = self.net.instruction(self.stage, agent, body)
        return self.participants[agent].handle(instruction, self.net.source(agent))

    def refuses(self, agent: str, body: bytes, code: str) -> None:
        """Check that a body is refused, changes nothing, and that the honest one would have been answered."""
        before = self.participants[agent].snapshot()
        with pytest.raises(GuildpostError, match=code):
            self.answer(agent, body)
        assert before == self.participants[agent].snapshot()
        assert self.answer(agent, self.honest_body(agent))
