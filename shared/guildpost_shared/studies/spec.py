"""A study: what is counted, over which period, with how much privacy. Signed by the legal role and the association.

    {"type": "study", "study_id": "slot-lead", "version": 1, "brand": "…", "purpose": {"de": "…", "en": "…"},
     "services": ["hu_au", …], "channels": ["email", "letter"], "period": {"start": "2027-01-01", "end": "2027-03-31"},
     "maturity_days": 35, "lead_edges": [0, 14, 28, …], "epsilon": 1.0, "delta": 1e-06, "privacy_unit": "customer",
     "max_contribution": 1, "cap_customers": 1500, "floor_groups": 10, "sanity": {"min": -500, "max": 300000}}

Every field is required and nothing else may stand there. There is no field for a price, a volume or a dealer. A study
of another kind (``kinds``) says so in ``kind`` and has the terms of that kind: ``channels``, ``maturity_days``,
``lead_edges``, ``contact_edges``, ``round_days``, ``columns`` and ``cap_customers`` where it needs them; one of slot
and lead time has no ``kind``. A study with ``round_days`` has a round for every so many days of its period, each with
outcomes of its own; one with ``columns`` is a training, whose rounds are all about the whole period, one after another;
every other one has one round.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.errors import Language, Refused
from guildpost_shared.privacy.disclosure import DisclosureRules
from guildpost_shared.privacy.ledger import YEARLY_DELTA, YEARLY_EPSILON
from guildpost_shared.secagg.cohort import FLOOR_GROUPS
from guildpost_shared.strict_json import Fields
from guildpost_shared.studies.kinds import EVERY, KINDS, SLOT_LEAD
from guildpost_shared.studies.propensity.terms import COLUMNS, LAST_STEP, SERVICE_CLASS, SURVEY

STUDY_ID: Final = r"[a-z][a-z0-9-]{2,40}"
SERVICE_ID: Final = r"[a-z][a-z0-9_]{1,40}"
_MAX_BYTES: Final = 64 * 1024
OTHER_KINDS: Final = "|".join(name for name in KINDS if name != SLOT_LEAD)


@dataclass(frozen=True)
class StudySpec:
    """The terms of a study; dates are local days of sending, days are calendar days.

    A term that the kind does not have is empty, 0 for ``maturity_days`` and 1 for ``cap_customers``: a dealer is one.
    ``contact_edges`` are the numbers of contacts at which buckets begin; the first is 1, the last bucket is open.
    The hash of a part is the hash of the signed terms with the part's days and step: it binds all of them. ``step`` is
    the number of a training's round, from 1; 0 for everything else, and in every signed document.
    """

    study_id: str
    version: int
    brand: str
    purpose: Mapping[Language, str]
    services: tuple[str, ...]
    channels: tuple[str, ...]
    period_start: date
    period_end: date
    maturity_days: int
    lead_edges: tuple[int, ...]
    epsilon: float
    delta: float
    privacy_unit: str
    max_contribution: int
    cap_customers: int
    floor_groups: int
    sanity_min: int
    sanity_max: int
    kind: str = SLOT_LEAD
    contact_edges: tuple[int, ...] = ()
    round_days: int = 0
    columns: tuple[str, ...] = ()
    step: int = 0

    @property
    def target_path(self) -> str:
        """Where the catalogue holds this version."""
        return f"studies/{self.study_id}/{self.version}.json"

    @property
    def days(self) -> str:
        """Name of the days, for ledgers: whoever takes part in a training is charged once for all of its rounds."""
        return f"{self.period_start.isoformat()}_{self.period_end.isoformat()}"

    @property
    def period(self) -> str:
        """Name of the period, for rounds and releases: the days, and of a training's round its number."""
        return f"{self.days}_{self.step}" if self.step else self.days

    @property
    def data_until(self) -> date:
        """The last day from which an outcome can stem: a reminder of the last day, booked on its last counted day."""
        return self.period_end + timedelta(days=self.maturity_days)

    @property
    def disclosure(self) -> DisclosureRules:
        """Floors for the release."""
        return DisclosureRules(floor_groups=self.floor_groups)

    @property
    def release_from(self) -> date:
        """First day of a round: figures for people age for a month (R6), a model is moved once all is final."""
        return self.data_until + timedelta(days=1 if self.model else self.disclosure.min_age_days)

    @property
    def model(self) -> str:
        """Catalogue path of the model that the rounds move; empty for figures."""
        return KINDS[self.kind].model

    @property
    def parts(self) -> tuple["StudySpec", ...]:
        """What has a round each, in order: the same terms for a part of the period, a training's step, or the whole."""
        if self.columns:
            return tuple(replace(self, step=step) for step in range(SURVEY, LAST_STEP + 1))
        if not self.round_days:
            return (self,)
        days = range(0, (self.period_end - self.period_start).days + 1, self.round_days)
        starts = [self.period_start + timedelta(days=offset) for offset in days]
        ends = [*(start - timedelta(days=1) for start in starts[1:]), self.period_end]
        return tuple(replace(self, period_start=start, period_end=end) for start, end in zip(starts, ends, strict=True))

    def part(self, period: str) -> "StudySpec":
        """Give the part with this ``period``.

        Raises:
            Refused: ``study_period_unknown``.
        """
        found = next((part for part in self.parts if part.period == period), None)
        if found is None:
            raise Refused("study_period_unknown", study=self.study_id, period=period[:40])
        return found

    def counts(self, sent_on: date, today: date) -> bool:
        """Tell whether a reminder sent on a day belongs to the period and its outcome is final."""
        matured = sent_on + timedelta(days=self.maturity_days) < today
        return self.period_start <= sent_on <= self.period_end and matured

    @cached_property
    def canonical_bytes(self) -> bytes:
        """The document as it is published."""
        terms = {
            "channels": list(self.channels),
            "maturity_days": self.maturity_days,
            "lead_edges": list(self.lead_edges),
            "contact_edges": list(self.contact_edges),
            "cap_customers": self.cap_customers,
            "round_days": self.round_days,
            "columns": list(self.columns),
        }
        return strict_json.canonical(
            {
                "type": "study",
                **({} if self.kind == SLOT_LEAD else {"kind": self.kind}),
                "study_id": self.study_id,
                "version": self.version,
                "brand": self.brand,
                "purpose": dict(self.purpose),
                "services": list(self.services),
                "period": {"start": self.period_start.isoformat(), "end": self.period_end.isoformat()},
                **{name: terms[name] for name in KINDS[self.kind].fields},
                "epsilon": self.epsilon,
                "delta": self.delta,
                "privacy_unit": self.privacy_unit,
                "max_contribution": self.max_contribution,
                "floor_groups": self.floor_groups,
                "sanity": {"min": self.sanity_min, "max": self.sanity_max},
                **({"step": self.step} if self.step else {}),
            }
        )

    @cached_property
    def sha256(self) -> bytes:
        """Hash of the canonical bytes (32 bytes)."""
        return hashlib.sha256(self.canonical_bytes).digest()


