"""A dealership's membership, as enrolment stores it; its endpoints answer nobody."""

from typing import Any

from guildpost_agent.app.membership import Membership
from guildpost_shared.identity.enrolment import Endpoint

NOWHERE = Endpoint("127.0.0.1", 1)


def a_membership(agent_id: str = "dealer-01", **changes: Any) -> Membership:
    values: dict[str, Any] = {
        "enrolment": NOWHERE,
        "control": NOWHERE,
        "flower": None,
        "authority": b"",
        "root_hash": bytes(32),
        "association_fingerprint": "",
        "joined_with": b"",
        "generation": 1,
        "chain": (),
        "identity_key": b"",
        "flower_key": b"",
        "sealing_key": b"",
        "tls_key": b"",
    }
    return Membership(agent_id=agent_id, **(values | changes))
