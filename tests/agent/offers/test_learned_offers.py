"""Offers in the order of what the network learned: whom it says what, in which words, and what turns it off."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from guildpost_agent.app.brand_catalogues import BrandCatalogues
from guildpost_agent.app.learned_offers import learned_offers
from guildpost_agent.app.next_best_offers import OfferDesk, offers_for_customer
from guildpost_agent.bootstrap import offers as bootstrap
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.offers.learned import NOTHING_LEARNED, Chance, LearnedOffers
from guildpost_agent.domain.offers.offer import Place
from guildpost_shared.services.definition import LearningClass
from guildpost_shared.studies.propensity.columns import MISSING, bucket
from guildpost_shared.studies.propensity.document import PropensityDocument
from guildpost_shared.studies.propensity.features import Category, FeatureMap, Numeric
from guildpost_shared.studies.propensity.model import Model
from guildpost_shared.studies.propensity.terms import TARGET_PATH
from tests.factories.agent import a_customer, a_service, a_vehicle, open_store
from tests.factories.agent_home import an_agent_home
from tests.factories.offers import an_offer
from tests.factories.planner import BERLIN
from tests.fakes.catalogue_source import FakeCatalogue
from tests.fakes.reference_data import InMemoryReferenceData

NOW = datetime(2027, 11, 2, 9, tzinfo=UTC)
REFERENCE = InMemoryReferenceData()
COLUMNS = ("service_class", "channel", "business", "vehicle_age_months")
TYRES, BATTERY, STRANGE = an_offer("tyres"), an_offer("battery", service_id="inspection"), an_offer("strange")
OFFERS = (replace(TYRES, service_id="wheel_change"), BATTERY, replace(STRANGE, service_id="lease_end"))
CLASSES = {"wheel_change": "tyres", "inspection": "maintenance", "lease_end": "lease"}


def a_model(*, missing_age: float | None = None) -> Model:
    """Learn: old vehicles take maintenance and tyres more often, companies tyres and maintenance less often."""
    categories = [
        Category(0, bucket("service_class", "tyres"), 0.5),
        Category(0, bucket("service_class", "maintenance"), 0.5),
        Category(1, bucket("channel", "email"), 0.7),
        Category(2, bucket("business", "yes"), 0.2),
    ]
    weights = [0.5, -0.5, 1.0, -0.8]
    if missing_age is not None:
        categories.append(Category(3, MISSING, 0.3))
        weights.append(missing_age)
    features = FeatureMap((Numeric(3, 0.0, 240.0, 90.0, 50.0),), tuple(categories), 4.0)
    return Model(COLUMNS, ("maintenance", "tyres"), features, np.array([-1.0, 2.0, *weights]))


def learned(model: Model) -> LearnedOffers:
    """Have one brand's network learn a model."""
    return LearnedOffers({"": model}, CLASSES)


def test_an_old_vehicle_takes_an_offer_more_often_than_average_and_a_new_one_less() -> None:
    found = learned(a_model())
    old, new = (found.chances(OFFERS, {"vehicle_age_months": age}) for age in ("200", "10"))
    assert {"tyres", "battery"} == set(old)
    assert old["tyres"].propensity > old["tyres"].average > new["tyres"].propensity
    assert old["tyres"].percent > 0 > new["tyres"].percent
    assert old["tyres"].average == new["tyres"].average > old["battery"].average


def test_the_average_is_that_of_the_offers_class_among_everybody_asked() -> None:
    chance = learned(a_model()).chances(OFFERS, {})["tyres"]
    assert chance.propensity == chance.average == pytest.approx(1 / (1 + np.exp(1.0 - 0.25 - 0.25)), abs=1e-12)
    assert 0 == chance.percent


def test_what_is_not_known_is_average_unless_the_training_learned_from_its_missing() -> None:
    known = learned(a_model(missing_age=1.0)).chances(OFFERS, {})["tyres"]
    assert known.percent > 0
    assert learned(a_model(missing_age=0.0)).chances(OFFERS, {})["tyres"].percent == 0


def test_nothing_is_said_of_a_class_that_was_not_in_the_training_nor_of_another_brands_service() -> None:
    assert "strange" not in learned(a_model()).chances(OFFERS, {})
    elsewhere = LearnedOffers({"skoda": a_model()}, CLASSES | {"skoda-wheel_change": "tyres"})
    theirs = an_offer("theirs", service_id="skoda-wheel_change")
    assert {"theirs"} == set(elsewhere.chances((*OFFERS, theirs), {}))
    assert {} == NOTHING_LEARNED.chances(OFFERS, {})


