"""Where a touchpoint is; its state mirrors its message's in the outbox once it is handed over (``outbox``).

planned ──▶ sending ──▶ sent | bounced | failed | unsure
   │  ▲        │
   │  └────────┘ put off
   ├──▶ refused      checked once more in the moment of sending
   └──▶ cancelled    booked, sold, objected, or due at another time, before it was handed over
"""

from typing import Final

PLANNED: Final = "planned"
CANCELLED: Final = "cancelled"
# Not yet met: nothing follows before it is.
OPEN: Final = frozenset({PLANNED, "sending"})
# What a customer met, or may meet: counts against the contact cap.
CONTACTS: Final = frozenset({PLANNED, "sending", "sent", "unsure"})
# What never left: the occasion is open again.
WITHDRAWN: Final = frozenset({CANCELLED, "refused"})
# What nobody met: the next channel is tried.
UNHEARD: Final = WITHDRAWN | {"bounced"}