def step_of(period: str) -> int:
    """Give the number of a training's round by the name of its period; 0 for every other round."""
    _, _, step = period.partition("_")[2].partition("_")
    return int(step) if step.isdecimal() else 0


def parse_study(data: bytes) -> StudySpec:
    """Read a study.

    Args:
        data: the bytes of the catalogue target.

    Raises:
        Refused: ``document_*`` with the field that is missing, unknown or out of bounds.
    """
    fields = strict_json.read(data, "study", max_bytes=_MAX_BYTES)
    fields.text("type", "study")
    kind = KINDS[fields.text("kind", OTHER_KINDS) if "kind" in fields.names() else SLOT_LEAD]
    purpose, period, sanity = fields.child("purpose"), fields.child("period"), fields.child("sanity")
    spec = StudySpec(
        study_id=fields.text("study_id", STUDY_ID),
        version=fields.integer("version", 1, 10**9),
        brand=fields.text("brand", r"[^\x00-\x1f\x7f]{1,80}"),
        purpose={"de": purpose.text("de"), "en": purpose.text("en")},
        services=fields.texts("services", SERVICE_ID, most=50),
        channels=fields.texts("channels", "|".join(kind.channels)) if "channels" in kind.fields else (),
        period_start=period.day("start"),
        period_end=period.day("end"),
        maturity_days=fields.integer("maturity_days", 1, 180) if "maturity_days" in kind.fields else 0,
        lead_edges=fields.integers("lead_edges", -60, 400, least=2, most=60) if "lead_edges" in kind.fields else (),
        epsilon=fields.number("epsilon", 0.01, YEARLY_EPSILON),
        delta=fields.number("delta", 1e-12, YEARLY_DELTA),
        privacy_unit=fields.text("privacy_unit", kind.unit),
        max_contribution=fields.integer("max_contribution", 1, 1),
        cap_customers=fields.integer("cap_customers", 1, 100_000) if "cap_customers" in kind.fields else 1,
        floor_groups=fields.integer("floor_groups", FLOOR_GROUPS, 1_000),
        sanity_min=sanity.integer("min", -(2**40), 0),
        sanity_max=sanity.integer("max", 1, 2**40),
        kind=kind.name,
        contact_edges=fields.integers("contact_edges", 1, 60, most=20) if "contact_edges" in kind.fields else (),
        round_days=fields.integer("round_days", 7, 92) if "round_days" in kind.fields else 0,
        columns=fields.texts("columns", "|".join(COLUMNS)) if "columns" in kind.fields else (),
    )
    _require_order(fields, spec)
    for part in (purpose, period, sanity, fields):
        part.end()
    return spec


def _require_order(fields: Fields, spec: StudySpec) -> None:
    fields.require("period", spec.period_start <= spec.period_end <= spec.period_start + timedelta(days=366))
    fields.require("lead_edges", all(low < high for low, high in pairwise(spec.lead_edges)))
    fields.require("columns", not spec.columns or SERVICE_CLASS in spec.columns)
    fields.require("services", EVERY not in spec.services or not KINDS[spec.kind].together)
    edges = spec.contact_edges
    fields.require("contact_edges", edges[:1] in {(), (1,)} and all(low < high for low, high in pairwise(edges)))
