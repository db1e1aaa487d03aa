"""From the noised sum of a study that counts units in cells to its tables.

- A row is shown when at least 20 customers stand behind it in the noised sum, and no fewer than two deviations of its
  noise; what is suppressed does not follow from the rows beside it and all rows together (``suppression``).
- Of two arms both are shown, with their difference, or neither: one arm alone says nothing. All services together are
  the sum of every one, also of those that are covered; a single covered one is left out, or it would follow.
- Where a unit is a dealer, a service is shown when at least the floor of legal entities use it in the noised sum. The
  rate is of the dealers in the sum, a number that everybody knows, so that its interval is the noise's alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from guildpost_shared.privacy.suppression import NOISE_DEVIATIONS, least_shown, shown_cells
from guildpost_shared.studies.cells import CellLayout
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.figures import CONFIDENCE, Estimate, Figure, difference, too_little_data
from guildpost_shared.studies.kinds import EVERY, KINDS
from guildpost_shared.studies.spec import StudySpec
from guildpost_shared.studies.tables import Rows, Table, tables_about

_DECIMALS: Final = 4
_Z: Final = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
Columns = Mapping[str, Integers]


def tables_of(spec: StudySpec, total: Integers, *, contributors: int, variance: float) -> tuple[Table, ...]:
    """Turn a sum into tables: for each service (or the contacts), one for each measure.

    Args:
        spec: the study.
        total: the noised sum, found plausible.
        contributors: dealers in it.
        variance: of the noise on each coordinate.
    """
    kind, maker = KINDS[spec.kind], _Maker(spec, CellLayout.of(spec), contributors, variance)
    decoded = maker.layout.decode(total)
    if kind.arms:
        return maker.lifts(decoded)
    make = maker.share if kind.unit == "dealer" else maker.rates
    return tuple(make(about, measure, columns) for about, columns in decoded.items() for measure in kind.measures)


@dataclass(frozen=True)
class _Maker:
    spec: StudySpec
    layout: CellLayout
    contributors: int
    variance: float

    def rates(self, about: str, measure: str, columns: Columns) -> Table:
        """Give each row's rate, and that of all together."""
        estimates, shown = self._estimates(measure, columns)
        whole = Estimate(
            sum(one.sends for one in estimates), sum(one.bookings for one in estimates), self.variance * len(estimates)
        )
        least = least_shown(self.spec.disclosure, whole.noise_variance)
        kept = [one for one, show in zip(estimates, shown, strict=True) if show]
        return Table(
            about=about,
            measure=measure,
            rows=self._rows(estimates, shown),
            overall=whole.figure() if whole.sends >= least else None,
            lift=None,
            too_little_data=too_little_data(kept),
        )

    def lifts(self, services: Mapping[str, Columns]) -> tuple[Table, ...]:
        """Give of each service, and of all together where the kind asks it, both arms' rates and their difference."""
        tables = [self._lift(about, columns, self.variance) for about, columns in services.items()]
        if EVERY in tables_about(self.spec):
            shown = [columns for columns, table in zip(services.values(), tables, strict=True) if table.lift]
            added = shown if len(shown) == len(services) - 1 else list(services.values())
            whole = {name: np.sum([columns[name] for columns in added], axis=0) for name in self.layout.columns}
            tables.insert(0, self._lift(EVERY, whole, self.variance * len(added)))
        return tuple(tables)

    def _lift(self, about: str, columns: Columns, variance: float) -> Table:
        kind = KINDS[self.spec.kind]
        (measure,) = kind.measures
        shown = columns[kind.base].min() >= least_shown(self.spec.disclosure, variance)
        pairs = zip(columns[kind.base].tolist(), columns[measure].tolist(), strict=True)
        one, other = (Estimate(of, n, variance).figure() if shown else None for of, n in pairs)
        lift = difference(one, other) if one and other else None
        rows = tuple(zip(kind.rows, (one, other), strict=True))
        return Table(about, measure, rows, None, lift, too_little_data=lift is None or lift.low <= 0 <= lift.high)

    def share(self, about: str, measure: str, columns: Columns) -> Table:
        """Give the share of the dealers."""
        deviation = math.sqrt(self.variance)
        least = max(self.spec.floor_groups, NOISE_DEVIATIONS * deviation)
        rows = tuple(
            (row, self._share(count, _Z * deviation) if count >= least else None)
            for row, count in zip(self.layout.rows, columns[measure].tolist(), strict=True)
        )
        return Table(about, measure, rows, None, None, too_little_data=not any(figure for _, figure in rows))

    def _estimates(self, measure: str, columns: Columns) -> tuple[list[Estimate], list[bool]]:
        base = columns[KINDS[self.spec.kind].base]
        pairs = zip(base.tolist(), columns[measure].tolist(), strict=True)
        shown: list[bool] = shown_cells(base, self.spec.disclosure, self.variance).tolist()
        return [Estimate(of, n, self.variance) for of, n in pairs], shown

    def _rows(self, estimates: list[Estimate], shown: list[bool]) -> Rows:
        return tuple(
            (row, one.figure() if show else None)
            for row, one, show in zip(self.layout.rows, estimates, shown, strict=True)
        )

    def _share(self, count: int, room: float) -> Figure:
        low, rate, high = (min(1.0, max(0.0, one / self.contributors)) for one in (count - room, count, count + room))
        return Figure(round(rate, _DECIMALS), round(low, _DECIMALS), round(high, _DECIMALS))
