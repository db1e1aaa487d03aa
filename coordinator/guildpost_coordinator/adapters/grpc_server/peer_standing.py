"""``app.standing`` for the peers of the gRPC ports."""

from guildpost_coordinator.adapters.grpc_server.peers import Peer
from guildpost_coordinator.app.standing import Standing


class PeerStanding:
    """``app.standing`` for peers."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def look(self) -> None:
        """Read the register."""
        self._standing.look()

    def is_at_hand(self, peer: Peer) -> bool:
        """Say whether ``admit`` would answer at once."""
        return self._standing.is_at_hand(peer.serial)

    def admit(self, peer: Peer) -> None:
        """Raise when a peer that asks often is not admitted."""
        self._standing.admit(peer.identity, serial=peer.serial, not_after=peer.not_after)

    def check(self, peer: Peer) -> None:
        """Raise when a peer's certificate or membership is not in force any more."""
        self._standing.check(peer.identity, serial=peer.serial, not_after=peer.not_after)
