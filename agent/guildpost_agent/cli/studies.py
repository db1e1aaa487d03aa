"""``guildpost-agent studies``: what the network asks to count, what of it leaves, and whether this dealer takes part.

studies          studies --decline adoption --by NAME          studies --accept adoption --by NAME
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guildpost_agent.app.declined_studies import Declined, accept_study, decline_study, declined_studies
from guildpost_agent.app.egress.sharing import shares_studies
from guildpost_agent.app.explain import say_moment
from guildpost_agent.app.list_studies import Unread, studies_in_force
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.member import catalogue_of, memberships_of
from guildpost_agent.cli.options import add_brand, add_home, brand_name, texts_of
from guildpost_agent.domain.brands import scoped
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError, Refused, exit_code, public_text
from guildpost_shared.studies.spec import StudySpec
from guildpost_shared.web.formats import Formats

HELP = "Gemeinsame Auswertungen: was, wozu, ob mit oder ohne uns · studies: what, what for, with us or without"


@dataclass(frozen=True)
class Offered:
    """A study in force.

    Attributes:
        brand: whose.
        study: the signed terms.
        declined: by whom and when; None where it is not.
        shares: whether the dealer's policy and the network's level let contributions out at all.
    """

    brand: str
    study: StudySpec
    declined: Declined | None
    shares: bool

    @property
    def takes_part(self) -> bool:
        """Say whether the agent joins the study's rounds."""
        return self.shares and self.declined is None


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    add_brand(parser)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--decline", metavar="ID", help="nicht mehr teilnehmen · take no part any more")
    choice.add_argument("--accept", metavar="ID", help="wieder teilnehmen · take part again")
    parser.add_argument("--by", help="wer das entscheidet · who decides it")
    parser.add_argument("--json", action="store_true", help="als JSON · as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Decline or accept a study, or show all of them; one whose copy is damaged is said, and tells by the exit code.

    Raises:
        ConfigurationError: ``not_enrolled``, or ``argument_missing``; nobody is named.
        Refused: ``study_unknown``.
    """
    core, texts = open_core(arguments.home), texts_of(arguments)
    if arguments.decline or arguments.accept:
        print(_decided(core, arguments, texts))
        return 0
    members = memberships_of(core)
    if not members:
        raise ConfigurationError("not_enrolled")
    offered, unread = [], []
    for one in members:
        found, missing = _offered(core, one.brand)
        offered += found
        unread += missing
    damaged = [one.error for one in unread if one.is_damaged]
    if arguments.json:
        print(json.dumps([as_json(one, texts) for one in offered], ensure_ascii=False))
    else:
        print(*_everything(offered, unread, core, texts), sep="\n")
    for error in damaged:
        print(public_text(error, texts.language), file=sys.stderr)
    return exit_code(damaged[0]) if damaged else 0


def _everything(offered: Sequence[Offered], unread: Sequence[Unread], core: Core, texts: Catalog) -> Iterator[str]:
    """Say each study, then which are of a kind that only a newer program knows."""
    if not offered and not unread:
        yield texts.text("cli.studies.none")
    for study in offered:
        yield from lines(study, core, texts)
    for one in unread:
        if not one.is_damaged:
            yield texts.text("cli.studies.unreadable", path=one.path)


def lines(offered: Offered, core: Core, texts: Catalog) -> Iterator[str]:
    """Say in words what a study is, what leaves for it, and whether it gets anything from here."""
    study, numbers = offered.study, Formats(texts.language, core.zone)
    yield texts.text(
        "cli.studies.study",
        study=study.study_id,
        version=study.version,
        brand=brand_name(offered.brand, texts),
        purpose=study.purpose[texts.language],
    )
    yield "  " + texts.text(f"cli.studies.leaves.{study.kind}")
    if study.columns:
        columns = ", ".join(texts.text(f"cli.studies.column.{column}") for column in study.columns)
        yield "  " + texts.text("cli.studies.asked", columns=columns)
    yield "  " + texts.text(
        f"cli.studies.terms.{study.privacy_unit}",
        start=study.period_start,
        end=study.period_end,
        epsilon=numbers.number(study.epsilon),
        delta=f"{study.delta:g}",
        cap=numbers.number(study.cap_customers),
        floor=study.floor_groups,
    )
    if offered.declined is not None:
        at = say_moment(offered.declined.at, core.zone, texts)
        yield "  " + texts.text("cli.studies.declined", by=offered.declined.by, at=at)
    else:
        yield "  " + texts.text("cli.studies.takes_part" if offered.shares else "cli.studies.not_shared")


def as_json(offered: Offered, texts: Catalog) -> dict[str, object]:
    """Give the same for programs."""
    study = offered.study
    return {
        "brand": offered.brand,
        "study": study.study_id,
        "kind": study.kind,
        "version": study.version,
        "purpose": study.purpose[texts.language],
        "leaves": texts.text(f"cli.studies.leaves.{study.kind}"),
        "columns": list(study.columns),
        "unit": study.privacy_unit,
        "epsilon": study.epsilon,
        "delta": study.delta,
        "floor_groups": study.floor_groups,
        "period": [study.period_start.isoformat(), study.period_end.isoformat()],
        "takes_part": offered.takes_part,
        "declined_by": offered.declined.by if offered.declined else None,
    }


def _offered(core: Core, brand: str) -> tuple[list[Offered], list[Unread]]:
    studies, unread = studies_in_force(catalogue_of(core, brand))
    with core.open_uow() as uow:
        declined, shares = declined_studies(uow), shares_studies(core.policy.current(), uow, brand)
    return [Offered(brand, one, declined.get(scoped(brand, one.study_id)), shares) for one in studies], unread


def _decided(core: Core, arguments: argparse.Namespace, texts: Catalog) -> str:
    """Keep the decision and say it."""
    if not arguments.by:
        raise ConfigurationError("argument_missing", argument="--by")
    study_id = arguments.decline or arguments.accept
    known = {one.study.study_id for one in _offered(core, arguments.brand)[0]}
    if study_id not in known:
        raise Refused("study_unknown", study=study_id, known=", ".join(sorted(known)) or "–")
    if arguments.accept:
        accept_study(core.open_uow, arguments.brand, study_id)
        return texts.text("cli.studies.now_accepted", study=study_id)
    decline_study(core.open_uow, arguments.brand, study_id, now=core.business_clock.now(), by=arguments.by)
    return texts.text("cli.studies.now_declined", study=study_id)
