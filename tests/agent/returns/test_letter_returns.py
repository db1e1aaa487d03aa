"""What came back with the post has its effects once, and a file that is wrong changes nothing it cannot prove."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guildpost_agent.adapters.dms.returns_file import read_returns
from guildpost_agent.app.dealership import suppression_check
from guildpost_agent.app.import_returns import TakenReturns, import_returns, open_proposals
from guildpost_agent.app.outbox_steps import objection
from guildpost_agent.domain.exclusions import Reason, not_addressable
from guildpost_agent.domain.legal_basis import basis
from guildpost_agent.domain.letter_returns import Kind, ReturnRow, read_note, read_row
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_shared.errors import ConfigurationError, Refused
from tests.agent.dispatch.test_release_letters import release
from tests.factories.sending_world import NOW, SendingWorld, always_welcome
from tests.fakes.letter_delivery import FakeLetterDelivery


class Desk(SendingWorld):
    """A dealership whose letter to Anna has gone out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.letter: Touchpoint = self.plan("anna", Channel.LETTER)
        release(self, FakeLetterDelivery())

    @property
    def doc_id(self) -> str:
        """The number on the letter."""
        return self.job(self.letter).message_id

    def take(self, *rows: ReturnRow, dry_run: bool = False) -> TakenReturns:
        """Take rows in."""
        return import_returns(self.open_uow, rows, file="post.csv", key=self.keys.suppression, now=NOW, dry_run=dry_run)

    def came_back(self, reason: str, **fields: str) -> TakenReturns:
        """Take in a row about Anna's letter."""
        return self.take(ReturnRow(2, reason, **{"doc_id": self.doc_id, **fields}))

    def ways(self) -> tuple[Reason | None, bool, bool]:
        """Say why nobody can be written to, and whether mail and letters (also notices) are still possible."""
        with self.open_uow() as uow:
            customer, listed = uow.records.customer(self.letter.customer_id), suppression_check(uow)
            assert customer is not None
            said = uow.consents.state_of(customer.customer_id)
        refusal = not_addressable(customer, listed)
        local = NOW.astimezone(UTC)
        mail, letter = (basis(customer, one, said, listed, local) is not None for one in Channel)
        return (refusal.reason if refusal else None), mail, letter


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.engine.dispose()


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("unzustellbar", Kind.UNDELIVERABLE),
        ("POST_UNDELIVERABLE", Kind.UNDELIVERABLE),
        ("Empfänger unbekannt", Kind.UNDELIVERABLE),
        ("unter der angegebenen Anschrift nicht zu ermitteln", Kind.UNDELIVERABLE),
        ("Empfänger verzogen", Kind.MOVED),
        ("MOVED_NEW_ADDR", Kind.MOVED),
        ("MOVED_UNKNOWN", Kind.MOVED),
        ("unbekannt verzogen", Kind.MOVED),
        ("Empfänger VERSTORBEN", Kind.DECEASED),
        ("DECEASED", Kind.DECEASED),
        ("Empfänger tot", Kind.DECEASED),
        ("Annahme verweigert", Kind.REFUSED),
        ("CORRECTED", Kind.CORRECTED),
        ("Anschrift berichtigt", Kind.CORRECTED),
    ],
)
def test_reasons_are_read_as_the_trade_writes_them(written: str, kind: Kind) -> None:
    assert kind is read_row(ReturnRow(1, written, "d")).kind


@pytest.mark.parametrize(
    "written",
    [
        "verstorben oder verzogen",
        "verstorben/unbekannt",
        "verstorben?",
        "nicht verstorben",
        "vermutlich verstorben",
        "Totalschaden",
        "Stottern",
    ],
)
def test_a_death_that_is_not_said_beyond_doubt_is_none(written: str) -> None:
    with pytest.raises(Refused, match="return_reason_unknown"):
        read_row(ReturnRow(1, written, "d"))


