"""From an unmasked, noised sum to a release: floors, plausibility, suppression, rates with intervals."""

from datetime import date
from fractions import Fraction

import numpy as np

from guildpost_shared.privacy.disclosure import require_releasable
from guildpost_shared.privacy.suppression import Mask, least_shown, shown_cells, shown_grid
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.figures import Estimate, too_little_data
from guildpost_shared.studies.kinds import SLOT_LEAD
from guildpost_shared.studies.layout import Measure, ServiceTable, VectorLayout
from guildpost_shared.studies.noise import summed_variance
from guildpost_shared.studies.release import DAYS, HOURS, LeadRelease, Release, Row, ServiceRelease, SlotRelease
from guildpost_shared.studies.releasing_tables import tables_of
from guildpost_shared.studies.sanity import require_plausible
from guildpost_shared.studies.spec import StudySpec


def build_release(
    spec: StudySpec, total: Integers, *, contributors: int, groups: int, noise: Fraction, today: date
) -> Release:
    """Turn an unmasked, noised sum into what may be shown.

    Args:
        spec: the study.
        total: the sum.
        contributors: dealers in it.
        groups: legal entities in it.
        noise: how many times the promised variance the sum carries.
        today: business date of the release.

    Raises:
        Refused: ``release_too_few_groups``, ``release_too_young``.
        Untrusted: ``study_sum_implausible``.
    """
    require_releasable(spec.disclosure, groups=groups, youngest=spec.data_until, today=today)
    require_plausible(spec, total, contributors=contributors, noise=noise)
    variance = float(summed_variance(spec, noise))
    own = spec.kind == SLOT_LEAD
    return Release(
        study_id=spec.study_id,
        study_version=spec.version,
        brand=spec.brand,
        period_start=spec.period_start,
        period_end=spec.period_end,
        released_on=today,
        contributors=contributors,
        groups=groups,
        epsilon=spec.epsilon,
        delta=spec.delta,
        services=_services(spec, total, variance) if own else (),
        kind=spec.kind,
        tables=() if own else tables_of(spec, total, contributors=contributors, variance=variance),
    )


def _services(spec: StudySpec, total: Integers, variance: float) -> tuple[ServiceRelease, ...]:
    tables = VectorLayout.of(spec).decode(total)
    return tuple(_service(spec, service, table, variance) for service, table in tables.items())


def _service(spec: StudySpec, service: str, table: ServiceTable, variance: float) -> ServiceRelease:
    estimates = _estimates(table.lead, variance)
    shown = shown_cells(table.lead["sends"], spec.disclosure, variance)
    lead = LeadRelease(spec.lead_edges, _row(estimates, shown), too_little_data(_kept(estimates, shown)))
    return ServiceRelease(service, None if table.slot is None else _slot(spec, table.slot, variance), lead)


def _slot(spec: StudySpec, slot: dict[Measure, Integers], variance: float) -> SlotRelease:
    sends, rules = slot["sends"], spec.disclosure
    by_day = {measure: counts.sum(axis=1) for measure, counts in slot.items()}
    by_hour = {measure: counts.sum(axis=0) for measure, counts in slot.items()}
    day_variance, hour_variance = variance * HOURS, variance * DAYS
    days = shown_cells(by_day["sends"], rules, day_variance)
    hours = shown_cells(by_hour["sends"], rules, hour_variance)
    day_estimates, hour_estimates = _estimates(by_day, day_variance), _estimates(by_hour, hour_variance)
    total = Estimate(int(sends.sum()), int(slot["bookings"].sum()), variance * DAYS * HOURS)
    cells = shown_grid(sends, days, hours, rules, variance)
    grid = tuple(
        _row(_estimates({measure: counts[day] for measure, counts in slot.items()}, variance), cells[day])
        for day in range(DAYS)
    )
    return SlotRelease(
        grid=grid,
        days=_row(day_estimates, days),
        hours=_row(hour_estimates, hours),
        overall=total.figure() if total.sends >= least_shown(rules, total.noise_variance) else None,
        too_little_data=too_little_data(_kept(day_estimates, days)) and too_little_data(_kept(hour_estimates, hours)),
    )


def _estimates(counts: dict[Measure, Integers], variance: float) -> list[Estimate]:
    pairs = zip(counts["sends"].tolist(), counts["bookings"].tolist(), strict=True)
    return [Estimate(sends, bookings, variance) for sends, bookings in pairs]


def _row(estimates: list[Estimate], shown: Mask) -> Row:
    return tuple(one.figure() if show else None for one, show in zip(estimates, shown.tolist(), strict=True))


def _kept(estimates: list[Estimate], shown: Mask) -> list[Estimate]:
    return [estimates[at] for at in np.flatnonzero(shown)]
