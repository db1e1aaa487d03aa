"""A release is shown only where the study allows it that legal role and association signed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from guildpost_agent.domain.insights.backing import COMPARED, require_backed
from guildpost_shared.errors import Refused
from guildpost_shared.studies.release import Release
from guildpost_shared.studies.spec import StudySpec
from tests.factories.releases import KINDS, a_release, a_study


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_round_released_is_backed_by_its_study(kind: str) -> None:
    release = a_release(kind)
    require_backed(release, a_study(kind), release.target_path)
    assert kind in COMPARED


SPOILS: dict[str, tuple[str, Callable[[Release], Release], str]] = {
    "another study": ("lift", lambda r: replace(r, study_id="lift-two"), "study_id"),
    "another version": ("lift", lambda r: replace(r, study_version=2), "study_version"),
    "another kind": ("lift", lambda r: replace(r, kind="channel"), "kind"),
    "another brand": ("lift", lambda r: replace(r, brand="Skoda"), "brand"),
    "a shorter period": ("lift", lambda r: replace(r, period_end=date(2027, 3, 30)), "period"),
    "more privacy spent than signed": ("lift", lambda r: replace(r, epsilon=8.0), "epsilon"),
    "another delta": ("lift", lambda r: replace(r, delta=1e-3), "delta"),
    "nine legal entities": ("lift", lambda r: replace(r, groups=9, contributors=12), "groups"),
    "figures of last week": (
        "lift",
        lambda r: replace(r, released_on=a_study("lift").release_from - timedelta(days=1)),
        "released_on",
    ),
    "a service that is not in the study": (
        "lift",
        lambda r: replace(r, tables=(replace(r.tables[0], about="birthday"), *r.tables[1:])),
        "tables",
    ),
    "a service left out": ("lift", lambda r: replace(r, tables=r.tables[:-1]), "tables"),
    "a way that is not in the study": (
        "channel",
        lambda r: replace(r, tables=tuple(replace(t, rows=t.rows[:-1]) for t in r.tables)),
        "rows",
    ),
    "other buckets of contacts": (
        "pressure",
        lambda r: replace(r, tables=tuple(replace(t, rows=(("1-9", t.rows[0][1]),)) for t in r.tables)),
        "rows",
    ),
    "other lead times": (
        "slot-lead",
        lambda r: replace(
            r,
            services=tuple(
                replace(s, lead=replace(s.lead, edges=(*s.lead.edges[:-1], 200))) for s in r.services
            ),
        ),
        "lead_edges",
    ),
    "services in another order": ("slot-lead", lambda r: replace(r, services=r.services[::-1]), "services"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILS)
def test_a_release_is_not_shown_that_claims(case: str) -> None:
    kind, spoil, field = SPOILS[case]
    spoiled = spoil(a_release(kind))
    assert field in _refusals(spoiled, a_study(kind), spoiled.target_path)


def test_a_release_under_another_name_is_not_shown() -> None:
    assert ["path"] == _refusals(a_release("lift"), a_study("lift"), "releases/lift/2027-04-01_2027-06-30.json")


def _refusals(release: Release, study: StudySpec, path: str) -> list[str]:
    """Say for what a release is refused; of several faults the first is named."""
    with pytest.raises(Refused) as caught:
        require_backed(release, study, path)
    assert "release_not_backed" == caught.value.code
    assert path == caught.value.params["path"]
    return [str(caught.value.params["field"])]
