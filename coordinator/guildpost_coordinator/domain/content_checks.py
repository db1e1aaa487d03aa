"""What contents of each kind must be before anybody signs them: one table for the coordinator and for every signer.

Services and templates are linted part by part (``guildpost_shared.lint``); that the parts fit together is checked by
``guildpost-coordinator lint`` and where a template is compiled. Rules of the approval life cycle join this table.
"""

import re
from typing import Final

from guildpost_coordinator.domain.proposals import ContentChecks
from guildpost_shared.errors import Refused
from guildpost_shared.identity.roster import TARGET_PATH as ROSTER_PATH
from guildpost_shared.identity.roster import parse_roster
from guildpost_shared.problems import Problem
from guildpost_shared.services.definition import parse_service
from guildpost_shared.sharing import TARGET_PATH as SHARING_PATH
from guildpost_shared.sharing import parse_sharing
from guildpost_shared.studies.propensity.terms import TARGET_PATH as PROPENSITY_PATH
from guildpost_shared.studies.release import parse_release
from guildpost_shared.studies.spec import parse_study
from guildpost_shared.templates.faults import invalid
from guildpost_shared.templates.manifest import parse_manifest
from guildpost_shared.templates.rules import check_wording

_TEMPLATE: Final = re.compile(r"templates/(?P<template_id>[^/]+/\d+/[a-z]+\.[a-z]{2})\.(?P<part>json|mjml|txt)")


def check_service(path: str, contents: bytes) -> None:
    """Check a service definition: it parses, and the path names it.

    Raises:
        Refused: ``service_definition_invalid``, ``proposal_path_mismatch`` or ``template_rule_violated``.
    """
    from guildpost_shared.lint.parts import check_service_words  # noqa: PLC0415 — most commands judge no words

    _require_path(path, f"services/{parse_service(contents, path).service_id}.json")
    check_service_words(path, contents)


def check_template(path: str, contents: bytes) -> None:
    """Check one part of a template.

    Raises:
        Refused: ``proposal_path_mismatch``, ``template_invalid`` or ``template_rule_violated``.
    """
    found = _TEMPLATE.fullmatch(path)
    if found is None:
        raise Refused("proposal_path_mismatch", path=path)
    template_id = found["template_id"]
    if found["part"] == "json":
        manifest = parse_manifest(contents, template_id)
        for words in (manifest.subject, *manifest.brand_words):
            check_wording(words, template_id)
        return
    try:
        check_wording(contents.decode("utf-8"), template_id)
    except UnicodeDecodeError as error:
        line = contents.count(b"\n", 0, error.start) + 1
        raise invalid(template_id, found["part"], found["part"], Problem("not_utf8"), line) from error


def check_study(path: str, contents: bytes) -> None:
    """Check a study: it parses, and the path names it.

    Raises:
        Refused: ``document_*`` or ``proposal_path_mismatch``.
    """
    study = parse_study(contents)
    _require_path(path, f"studies/{study.study_id}/{study.version}.json")


def check_roster(path: str, contents: bytes) -> None:
    """Check the roster: it parses and is written canonically, so that its hash has one meaning; or the sharing level.

    Raises:
        Refused: ``document_*`` or ``proposal_path_mismatch``.
    """
    if path == SHARING_PATH:
        parse_sharing(contents)
        return
    _require_path(path, ROSTER_PATH)
    if parse_roster(contents).canonical_bytes != contents:
        raise Refused("document_unreadable", detail="not canonical", document="roster")


def check_release(path: str, contents: bytes) -> None:
    """Check a release: it parses, and the path names its study and period.

    Raises:
        Refused: ``document_*`` or ``proposal_path_mismatch``.
    """
    _require_path(path, parse_release(contents).target_path)


def check_model(path: str, contents: bytes) -> None:
    """Check a model: it is one, within its bounds, and the path says which.

    Raises:
        Refused: ``document_*`` or ``proposal_path_mismatch``.
    """
    from guildpost_shared.learning.document import TARGET_PATH, parse_model  # noqa: PLC0415 — numpy, for models alone
    from guildpost_shared.studies.propensity.document import parse_propensity  # noqa: PLC0415 — as above

    if path == PROPENSITY_PATH:
        parse_propensity(contents)
        return
    _require_path(path, TARGET_PATH)
    parse_model(contents)


def _require_path(path: str, expected: str) -> None:
    if path != expected:
        raise Refused("proposal_path_mismatch", path=path)


def checks_of(brand: str) -> ContentChecks:
    """Give the coordinator's own table: it knows its brand, and a study that names another one is refused.

    Args:
        brand: whose coordinator it is.
    """

    def check_own_study(path: str, contents: bytes) -> None:
        check_study(path, contents)
        named = parse_study(contents).brand
        if named != brand:
            raise Refused("study_other_brand", path=path, named=named, brand=brand)

    return {**CONTENT_CHECKS, "studies": check_own_study}


CONTENT_CHECKS: Final[ContentChecks] = {
    "services": check_service,
    "templates": check_template,
    "studies": check_study,
    "roster": check_roster,
    "models": check_model,
    "releases": check_release,
}
