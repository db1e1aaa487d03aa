"""From the noised sum of a study that counts units in cells to its tables.

- A row is shown when at least 20 customers stand behind it in the noised sum, and no fewer than two deviations of its
  noise; what is suppressed does not follow from the rows beside it and all rows together (``suppression``).
- Of treated and held out both are shown, with their difference, or neither: one arm alone says nothing.
- Where a unit is a dealer, a service is shown when at least the floor of legal entities use it in the noised sum. The
  rate is of the dealers in the sum, a number that everybody knows, so that its interval is the noise's alone.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from guildpost_shared.privacy.suppression import NOISE_DEVIATIONS, least_shown, shown_cells
from guildpost_shared.studies.cells import CellLayout
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.figures import CONFIDENCE, Estimate, Figure, difference, too_little_data
from guildpost_shared.studies.kinds import HELD_OUT, KINDS, LIFT, TREATED
from guildpost_shared.studies.spec import StudySpec
from guildpost_shared.studies.tables import Rows, Table

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
    make = maker.share if kind.unit == "dealer" else maker.lift if kind.name == LIFT else maker.rates
    return tuple(
        make(about, measure, columns)
        for about, columns in maker.layout.decode(total).items()
        for measure in kind.measures
    )


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

    def lift(self, about: str, measure: str, columns: Columns) -> Table:
        """Give the rates of both arms and their difference."""
        rows = self._rows(*self._estimates(measure, columns))
        treated, held_out = dict(rows)[TREATED], dict(rows)[HELD_OUT]
        lift = difference(treated, held_out) if treated and held_out else None
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
