"""What comes from a brand is known by the brand's name here, and no brand can speak for another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.app.brand_catalogues import BrandCatalogues
from guildpost_agent.domain.brands import (
    FIRST,
    NAME,
    brand_of,
    brand_of_word,
    is_brand_name,
    local_name,
    local_path,
    local_service,
    of_brand,
    signed_name,
    signed_path,
)
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import Channel, template_targets
from tests.factories.standard_services import standard_services
from tests.fakes.catalogue_source import FakeCatalogue

BRANDS = st.one_of(st.just(FIRST), st.from_regex(NAME, fullmatch=True))
IDS = st.from_regex(r"[a-z][a-z0-9_]{1,39}", fullmatch=True)
HU = next(one for one in standard_services() if one.service_id == "hu_au")


@given(one=st.tuples(BRANDS, IDS), other=st.tuples(BRANDS, IDS))
def test_two_names_are_alike_only_where_brand_and_id_are(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (one == other) is (local_name(*one) == local_name(*other))
    assert one == (brand_of(local_name(*one)), signed_name(local_name(*one)))


@given(brand=BRANDS, service=IDS, version=st.integers(1, 99_999))
def test_a_paths_local_name_leads_back_to_it(brand: str, service: str, version: int) -> None:
    for path in (f"services/{service}.json", *template_targets(f"{service}/{version}/email.de")):
        local = local_path(brand, path)
        assert local is not None
        assert (brand, path) == signed_path(local)
    template_id = local_name(brand, f"{service}/{version}/email.de")
    assert template_targets(template_id)[0] == local_path(brand, f"templates/{service}/{version}/email.de.json")


def test_the_first_brand_keeps_its_names_and_a_further_one_brings_its_own() -> None:
    assert HU is local_service(HU, FIRST)
    theirs = local_service(HU, "skoda")
    assert ("skoda-hu_au", f"skoda-{HU.bundle_group}") == (theirs.service_id, theirs.bundle_group)
    assert "skoda-hu_au/1/email.de" == theirs.template_id(Channel.EMAIL, "de")
    assert (HU.skill, HU.cap_class, HU.learning_class) == (theirs.skill, theirs.cap_class, theirs.learning_class)


@pytest.mark.parametrize("name", ["", "a", "Skoda", "vw-nutz", "vw_nutz", "1a", "x" * 13, "škoda", "vw\n"])
def test_what_would_be_mistaken_for_something_else_is_no_name(name: str) -> None:
    assert not is_brand_name(name)


@pytest.mark.parametrize(
    ("word", "brand"),
    [("coordinator", FIRST), ("coordinator-skoda", "skoda"), ("coordinator-", None), ("coordinators", None),
     ("relay", None), ("relay-skoda", None), ("coordinator-a-b", None)],
)  # fmt: skip
def test_a_marked_word_names_its_brand(word: str, brand: str | None) -> None:
    assert brand == brand_of_word("coordinator", word)
    assert brand is None or word == of_brand("coordinator", brand)


def catalogue(*paths: str) -> FakeCatalogue:
    return FakeCatalogue({path: path.encode() for path in paths})


def test_two_catalogues_stand_side_by_side_and_each_speaks_for_itself() -> None:
    ours = catalogue("services/hu_au.json", "templates/hu_au/1/email.de.json", "roster/sharing.json")
    theirs = catalogue("services/hu_au.json", "services/tyres.json")
    both = BrandCatalogues({FIRST: ours, "skoda": theirs})
    assert ("services/hu_au.json", "services/skoda-hu_au.json", "services/skoda-tyres.json") == both.list("services/")
    assert ("services/skoda-hu_au.json",) == both.list("services/skoda-hu_au.json")
    assert ("templates/hu_au/1/email.de.json",) == both.list("templates/hu_au/1/email.")
    theirs.recall("services/hu_au.json")
    theirs.sync()
    assert ("services/hu_au.json", "services/skoda-tyres.json") == both.list("services/")
    with pytest.raises(Refused, match="catalogue_unknown_path"):
        both.read("services/skoda-hu_au.json")


@pytest.mark.parametrize("path", ["services/skoda-hu_au.json", "templates/skoda-hu_au/1/email.de.json"])
def test_a_brand_that_signs_what_looks_like_another_ones_is_not_heard(path: str) -> None:
    for both in (
        BrandCatalogues({FIRST: catalogue(path)}),
        BrandCatalogues({FIRST: catalogue(path), "vw": catalogue(path)}),
    ):
        assert () == both.list("services/") + both.list("templates/") + both.list(path)
        with pytest.raises(Refused, match="catalogue_unknown_path"):
            both.read(path)


def test_what_a_brand_takes_out_while_it_is_read_is_left_out_and_the_rest_is_whole() -> None:
    ours, theirs = catalogue("services/hu_au.json"), catalogue("services/hu_au.json", "services/tyres.json")
    both = BrandCatalogues({FIRST: ours, "skoda": theirs})
    listed = theirs.list

    def meanwhile(prefix: str) -> tuple[str, ...]:
        found = listed(prefix)
        theirs.recall("services/hu_au.json")
        theirs.sync()
        return found

    theirs.list = meanwhile  # type: ignore[method-assign]  # another thread's sync, at the worst moment
    assert ["services/hu_au.json", "services/skoda-tyres.json"] == list(both.contents("services/"))


def test_a_brand_that_was_never_fetched_rests_and_takes_nothing_from_the_other() -> None:
    ours, theirs = catalogue("services/hu_au.json"), FakeCatalogue()
    both = BrandCatalogues({FIRST: ours, "skoda": theirs})
    assert ({"skoda"}, ("services/hu_au.json",)) == (both.resting(), both.list("services/"))
