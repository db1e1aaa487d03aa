"""Whom a reminder goes to, as integers, and what came of it; arrays of one batch, one entry per reminder.

A context is one of 180: learning class × channel × business × age × loyal, the last varying fastest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

CLASSES: Final = ("inspection", "maintenance", "tyres", "warranty", "winback")
"""Learning classes: a service of the catalogue names the one that it learns from."""
CHANNELS: Final = ("email", "letter", "phone")
LETTER: Final = CHANNELS.index("letter")
PHONE: Final = CHANNELS.index("phone")
AGES: Final = 3
CELLS: Final = len(CLASSES) * len(CHANNELS) * 2 * AGES * 2


@dataclass(frozen=True)
class Contexts:
    """Reminders to be sent.

    Attributes:
        learning_class: int64[n], index into ``CLASSES``.
        channel: int64[n], index into ``CHANNELS``.
        business: int64[n], 1 for a business customer, else 0.
        age: int64[n], 0 to 2, age group of the vehicle.
        loyal: int64[n], 1 for a customer who came in the last years, else 0.
    """

    learning_class: Ints
    channel: Ints
    business: Ints
    age: Ints
    loyal: Ints

    def __len__(self) -> int:
        return len(self.channel)

    @property
    def cell(self) -> Ints:
        """Number of the context, 0 to 179."""
        wide = (self.learning_class * len(CHANNELS) + self.channel) * 2 + self.business
        return (wide * AGES + self.age) * 2 + self.loyal

    @property
    def timed(self) -> Flags:
        """Whether the hour of sending is chosen: not for a letter, which has an arrival day only."""
        timed: Flags = self.channel != LETTER
        return timed

    @property
    def voice(self) -> Ints:
        """0 for e-mail, 1 for a call; 0 for letters, where it has no meaning."""
        voice: Ints = (self.channel == PHONE).astype(np.int64)
        return voice

    @property
    def slot_cell(self) -> Ints:
        """Number of the slot function, 0 to 19: voice × business × learning class."""
        return (self.voice * 2 + self.business) * len(CLASSES) + self.learning_class

    def take(self, at: Ints) -> "Contexts":
        """Pick some."""
        return Contexts(self.learning_class[at], self.channel[at], self.business[at], self.age[at], self.loyal[at])


def every_context() -> Contexts:
    """List the 180 contexts in the order of ``cell``."""
    shape = (len(CLASSES), len(CHANNELS), 2, AGES, 2)
    learning_class, channel, business, age, loyal = (axis.ravel().astype(np.int64) for axis in np.indices(shape))
    return Contexts(learning_class, channel, business, age, loyal)


@dataclass(frozen=True)
class Reminders:
    """Reminders that were sent, their outcome final.

    Attributes:
        contexts: whom they went to.
        slot: int64[n], weekday × 13 + (hour − 8), weekday 0 is Monday; any value for letters.
        lead: int64[n], index into ``bases.LEAD_DAYS``.
        answered: int64[n], 1 when the customer booked within the attribution window (for clicks: clicked).
    """

    contexts: Contexts
    slot: Ints
    lead: Ints
    answered: Ints

    def __len__(self) -> int:
        return len(self.contexts)

    def take(self, at: Ints) -> "Reminders":
        """Pick some."""
        return Reminders(self.contexts.take(at), self.slot[at], self.lead[at], self.answered[at])

    @classmethod
    def joined(cls, parts: Sequence["Reminders"]) -> "Reminders":
        """Put batches together, one after the other; at least one."""

        def column(name: str) -> Ints:
            return np.concatenate([getattr(part.contexts, name) for part in parts])

        contexts = Contexts(*(column(field.name) for field in fields(Contexts)))
        slot, lead = (np.concatenate([part.slot for part in parts]), np.concatenate([part.lead for part in parts]))
        return cls(contexts, slot, lead, np.concatenate([part.answered for part in parts]))
