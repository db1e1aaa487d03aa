"""The kinds of studies: what each one counts, of whom, and what for. Light to import: screens read this, too.

    kind            one unit is   it falls into                         and counts there as
    ─────────────   ───────────   ───────────────────────────────────   ────────────────────────────────
    slot-lead       a customer    service × time of week, × lead time   sent, booked        (``layout``)
    lift            a customer    service × treated or held out         planned for, came   (``cells``)
    learned-times   a customer    service × learned or recommended      planned for, came
    channel         a customer    service × channel, calls among them   delivered, booked
    pressure        a customer    number of contacts within a year      contacted, answered, objected
    adoption        a dealer      every service that it uses            switched on

Two kinds move a model instead (``model``): when-to-write in one round for every fortnight, propensity in the rounds of
one training (``propensity/terms``).

A kind is written in this program; a study says which one it is and its terms, never a cell of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from guildpost_shared.errors import Language
from guildpost_shared.studies.propensity.terms import TARGET_PATH as PROPENSITY_PATH

Unit = Literal["customer", "dealer"]
SLOT_LEAD: Final = "slot-lead"
LIFT: Final = "lift"
LEARNED_TIMES: Final = "learned-times"
CHANNEL: Final = "channel"
PRESSURE: Final = "pressure"
ADOPTION: Final = "adoption"
WHEN_TO_WRITE: Final = "when-to-write"
PROPENSITY: Final = "propensity"

TREATED: Final = "treated"
HELD_OUT: Final = "held_out"
LEARNED: Final = "learned"
RECOMMENDED: Final = "recommended"
EVERY: Final = "every_service"
"""What a table is about that holds all services of a study together."""
DEALERS: Final = "dealers"
CONTACTS: Final = "contacts"
CALL: Final = "call"
SLOT_CHANNELS: Final = ("email",)
"""Channels of which the hour of sending is known to matter; a letter has an arrival day only."""
CHANNELS: Final = (*SLOT_CHANNELS, "letter")


@dataclass(frozen=True)
class Kind:
    """One kind of study.

    Attributes:
        name: as the study states it.
        unit: whose record the noise hides: one customer's, or one dealer's.
        purpose: the question, in the plain words with which a study of this kind begins its life.
        fields: the terms that only some kinds have.
        base: the count that rates are of; empty where it is the number of dealers, which is public.
        measures: the counts of which rates are released; none where the sum moves a model.
        channels: which channels a study may name.
        rows: the cells of each table where no term of the study gives them.
        arms: the two rows are arms drawn by lot, and the first one's rate minus the second one's is what is asked.
        together: of all services together the same is released, too; every service has the same shares in its arms.
        model: the catalogue path of the model that the rounds move and under which they are scored; empty for figures.
    """

    name: str
    unit: Unit
    purpose: Mapping[Language, str]
    fields: frozenset[str]
    base: str
    measures: tuple[str, ...]
    channels: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    arms: bool = False
    together: bool = False
    model: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """What is counted in each cell."""
        return (self.base, *self.measures) if self.base else self.measures


_OF_CUSTOMERS: Final = frozenset({"maturity_days", "cap_customers"})

KINDS: Final[Mapping[str, Kind]] = {
    one.name: one
    for one in (
        Kind(
            SLOT_LEAD,
            "customer",
            {
                "de": "Zu welcher Wochenzeit und wie viele Tage vor Fälligkeit führen Erinnerungen zu Terminen?",
                "en": "At which time of the week, and how many days before the due date, do reminders lead to "
                "bookings?",
            },
            _OF_CUSTOMERS | {"channels", "lead_edges"},
            base="sends",
            measures=("bookings",),
            channels=CHANNELS,
        ),
        Kind(
            LIFT,
            "customer",
            {
                "de": "Kommen Kunden, die angeschrieben werden, öfter als die der Kontrollgruppe, Leistung für "
                "Leistung?",
                "en": "Do customers who are written to come more often than those of the control group, service by "
                "service?",
            },
            _OF_CUSTOMERS,
            base="planned",
            measures=("came",),
            rows=(TREATED, HELD_OUT),
            arms=True,
        ),
        Kind(
            LEARNED_TIMES,
            "customer",
            {
                "de": "Bringen Nachrichten zu gelernten Zeiten mehr Besuche als zur empfohlenen Zeit, Leistung für "
                "Leistung und insgesamt?",
                "en": "Do messages at learned times bring more visits than at the recommended time, service by service "
                "and altogether?",
            },
            _OF_CUSTOMERS,
            base="planned",
            measures=("came",),
            rows=(LEARNED, RECOMMENDED),
            arms=True,
            together=True,
        ),
        Kind(
            CHANNEL,
            "customer",
            {
                "de": "Auf welchem Weg – E-Mail, Brief, Anruf – führen Erinnerungen an eine Leistung zu Terminen?",
                "en": "By which way – e-mail, letter, call – do reminders of a service lead to bookings?",
            },
            _OF_CUSTOMERS | {"channels"},
            base="delivered",
            measures=("booked",),
            channels=(*CHANNELS, CALL),
        ),
        Kind(
            PRESSURE,
            "customer",
            {
                "de": "Wie oft antworten Kunden, und wie oft widersprechen sie, je nachdem, wie viele Nachrichten sie "
                "binnen eines Jahres bekamen?",
                "en": "How often do customers answer, and how often do they object, depending on how many messages "
                "they had within a year?",
            },
            _OF_CUSTOMERS | {"contact_edges"},
            base="contacted",
            measures=("answered", "objected"),
        ),
        Kind(
            ADOPTION,
            "dealer",
            {
                "de": "Wie viele Betriebe nutzen welche Leistung?",
                "en": "How many dealerships use which service?",
            },
            frozenset(),
            base="",
            measures=("switched_on",),
            rows=(DEALERS,),
        ),
        Kind(
            WHEN_TO_WRITE,
            "customer",
            {
                "de": "Wann soll man schreiben? Aus Erinnerungen und Terminen lernt das Netz gemeinsam, welche Stunde "
                "und welcher Vorlauf passen; jeder Betrieb bekommt das Ergebnis.",
                "en": "When should one write? From reminders and bookings the network learns together which hour and "
                "which lead time suit; every dealership gets the result.",
            },
            _OF_CUSTOMERS | {"channels", "round_days"},
            base="",
            measures=(),
            channels=CHANNELS,
            model="models/when-to-write.json",
        ),
        Kind(
            PROPENSITY,
            "customer",
            {
                "de": "Wer nimmt welches Angebot an? Aus Erinnerungen und Terminen lernt das Netz gemeinsam, in "
                "welcher Lage Kunden eine Leistung buchen; jeder Betrieb bekommt das Ergebnis.",
                "en": "Who takes which offer? From reminders and bookings the network learns together in which "
                "situation customers book a service; every dealership gets the result.",
            },
            _OF_CUSTOMERS | {"channels", "columns"},
            base="",
            measures=(),
            channels=CHANNELS,
            model=PROPENSITY_PATH,
        ),
    )
}
"""Every kind by its name."""


def contact_rows(edges: tuple[int, ...]) -> tuple[str, ...]:
    """Name the buckets that begin at these numbers of contacts; the last one is open: ``1``, ``2-3``, ``4+``."""
    closed = (f"{low}" if high == low + 1 else f"{low}-{high - 1}" for low, high in pairwise(edges))
    return (*closed, f"{edges[-1]}+")
