"""Small dealerships as Hypothesis draws them: a mixture of everything that the standard services look at."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.holds import Hold, HoldKind
from guildpost_agent.domain.regions import STATES
from guildpost_agent.domain.vehicle_lists import ListEntry
from guildpost_shared.services.definition import ServiceDefinition, Touch
from tests.factories.agent import NOW, a_config, a_consent, a_customer, a_job, a_vehicle, a_withdrawal, an_appointment
from tests.factories.network_models import a_model
from tests.factories.sending_world import a_store
from tests.factories.standard_services import standard_services

SERVICES: Final = {service.service_id: service for service in standard_services()}
_EDGES: Final = [
    datetime(2027, 3, 27, 22, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC),  # summer time begins at Easter
    datetime(2027, 10, 30, 23, 30, tzinfo=UTC), datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # and ends before All Saints
    datetime(2027, 12, 23, 18, 30, tzinfo=UTC), datetime(2027, 3, 25, 5, 0, tzinfo=UTC), NOW,
]  # fmt: skip
_YEAR: Final = datetime(2027, 1, 1, tzinfo=UTC)
INSTANTS: Final = st.sampled_from(_EDGES) | st.integers(0, 525_000).map(lambda at: _YEAR + timedelta(minutes=at))
_TEXTS: Final = (
    "Räderwechsel", "Bremsflüssigkeit gewechselt", "Klimaservice", "Unfallschaden", "Lichttest", "Rückrufaktion",
    "Ganzjahresreifen montiert", "Ölwechsel", "Garantiedurchsicht",
)  # fmt: skip
_PURPOSES: Final = ("service_reminders", "birthday", "sales", "satisfaction")
_PLACES: Final = (("70173", "DE"), ("80331", "DE"), ("01067", "DE"), ("20095", "DE"), ("1010", "AT"))


@dataclass(frozen=True, repr=False)
class RandomDealership:
    """What is stored, and how the dealer plans; a failing one is too long to be read, so its kinds are counted."""

    now: datetime
    key: bytes
    config: AgentConfig
    services: tuple[ServiceDefinition, ...]
    rows: tuple[Any, ...]
    members: tuple[Membership, ...]
    taught: Taught

    def __repr__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(type(row).__name__ for row in self.rows).items())
        return f"RandomDealership({self.now}, {kinds}, {self.members})"

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        """Say it to Hypothesis, which would rather show all the draws: too many to be said, so that nothing was."""
        printer.text(repr(self))

    def store(self, folder: Path, order: Sequence[Any] | None = None) -> OpenUnitOfWork:
        """Store it, in a certain order of rows."""
        open_uow, rows = a_store(folder), list(self.rows if order is None else order)
        with open_uow() as uow:
            into: dict[str, Any] = {
                "Customer": uow.records.upsert_customers, "Vehicle": uow.records.upsert_vehicles,
                "Job": uow.records.upsert_jobs, "Appointment": uow.records.upsert_appointments,
                "ConsentEvent": uow.consents.append, "ListEntry": lambda found: uow.lists.add(found, "by hand"),
                "Hold": lambda found: any(map(uow.holds.set, found)),
            }  # fmt: skip
            for kind, put in into.items():
                put([row for row in rows if type(row).__name__ == kind])
            uow.people.store(list(self.members), {}, self.now)
            uow.commit()
        return open_uow


@st.composite
def dealerships(
    draw: st.DrawFn, instants: st.SearchStrategy[datetime] = INSTANTS, states: Sequence[str] = STATES
) -> RandomDealership:
    """Draw a dealership of one to five customers, who may live together or be one person.

    Args:
        draw: as Hypothesis gives it.
        instants: when it plans.
        states: where it may be.
    """
    now, rows, members = draw(instants), [], []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        mine = draw(_customers(str(number), now.date()))
        rows += mine
        person, house = draw(st.sampled_from([(number, number), (number, 1), (1, 1)]))
        members.append(Membership(str(number), str(person), str(house)))
    figures = {
        "weekly_budget_cents": draw(st.sampled_from([0, 130, 500])),
        "workshop_places_per_day": draw(st.sampled_from([0, 1, 12])),
        "hourly_rate_cents": 0,
    }
    weekdays = draw(st.lists(st.integers(1, 5), min_size=1, unique=True))
    letters = {"folder": Path("letters"), "release_weekdays": weekdays, "release_every_days": draw(st.integers(1, 14))}
    tyres = {"wheel_change": {"skill": "tyres", "response_percent": {"letter": 60}}} if draw(st.booleans()) else {}
    own = tyres | {name: {"learned_times": False} for name in ("hu_au", "win_back") if draw(_seldom())}
    rests = draw(st.sampled_from([range(0), range(3, 5), range(40), range(1, 75)]))
    workshop = {
        "skills": {"tyres": {"places_per_day": 1, "weekdays": draw(st.sampled_from([(1,), (2, 5), (1, 2, 3, 4, 5)]))}},
        "closed_days": [now.date() + timedelta(days=days) for days in rests],
        "response_percent": {"email": draw(st.sampled_from([10, 50, 100]))},
        "visits_after_days": draw(st.integers(0, 7)), "visits_over_days": draw(st.integers(1, 14)),
    }  # fmt: skip
    services_of_ours = {"enabled": list(SERVICES), "settings": own}
    config = a_config(figures=figures, letters=letters, services=services_of_ours, workshop=workshop)
    config = config.model_copy(
        update={"dealer": config.dealer.model_copy(update={"state": draw(st.sampled_from(states))})}
    )
    services = tuple(draw(_touched(service)) for service in SERVICES.values())
    key = draw(st.binary(min_size=32, max_size=32))
    return RandomDealership(now, key, config, services, tuple(rows), tuple(members), draw(_taught()))


def _taught() -> st.SearchStrategy[Taught]:
    """Draw what the network has learned: mostly a model, sure of some hour or of none."""
    models = st.builds(
        a_model,
        weekday=st.integers(0, 6),
        hour=st.integers(8, 20),
        lead=st.integers(0, 120),
        strength=st.sampled_from([0.01, 0.8]),
        variance=st.sampled_from([1e-6, 1.0]),
    )
    studied = Taught(studied=frozenset(SERVICES))
    return models.map(lambda model: Taught({"": model})) | st.sampled_from([NOTHING_TAUGHT, studied])


@st.composite
def _touched(draw: st.DrawFn, service: ServiceDefinition) -> ServiceDefinition:
    """Keep a service's sequence, or draw another one."""
    if draw(st.booleans()):
        return service
    edges = sorted(draw(st.lists(st.integers(-60, 120), min_size=2, max_size=6, unique=True)), reverse=True)
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    touches = (Touch(f"t{at}", first, last, draw(st.integers(last, first))) for at, (first, last) in enumerate(pairs))
    return replace(service, touches=tuple(touches))


