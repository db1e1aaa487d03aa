"""What contents must be before anybody signs them."""

import json
from pathlib import Path

import pytest

from guildpost_coordinator.domain.content_checks import CONTENT_CHECKS
from guildpost_shared.catalogue_paths import REQUIRED_ROLES, kind_of
from guildpost_shared.errors import Refused
from guildpost_shared.learning.document import NEUTRAL
from guildpost_shared.studies.propensity.document import NOTHING_LEARNED
from guildpost_shared.studies.release import dump_release
from tests.factories.releases import a_release

SAMPLES = Path(__file__).parents[3] / "demo" / "guildpost_demo" / "catalogue"
SERVICE = (SAMPLES / "services" / "hu_au.json").read_bytes()
MJML = (SAMPLES / "templates" / "hu_au" / "1" / "email.de.mjml").read_bytes()
RELEASE = dump_release(a_release("lift"))


def check(path: str, contents: bytes) -> None:
    CONTENT_CHECKS[kind_of(path)](path, contents)


def test_every_kind_has_a_check() -> None:
    assert set(REQUIRED_ROLES) == set(CONTENT_CHECKS)


def test_the_sample_brand_passes() -> None:
    files = [file for kind in ("services", "templates") for file in (SAMPLES / kind).rglob("*.*") if file.is_file()]
    assert files
    for file in files:
        check(file.relative_to(SAMPLES).as_posix(), file.read_bytes())


@pytest.mark.parametrize(
    ("path", "contents", "code"),
    [
        ("services/other.json", SERVICE, "proposal_path_mismatch"),
        ("services/hu_au.json", SERVICE[:-5], "service_definition_invalid"),
        ("templates/hu_au/1/email.de.html", MJML, "proposal_path_mismatch"),
        ("templates/hu_au/1/email.de.mjml", MJML + b"<p>nur 49 \xe2\x82\xac</p>", "template_rule_violated"),
        ("templates/hu_au/1/email.de.txt", b"\xff", "template_invalid"),
        ("templates/hu_au/1/email.de.json", b"{}", "template_invalid"),
        ("studies/slot-lead/1.json", b"{}", "document_field_missing"),
        ("roster/roster.json", b"[]", "document_unreadable"),
        ("roster/sharing.json", b'{"type":"sharing","level":"everything"}', "document_field_invalid"),
        ("roster/levels.json", b'{"type":"sharing","level":"studies"}', "proposal_path_mismatch"),
        ("models/when-to-write.json", b"[]", "document_unreadable"),
        ("models/timing.json", b"{}", "proposal_path_mismatch"),
        ("models/when-to-write.json", b"{", "document_unreadable"),
        ("models/propensity.json", NEUTRAL.canonical_bytes, "document_field_invalid"),
        ("models/when-to-write.json", NOTHING_LEARNED.canonical_bytes, "document_field_invalid"),
        ("releases/slot-lead/2027-q1.json", b"", "document_unreadable"),
        ("releases/lift/2027-04-01_2027-06-30.json", RELEASE, "proposal_path_mismatch"),
        ("releases/other/2027-01-01_2027-03-31.json", RELEASE, "proposal_path_mismatch"),
    ],
)
def test_what_does_not_belong_there_is_refused(path: str, contents: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        check(path, contents)
    assert code == caught.value.code


def test_a_release_passes_under_the_name_of_its_study_and_period() -> None:
    check("releases/lift/2027-01-01_2027-03-31.json", RELEASE)


def test_models_pass_under_their_names() -> None:
    check("models/when-to-write.json", NEUTRAL.canonical_bytes)
    check("models/propensity.json", NOTHING_LEARNED.canonical_bytes)


def test_a_level_of_sharing_passes() -> None:
    check("roster/sharing.json", b'{"type":"sharing","level":"membership"}')


def test_a_roster_with_two_spellings_is_refused() -> None:
    roster = {"type": "roster", "version": 1, "coordinator_key": "A" * 43 + "=", "entries": []}
    with pytest.raises(Refused):
        check("roster/roster.json", json.dumps(roster, indent=1).encode())
