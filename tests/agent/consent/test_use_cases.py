"""The ledger in a real encrypted database: double opt-in, imports, entries by hand, the command."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.migrate import MIGRATIONS
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.consents import opt_in
from guildpost_agent.app.consents.apply_import import apply_import
from guildpost_agent.app.consents.close import close_consents, suppress_closed
from guildpost_agent.app.consents.record import record_grant, record_preferences
from guildpost_agent.app.dealership import SUPPRESSION_KEY, suppression_check
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.cli import main
from guildpost_agent.domain.consent.book import ConsentBook
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.importing import Said, ledger_events_from_import
from guildpost_agent.domain.consent.opt_in import OptInState
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.consent.terms import CHANNELS, Basis, Kind, Origin, Purpose
from guildpost_agent.domain.legal_basis import permission
from guildpost_agent.domain.suppression import suppression_entries
from guildpost_shared.answers import tokens
from guildpost_shared.errors import Refused
from tests.factories.agent import KEY, NOW, a_consent, a_customer, open_store
from tests.factories.agent_home import an_agent_home
from tests.fakes.seeded_entropy import SeededEntropy

PAIR = ("service_reminders", "email")
RELAY_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGE = tokens.make(RELAY_KEY, random=bytes(16), expires_at=NOW + timedelta(days=7), use=tokens.Use.CONFIRMATION)
YES = Said("1", "email", "service_reminders", given=True, given_at=date(2026, 1, 2), source="Annahme")
SIGNED = replace(
    a_consent(),
    kind=Kind.GRANTED,
    origin=Origin.HERE,
    at=NOW + timedelta(days=3),
    evidence=replace(
        a_consent().evidence,
        given_on=(NOW + timedelta(days=2)).date(), collected_by="Kraft", text_version="w-3", text_sha256="ab" * 32,
    ),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    store = open_store(tmp_path)
    with store() as uow:
        uow.documents.put(SUPPRESSION_KEY, KEY)
        uow.records.upsert_customers([a_customer(mobile="+491701234567", phone="+4971112345"), a_customer("2")])
        uow.commit()
    return store


def ask_for_mail(uow: UnitOfWork, now: datetime = NOW) -> str:
    """Request double opt-in and give the token of the mail to write."""
    opt_in.request_opt_in(
        uow, SeededEntropy(b"doi"), relay_key=RELAY_KEY, customer_id="1", purpose="offers", text_version="doi-1",
        text_sha256="cd" * 32, source="Webseite", collected_by="Formular", now=now,
    )  # fmt: skip
    (mail,) = opt_in.pending_confirmations(uow, SeededEntropy(b"doi"), RELAY_KEY, now)
    assert ("erika@post.example", "offers") == (mail.email, mail.purpose)
    return mail.token


def test_a_link_confirms_once_and_using_it_again_changes_nothing(store: OpenUnitOfWork) -> None:
    with store() as uow:
        token = ask_for_mail(uow)
        assert {} == uow.consents.state_of("1").standing
        answers = [
            opt_in.confirm_opt_in(uow, token, KEY, NOW + timedelta(hours=one), "192.0.2.7") for one in (1, 2, 200)
        ]
        (event,) = uow.consents.events_of("1")
    assert ["confirmed", "known", "known"] == answers
    assert (Kind.CONFIRMED, "192.0.2.7", NOW + timedelta(hours=1)) == (
        event.kind,
        event.evidence.ip,
        event.evidence.confirmed_at,
    )


def test_the_token_is_nowhere_in_the_database(store: OpenUnitOfWork) -> None:
    with store() as uow:
        token = ask_for_mail(uow)
        (request,) = uow.consents.requests(OptInState.PENDING)
    assert token not in str(vars(request))
    assert 64 == len(request.token_hash)


@pytest.mark.parametrize(
    "token",
    ["", "x", "ä", "A" * 124, tokens.issue(RELAY_KEY, expires_at=NOW, entropy=SeededEntropy(b"x")), STRANGE],
    ids=["none", "short", "no ASCII", "a guess", "of a message", "of nobody's request"],
)
def test_a_token_that_nobody_issued_does_nothing(store: OpenUnitOfWork, token: str) -> None:
    with store() as uow:
        ask_for_mail(uow)
        assert opt_in.Answer.UNKNOWN == opt_in.confirm_opt_in(uow, token, KEY, NOW)
        assert [] == uow.consents.events_of("1")


def test_a_request_expires_and_a_late_link_does_nothing(store: OpenUnitOfWork) -> None:
    with store() as uow:
        token, late = ask_for_mail(uow), NOW + timedelta(days=7)
        assert opt_in.Answer.EXPIRED == opt_in.confirm_opt_in(uow, token, KEY, late)
        assert (1, 0) == (opt_in.expire_opt_ins(uow, late), opt_in.expire_opt_ins(uow, late))
        assert [] == opt_in.pending_confirmations(uow, SeededEntropy(b"doi"), RELAY_KEY, late) + uow.consents.events_of(
            "1"
        )


def test_an_objection_cancels_the_request_that_waits(store: OpenUnitOfWork) -> None:
    with store() as uow:
        token = ask_for_mail(uow)
        close_consents(uow, "1", Kind.OBJECTED, CHANNELS, key=KEY, source="Anruf", at=NOW)
        assert opt_in.Answer.EXPIRED == opt_in.confirm_opt_in(uow, token, KEY, NOW + timedelta(hours=1))


def test_a_link_proves_only_the_mailbox_it_was_sent_to(store: OpenUnitOfWork) -> None:
    with store() as uow:
        token = ask_for_mail(uow)
        uow.records.upsert_customers([a_customer(email="new@post.example")])
        assert opt_in.Answer.EXPIRED == opt_in.confirm_opt_in(uow, token, KEY, NOW)


def test_asking_twice_gives_one_mail_and_it_is_handed_over_once(store: OpenUnitOfWork) -> None:
    with store() as uow:
        assert ask_for_mail(uow) == ask_for_mail(uow)
        (mail,) = opt_in.pending_confirmations(uow, SeededEntropy(b"doi"), RELAY_KEY, NOW)
        assert (True, False) == tuple(opt_in.hand_over(uow, mail.request_id, NOW) for _ in range(2))
        assert opt_in.Answer.CONFIRMED == opt_in.confirm_opt_in(uow, mail.token, KEY, NOW + timedelta(hours=1))


def test_an_objection_closes_every_address_and_a_new_consent_opens_its_own_purpose_only(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.consents.append([a_consent(), a_consent(purpose="offers")])
        close_consents(uow, "1", Kind.OBJECTED, CHANNELS, key=KEY, source="Anruf", at=NOW)
        customer = uow.records.customer("1")
        assert customer is not None
        assert [True] * 4 == [suppression_check(uow)(customer, channel) for channel in CHANNELS]
        record_grant(uow, SIGNED, KEY)
        state, listed = uow.consents.state_of("1"), suppression_check(uow)
        allowed = {
            (purpose, channel)
            for purpose in Purpose
            for channel in CHANNELS
            if permission(customer, channel, state, listed, SIGNED.at, purpose=purpose).allowed
        }
    assert {PAIR} == allowed


def test_an_address_that_bounced_stays_listed_after_a_new_consent(store: OpenUnitOfWork) -> None:
    with store() as uow:
        customer = uow.records.customer("1")
        assert customer is not None
        for entry in suppression_entries(KEY, customer, "email"):
            uow.suppressions.add(entry, "email", "bounced", NOW)
        record_grant(uow, SIGNED, KEY)
        assert suppression_check(uow)(customer, "email")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        pytest.param(
            replace(SIGNED, evidence=replace(SIGNED.evidence, text_sha256="")), "consent_unproved", id="no text"
        ),
        pytest.param(replace(SIGNED, customer_id="99"), "customer_unknown", id="nobody"),
        pytest.param(replace(SIGNED, purpose="*"), "consent_unproved", id="a consent to everything"),
        pytest.param(
            replace(SIGNED, evidence=replace(SIGNED.evidence, given_on=date(2026, 1, 1))),
            "consent_closed",
            id="an old form",
        ),
    ],
)
def test_what_proves_nothing_is_not_entered(store: OpenUnitOfWork, event: object, code: str) -> None:
    with store() as uow:
        close_consents(uow, "1", Kind.WITHDRAWN, ["email"], key=KEY, source="Link", at=NOW)
        with pytest.raises(Refused, match=code):
            record_grant(uow, event, KEY)  # type: ignore[arg-type] # a table's column


def test_wishes_are_replaced_as_a_whole(store: OpenUnitOfWork) -> None:
    first, second = Preferences(paused_until=date(2027, 4, 1)), Preferences(most_per_year=2)
    with store() as uow:
        record_preferences(uow, "1", first, NOW)
        record_preferences(uow, "1", second, NOW)
        assert second == uow.consents.state_of("1").preferences


@pytest.mark.parametrize(
    ("statement", "standing", "counted"),
    [
        pytest.param(YES, True, "added", id="with evidence"),
        pytest.param(replace(YES, source=""), False, "consents.no_evidence", id="no source"),
        pytest.param(replace(YES, given_at=None), False, "consents.no_evidence", id="no day"),
        pytest.param(replace(YES, given_at=date(2027, 4, 1)), False, "consents.no_evidence", id="from the future"),
        pytest.param(replace(YES, given=False), False, "added", id="an express no"),
    ],
)
def test_a_delivery_opens_only_what_it_proves(
    *, store: OpenUnitOfWork, statement: Said, standing: bool, counted: str
) -> None:
    with store() as uow:
        assert 1 == apply_import(uow, [statement], [], NOW)[counted]
        assert 0 == apply_import(uow, [statement], [], NOW)["added"]
        assert standing == (PAIR in uow.consents.state_of("1").standing)


def test_a_delivery_never_widens_what_was_withdrawn_here(store: OpenUnitOfWork) -> None:
    with store() as uow:
        apply_import(uow, [YES], [], NOW)
        close_consents(uow, "1", Kind.WITHDRAWN, ["email"], key=KEY, source="Link", at=NOW)
        apply_import(uow, [], ["1"], NOW)
        late = replace(YES, given_at=date(2027, 5, 1))
        assert 1 == apply_import(uow, [late], [], NOW + timedelta(days=90))["consents.withdrawn_before"]
        assert {} == uow.consents.state_of("1").standing


def test_a_no_that_is_only_repeated_does_not_undo_a_later_consent(store: OpenUnitOfWork) -> None:
    no = replace(YES, given=False, given_at=None)
    with store() as uow:
        apply_import(uow, [no], [], NOW)
        record_grant(uow, SIGNED, KEY)
        apply_import(uow, [no], [], SIGNED.at)
        assert PAIR in uow.consents.state_of("1").standing
        apply_import(uow, [replace(no, given_at=SIGNED.at)], [], SIGNED.at)
        assert PAIR in uow.consents.state_of("1").closed


def test_an_objection_outlives_a_narrower_consent_and_an_erasure(store: OpenUnitOfWork) -> None:
    with store() as uow:
        close_consents(uow, "1", Kind.OBJECTED, ["email"], key=KEY, source="Anruf", at=NOW)
        record_grant(uow, SIGNED, KEY)
        customer = uow.records.customer("1")
        assert customer is not None
        assert not suppression_check(uow)(customer, "email")
        suppress_closed(uow, ["1"], KEY, SIGNED.at)
        assert suppression_check(uow)(customer, "email")


_SAID = st.builds(
    Said,
    customer_id=st.sampled_from(["1", "2"]),
    channel=st.sampled_from(["email", "phone"]),
    purpose=st.sampled_from(["service_reminders", "offers"]),
    given=st.booleans(),
    given_at=st.sampled_from([None, date(2026, 1, 2), date(2026, 5, 1)]),
    source=st.sampled_from(["", "Annahme"]),
    valid_to=st.sampled_from([None, date(2028, 1, 1)]),
)


def a_book(events: Sequence[ConsentEvent]) -> ConsentBook[ConsentEvent]:
    rows: dict[str, list[ConsentEvent]] = {}
    for event in events:
        rows.setdefault(event.customer_id, []).append(event)
    return ConsentBook(rows, lambda event: event, {})


@settings(max_examples=150)
@given(
    statements=st.lists(_SAID, max_size=8, unique_by=lambda s: (s.customer_id, s.channel, s.purpose)),
    block=st.booleans(),
)
def test_the_same_delivery_again_adds_nothing(*, statements: list[Said], block: bool) -> None:
    blocked = ["2"] if block else []
    first = ledger_events_from_import(a_book([]).of, statements, blocked, NOW)
    again = ledger_events_from_import(a_book(first.events).of, statements, blocked, NOW + timedelta(days=1))
    assert [] == again.events


def test_old_permissions_become_entries_of_the_ledger(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "agent.db", KEY)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql(
            "INSERT INTO consents VALUES ('1','email','service_reminders','consent','Annahme','2026-01-02',NULL),"
            "('2','email','service_reminders','consent','Annahme','2026-01-02','2026-05-01T08:00:00.000000Z')"
        )
        command.upgrade(config, "0003")
    with unit_of_work_factory(engine)() as uow:
        book = uow.consents.book()
        assert ({PAIR}, set()) == (set(book.of("1").standing), set(book.of("2").standing))
        (closing,) = book.of("2").closed[PAIR]
    engine.dispose()
    assert datetime(2026, 5, 1, 8, tzinfo=UTC) == closing.at


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from guildpost_agent.bootstrap.core import open_core  # noqa: PLC0415 — only these tests need the composition

    home = an_agent_home(tmp_path, monkeypatch)
    with open_core(home).open_uow() as uow:
        uow.records.upsert_customers([a_customer(), a_customer("2", mobile="+491701234567")])
        uow.commit()
    return home


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_consent_is_recorded_shown_with_its_proof_and_counted(
    home: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = home / "text.txt"
    text.write_text("Ja, ich möchte Erinnerungen per E-Mail.", "utf-8")
    base = ["consents", "--home", str(home), "--lang", language]
    entered = ["--record", "consent", "--channel", "email", "--purpose", "service_reminders", "--source", "Annahme"]
    proof = ["--by", "Kraft", "--on", "2026-01-02", "--text", str(text), "--text-version", "w-3"]
    assert 0 == main([*base, "--customer", "1", *entered, *proof])
    shown = capsys.readouterr().out
    digest = hashlib.sha256(text.read_bytes()).hexdigest()
    assert [] == [word for word in ("Kraft", "Annahme", "02.01.2026", f"w-3 {digest[:16]}") if word not in shown]
    assert 0 == main(base)
    collected = capsys.readouterr().out
    assert ("1 erreichbar (50.0 %)" if language == "de" else "1 reachable (50.0 %)") in collected
    assert "{" not in shown + collected


def test_the_way_liked_best_is_entered_shown_and_taken_back_beside_other_wishes(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from guildpost_agent.bootstrap.core import open_core  # noqa: PLC0415 — as above

    with open_core(home).open_uow() as uow:
        record_preferences(uow, "1", Preferences(most_per_year=4), NOW)
        uow.commit()
    base = ["consents", "--home", str(home), "--customer", "1", "--by", "Kraft"]
    assert 0 == main([*base, "--prefer", "letter", "phone"])
    assert "am liebsten: Brief, Telefon · höchstens 4 im Jahr · aufgenommen von Kraft" in capsys.readouterr().out
    with open_core(home).open_uow() as uow:
        kept = uow.consents.state_of("1").preferences
    assert {("letter", "phone")} == {ways for _, ways in kept.preferred}
    assert 0 == main([*base, "--prefer", "any"])
    assert "Wünsche geändert · höchstens 4 im Jahr · aufgenommen" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--customer", "1", "--record", "consent", "--channel", "email", "--purpose", "offers"], "„--on“"),
        (["--customer", "99"], "99"),
        (["--record", "objection"], "--customer"),
        (["--customer", "1", "--record", "consent", "--text", "/nowhere"], "/nowhere"),
    ],
    ids=["nothing proved", "nobody", "for whom", "no such text"],
)
def test_what_is_wrong_is_said_with_the_next_step(
    home: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 != main(["consents", "--home", str(home), *arguments])
    assert words in capsys.readouterr().err


def test_an_objection_by_hand_closes_everything(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["consents", "--home", str(home), "--customer", "1", "--record", "objection", "--by", "Kraft"])
    shown = capsys.readouterr().out
    assert (0, 24) == (shown.count(": ja,"), shown.count(": nein,"))
    assert Basis.LEGITIMATE_INTEREST not in shown