@st.composite
def _customers(draw: st.DrawFn, number: str, today: date) -> list[Any]:
    postcode, country = draw(st.sampled_from(_PLACES))
    born = draw(st.none() | st.sampled_from([date(1980, 2, 29), today.replace(year=1970), date(1900, 1, 1)]))
    customer = a_customer(
        number, postcode=postcode, country=country, birth_date=born,
        email=draw(st.sampled_from([f"k{number}@post.example"] * 3 + [""])), is_business=draw(_seldom()),
        advertising_block=draw(_seldom()), deceased=draw(_seldom()), street=draw(st.sampled_from(["Weg 1"] * 3 + [""])),
    )  # fmt: skip
    rows: list[Any] = [customer]
    rows += [a_consent(number, purpose=purpose) for purpose in _PURPOSES if draw(st.booleans())]
    rows += [a_withdrawal(number, at=datetime(2026, 6, 1, tzinfo=UTC))] if draw(_seldom()) else []
    rows += [Hold(number, draw(st.sampled_from(HoldKind)), today)] if draw(_seldom()) else []
    for at in range(draw(st.integers(1, 2))):
        rows += draw(_cars(number, f"V{number}{at}", today))
    return rows


def _seldom() -> st.SearchStrategy[bool]:
    return st.sampled_from([False] * 7 + [True])


@st.composite
def _cars(draw: st.DrawFn, customer: str, name: str, today: date) -> list[Any]:
    def day(low: int, high: int) -> date | None:
        return draw(st.none() | st.integers(low, high).map(lambda days: today + timedelta(days=days)))

    month = day(-90, 150)
    car = a_vehicle(
        name, customer_id=customer, next_hu=None if month is None else month.replace(day=1),
        next_service=day(-40, 90), warranty_end=day(-10, 120), lease_end=day(-10, 300), delivered_on=day(-40, 10),
        first_registration=day(-4000, -30), sold_on=day(-5, 5) if draw(_seldom()) else None,
        vehicle_class=draw(st.sampled_from(["car", "car", "motorcycle", "trailer_to_750kg"])),
    )  # fmt: skip
    rows: list[Any] = [car]
    for at in range(draw(st.integers(0, 4))):
        ago = draw(st.sampled_from([10, 40, 170, 395, 420, 545, 715, 735]) | st.integers(0, 800))
        kind, on = draw(st.sampled_from(["other", "other", "hu", "inspection"])), today - timedelta(days=ago)
        rows.append(a_job(
            f"{name}:{at}", order_date=on, vehicle_id=name, customer_id=customer, kind=kind, declined=draw(_seldom()),
            text=draw(st.sampled_from(_TEXTS)), invoiced_on=draw(st.sampled_from([on, None])),
        ))  # fmt: skip
    if draw(_seldom()):
        starts = datetime.combine(today, datetime.min.time(), UTC) + timedelta(days=draw(st.integers(1, 60)), hours=9)
        which = draw(st.sampled_from(["", *SERVICES]))
        rows.append(an_appointment(f"T{name}", customer_id=customer, vehicle_id=name, starts_at=starts, occasion=which))
    if (listed := day(-50, 0)) is not None:
        rows.append(ListEntry(draw(st.sampled_from(["recall", "notice"])), name, "R", listed))
    return rows
