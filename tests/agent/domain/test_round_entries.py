"""Announced rounds are entered, but never one twice at once, and never so many that the machine stands still."""

from datetime import UTC, datetime, timedelta

from guildpost_agent.domain.round_entries import AT_ONCE, PER_MINUTE, RoundEntries

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)


def test_a_running_round_that_is_announced_again_is_not_entered_twice() -> None:
    entries = RoundEntries()
    assert [True, False] == [entries.begin("round-1", NOW) for _ in range(2)]
    assert entries.end("round-1")
    assert entries.begin("round-1", NOW)
    assert not entries.end("round-1")


def test_only_a_few_rounds_run_side_by_side() -> None:
    entries = RoundEntries()
    entered = [entries.begin(f"round-{number}", NOW) for number in range(AT_ONCE + 1)]
    assert [*[True] * AT_ONCE, False] == entered
    entries.end("round-0")
    assert entries.begin("round-9", NOW)


def test_windows_that_lead_nowhere_start_few_processes_a_minute() -> None:
    entries = RoundEntries()

    def hour_of_windows() -> int:
        entered = 0
        for second in range(3600):
            if entries.begin(f"round-{second}", NOW + timedelta(seconds=second)):
                entered += 1
                entries.end(f"round-{second}")
        return entered

    assert 60 * PER_MINUTE == hour_of_windows()
