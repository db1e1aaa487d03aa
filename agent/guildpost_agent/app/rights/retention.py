"""The daily walk of the retention rules: what is old enough goes, in bites, each its own transaction.

Walking again changes nothing; a crash loses at most the bite in hand, and the next walk goes on. A dry run counts what
a walk would find now. Customers are set aside and erased only once the dealer has confirmed the rules
(``confirm_retention``); what was asked for by a customer, raw text, files and expired sign-ins do not wait for that.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from guildpost_agent.app.rights.confirm_retention import confirmed_at, hold_back
from guildpost_agent.app.rights.erase import RightsDesk, drop_silent, scrub_if_wanted, sweep_files
from guildpost_agent.app.rights.restrict import cancel_planned
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.rights.retention import SILENCE, Due, Periods, Rule, Silent

BITE: Final = 500
LAST_WALK: Final = "rights/retention_day"
_Count = tuple[int, date | None]


def retention_due(desk: RightsDesk, periods: Periods, now: datetime, zone: tzinfo) -> list[Due]:
    """Count what each rule would let go now, changing nothing."""
    today = now.astimezone(zone).date()
    found: list[Due] = []
    with desk.open_uow() as uow:
        delete_before = add_months(today, -periods.profile_delete_months)
        found.append(Due(Rule.PROFILE_DELETE, *uow.retention.count_silent(delete_before, restricted=True)))
        restrict_before = add_months(today, -periods.profile_restrict_months)
        found.append(Due(Rule.PROFILE_RESTRICT, *uow.retention.count_silent(restrict_before, restricted=False)))
        found += [Due(rule, *uow.retention.old_rows(rule, limit)) for rule, limit in _limits(periods, now).items()]
    found += [Due(rule, *_oldest(files)) for rule, files in _old_files(desk, periods, now).items()]
    return found


def silent_people(desk: RightsDesk, periods: Periods, now: datetime, zone: tzinfo) -> Silent:
    """Count whom the profile rules are about, set aside already or not."""
    today = now.astimezone(zone).date()
    months = (periods.profile_restrict_months, periods.profile_delete_months)
    with desk.open_uow() as uow:
        return Silent(*(uow.retention.count_silent(add_months(today, -count))[0] for count in months))


def walk_retention(desk: RightsDesk, periods: Periods, now: datetime, zone: tzinfo) -> list[Due]:
    """Let go what is due; return what was found, by rule, and done, but for profiles that wait for the dealer."""
    found = retention_due(desk, periods, now, zone)
    today = now.astimezone(zone).date()
    with desk.open_uow() as uow:
        uow.retention.meet(today)
        uow.rights.lift(uow.retention.returned(add_months(today, -periods.profile_restrict_months)), SILENCE)
        uow.commit()
    limits = _limits(periods, now)
    wanted = {one.rule for one in found if one.count}
    waits = _profiles_wait(desk, periods, now, zone)
    if Rule.PROFILE_DELETE in wanted and not waits:
        _bites(lambda: _drop(desk, add_months(today, -periods.profile_delete_months), now))
        wanted |= limits.keys()  # what remains of somebody erased may be old enough, too
    if Rule.PROFILE_RESTRICT in wanted and not waits:
        _bites(lambda: _restrict(desk, add_months(today, -periods.profile_restrict_months), now))
    for rule in (rule for rule in limits if rule in wanted):
        _bites(lambda rule=rule: _drop_rows(desk, rule, limits[rule]))  # type: ignore[misc]
    for files in _old_files(desk, periods, now).values():
        for name, _ in files:
            desk.files.delete(name)
    sweep_files(desk, now)
    scrub_if_wanted(desk)
    with desk.open_uow() as uow:
        uow.documents.put(LAST_WALK, today.isoformat().encode())
        uow.commit()
    return found


def walked_on(desk: RightsDesk) -> str:
    """Give the ISO day of the last whole walk, or nothing."""
    with desk.open_uow() as uow:
        return (uow.documents.get(LAST_WALK) or b"").decode()


def _profiles_wait(desk: RightsDesk, periods: Periods, now: datetime, zone: tzinfo) -> bool:
    with desk.open_uow() as uow:
        confirmed = confirmed_at(uow) is not None
    silent = Silent(0, 0) if confirmed else silent_people(desk, periods, now, zone)
    with desk.open_uow() as uow:
        waits = hold_back(uow, silent, periods)
        uow.commit()
    return waits


def _limits(periods: Periods, now: datetime) -> dict[Rule, datetime]:
    return {
        Rule.SEND_LOG: _months_ago(now, periods.send_log_months),
        Rule.PHONE_PROOF: _months_ago(now, periods.phone_proof_months),
        Rule.QUARANTINE: now - timedelta(days=periods.quarantine_days),
        Rule.SIGN_IN: now,
    }


def _old_files(desk: RightsDesk, periods: Periods, now: datetime) -> dict[Rule, list[tuple[str, datetime]]]:
    now = desk.file_now(now)
    kinds: tuple[tuple[Rule, Sequence[tuple[str, datetime]], int], ...] = (
        (Rule.LETTERS, desk.files.batches(), periods.letters_days),
        (Rule.DMS_FILES, desk.files.exports(), periods.dms_files_days),
    )
    return {rule: [(name, at) for name, at in files if at < now - timedelta(days=days)] for rule, files, days in kinds}


def _oldest(files: Sequence[tuple[str, datetime]]) -> _Count:
    return len(files), min((at.date() for _, at in files), default=None)


def _bites(bite: Callable[[], int]) -> None:
    while bite() == BITE:
        pass


def _drop(desk: RightsDesk, before: date, now: datetime) -> int:
    with desk.open_uow() as uow:
        ids = [one for one, _ in uow.retention.silent(before, BITE, restricted=True)]
        if ids:
            rows = drop_silent(desk, uow, ids, now)
            desk.note(uow, "retention", ids, now, {"rows": sum(rows.values())})
            uow.commit()
    return len(ids)


def _restrict(desk: RightsDesk, before: date, now: datetime) -> int:
    with desk.open_uow() as uow:
        ids = [one for one, _ in uow.retention.silent(before, BITE, restricted=False)]
        if ids:
            uow.rights.restrict(ids, SILENCE, now)
            cancel_planned(uow, ids)
            uow.commit()
    return len(ids)


def _drop_rows(desk: RightsDesk, rule: Rule, before: datetime) -> int:
    with desk.open_uow() as uow:
        dropped = uow.retention.drop_rows(rule, before, BITE)
        uow.commit()
    return BITE if dropped >= BITE else 0


def _months_ago(now: datetime, months: int) -> datetime:
    return datetime.combine(add_months(now.date(), -months), now.timetz())