@pytest.mark.parametrize(
    ("reason", "ways", "states"),
    [
        pytest.param("unzustellbar", (None, True, False), ("bounced", "bounced"), id="undeliverable"),
        pytest.param("verzogen", (None, True, False), ("bounced", "bounced"), id="moved"),
        pytest.param("verweigert", (None, True, False), ("bounced", "bounced"), id="refused"),
        pytest.param("verstorben", (Reason.DECEASED, True, True), ("bounced", "bounced"), id="deceased"),
        pytest.param("berichtigt", (None, True, True), ("sent", "sent"), id="corrected, so it arrived"),
    ],
)
def test_each_class_has_its_effects(
    desk: Desk, reason: str, ways: tuple[Reason | None, bool, bool], states: tuple[str, str]
) -> None:
    taken = desk.came_back(reason)
    assert (1, []) == (taken.letters.total(), taken.problems)
    assert (ways, states) == (desk.ways(), desk.states(desk.letter))
    kinds = sorted(outcome.kind for outcome in desk.outcomes())
    assert (["delivered"] if states[0] == "sent" else []) + ["returned"] == kinds


def test_without_another_way_the_address_is_invalid(desk: Desk) -> None:
    desk.change_customer(desk.letter, email="")
    desk.came_back("unzustellbar")
    assert Reason.ADDRESS_INVALID == desk.ways()[0]


def test_a_new_address_in_the_management_system_opens_the_way_again(desk: Desk) -> None:
    desk.came_back("unzustellbar")
    desk.change_customer(desk.letter, street="Neue Gasse 7")
    assert (None, True, True) == desk.ways()


@pytest.mark.parametrize(("reason", "why"), [("unzustellbar", "address_unusable"), ("verstorben", "deceased")])
def test_a_letter_that_waits_is_kept_back_in_the_moment_of_sending(desk: Desk, reason: str, why: str) -> None:
    with desk.open_uow() as uow:
        uow.plans.add_touchpoints([replace(desk.letter, touchpoint_id="t-next", state="planned")])
        uow.commit()
    job = replace(desk.job(desk.letter), touchpoint_id="t-next", state="ready")
    desk.came_back(reason)
    with desk.open_uow() as uow:
        kept_back = objection(uow, job, suppression_key=desk.keys.suppression, recheck=always_welcome, now=NOW)
    assert why == kept_back


def test_a_new_address_is_a_proposal_with_its_source_until_the_management_system_has_it(desk: Desk) -> None:
    taken = desk.came_back("verzogen", street="Am Öd 3", postcode="01067", town="Dresden")
    with desk.open_uow() as uow:
        (proposal,) = open_proposals(uow)
        customer = uow.records.customer(desk.letter.customer_id)
    assert (1, "K-anna", "Am Öd 3") == (taken.proposals, proposal.customer_id, proposal.address.street)
    assert '"file": "post.csv", "row": 2' in proposal.outcome.detail
    assert "Hauptstr. 5" == (customer.street if customer else "")  # the record itself is not touched

    desk.change_customer(desk.letter, street="Am Öd 3", postcode="01067", town="Dresden")
    with desk.open_uow() as uow:
        assert [] == open_proposals(uow)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    first, second = desk.came_back("verzogen"), desk.came_back("verzogen")
    assert ((1, 0), (0, 1)) == ((first.letters.total(), first.known), (second.letters.total(), second.known))
    assert 1 == len(desk.outcomes())


def test_a_dry_run_says_the_same_and_stores_nothing(desk: Desk) -> None:
    row = ReturnRow(2, "verzogen", desk.doc_id, street="Am Öd 3", postcode="01067", town="Dresden")
    rehearsed = desk.take(row, dry_run=True)
    assert (None, True, True) == desk.ways()
    assert ["delivered"] == [outcome.kind for outcome in desk.outcomes()]
    assert desk.take(row) == rehearsed


