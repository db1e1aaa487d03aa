"""Withdraw call tasks that came to nothing before anybody called."""

from collections.abc import Iterable
from datetime import datetime

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.appointments import AppointmentBook, open_appointment
from guildpost_agent.domain.call_steps import withdraw
from guildpost_agent.domain.call_tasks import CallTask


def withdraw_tasks(uow: UnitOfWork, tasks: Iterable[CallTask], now: datetime) -> int:
    """Withdraw tasks that are still as they were read; return how many."""
    return sum(uow.calls.change(withdraw(task, now), task) for task in tasks)


def withdraw_booked(uow: UnitOfWork, book: AppointmentBook, now: datetime) -> int:
    """Withdraw the calls about what an appointment lies ahead for; return how many."""
    booked = [
        task
        for task in uow.calls.open()
        if task.service_id
        and task.vehicle_id
        and open_appointment(book.concerning(task.vehicle_id, task.customer_id), task.service_id, now) is not None
    ]
    return withdraw_tasks(uow, booked, now)
