"""A small dealership whose clock is driven day by day: it plans on working mornings and sends when the hour comes.

A story runs the real planner on an encrypted database with the services of the sample catalogue. Nothing is faked but
the post: what is due leaves after the last check, as the dispatcher would let it.
"""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from guildpost_agent.app.apply_answer import AnswerRules, apply_answer
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.vehicle_lists import ListEntry
from guildpost_agent.domain.working_days import SATURDAY
from guildpost_shared.answers.events import Answer, AnswerEvent, EventKind
from guildpost_shared.services.definition import CapClass, ServiceDefinition
from tests.factories.agent import KEY, a_config, a_consent, a_customer, a_job, a_vehicle, an_appointment
from tests.factories.explained import sayable
from tests.factories.leaving import BERLIN, Told, leave
from tests.factories.sending_world import a_store
from tests.factories.standard_services import standard_services

DAY: Final = timedelta(days=1)
SERVICES: Final = {service.service_id: service for service in standard_services()}
_GROUP: Final = ControlGroup(KEY)
PURPOSES: Final = ("service_reminders", "birthday", "sales", "satisfaction")
_STUDIED: Final = [name for name, service in SERVICES.items() if service.cap_class is not CapClass.EXEMPT]
TREATED: Final = [str(n) for n in range(100, 400) if not any(_GROUP.holds(str(n), name) for name in _STUDIED)][:20]
"""Customers who are in no service's control group; notices have none."""


class Story:
    """The dealership; ``today`` moves with ``until``."""

    def __init__(self, folder: Path, today: date, *services: str | ServiceDefinition) -> None:
        self.today, self.store = today, a_store(folder)
        self.customer = TREATED[0]
        self._services = [SERVICES[one] if isinstance(one, str) else one for one in services]
        figures = {"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 0}
        letters = {"folder": folder, "release_weekdays": [1, 2, 3, 4, 5], "release_every_days": 1}
        enabled = [service.service_id for service in self._services]
        self.config = a_config(services={"enabled": enabled}, figures=figures, letters=letters)
        self.told: list[Told] = []

    def add(self, *rows: Any) -> None:
        """Store records, consents, list entries or wheel sets, each where it belongs."""
        with self.store() as uow:
            into: dict[str, Any] = {
                "Customer": uow.records.upsert_customers,
                "Vehicle": uow.records.upsert_vehicles,
                "Job": uow.records.upsert_jobs,
                "Appointment": uow.records.upsert_appointments,
                "ConsentEvent": uow.consents.append,
                "ListEntry": lambda entries: uow.lists.add(entries, "by hand"),
                "Hold": lambda holds: uow.holds.set(*holds),
            }
            for row in rows:
                into[type(row).__name__]([row])
            uow.commit()

    def customer_with_a_car(self, *, by_mail: bool = True, number: int = 0, **vehicle: Any) -> str:
        """Store a customer who was here last summer, with a car; give the car's number."""
        self.customer, name = TREATED[number], f"V{number}"
        known = {"next_hu": date(2029, 1, 1), "next_service": date(2029, 1, 1), **vehicle}
        self.add(a_customer(self.customer), a_vehicle(name, customer_id=self.customer, **known))
        self.was_here(self.today - 200 * DAY, "Reparatur", vehicle_id=name)
        if by_mail:
            self.add(*(a_consent(self.customer, purpose=purpose) for purpose in PURPOSES))
        return name

    def was_here(self, day: date, text: str, *, vehicle_id: str = "V0", **job: Any) -> None:
        """Store a line of the workshop."""
        known = {"order_date": day, "invoiced_on": day, "text": text, "customer_id": self.customer, **job}
        self.add(a_job(f"{vehicle_id}:{day}:{text}"[:40], vehicle_id=vehicle_id, **known))

    def becomes(self, **changes: Any) -> None:
        """Change the customer's record."""
        self.add(a_customer(self.customer, **changes))

    def drives(self, vehicle_id: str = "V0", **changes: Any) -> None:
        """Change a car's record."""
        known = {"next_hu": date(2029, 1, 1), "next_service": date(2029, 1, 1), **changes}
        self.add(a_vehicle(vehicle_id, customer_id=self.customer, **known))

    def books(self, service: str, day: date, vehicle_id: str = "V0") -> None:
        """Store an appointment."""
        at = datetime.combine(day, time(8), UTC)
        self.add(an_appointment(customer_id=self.customer, vehicle_id=vehicle_id, occasion=service, starts_at=at))

    def lists(self, list_id: str, vehicle_id: str = "V0") -> None:
        """Put a vehicle on a list today."""
        self.add(ListEntry(list_id, vehicle_id, "R1", self.today))

    def answers(self, value: Answer = Answer.CALL_ME, number: int = 1) -> None:
        """Let the customer answer the last message that left, for the n-th time."""
        last = max(self._touchpoints(), key=lambda t: (t.state == "sent", t.planned_at))
        name = last.touchpoint_id
        event = AnswerEvent(f"e{number}:{name}", name, EventKind.ANSWER, value, self._at(12))
        with self.store() as uow:
            job = uow.outbox.get(last.touchpoint_id)
            assert job is not None
            assert apply_answer(uow, event, job, AnswerRules(KEY, BERLIN, lambda _: 24), self._at(12))
            uow.commit()

    def until(self, last: date) -> list[Told]:
        """Plan and send day after day; give what customers were told meanwhile."""
        before = len(self.told)
        while self.today <= last:
            if self.today.weekday() < SATURDAY:
                self.plan()
            self._send()
            self.today += DAY
        return self.told[before:]

    def plan(self) -> None:
        """Plan at seven in the morning; whatever is planned or refused can be said."""
        plan_touchpoints(self.store, self._services, self.config, self._at(7), KEY)
        with self.store() as uow:
            sayable(uow, self._services)

    def why(self, service: str) -> str:
        """Give the reason last decided about a service's occasion that is due first."""
        with self.store() as uow:
            found = sorted((o for o in uow.plans.occasions() if o.service_id == service), key=lambda o: o.due_date)
            decision = uow.plans.decision(found[0].occasion_id) if found else None
        return "–" if decision is None else decision.reason

    def _at(self, hour: int) -> datetime:
        return datetime.combine(self.today, time(hour), BERLIN).astimezone(UTC)

    def _touchpoints(self) -> list[Touchpoint]:
        with self.store() as uow:
            return uow.plans.touchpoints()

    def _send(self) -> None:
        services = {service.service_id: service for service in self._services}
        for touchpoint in self._touchpoints():
            if touchpoint.state == "planned" and touchpoint.planned_at <= self._at(20):
                told = leave(self.store, touchpoint, services[touchpoint.service_id], self._at(8))
                self.told += [told] if told else []
