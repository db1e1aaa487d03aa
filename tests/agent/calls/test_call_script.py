"""The script of a call, filled with the customer's, the vehicle's and the dealer's own words."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.calls.script import ScriptDesk, call_script
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.call_tasks import CallReason
from guildpost_agent.domain.records import Occasion, Triage
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import parse_service
from tests.agent.calls.test_call_steps import NOW, TASK
from tests.agent.web.dealership import sample_catalogue
from tests.factories.agent import a_config, a_customer, a_vehicle, open_store
from tests.fakes.catalogue_source import FakeCatalogue

LEASE = replace(TASK, service_id="lease_end", occasion_id="o1", reason=CallReason.LEASE_END)
SERVICE = parse_service(sample_catalogue()["services/lease_end.json"])


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    store = open_store(tmp_path)
    with store() as uow:
        uow.records.upsert_customers([a_customer()])
        uow.records.upsert_vehicles([a_vehicle()])
        occasion = Occasion("o1", "1", "V1", "lease_end", date(2027, 8, 31), "dms", 0.9, Triage.TRUSTED)
        uow.plans.replace_occasions([occasion])
        uow.calls.add(LEASE)
        uow.calls.add(replace(LEASE, task_id="again", vehicle_id="V2", reason=CallReason.NO_ANSWER))
        uow.calls.add(replace(LEASE, task_id="loose", vehicle_id="V3", occasion_id=""))
        uow.commit()
    return store


def _desk(tmp_path: Path, **slots: str) -> ScriptDesk:
    templates = CatalogueTemplates(FakeCatalogue(sample_catalogue()), tmp_path / "compiled")
    return ScriptDesk(a_config(slots=slots), {"lease_end": SERVICE}, templates)


def test_a_script_names_vehicle_month_and_who_calls(store: OpenUnitOfWork, tmp_path: Path) -> None:
    script = call_script(store, LEASE.task_id, _desk(tmp_path, signature="Maria Muster"), NOW)
    words = "\n".join(script.lines)
    assert "Guten Tag, hier ist Maria Muster vom Autohaus Muster." in words
    assert "bis August 2027" in words
    assert "nach unseren Unterlagen" not in words
    assert words.index("Passt es Ihnen gerade") < words.index("vertrag über Ihren")


def test_a_filling_that_does_not_fit_stops_the_script(store: OpenUnitOfWork, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="template_value_invalid"):
        call_script(store, LEASE.task_id, _desk(tmp_path, price="billig"), NOW)


@pytest.mark.parametrize("task", ["again", "loose"], ids=["no such vehicle", "no occasion"])
def test_without_vehicle_or_occasion_there_is_no_script(store: OpenUnitOfWork, tmp_path: Path, task: str) -> None:
    with pytest.raises(Refused, match="template_unavailable"):
        call_script(store, task, _desk(tmp_path), NOW)


def test_an_unknown_call_is_named(store: OpenUnitOfWork, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="call_unknown"):
        call_script(store, "nobody", _desk(tmp_path), NOW)
