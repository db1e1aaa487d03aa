"""What the ledger allows, case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from guildpost_agent.domain.consent.decide import Approach, Facts, Rules, decide
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence, evidence_gap
from guildpost_agent.domain.consent.phone_proof import PhoneUse, keep_until
from guildpost_agent.domain.consent.preferences import Preferences, check, from_document, to_document
from guildpost_agent.domain.consent.state import fold
from guildpost_agent.domain.consent.terms import Basis, ContactChannel, ContentClass, Kind, Origin, Purpose, Refusal
from guildpost_shared.errors import Refused

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
EARLIER = datetime(2026, 9, 1, 9, tzinfo=UTC)
FULL = Evidence(
    source="Annahme", collected_by="Kraft", given_on=date(2026, 9, 1), text_version="werbung-3", text_sha256="ab" * 32,
    reference="R-1", reference_on=date(2026, 8, 30), own_similar=True, in_every_message=True,
)  # fmt: skip
REMINDERS, EMAIL, LETTER, PHONE = Purpose.SERVICE_REMINDERS, "email", "letter", "phone"


def entry(kind: Kind, channel: str = EMAIL, basis: Basis | None = Basis.CONSENT, **changes: object) -> ConsentEvent:
    given = ConsentEvent("1", kind, channel, REMINDERS, EARLIER, basis, evidence=FULL, seq=1)
    return replace(given, **changes)  # type: ignore[arg-type] # the caller names real fields


GRANT = entry(Kind.GRANTED)
NOTICE = entry(Kind.NOTICED, basis=Basis.UWG_7_3)
INTEREST = entry(Kind.GRANTED, PHONE, Basis.PRESUMED)
NO = ConsentEvent("1", Kind.WITHDRAWN, EMAIL, "*", EARLIER + timedelta(days=30), seq=2)
DMS_NO = replace(NO, origin=Origin.DMS)
LATER = replace(FULL, given_on=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("entries", "channel", "expected"),
    [
        pytest.param([], EMAIL, Refusal.NO_CONSENT, id="nothing stored means no"),
        pytest.param([], LETTER, Basis.LEGITIMATE_INTEREST, id="post needs no permission"),
        pytest.param([], PHONE, Refusal.NO_CONSENT, id="nobody is called unasked"),
        pytest.param([GRANT], EMAIL, Basis.CONSENT, id="a proved consent"),
        pytest.param([GRANT], PHONE, Refusal.NO_CONSENT, id="a consent to mail says nothing about calls"),
        pytest.param([replace(GRANT, evidence=Evidence())], EMAIL, Refusal.NO_EVIDENCE, id="a yes without proof"),
        pytest.param([GRANT, NO], EMAIL, Refusal.WITHDRAWN, id="withdrawn"),
        pytest.param([GRANT, NO], LETTER, Basis.LEGITIMATE_INTEREST, id="withdrawn for mail, post stays"),
        pytest.param([replace(NO, kind=Kind.OBJECTED, channel="*")], LETTER, Refusal.OBJECTED, id="objected to all"),
        pytest.param([NO, GRANT], EMAIL, Refusal.WITHDRAWN, id="an older form found later lifts nothing"),
        pytest.param(
            [NO, replace(GRANT, evidence=LATER, at=NOW)], EMAIL, Basis.CONSENT, id="a new consent after the no"
        ),
        pytest.param(
            [NO, replace(NOTICE, evidence=LATER, at=NOW)], EMAIL, Refusal.WITHDRAWN, id="a notice lifts no objection"
        ),
        pytest.param(
            [NO, entry(Kind.IMPORTED, evidence=LATER, at=NOW)],
            EMAIL,
            Refusal.WITHDRAWN,
            id="an import never widens after a no here",
        ),
        pytest.param(
            [DMS_NO, entry(Kind.IMPORTED, evidence=LATER, at=NOW)],
            EMAIL,
            Basis.CONSENT,
            id="the DMS takes its own no back",
        ),
        pytest.param(
            [NO, DMS_NO, entry(Kind.IMPORTED, evidence=LATER, at=NOW)],
            EMAIL,
            Refusal.WITHDRAWN,
            id="both noes must be outweighed",
        ),
        pytest.param([replace(GRANT, valid_to=date(2027, 3, 1))], EMAIL, Basis.CONSENT, id="on its last day"),
        pytest.param([replace(GRANT, valid_to=date(2027, 2, 28))], EMAIL, Refusal.EXPIRED, id="the day after"),
        pytest.param([replace(GRANT, valid_from=date(2027, 3, 2))], EMAIL, Refusal.NOT_YET_VALID, id="from tomorrow"),
        pytest.param([replace(GRANT, at=NOW - timedelta(days=731))], EMAIL, Refusal.NO_EVIDENCE, id="from the future"),
        pytest.param([NOTICE], EMAIL, Basis.UWG_7_3, id="an existing customer"),
        pytest.param([INTEREST], PHONE, Refusal.NO_BUSINESS, id="a private person is never presumed to consent"),
        pytest.param(
            [entry(Kind.GRANTED, basis=Basis.CONTRACT)], EMAIL, Basis.CONTRACT, id="an ordered reminder service"
        ),
    ],
)
def test_the_ledger_decides(entries: list[ConsentEvent], channel: str, expected: Refusal | Basis) -> None:
    numbered = [replace(one, seq=number) for number, one in enumerate(entries, 1)]
    found = decide(fold(numbered), Facts(), Approach(REMINDERS, ContactChannel(channel)), NOW)
    assert expected == (found.basis if found.allowed else found.refusal)


@pytest.mark.parametrize(
    ("purpose", "content", "expected"),
    [
        pytest.param(Purpose.TRANSACTIONAL, ContentClass.TRANSACTIONAL, Basis.DUTY, id="a recall"),
        pytest.param(Purpose.TRANSACTIONAL, ContentClass.OWN_SIMILAR, Refusal.ADVERTISING_INSIDE, id="an offer in it"),
        pytest.param(REMINDERS, ContentClass.TRANSACTIONAL, Refusal.CONTENT_MISMATCH, id="a reminder is advertising"),
        pytest.param(REMINDERS, ContentClass.MAKER, Refusal.MAKER_CONTENT, id="the maker's advertising in a reminder"),
        pytest.param(Purpose.MAKER_OFFERS, ContentClass.MAKER, Refusal.NO_CONSENT, id="the maker's own advertising"),
        pytest.param(REMINDERS, ContentClass.OWN_OTHER, Refusal.NOT_SIMILAR, id="something dissimilar"),
        pytest.param(REMINDERS, ContentClass.OWN_SIMILAR, Basis.UWG_7_3, id="own similar services"),
    ],
)
def test_the_content_counts_not_the_name(purpose: Purpose, content: ContentClass, expected: Refusal | Basis) -> None:
    found = decide(fold([NOTICE]), Facts(), Approach(purpose, ContactChannel.EMAIL, content), NOW)
    assert expected == (found.basis if found.allowed else found.refusal)


@pytest.mark.parametrize(
    "missing",
    ["reference", "reference_on", "own_similar", "text_version", "text_sha256", "given_on", "in_every_message"],
)
def test_each_of_the_evidences_of_existing_customers_is_indispensable(missing: str) -> None:
    empty = type(getattr(FULL, missing))() if missing not in {"reference_on", "given_on"} else None
    lacking: dict[str, Any] = {missing: empty}
    notice = replace(NOTICE, evidence=replace(FULL, **lacking))
    assert (missing, None) == (evidence_gap(notice), evidence_gap(NOTICE))
    found = decide(fold([notice]), Facts(), Approach(REMINDERS, ContactChannel.EMAIL), NOW)
    assert Refusal.NO_EVIDENCE == found.refusal


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_business_may_be_presumed_to_consent_to_calls_but_never_to_mail(channel: str) -> None:
    state = fold([replace(INTEREST, channel=channel)])
    found = decide(state, Facts(is_business=True), Approach(REMINDERS, ContactChannel(channel)), NOW)
    assert (channel == "phone") == found.allowed


@pytest.mark.parametrize("channel", ["email", "phone", "sms"])
def test_double_opt_in_by_mail_proves_mail_only(channel: str) -> None:
    confirmed = entry(Kind.CONFIRMED, channel, evidence=replace(FULL, confirmed_at=EARLIER))
    found = decide(fold([confirmed]), Facts(), Approach(REMINDERS, ContactChannel(channel)), NOW)
    assert (channel == "email") == found.allowed


@pytest.mark.parametrize(
    ("age", "last_used", "months", "dormant"),
    [
        pytest.param(729, None, 24, False, id="just under two years"),
        pytest.param(731, None, 24, True, id="two years unused"),
        pytest.param(2_000, 100, 24, False, id="old but used"),
        pytest.param(2_000, 800, 24, True, id="used too long ago"),
        pytest.param(2_000, None, 0, False, id="switched off"),
    ],
)
def test_a_consent_left_unused_falls_asleep(*, age: int, last_used: int | None, months: int, dormant: bool) -> None:
    given = NOW - timedelta(days=age)
    grant = replace(GRANT, at=given, evidence=replace(FULL, given_on=given.date()))
    used = {} if last_used is None else {"email": NOW - timedelta(days=last_used)}
    found = decide(fold([grant], used), Facts(), Approach(REMINDERS, ContactChannel.EMAIL), NOW, Rules(months))
    assert dormant == (found.refusal is Refusal.DORMANT)


@pytest.mark.parametrize(
    ("wishes", "channel", "expected"),
    [
        pytest.param(
            Preferences(blocked=frozenset({(REMINDERS.value, EMAIL)})), EMAIL, Refusal.PREFERENCE, id="blocked"
        ),
        pytest.param(Preferences(paused_until=NOW.date()), LETTER, Refusal.PAUSED, id="paused"),
        pytest.param(
            Preferences(preferred=((REMINDERS.value, (PHONE,)),)), PHONE, Refusal.NO_CONSENT, id="preferred only"
        ),
    ],
)
def test_wishes_narrow_and_never_widen(wishes: Preferences, channel: str, expected: Refusal) -> None:
    wish = ConsentEvent("1", Kind.PREFERRED, "*", "*", EARLIER, preferences=wishes, seq=2)
    found = decide(fold([GRANT, wish]), Facts(), Approach(REMINDERS, ContactChannel(channel)), NOW)
    assert expected == found.refusal


def test_wishes_limit_frequency() -> None:
    wishes = Preferences(((REMINDERS.value, (LETTER, PHONE)),), most_per_year=2)
    days = [date(2026, 2, 1), date(2026, 5, 1)]
    assert (True, False) == (wishes.wants_another(days, NOW.date()), wishes.wants_another([*days, days[1]], NOW.date()))
    assert wishes == from_document(to_document(wishes))


@pytest.mark.parametrize(
    "wishes",
    [Preferences(blocked=frozenset({("news", "email")})), Preferences(most_per_year=-1)],
    ids=["an unknown purpose", "a negative frequency"],
)
def test_wishes_that_cannot_be_followed_are_refused(wishes: Preferences) -> None:
    with pytest.raises(Refused, match="preference_unusable"):
        check(wishes)


@pytest.mark.parametrize(
    ("event", "uses", "expected"),
    [
        pytest.param(entry(Kind.GRANTED, PHONE), [], date(2031, 9, 1), id="from the grant"),
        pytest.param(entry(Kind.GRANTED, PHONE), [(1, NOW)], date(2032, 3, 1), id="anew from each use"),
        pytest.param(entry(Kind.GRANTED, PHONE), [(9, NOW)], date(2031, 9, 1), id="another entry's use"),
        pytest.param(GRANT, [], None, id="mail is no call"),
    ],
)
def test_the_proof_of_a_consent_to_calls_is_kept_five_years(
    event: ConsentEvent, uses: list[tuple[int, datetime]], expected: date | None
) -> None:
    calls = [PhoneUse("1", seq, at, "offers", "Kraft") for seq, at in uses]
    assert expected == keep_until(event, calls)
