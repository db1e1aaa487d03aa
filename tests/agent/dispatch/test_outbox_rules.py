"""The pure rules behind sending."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.links import mail_message_id
from guildpost_agent.domain.outbox import BACK_OFF, TRANSITIONS, Event, State, after, next_attempt
from guildpost_agent.domain.postal import IndexLine, Stationery, index_csv, postal_order
from guildpost_agent.domain.records import Customer
from guildpost_agent.domain.relay_silence import advertising_allowed, poll_due
from guildpost_agent.domain.smtp_replies import Stage, Verdict, classify
from guildpost_agent.domain.suppression import address_hmac, normalise_email, normalise_postal
from guildpost_shared.errors import Conflict
from tests.factories.sending_world import NOW


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_only_listed_transitions_are_legal(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert TRANSITIONS[state, event] is after(state, event)
    else:
        with pytest.raises(Conflict):
            after(state, event)


def test_nothing_leads_back_from_unsure_to_sending() -> None:
    reachable, open_ = set[State](), {State.UNSURE}
    while open_:
        reachable |= open_
        open_ = {to for (state, _), to in TRANSITIONS.items() if state in open_} - reachable
    assert reachable == {State.UNSURE, State.SENT, State.BOUNCED}


def test_the_waits_add_up_to_just_under_72_hours() -> None:
    assert timedelta(hours=71) < sum(BACK_OFF, timedelta()) <= timedelta(hours=72)


@given(attempts=st.integers(0, 40), left=st.integers(0, 200))
def test_a_retry_is_never_after_the_last_moment(attempts: int, left: int) -> None:
    not_after = NOW + timedelta(hours=left)
    again = next_attempt(attempts, NOW, not_after)
    assert again is None or NOW < again <= not_after


@pytest.mark.parametrize(
    ("stage", "code", "text", "verdict", "status"),
    [
        (Stage.DATA, 250, "2.0.0 queued as 5.1.1", Verdict.ACCEPTED, "2.0.0"),
        (Stage.RCPT, 550, "5.1.10 null MX", Verdict.DEAD, "5.1.10"),
        (Stage.RCPT, 550, "5.2.1 disabled", Verdict.DEAD, "5.2.1"),
        (Stage.RCPT, 550, "<x@y> 5.1.1 quoted later does not count", Verdict.BOUNCED, ""),
        (Stage.MAIL, 550, "5.1.1 sender", Verdict.STOPPED, "5.1.1"),
        (Stage.RCPT, 421, "4.7.0 too many", Verdict.STOPPED, "4.7.0"),
        (Stage.RCPT, 450, "4.7.1 Graylisted", Verdict.DEFERRED, "4.7.1"),
        (Stage.DATA, 550, "rejected because of DMARC policy", Verdict.STOPPED, ""),
        (Stage.RCPT, 552, "over quota", Verdict.DEFERRED, ""),
        (Stage.DATA, 552, "too big", Verdict.REJECTED, ""),
    ],
)
def test_replies_are_judged_by_stage_code_and_status(
    stage: Stage, code: int, text: str, verdict: Verdict, status: str
) -> None:
    receipt = classify(stage, code, text)
    assert (verdict, status) == (receipt.verdict, receipt.status)


@given(stage=st.sampled_from(Stage), code=st.integers(200, 599), text=st.text(max_size=60))
def test_every_reply_has_a_verdict_and_its_text_is_not_kept(stage: Stage, code: int, text: str) -> None:
    receipt = classify(stage, code, text + " erika@beispiel.example")
    assert "erika" not in str(receipt)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (" Max.Muster@Beispiel.Example ", "max.muster@beispiel.example"),
        ("max@münch.example", "max@xn--mnch-0ra.example"),
        ("max@localhost", None),
        ("max", None),
        ("", None),
        ("mäx@beispiel.example", None),
        ("a b@beispiel.example", None),
        ("max@beispiel.example\r\nBcc: x@y.example", None),
        ("max@..example", None),
    ],
)
def test_addresses_have_one_form(written: str, normal: str | None) -> None:
    assert normal == normalise_email(written)


@pytest.mark.parametrize(
    ("street", "same"),
    [("Hauptstraße 5", True), ("Hauptstr. 5", True), ("HAUPTSTRASSE  5", True), ("Hauptstr. 6", False)],
)
def test_spellings_of_one_postal_address_are_the_same(street: str, same: object) -> None:
    first = Customer("1", given_name="Jörg", family_name="Müller", street="Hauptstr. 5", postcode="84030")
    second = Customer("2", given_name="JOERG", family_name="Mueller", street=street, postcode="84030")
    assert same is (normalise_postal(first) == normalise_postal(second))


def test_the_suppression_hash_is_the_documented_one() -> None:
    expected = "adb6e577c12d050498c43ebfe8c7d1cfdbef6e574f4238c0222ee3aa48a65a8d"
    assert expected == address_hmac(b"\0" * 32, "max@beispiel.example")


def test_the_message_id_depends_on_key_and_job_only() -> None:
    first = mail_message_id(b"k" * 32, "t1", "autohaus.example")
    assert first == mail_message_id(b"k" * 32, "t1", "autohaus.example")
    assert 3 == len(
        {first, *(mail_message_id(k, t, "autohaus.example") for k, t in ((b"x" * 32, "t1"), (b"k" * 32, "t2")))}
    )


@pytest.mark.parametrize(("hours", "allowed"), [(0, True), (24, True), (24.01, False)])
def test_advertising_needs_word_from_the_relay_within_a_day(hours: float, allowed: object) -> None:
    assert allowed is advertising_allowed(NOW - timedelta(hours=hours), NOW)
    assert not advertising_allowed(None, NOW)


@pytest.mark.parametrize(("minutes", "due"), [(239, False), (240, True)])
def test_the_relay_is_asked_at_least_every_four_hours(minutes: int, due: object) -> None:
    assert due is poll_due(NOW - timedelta(minutes=minutes), NOW)
    assert poll_due(None, NOW)


def test_letters_are_sorted_home_first_then_by_postcode_street_and_number() -> None:
    places = [
        ("AT", "1010", "Ring 1"),
        ("DE", "84030", "Amselweg 10"),
        ("DE", "84030", "Amselweg 9 a"),
        ("DE", "01067", "Z 1"),
    ]
    customers = [Customer(str(n), country=c, postcode=p, street=s) for n, (c, p, s) in enumerate(places)]
    assert ["3", "2", "1", "0"] == [customer.customer_id for customer in sorted(customers, key=postal_order)]


def test_the_index_has_the_lettershop_s_columns_and_no_formula() -> None:
    content = index_csv([IndexLine("abc", 1, 5, "=1+1", "b1.pdf")], Stationery()).decode()
    assert content == (
        "seq;doc_id;page_from;page_to;plz;leitregion;weight_g;enclosure_flags;product;file\r\n"
        "1;abc;1;5;'=1+1;;30;0;kompaktbrief;b1.pdf\r\n"
    )
