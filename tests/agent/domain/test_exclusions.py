from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.cadence import Contact
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.state import fold
from guildpost_agent.domain.consent.terms import Basis, Kind, Origin
from guildpost_agent.domain.exclusions import (
    Reason,
    Refusal,
    booked_or_done,
    gone,
    lawful_channels,
    not_addressable,
    recheck,
    stale,
)
from guildpost_agent.domain.history import History
from guildpost_agent.domain.records import Channel, Customer, Occasion, Touchpoint, Triage
from guildpost_shared.catalog import load
from guildpost_shared.errors import Language
from tests.factories.agent import (
    NOW,
    TODAY,
    a_consent,
    a_customer,
    a_job,
    a_service,
    a_vehicle,
    a_withdrawal,
    an_appointment,
)

BOTH = (Channel.EMAIL, Channel.LETTER)
EXISTING = ConsentEvent(
    "1", Kind.NOTICED, "email", "service_reminders", NOW, Basis.UWG_7_3, Origin.HERE,
    Evidence(
        source="Werkstattauftrag", given_on=date(2026, 4, 1), text_version="hinweis-2", text_sha256="ab" * 32,
        reference="A1", reference_on=date(2026, 4, 1), own_similar=True, in_every_message=True,
    ),
)  # fmt: skip
OCCASION = Occasion("o", "1", "V1", "hu_au", date(2027, 4, 30), "dms", 0.95, Triage.TRUSTED)
TOUCHPOINT = Touchpoint(
    "t", "o", "1", "V1", "hu_au", 1, Channel.EMAIL, NOW, datetime(2027, 4, 16, 18, tzinfo=UTC), OCCASION.due_date,
    60, 0, 7, "default", "planned",
)  # fmt: skip


def nobody(_customer: Customer, _channel: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, None, id="still there"),
        pytest.param({"sold_on": date(2027, 2, 1)}, Reason.SOLD_OR_GONE, id="sold"),
        pytest.param({"deregistered_on": date(2027, 3, 1)}, Reason.SOLD_OR_GONE, id="deregistered today"),
        pytest.param({"sold_on": date(2027, 3, 2)}, None, id="sold from tomorrow on"),
    ],
)
def test_a_vehicle_that_is_gone_is_refused(changes: dict[str, Any], expected: Reason | None) -> None:
    found = gone(a_vehicle(**changes), TODAY)
    assert expected == (found and found.reason)


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        pytest.param(a_customer(), None, id="a customer"),
        pytest.param(None, Reason.NOT_CUSTOMER, id="an unknown number"),
        pytest.param(a_customer(is_supplier=True), Reason.NOT_CUSTOMER, id="a supplier"),
        pytest.param(a_customer(email="", street=""), Reason.ADDRESS_INVALID, id="no address at all"),
        pytest.param(a_customer(email="", postcode="7017"), Reason.ADDRESS_INVALID, id="an impossible postcode"),
        pytest.param(a_customer(email=""), None, id="a postal address alone"),
    ],
)
def test_who_is_no_customer_or_has_no_address_is_refused(customer: Customer | None, expected: Reason | None) -> None:
    found = not_addressable(customer)
    assert expected == (found and found.reason)


@pytest.mark.parametrize(
    ("customer", "consents", "expected"),
    [
        pytest.param(a_customer(), [a_consent()], [Channel.EMAIL, Channel.LETTER], id="permission for e-mail"),
        pytest.param(a_customer(), [], [Channel.LETTER], id="nothing stored means no e-mail"),
        pytest.param(a_customer(), [a_consent(), a_withdrawal()], [Channel.LETTER], id="withdrawn"),
        pytest.param(a_customer(), [a_consent(channel="phone")], [Channel.LETTER], id="permission for calls only"),
        pytest.param(a_customer(), [a_consent(purpose="sales")], [Channel.LETTER], id="permission for something else"),
        pytest.param(a_customer(is_business=True), [], [Channel.LETTER], id="a business needs permission too"),
        pytest.param(a_customer(), [EXISTING], list(BOTH), id="§ 7(3) with stored evidence"),
        pytest.param(a_customer(advertising_block=True), [a_consent()], [], id="an objection closes every channel"),
        pytest.param(a_customer(street=""), [a_consent()], [Channel.EMAIL], id="no postal address"),
    ],
)
def test_a_channel_needs_its_legal_basis(
    customer: Customer, consents: list[ConsentEvent], expected: list[Channel]
) -> None:
    assert expected == [channel for channel, _ in lawful_channels(customer, BOTH, fold(consents), nobody, NOW)]


def test_a_suppressed_address_closes_its_channel_only() -> None:
    found = lawful_channels(a_customer(), BOTH, fold([a_consent()]), lambda _, channel: channel == Channel.EMAIL, NOW)
    assert found == ((Channel.LETTER, "legitimate_interest"),)


