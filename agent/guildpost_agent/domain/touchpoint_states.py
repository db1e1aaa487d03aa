"""Where a touchpoint is; its state mirrors its message's in the outbox once it is handed over (``outbox``).

proposed ──▶ planned ──▶ sending ──▶ sent | bounced | failed | unsure
   │   approved │  ▲        │
   │            │  └────────┘ put off
   │            ├──▶ refused      checked once more in the moment of sending
   └────────────┴──▶ cancelled    declined or lapsed before it was approved; booked, sold, objected, or due at another
                                  time, before it was handed over

Only services that the dealer reviews first begin as ``proposed``; whatever else is written begins as ``planned``.
"""

from typing import Final

PROPOSED: Final = "proposed"
PLANNED: Final = "planned"
CANCELLED: Final = "cancelled"
# Not handed over yet: may be cancelled.
WAITING: Final = frozenset({PROPOSED, PLANNED})
# Not yet met: nothing follows before it is.
OPEN: Final = WAITING | {"sending"}
# What a customer met, or may meet: counts against the contact cap.
CONTACTS: Final = OPEN | {"sent", "unsure"}
# What never left: the occasion is open again.
WITHDRAWN: Final = frozenset({CANCELLED, "refused"})
# What nobody met: the next channel is tried.
UNHEARD: Final = WITHDRAWN | {"bounced"}