def test_a_chance_of_nothing_has_no_percentage() -> None:
    assert [0, 50, -100] == [Chance(0.5, 0.0).percent, Chance(0.3, 0.2).percent, Chance(0.0, 0.2).percent]


def a_desk(folder: Path, found: LearnedOffers) -> OfferDesk:
    """Keep a customer with an old and a new vehicle."""
    open_uow = open_store(folder)
    with open_uow() as uow:
        uow.records.upsert_customers([a_customer("1")])
        uow.records.upsert_vehicles(
            [
                a_vehicle("OLD", customer_id="1", first_registration=date(2010, 5, 1)),
                a_vehicle("NEW", customer_id="1", first_registration=date(2027, 1, 1)),
            ]
        )
        uow.commit()
    return OfferDesk(open_uow, OFFERS, REFERENCE.climate(), REFERENCE.places(), BERLIN, "70173", found)


def test_the_same_offer_stands_higher_for_the_vehicle_that_takes_it_more_often(tmp_path: Path) -> None:
    found = offers_for_customer(a_desk(tmp_path, learned(a_model())), "1", NOW, place=Place.ADVISER, most=10)
    place = {(one.vehicle_id, one.offer.offer_id): number for number, one in enumerate(found)}
    assert place["OLD", "tyres"] < place["NEW", "tyres"]
    assert place["OLD", "battery"] < place["NEW", "battery"]
    scores = {(one.vehicle_id, one.offer.offer_id): one.score for one in found}
    assert (0.5, 0.5) == (scores["OLD", "strange"], scores["NEW", "strange"])
    assert {"tyres", "battery"} == {one.offer.offer_id for one in found if "learned" in one.reasons}


def test_without_anything_learned_every_offer_keeps_its_own_number(tmp_path: Path) -> None:
    found = offers_for_customer(a_desk(tmp_path, NOTHING_LEARNED), "1", NOW, place=Place.ADVISER, most=10)
    assert {0.5} == {one.score for one in found}
    assert [] == [one for one in found if one.learned or "learned" in one.reasons]


def test_the_catalogue_teaches_what_it_holds_and_a_file_of_a_newer_program_nothing() -> None:
    wheels = a_service("wheel_change", learning_class=LearningClass.TYRES)
    document = PropensityDocument(4, date(2027, 5, 6), a_model())
    ours, theirs = FakeCatalogue({TARGET_PATH: document.canonical_bytes}), FakeCatalogue({TARGET_PATH: b"{}"})
    found = learned_offers({"": ours, "skoda": theirs, "seat": FakeCatalogue({})}, lambda: [wheels])
    assert ({""}, {"wheel_change": "tyres"}) == (set(found.models), found.classes)
    assert found.models[""].theta.tolist() == a_model().theta.tolist()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep one old vehicle in a dealership whose catalogue holds the learned model."""
    home = an_agent_home(tmp_path, monkeypatch)
    with open_core(home).open_uow() as uow:
        uow.records.upsert_customers([a_customer("1")])
        uow.records.upsert_vehicles([a_vehicle("OLD", customer_id="1", first_registration=date(2010, 5, 1))])
        uow.commit()
    document = PropensityDocument(4, date(2027, 5, 6), a_model())
    services = Path(__file__).parents[3] / "demo" / "guildpost_demo" / "catalogue" / "services"
    brake_fluid = (services / "brake_fluid.json").read_bytes()
    catalogue = FakeCatalogue({TARGET_PATH: document.canonical_bytes, "services/brake_fluid.json": brake_fluid})
    monkeypatch.setattr(bootstrap, "memberships_of", lambda _core: ("a membership",))
    monkeypatch.setattr(bootstrap, "catalogues_of", lambda _core: BrandCatalogues({"": catalogue}))
    return home


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", r"Kunden in dieser Lage nehmen das Angebot \d+ % häufiger an als der Durchschnitt"),
        ("en", r"customers in this situation take the offer \d+ % more often than average"),
    ],
)
def test_the_adviser_reads_how_much_more_often(
    home: Path, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    assert 0 == main(["offers", "--home", str(home), "--vehicle", "OLD", "--most", "10", "--lang", language])
    assert 1 == len(re.findall(said, capsys.readouterr().out))


def test_the_dealer_may_do_without_what_was_learned(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (home / "agent.toml").open("a", encoding="utf-8") as file:
        file.write("\n[offers]\nlearned = false\n")
    assert 0 == main(["offers", "--home", str(home), "--vehicle", "OLD", "--most", "10"])
    assert "in dieser Lage" not in capsys.readouterr().out