@given(
    block=st.booleans(),
    withdrawn=st.booleans(),
    consent_channel=st.sampled_from(["email", "phone", "letter"]),
    basis=st.sampled_from([Basis.CONSENT, Basis.UWG_7_3, None]),
    purpose=st.sampled_from(["service_reminders", "sales"]),
    suppressed=st.booleans(),
    email=st.sampled_from(["", "a@web.example"]),
)
def test_no_channel_is_ever_open_against_the_law(
    *,
    block: bool,
    withdrawn: bool,
    consent_channel: str,
    basis: Basis | None,
    purpose: str,
    suppressed: bool,
    email: str,
) -> None:
    entries = [a_consent(channel=consent_channel, basis=basis, purpose=purpose), a_withdrawal(channel=consent_channel)]
    consents = fold(entries if withdrawn else entries[:1])
    customer = a_customer(advertising_block=block, email=email)
    found = dict(lawful_channels(customer, BOTH, consents, lambda _customer, _channel: suppressed, NOW))
    permitted = consent_channel == "email" and basis is Basis.CONSENT and purpose == "service_reminders"
    assert (Channel.EMAIL in found) == (permitted and not withdrawn and not block and not suppressed and bool(email))
    assert (Channel.LETTER in found) == (
        not block and not suppressed and not (withdrawn and consent_channel == "letter")
    )


@pytest.mark.parametrize(
    ("appointment", "last_work", "expected"),
    [
        pytest.param({}, None, Reason.ALREADY_BOOKED, id="an appointment ahead"),
        pytest.param({"status": "abgesagt"}, None, None, id="called off"),
        pytest.param({"occasion": "inspection"}, None, None, id="for something else"),
        pytest.param({"starts_at": datetime(2027, 2, 10, tzinfo=UTC)}, None, None, id="over"),
        pytest.param({"status": "storniert"}, date(2026, 11, 1), Reason.DONE_HERE, id="done half a year before"),
        pytest.param({"status": "storniert"}, date(2026, 10, 31), None, id="done longer ago"),
    ],
)
def test_what_is_booked_or_done_is_refused(
    appointment: dict[str, Any], last_work: date | None, expected: Reason | None
) -> None:
    found = booked_or_done(OCCASION, [an_appointment(**appointment)], last_work, NOW)
    assert expected == (found and found.reason)


@pytest.mark.parametrize(
    ("triage", "history", "vehicle", "expected"),
    [
        pytest.param(Triage.STALE, History(last_visit=TODAY), {}, "long_over", id="the due date is stale"),
        pytest.param(Triage.TRUSTED, History(), {}, "never_here", id="never seen, no invoice, an old car"),
        pytest.param(Triage.STALE, History(), {}, "never_here", id="both"),
        pytest.param(Triage.TRUSTED, History(), {"first_registration": date(2025, 1, 1)}, None, id="a young car"),
        pytest.param(Triage.TRUSTED, History(last_visit=date(2024, 4, 1)), {}, None, id="seen in the last three years"),
        pytest.param(Triage.ESTIMATED, History(date(2020, 1, 1), ever_invoiced=True), {}, None, id="invoiced once"),
    ],
)
def test_what_rests_on_nothing_recent_is_stale(
    triage: Triage, history: History, vehicle: dict[str, Any], expected: str | None
) -> None:
    occasion = Occasion("o", "1", "V1", "hu_au", date(2027, 4, 30), "dms", 0.9, triage)
    found = stale(occasion, a_vehicle(**vehicle), history, TODAY)
    assert (expected and Refusal(Reason.STALE, {expected: "dms"})) == found


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("why", ["never_here", "long_over"])
def test_what_is_stale_about_it_is_said(language: Language, why: str) -> None:
    assert f"plan.fact.STALE.{why}" in load("guildpost_agent", language).ids()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, None, id="nothing has changed"),
        pytest.param({"now": datetime(2027, 4, 16, 18, 1, tzinfo=UTC)}, Reason.WINDOW_OVER, id="too late"),
        pytest.param({"vehicle": a_vehicle(sold_on=TODAY)}, Reason.SOLD_OR_GONE, id="sold meanwhile"),
        pytest.param({"vehicle": None}, Reason.SOLD_OR_GONE, id="vehicle erased"),
        pytest.param({"vehicle": a_vehicle(customer_id="2")}, Reason.SOLD_OR_GONE, id="another keeper"),
        pytest.param({"customer": None}, Reason.NOT_CUSTOMER, id="customer erased"),
        pytest.param({"customer": a_customer(email="")}, Reason.ADDRESS_INVALID, id="address gone"),
        pytest.param({"customer": a_customer(advertising_block=True)}, Reason.NO_LEGAL_BASIS, id="objected"),
        pytest.param(
            {"consents": fold([a_consent(), a_withdrawal()])}, Reason.NO_LEGAL_BASIS, id="permission withdrawn"
        ),
        pytest.param({"suppressed": True}, Reason.NO_LEGAL_BASIS, id="suppressed"),
        pytest.param({"appointments": [an_appointment()]}, Reason.ALREADY_BOOKED, id="booked"),
        pytest.param({"jobs": [a_job(kind="hu", order_date=TODAY)]}, Reason.DONE_HERE, id="done"),
        pytest.param({"others": [Contact(date(2027, 2, 20), date(2027, 2, 20))]}, Reason.FREQUENCY_CAP, id="too soon"),
    ],
)
def test_the_last_check_sees_what_happened_since_the_plan(changes: dict[str, Any], expected: str | None) -> None:
    as_planned: dict[str, Any] = {
        "customer": a_customer(),
        "vehicle": a_vehicle(),
        "consents": fold([a_consent()]),
        "appointments": [],
        "jobs": [],
        "service": a_service(),
        "suppressed": False,
        "contact": Contact(TODAY, TODAY),
        "others": [],
        "now": NOW,
        "today": TODAY,
    }
    assert expected == recheck(TOUCHPOINT, **{**as_planned, **changes})
