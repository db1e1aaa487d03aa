"""What the planner remembers between two runs: the dealer's own key, and what the last plan was made for."""

from typing import Final

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_shared.entropy import Entropy

KEY: Final = "keys/planning"
DONE: Final = "plan/done"
KEY_BYTES: Final = 32


def planning_key(open_uow: OpenUnitOfWork, entropy: Entropy) -> bytes:
    """Load the key behind every draw of the planner, making it once; it never changes."""
    with open_uow() as uow:
        key = uow.documents.get(KEY)
        if key is None:
            key = entropy.token_bytes(KEY_BYTES)
            uow.documents.put(KEY, key)
            uow.commit()
    return key


def note_plan(open_uow: OpenUnitOfWork, mark: str) -> None:
    """Note what the plan was made for (week and catalogue)."""
    with open_uow() as uow:
        uow.documents.put(DONE, mark.encode())
        uow.commit()


def last_plan(open_uow: OpenUnitOfWork) -> str:
    """Say what the last plan was made for; empty before the first."""
    with open_uow() as uow:
        return (uow.documents.get(DONE) or b"").decode()
