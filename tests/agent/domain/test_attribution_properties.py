"""What holds for every course of messages and bookings, drawn at random."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.attribution import SAME_VISIT_DAYS, Booking, Sent, attribute, bookings_of
from guildpost_agent.domain.records import Channel, Touchpoint
from tests.factories.agent import a_job, a_service, an_appointment

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2027, 3, 1)
START = datetime(2027, 3, 1, 9, tzinfo=UTC)
TOUCHPOINT = Touchpoint(
    "t", "o", "1", "V1", "hu_au", 1, Channel.EMAIL, START, START, date(2027, 4, 30), 60, 0, 10, "default", "sent"
)
DAYS = st.integers(0, 60)
VEHICLES = st.sampled_from(["V1", "V2"])
SERVICES = st.sampled_from(["hu_au", "inspection"])
SUBJECTS = st.tuples(st.just("1"), VEHICLES, SERVICES)


@st.composite
def messages(draw: st.DrawFn) -> list[Sent]:
    """Messages about one or two things, each with an e-mail's or a letter's window."""
    found = []
    for number, (day, hour) in enumerate(draw(st.lists(st.tuples(DAYS, st.integers(0, 8)), max_size=5))):
        touchpoint = replace(TOUCHPOINT, touchpoint_id=f"t{number}")
        about = draw(st.frozensets(SUBJECTS, min_size=1, max_size=2))
        left = START + timedelta(days=day, hours=hour)
        found.append(Sent(touchpoint, left, draw(st.sampled_from([21, 42])), about))
    return found


@st.composite
def bookings(draw: st.DrawFn) -> list[Booking]:
    """Bookings of one record each, some without a vehicle."""
    vehicles = st.one_of(VEHICLES, st.just(""))
    drawn = draw(st.lists(st.tuples(DAYS, vehicles, SERVICES), max_size=6))
    return sorted(
        Booking(FIRST + timedelta(days=day), f"appointment {number}", ("1", vehicle, service))
        for number, (day, vehicle, service) in enumerate(drawn)
    )


def day_of(message: Sent) -> date:
    return message.left.astimezone(BERLIN).date()


def may_answer(message: Sent, booking: Booking) -> bool:
    """Say so independently of the code: same service, same vehicle or none named, within the window."""
    _, vehicle, service = booking.subject
    about = any(service == mine and vehicle in {"", which} for _, which, mine in message.subjects)
    return about and 0 <= (booking.made_on - day_of(message)).days <= message.window_days


@given(sent=messages(), booked=bookings())
def test_a_booking_counts_once_and_a_message_has_one(sent: list[Sent], booked: list[Booking]) -> None:
    pairs = attribute(sent, booked, BERLIN)
    assert len(pairs) == len({message.touchpoint.touchpoint_id for message, _ in pairs})
    assert len(pairs) == len({booking.key for _, booking in pairs})


@given(sent=messages(), booked=bookings())
def test_each_pair_is_about_one_thing_in_time_and_no_later_message_came_before_it(
    sent: list[Sent], booked: list[Booking]
) -> None:
    for message, booking in attribute(sent, booked, BERLIN):
        assert may_answer(message, booking)
        assert not [other for other in sent if may_answer(other, booking) and other.left > message.left]


@given(sent=messages(), booked=bookings())
def test_every_booking_after_a_message_finds_one_unless_that_was_answered_before(
    sent: list[Sent], booked: list[Booking]
) -> None:
    pairs = attribute(sent, booked, BERLIN)
    first = {message.touchpoint.touchpoint_id: booking for message, booking in pairs}
    for booking in booked:
        candidates = [message for message in sent if may_answer(message, booking)]
        if candidates:
            last = max(candidates, key=lambda m: (m.left, m.touchpoint.touchpoint_id))
            assert first[last.touchpoint.touchpoint_id] <= booking


@given(sent=messages(), booked=bookings(), order=st.randoms(use_true_random=False))
def test_the_order_in_which_messages_are_listed_does_not_matter(
    sent: list[Sent], booked: list[Booking], order: object
) -> None:
    shuffled = list(sent)
    order.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis' random
    assert set(map(str, attribute(sent, booked, BERLIN))) == set(map(str, attribute(shuffled, booked, BERLIN)))


@given(sent=messages(), booked=bookings(), until=DAYS)
def test_what_was_noted_one_day_is_not_counted_again_another_day(
    sent: list[Sent], booked: list[Booking], until: int
) -> None:
    """A message that leaves on the day of a booking noted in the morning does not get it, too."""
    day = FIRST + timedelta(days=until)
    noted = attribute([m for m in sent if day_of(m) <= day], [b for b in booked if b.made_on <= day], BERLIN)
    settled = {message.touchpoint.touchpoint_id: booking.reference for message, booking in noted}

    later = attribute(sent, booked, BERLIN, settled)

    assert not settled.keys() & {message.touchpoint.touchpoint_id for message, _ in later}
    everything = [booking.key for _, booking in (*noted, *later)]
    assert len(everything) == len(set(everything))


@given(came=st.integers(-10, 10), called_off=st.booleans())
def test_a_visit_by_appointment_is_one_booking_and_one_without_is_another(
    came: int,
    called_off: bool,  # noqa: FBT001 — drawn
) -> None:
    appointment = an_appointment(status="abgesagt" if called_off else "offen")
    order = a_job(kind="hu", order_date=appointment.starts_at.date() + timedelta(days=came))
    found = bookings_of([appointment], [order], [a_service()], BERLIN)
    expected = {"order A1"} if called_off else {"appointment T1"}
    if not called_off and abs(came) > SAME_VISIT_DAYS:
        expected |= {"order A1"}
    assert expected == {booking.reference for booking in found}
