"""From approval into the catalogue: not before its day, once, together, and out again by one role or by both."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.lifecycle import lifecycle_factory
from guildpost_coordinator.app.advance_materials import advance_materials
from guildpost_coordinator.app.advance_publications import advance_publications
from guildpost_coordinator.app.end_material import recall_material, retire_material
from guildpost_coordinator.app.judge_material import reject_material
from guildpost_coordinator.app.material_desk import MaterialDesk
from guildpost_coordinator.app.publish_by_hand import publish_by_hand
from guildpost_coordinator.app.read_material import list_materials, steps_of, view_material
from guildpost_coordinator.app.sign_proposals import proposed_content
from guildpost_coordinator.app.write_material import edit_material, submit_material
from guildpost_coordinator.domain.catalogue import State as PublicationState
from guildpost_coordinator.domain.material import State
from guildpost_coordinator.domain.material_names import Variant
from guildpost_coordinator.domain.people import Right
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Conflict, Refused
from tests.factories.catalogue import ANYTHING, CatalogueWorld
from tests.factories.material import SERVICE, TEMPLATE, a_service, a_team, a_template, approved, material_desk


@dataclass
class Brand:
    """A catalogue with its signers, and the people before them."""

    world: CatalogueWorld
    desk: MaterialDesk
    team: dict[str, str]

    @property
    def clock(self) -> ManualClock:
        return self.world.clock

    def tick(self) -> None:
        """Do what the running coordinator does every second."""
        publishing = self.world.publishing
        advance_materials(self.desk.open, publishing.clock, publishing.entropy)
        advance_publications(publishing)

    def sign(self) -> None:
        """Let the coordinator look, both roles sign, and the coordinator look again."""
        self.tick()
        self.world.sign("marketing", "legal")
        self.tick()

    def state(self, name: str) -> State:
        return view_material(self.desk, self.team["mia"], name).material.state

    def in_force(self) -> tuple[str, ...]:
        agent = self.world.agent()
        agent.sync()
        return agent.list("")

    def publications(self) -> int:
        with self.world.engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM publications").scalar_one())


@pytest.fixture
def brand(tmp_path: Path) -> Iterator[Brand]:
    world = CatalogueWorld(tmp_path)
    desk = material_desk(lifecycle_factory(world.engine), world.clock)
    yield Brand(world, desk, a_team(desk))
    world.close()


def test_what_both_roles_approved_is_in_force_once_both_roles_signed(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_service() | a_template())
    assert () == brand.in_force()
    brand.tick()
    assert (State.SIGNING, State.SIGNING) == (brand.state(SERVICE), brand.state(TEMPLATE))
    brand.world.sign("marketing", "legal")
    brand.tick()
    assert tuple(sorted(a_service() | a_template())) == brand.in_force()
    assert (State.PUBLISHED, State.PUBLISHED) == (brand.state(SERVICE), brand.state(TEMPLATE))
    assert 1 == brand.publications()


def test_under_an_embargo_nothing_is_proposed_or_shown_to_a_signer_before_its_day(brand: Brand) -> None:
    day = brand.clock.now() + timedelta(days=3)
    approved(brand.desk, brand.team, a_service(), publish_at=day)
    secret = describe(a_service()[f"{SERVICE}.json"]).sha256
    brand.clock.set(day - timedelta(seconds=1))
    brand.tick()
    assert (0, State.APPROVED_LEGAL, ()) == (brand.publications(), brand.state(SERVICE), brand.in_force())
    with pytest.raises(Refused, match="catalogue_file_missing"):
        proposed_content(brand.world.publishing, "legal", secret)
    assert [] == list_materials(brand.desk, brand.team["admin"])
    with pytest.raises(Refused, match="material_unknown"):
        view_material(brand.desk, brand.team["admin"], SERVICE)
    brand.clock.set(day)
    brand.sign()
    assert (State.PUBLISHED, (f"{SERVICE}.json",)) == (brand.state(SERVICE), brand.in_force())
    assert [SERVICE] == [one.key for one in list_materials(brand.desk, brand.team["admin"])]


def test_a_clock_that_jumps_and_a_coordinator_that_starts_anew_publish_once(brand: Brand) -> None:
    day = brand.clock.now() + timedelta(days=3)
    approved(brand.desk, brand.team, a_service(), publish_at=day)
    for instant in (day, day - timedelta(days=2), day + timedelta(days=1), day - timedelta(days=3), day):
        brand.clock.set(instant)
        other = material_desk(lifecycle_factory(brand.world.engine), brand.clock)
        advance_materials(other.open, brand.clock, other.entropy)
        brand.tick()
    assert 1 == brand.publications()
    brand.sign()
    brand.clock.set(day - timedelta(days=2))
    brand.tick()
    assert (1, State.PUBLISHED) == (brand.publications(), brand.state(SERVICE))


def test_a_crash_while_handing_over_leaves_material_and_publication_as_they_were(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(brand.desk, brand.team, a_service())
    with monkeypatch.context() as patch:
        patch.setattr("guildpost_coordinator.adapters.sql.publications.SqlPublications.add", _crash)
        with pytest.raises(RuntimeError, match="power is gone"):
            brand.tick()
    assert (0, State.APPROVED_LEGAL) == (brand.publications(), brand.state(SERVICE))
    brand.sign()
    assert (1, State.PUBLISHED) == (brand.publications(), brand.state(SERVICE))


def _crash(*_: object) -> None:
    raise RuntimeError("power is gone")


def test_what_a_signer_refuses_goes_back_to_its_authors_with_the_reason(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_service())
    brand.tick()
    with pytest.raises(Refused, match="proposal_declined"):
        _decline(brand)
    brand.tick()
    last = steps_of(brand.desk, brand.team["anna"], SERVICE)[-1][1]
    assert (State.DRAFT, "proposal_declined") == (last.state, last.comment)
    assert () == brand.in_force()


def _decline(brand: Brand) -> None:
    from guildpost_coordinator.app.sign_pending import sign_pending  # noqa: PLC0415 — used once

    sign_pending(brand.world.signer("legal", approve=False))


def test_a_rejection_takes_it_back_from_the_signers(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_service())
    brand.tick()
    reject_material(brand.desk, brand.team["lea"], SERVICE, comment="doch nicht")
    brand.sign()
    assert (State.DRAFT, ()) == (brand.state(SERVICE), brand.in_force())


def test_a_new_edition_takes_the_place_of_the_one_before_with_all_its_parts(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_template())
    brand.sign()
    approved(brand.desk, brand.team, a_template("Moin", languages=("de",)))
    view = view_material(brand.desk, brand.team["mia"], TEMPLATE)
    assert (Variant("email", "en"),) == view.missing
    assert (Variant("email", "de", "warm", True),) == view.variants
    changed = ["email.de.mjml", "email.de.txt", "email.en.json", "email.en.mjml", "email.en.txt"]
    assert changed == [change.part for change in view.changes]
    brand.sign()
    assert tuple(sorted(a_template(languages=("de",)))) == brand.in_force()
    assert (State.RETIRED, State.PUBLISHED) == (brand.state(f"{TEMPLATE}@1"), brand.state(f"{TEMPLATE}@2"))


def test_the_next_version_of_a_template_is_compared_with_the_one_in_force(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_template())
    brand.sign()
    submit_material(brand.desk, brand.team["bert"], a_template("Moin", version=2), publish_at=None, comment="")
    view = view_material(brand.desk, brand.team["mia"], "templates/hu_au/2")
    assert ["email.de.mjml", "email.de.txt", "email.en.mjml", "email.en.txt"] == [one.part for one in view.changes]
    assert ("-Guten Tag", "+Moin") == view.changes[1].lines[3:5]
    assert 2 == len(view.material.authors)  # Anna wrote the manifests that it shares


@pytest.mark.parametrize("who", ["mia", "lea"])
def test_one_person_of_either_role_recalls_with_the_signature_of_that_role_alone(brand: Brand, who: str) -> None:
    approved(brand.desk, brand.team, a_service())
    brand.sign()
    waiting = brand.world.publish({"services/other.json": b"{}"})
    recall_material(brand.desk, brand.team[who], SERVICE, comment="falsche Angabe")
    brand.tick()
    brand.world.sign("marketing" if who == "mia" else "legal")
    brand.tick()
    assert (State.RECALLED, ()) == (brand.state(SERVICE), brand.in_force())
    for _ in range(3):
        brand.sign()
    assert ("services/other.json",) == brand.in_force()
    for role in ("marketing", "legal"):
        listed = brand.world.repository.published(role).targets
        assert [f"{role}/services/other.json"] == list(listed)
    with brand.world.publishing.publications() as record:
        found = record.get(waiting)
    assert found is not None
    assert PublicationState.PUBLISHED is found.state


def test_where_one_role_is_away_the_other_one_recalls(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_service())
    brand.sign()
    recall_material(brand.desk, brand.team["mia"], SERVICE, comment="falsch")
    brand.tick()
    recall_material(brand.desk, brand.team["lea"], SERVICE, comment="falsch, Marketing ist nicht da")
    brand.tick()
    brand.world.sign("legal")
    brand.tick()
    assert (State.RECALLED, ()) == (brand.state(SERVICE), brand.in_force())


def test_a_recall_that_a_signer_refuses_is_said_to_have_failed(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_service())
    brand.sign()
    recall_material(brand.desk, brand.team["lea"], SERVICE, comment="falsch")
    brand.tick()
    with pytest.raises(Refused, match="proposal_declined"):
        _decline(brand)
    brand.tick()
    assert State.PUBLISHED is brand.state(SERVICE)


def test_a_retirement_needs_both_roles_and_both_signatures(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_service())
    brand.sign()
    retire_material(brand.desk, brand.team["mia"], SERVICE, Right.MARKETING, comment="veraltet")
    brand.sign()
    assert (State.RETIRE_ASKED, 1) == (brand.state(SERVICE), brand.publications())
    retire_material(brand.desk, brand.team["lea"], SERVICE, Right.LEGAL, comment="veraltet")
    brand.tick()
    brand.world.sign("legal")
    brand.tick()
    assert State.RETIRING is brand.state(SERVICE)
    brand.sign()
    assert (State.RETIRED, ()) == (brand.state(SERVICE), brand.in_force())


def test_a_recall_does_not_take_away_what_comes_in_its_place(brand: Brand) -> None:
    approved(brand.desk, brand.team, a_service("first"))
    brand.sign()
    approved(brand.desk, brand.team, a_service("second"))
    brand.tick()
    with pytest.raises(Conflict, match="material_replaced_soon"):
        retire_both(brand, f"{SERVICE}@1")
    recall_material(brand.desk, brand.team["lea"], f"{SERVICE}@1", comment="falsch")
    for _ in range(3):
        brand.sign()
    assert (State.RECALLED, State.PUBLISHED) == (brand.state(f"{SERVICE}@1"), brand.state(SERVICE))
    agent = brand.world.agent()
    agent.sync()
    assert a_service("second")[f"{SERVICE}.json"] == agent.read(f"{SERVICE}.json")


def retire_both(brand: Brand, name: str) -> None:
    retire_material(brand.desk, brand.team["mia"], name, Right.MARKETING, comment="veraltet")
    retire_material(brand.desk, brand.team["lea"], name, Right.LEGAL, comment="veraltet")


def test_handing_in_what_is_under_way_or_in_force_changes_nothing(brand: Brand) -> None:
    files, day = a_service() | a_template(), brand.clock.now() + timedelta(days=1)
    anna = brand.team["anna"]
    assert 2 == len(submit_material(brand.desk, anna, files, publish_at=None, comment=""))
    assert [] == submit_material(brand.desk, anna, files, publish_at=None, comment="")
    assert [] == edit_material(brand.desk, anna, files, comment="")
    assert 2 == len(submit_material(brand.desk, anna, files, publish_at=day, comment="later"))
    approved(brand.desk, brand.team, a_service("anders"))
    brand.sign()
    assert [] == submit_material(brand.desk, anna, a_service("anders"), publish_at=None, comment="")
    recall_material(brand.desk, brand.team["mia"], SERVICE, comment="falsch")
    brand.sign()
    assert [f"{SERVICE}@2"] == [
        one.name for one in submit_material(brand.desk, anna, a_service("anders"), publish_at=None, comment="")
    ]


def test_by_hand_services_and_templates_pass_as_approved_only_and_everything_else_as_before(brand: Brand) -> None:
    def by_hand(files: dict[str, bytes], *remove: str, approved_only: bool = True) -> None:
        publish_by_hand(
            brand.desk, brand.world.publishing.publications, files, remove=remove, approved_only=approved_only
        )

    with pytest.raises(Refused, match="material_not_approved"):
        by_hand(a_service())
    day = brand.clock.now() + timedelta(days=1)
    approved(brand.desk, brand.team, a_service(), publish_at=day)
    with pytest.raises(Refused, match="material_not_approved"):
        by_hand(a_service())
    brand.clock.set(day)
    by_hand(a_service())
    with pytest.raises(Refused, match="material_not_approved"):
        by_hand(a_service("other words"))
    with pytest.raises(Refused, match="material_not_approved"):
        by_hand({}, f"{SERVICE}.json")
    by_hand({"studies/slot-lead/1.json": b"{}"}, "roster/current.json")
    by_hand(a_service("other words"), approved_only=False)


def test_nothing_is_kept_of_a_folder_of_which_one_file_is_refused(brand: Brand) -> None:
    desk = material_desk(brand.desk.open, brand.clock, {**ANYTHING, "templates": _crash})
    for files, code in (
        (a_service() | {"templates/hu_au/1/email.de.json": b"{}"}, "material_part_missing"),
        (a_service() | {"notes/x.txt": b""}, "catalogue_bad_path"),
        (a_service() | {"studies/x/1.json": b""}, "material_foreign_path"),
        (a_service() | {"services/big.json": b"x" * (1024 * 1024 + 1)}, "catalogue_target_too_large"),
    ):
        with pytest.raises(Refused, match=code):
            submit_material(desk, brand.team["anna"], files, publish_at=None, comment="")
    with pytest.raises(RuntimeError, match="power is gone"):
        submit_material(desk, brand.team["anna"], a_service() | a_template(), publish_at=None, comment="")
    assert [] == list_materials(brand.desk, brand.team["anna"])