def test_a_letter_is_found_by_customer_and_batch_too(desk: Desk) -> None:
    batch_id = desk.job(desk.letter).batch_id or ""
    taken = desk.take(ReturnRow(2, "unzustellbar", customer_id="K-anna", batch_id=batch_id))
    assert (1, []) == (taken.letters.total(), taken.problems)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param(ReturnRow(2, "unzustellbar"), "return_letter_missing", id="no letter"),
        pytest.param(ReturnRow(2, "unzustellbar", customer_id="K-anna"), "return_letter_missing", id="no batch"),
        pytest.param(ReturnRow(2, "unzustellbar", "ffff"), "return_letter_unknown", id="another dealer's letter"),
        pytest.param(ReturnRow(2, "schön", "OURS"), "return_reason_unknown", id="a reason nobody knows"),
        pytest.param(ReturnRow(2, "", "OURS"), "return_reason_unknown", id="no reason"),
        pytest.param(
            ReturnRow(2, "unzustellbar", "OURS", customer_id="K-berta"), "return_letter_unknown", id="two customers"
        ),
        pytest.param(
            ReturnRow(2, "verzogen", "OURS", street="=cmd|' /C calc'!A0", postcode="01067", town="Dresden"),
            "return_address_broken",
            id="a formula",
        ),
        pytest.param(
            ReturnRow(2, "verzogen", "OURS", street="Am Öd 3", town="Dresden"),
            "return_address_broken",
            id="no postcode",
        ),
        pytest.param(
            ReturnRow(2, "verzogen", "OURS", street="x" * 200, postcode="01067", town="y"),
            "return_address_broken",
            id="too long",
        ),
    ],
)
def test_a_row_that_is_wrong_is_put_aside_and_the_others_count(desk: Desk, row: ReturnRow, code: str) -> None:
    wrong = replace(row, doc_id=desk.doc_id) if row.doc_id == "OURS" else row
    before = desk.ways()
    taken = desk.take(wrong)
    assert [(2, code)] == [(number, error.code) for number, error in taken.problems]
    assert (before, ["delivered"]) == (desk.ways(), [outcome.kind for outcome in desk.outcomes()])
    assert 1 == desk.take(wrong, ReturnRow(3, "unzustellbar", desk.doc_id)).letters[Kind.UNDELIVERABLE]


def test_a_letter_that_did_not_leave_cannot_come_back(tmp_path: Path) -> None:
    world = SendingWorld(tmp_path)
    letter, delivery = world.plan("anna", Channel.LETTER), FakeLetterDelivery()
    delivery.full = True
    release(world, delivery)
    row = ReturnRow(2, "unzustellbar", world.job(letter).message_id)
    taken = import_returns(world.open_uow, [row], file="f", key=world.keys.suppression, now=NOW)
    assert ["return_letter_not_sent"] == [error.code for _, error in taken.problems]
    world.engine.dispose()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("doc_id;Grund\r\n{id};verzogen\r\n", id="semicolons"),
        pytest.param("Sendungs-ID,Zustellvermerk\n{id},Empfänger verzogen\n", id="commas, other words"),
        pytest.param("\ufeffLetter ID\tReturn reason\n{id}\tmoved\n", id="tabs, byte order mark"),
        pytest.param('"Brief-ID";"Klasse";"PLZ neu"\n"{id}";"MOVED_UNKNOWN";""\n', id="quotes"),
    ],
)
def test_files_are_read_in_the_usual_spellings(tmp_path: Path, text: str) -> None:
    (tmp_path / "post.csv").write_text(text.replace("{id}", "a1b2"), "utf-8")
    ((row,), broken) = read_returns(tmp_path / "post.csv")
    assert ("a1b2", Kind.MOVED, []) == (row.doc_id, read_row(row).kind, broken)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"Grund;Text\nverzogen;x\n", b"doc_id\nx\n", b"PK\x03\x04"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "post.csv").write_bytes(content)
    with pytest.raises(Refused):
        read_returns(tmp_path / "post.csv")


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="file_unreadable"):
        read_returns(tmp_path / "missing.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"doc_id;Grund;Ort neu\n"]))
def test_any_bytes_are_rows_or_a_refusal(tmp_path: Path, content: bytes, head: bytes) -> None:
    (tmp_path / "post.csv").write_bytes(head + content)
    try:
        rows, _ = read_returns(tmp_path / "post.csv")
        for row in rows:
            read_row(row)
    except Refused:
        return


def test_the_note_of_an_outcome_is_read_back(desk: Desk) -> None:
    desk.came_back("verzogen", street="Am Öd 3", postcode="01067", town="Dresden")
    (outcome,) = desk.outcomes()
    assert (Kind.MOVED, "Dresden") == (read_note(outcome.detail).kind, read_note(outcome.detail).address.town)
