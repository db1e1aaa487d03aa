"""The next best offers out of what the dealer knows, on the real database and the command line."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from guildpost_agent.adapters.offers.files import shipped_offers
from guildpost_agent.adapters.sql.staging import SqlStaging
from guildpost_agent.app.next_best_offers import OfferDesk, offers_for_customer, offers_for_vehicle
from guildpost_agent.app.ports.staging import StagedRow
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.take_planner_in import take_planner_in
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.offers.gathering import Around, facts_of
from guildpost_agent.domain.offers.offer import Fact, Place
from guildpost_agent.domain.offers.scoring import VehicleFacts
from guildpost_agent.domain.records import WheelSet
from guildpost_shared.errors import Refused
from tests.factories.agent import a_customer, a_job, a_vehicle, an_appointment, open_store
from tests.factories.agent_home import an_agent_home
from tests.factories.offers import an_offer
from tests.factories.planner import BERLIN, an_event
from tests.fakes.appointment_source import FakeAppointmentSource
from tests.fakes.reference_data import InMemoryReferenceData

NOVEMBER = datetime(2027, 11, 2, 9, tzinfo=UTC)
REFERENCE = InMemoryReferenceData()
OFFERS = shipped_offers()


def _facts() -> VehicleFacts:
    region = REFERENCE.places().region_of("70173")
    around = Around(NOVEMBER, NOVEMBER.date(), REFERENCE.climate(), region)
    jobs = [
        a_job("A1:0", order_date=date(2022, 11, 2), text="Batterie ersetzt", mileage_km=40_000),
        a_job("A2:0", order_date=date(2024, 11, 2), text="Batterietest", mileage_km=70_000),
        a_job("A3:0", order_date=date(2027, 5, 1), text="Bremsbeläge vorn", declined=True, mileage_km=None),
        a_job("A4:0", order_date=date(2027, 6, 1), text="Räderwechsel", charge="internal", mileage_km=None),
    ]
    vehicle = a_vehicle(warranty_end=date(2027, 12, 2))
    wheels = [
        WheelSet("W1", "1", "V1", None, None, "205/55 R16", 3.5, is_historic=False),
        WheelSet("W2", "1", "V1", None, None, "205/55 R16", 1.0, is_historic=True),
    ]
    return facts_of(
        vehicle,
        [an_offer(), *OFFERS],
        jobs=jobs,
        wheels=wheels,
        appointments=[an_appointment(starts_at=datetime(2027, 11, 9, tzinfo=UTC))],
        around=around,
    )


def test_facts_come_out_of_the_vehicles_records() -> None:
    found = _facts()
    values = {fact: round(value, 1) for fact, value in found.values.items()}
    assert {
        Fact.VEHICLE_YEARS: 7.5, Fact.BATTERY_YEARS: 5.0, Fact.TREAD_MM: 3.5, Fact.WARRANTY_DAYS: 30,
        Fact.ABSENCE_DAYS: 185,
    }.items() <= values.items()  # fmt: skip
    assert 100_000 < values[Fact.MILEAGE_KM] < 130_000
    assert {Fact.FROST_DAYS, Fact.MONTH_TEMPERATURE} <= set(values)
    assert not {Fact.TYRE_YEARS, Fact.LEASE_DAYS} & set(values)
    assert (date(2024, 11, 2), date(2027, 5, 1)) == (found.done["battery_check"], found.declined["brakes_declined"])
    assert (frozenset({"hu_au"}), False) == (found.booked, "wheels_spring" in found.done)


def test_what_nobody_knows_is_no_fact() -> None:
    around = Around(NOVEMBER, NOVEMBER.date(), REFERENCE.climate())
    vehicle = a_vehicle(first_registration=None)
    assert {} == facts_of(vehicle, OFFERS, jobs=(), wheels=(), appointments=(), around=around).values


@pytest.fixture
def desk(tmp_path: Path) -> OfferDesk:
    open_uow = open_store(tmp_path)
    fill(open_uow)
    return OfferDesk(open_uow, OFFERS, REFERENCE.climate(), REFERENCE.places(), BERLIN, "70173")


def fill(open_uow: OpenUnitOfWork) -> None:
    with open_uow() as uow:
        uow.records.upsert_customers([a_customer("1"), a_customer("2")])
        uow.records.upsert_vehicles(
            [
                a_vehicle("V1", customer_id="1"),
                a_vehicle("V2", customer_id="1", sold_on=date(2027, 1, 1)),
                a_vehicle("V3", customer_id="1", lease_end=date(2027, 12, 12)),
                a_vehicle("V4", customer_id="2"),
            ]
        )
        uow.records.upsert_jobs([a_job(order_date=date(2027, 10, 20), text="Räderwechsel", vehicle_id="V1")])
        wheels = WheelSet("W1", "1", "V3", None, None, "205/55 R16", 2.5, is_historic=False)
        assert isinstance(uow.staging, SqlStaging)
        uow.staging.put(Table.WHEELS, 0, [StagedRow(wheels, 1)])
        uow.staging.apply()
        uow.commit()


def test_a_vehicles_offers_leave_out_what_was_just_done(desk: OfferDesk) -> None:
    named = [one.offer.offer_id for one in offers_for_vehicle(desk, "V1", NOVEMBER, place=Place.ADVISER, most=10)]
    assert ("wheels_autumn" in named, "battery_check" in named) == (False, True)


def test_a_customers_offers_are_the_best_of_all_vehicles_that_are_still_here(desk: OfferDesk) -> None:
    found = offers_for_customer(desk, "1", NOVEMBER, place=Place.ADVISER, most=4)
    assert {"tyres_tread", "lease_return_check"} <= {one.offer.offer_id for one in found}
    assert ({"V1", "V3"} >= {one.vehicle_id for one in found}, 4) == (True, len(found))
    assert [] == offers_for_vehicle(desk, "V2", NOVEMBER, place=Place.ADVISER, most=4)


def test_what_the_planner_has_booked_is_not_offered(desk: OfferDesk) -> None:
    source = FakeAppointmentSource()
    source.deliver("halle", an_event("Kd.-Nr. 2 Winter-Check", starts_at=datetime(2027, 11, 9, 8, tzinfo=UTC)))
    works = {offer.service_id: [offer.work] for offer in OFFERS if offer.offer_id == "winter_check"}
    before = offers_for_vehicle(desk, "V4", NOVEMBER, place=Place.ADVISER, most=10)
    take_planner_in(desk.open_uow, source, NOVEMBER, BERLIN, works)
    after = offers_for_vehicle(desk, "V4", NOVEMBER, place=Place.ADVISER, most=10)
    left = {one.offer.offer_id for one in before} - {one.offer.offer_id for one in after}
    assert ("winter_check" in left, True) == (True, "wheels_autumn" in {one.offer.offer_id for one in after})


def test_nobody_who_is_restricted_is_offered_anything(desk: OfferDesk) -> None:
    with desk.open_uow() as uow:
        uow.rights.restrict(["2"], "request", NOVEMBER)
        uow.commit()
    with pytest.raises(Refused, match="customer_restricted"):
        offers_for_customer(desk, "2", NOVEMBER, place=Place.MESSAGE, most=3)
    with pytest.raises(Refused, match="customer_restricted"):
        offers_for_vehicle(desk, "V4", NOVEMBER, place=Place.MESSAGE, most=3)


def test_the_adviser_reads_offers_reasons_and_the_dealers_price(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    with (home / "agent.toml").open("a", encoding="utf-8") as file:
        file.write('\n[offers]\nmost = 10\nwithout = ["smart_repair"]\n')
        file.write('[offers.prices]\ntyres_tread = "ab 89 € je Reifen"\n')
    fill(open_core(home).open_uow)
    assert 0 == main(["offers", "--home", str(home), "--vehicle", "V3"])
    said = capsys.readouterr().out
    assert "Neue Reifen: Profil gering (Fahrzeug V3) – ab 89 € je Reifen" in said
    assert "Warum: Profiltiefe" in said
    assert "Kratzer" not in said
    assert 0 == main(["offers", "--home", str(home), "--customer", "1", "--most", "1", "--lang", "en"])
    assert 77 == main(["offers", "--home", str(home), "--vehicle", "V9"])
    assert 77 == main(["offers", "--home", str(home), "--customer", "9"])
