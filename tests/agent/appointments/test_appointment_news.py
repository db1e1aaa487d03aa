"""Which version of an appointment customers are told of, each once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.appointment_news import (
    KNOWN,
    an_entry,
    is_called_off,
    key_of,
    news,
    number_of,
    word_in,
)
from guildpost_agent.domain.records import Appointment
from guildpost_agent.domain.vehicle_lists import ListEntry
from tests.factories.agent import an_appointment

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
TODAY = date(2027, 3, 1)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MADE = an_appointment()
MOVED = an_appointment(starts_at=MADE.starts_at + HOUR)
CALLED_OFF = an_appointment(status="storniert")
OVER = an_appointment(starts_at=NOW - HOUR)


def _entry(appointment: Appointment, day: date = TODAY, number: int = 0, text: str = "") -> ListEntry:
    return an_entry(appointment, "V1", number, day, text)


def _everybody(_entry: ListEntry) -> bool:
    return True


def _nobody(_entry: ListEntry) -> bool:
    return False


YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY


@pytest.mark.parametrize(
    ("appointment", "entries", "told", "new", "closed"),
    [
        pytest.param(MADE, [], _nobody, [_entry(MADE)], [], id="made"),
        pytest.param(MADE, [_entry(MADE)], _nobody, [], [], id="waiting to be told"),
        pytest.param(MADE, [_entry(MADE)], _everybody, [], [], id="told"),
        pytest.param(MADE, [_entry(MADE, text=KNOWN)], _nobody, [], [], id="known before confirming began"),
        pytest.param(
            MOVED,
            [_entry(MADE, YESTERDAY, text=KNOWN)],
            _nobody,
            [_entry(MOVED, number=1)],
            [],
            id="known before, then moved",
        ),
        pytest.param(MOVED, [_entry(MADE)], _nobody, [_entry(MOVED, number=1)], [_entry(MADE)], id="moved, untold"),
        pytest.param(
            MOVED, [_entry(MADE)], _everybody, [_entry(MOVED, TOMORROW, 1)], [_entry(MADE)], id="moved, told today"
        ),
        pytest.param(
            MOVED,
            [_entry(MADE, YESTERDAY)],
            _everybody,
            [_entry(MOVED, number=1)],
            [_entry(MADE, YESTERDAY)],
            id="moved, told yesterday",
        ),
        pytest.param(
            MADE,
            [_entry(MADE, YESTERDAY), _entry(MOVED, number=1)],
            lambda entry: entry == _entry(MADE, YESTERDAY),
            [],
            [_entry(MOVED, number=1)],
            id="moved and moved back before that was told",
        ),
        pytest.param(
            MADE,
            [_entry(MADE, TODAY - 2 * DAY), _entry(MOVED, YESTERDAY, 1)],
            _everybody,
            [_entry(MADE, number=2)],
            [_entry(MOVED, YESTERDAY, 1)],
            id="moved and moved back after that was told",
        ),
        pytest.param(CALLED_OFF, [_entry(MADE)], _nobody, [], [_entry(MADE)], id="called off before it was told"),
        pytest.param(CALLED_OFF, [], _nobody, [], [], id="called off and never known"),
        pytest.param(CALLED_OFF, [_entry(MADE, text=KNOWN)], _nobody, [], [], id="called off and never told"),
        pytest.param(
            CALLED_OFF,
            [_entry(MADE, YESTERDAY)],
            _everybody,
            [_entry(CALLED_OFF, number=1)],
            [_entry(MADE, YESTERDAY)],
            id="called off, told yesterday",
        ),
        pytest.param(
            CALLED_OFF,
            [_entry(MADE, TODAY - 2 * DAY), _entry(CALLED_OFF, YESTERDAY, 1)],
            _everybody,
            [],
            [_entry(CALLED_OFF, YESTERDAY, 1)],
            id="called off and told so",
        ),
        pytest.param(
            MADE,
            [_entry(MADE, TODAY - 2 * DAY), _entry(CALLED_OFF, YESTERDAY, 1)],
            _everybody,
            [_entry(MADE, number=2)],
            [_entry(CALLED_OFF, YESTERDAY, 1)],
            id="called off, told so, and made again",
        ),
        pytest.param(OVER, [], _nobody, [], [], id="over and never known"),
        pytest.param(OVER, [_entry(OVER, YESTERDAY)], _everybody, [], [_entry(OVER, YESTERDAY)], id="over"),
    ],
)
def test_what_is_told_of_an_appointment(
    appointment: Appointment,
    entries: list[ListEntry],
    told: Callable[[ListEntry], bool],
    new: list[ListEntry],
    closed: list[ListEntry],
) -> None:
    waiting = frozenset(entry.reference for entry in entries[-1:] if entry.text != KNOWN)
    found = news([(appointment, "V1")], entries, waiting, told, NOW, TODAY)
    assert (new, closed) == (found.new, found.closed)
    assert all(len(entry.reference) <= 40 for entry in found.new)


@given(st.lists(st.sampled_from(["move", "move back", "call off", "renew", "pass the day", "send"]), max_size=14))
def test_the_customer_ends_up_knowing_and_is_never_told_the_same_twice_in_a_row(steps: list[str]) -> None:
    now, starts = NOW, NOW + 60 * DAY
    appointment = an_appointment(starts_at=starts)
    entries: list[ListEntry] = []
    waiting: set[str] = set()
    sent: list[ListEntry] = []

    def look() -> None:
        found = news([(appointment, "V1")], entries, frozenset(waiting), sent.__contains__, now, now.date())
        waiting.difference_update(entry.reference for entry in found.closed)
        entries.extend(found.new)
        waiting.update(entry.reference for entry in found.new)

    def send() -> None:
        sent.extend(e for e in entries if e.reference in waiting and e.entered_on <= now.date() and e not in sent)

    changes: dict[str, Callable[[int], Appointment]] = {
        "move": lambda at: an_appointment(starts_at=starts + at * HOUR, status=appointment.status),
        "move back": lambda _at: an_appointment(starts_at=starts, status=appointment.status),
        "call off": lambda _at: an_appointment(starts_at=appointment.starts_at, status="entfallen"),
        "renew": lambda _at: an_appointment(starts_at=appointment.starts_at),
    }
    for number, step in enumerate([*steps, "pass the day", "send", "pass the day", "send"]):
        if step in changes:
            appointment = changes[step](number)
        elif step == "send":
            send()
        else:
            now += DAY
        look()
    days, words = [entry.entered_on for entry in sent], [word_in(entry) for entry in sent]
    assert sorted(set(days)) == days
    assert not [word for word, then in pairwise(words) if word == then]
    assert not [one for one, then in pairwise(sent) if is_called_off(one) and is_called_off(then)]
    assert not sent or not is_called_off(sent[0])
    assert sorted(number_of(entry) for entry in entries) == list(range(len(entries)))
    assert all(entry.reference.startswith(key_of(appointment)) for entry in entries)
    if appointment.status != "entfallen":
        assert word_in(an_entry(appointment, "V1", 0, TODAY)) == words[-1]
    elif sent:
        assert is_called_off(sent[-1])
