"""``guildpost-agent catalogue``: what of the brand's catalogue is in force here, who approved it and when."""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime

from guildpost_agent.adapters.catalogue.tuf_catalogue import TufCatalogue
from guildpost_agent.app.remember_problems import open_problems
from guildpost_agent.app.sync_catalogue import PROBLEM
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.member import catalogues_of
from guildpost_agent.cli.options import add_home, brand_name, texts_of
from guildpost_agent.domain.brands import of_brand
from guildpost_agent.domain.catalogue import KEEP_SENDING, may_send, may_take_part
from guildpost_agent.domain.catalogue_approvals import Approval, InForce
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import ConfigurationError, GuildpostError, Unavailable, from_code, public_text
from guildpost_shared.web.formats import Formats

HELP = "Was im Katalog gilt, wer es freigab und wann · what is in force, who approved it and when"
_SHOWN = 16  # characters of a fingerprint; --json has it whole


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--brand", help="nur diese weitere Marke · this further brand only")
    parser.add_argument("--json", action="store_true", help="als JSON · as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the state, each path with its approvals, what is not in force and why, and what is wrong now.

    Raises:
        ConfigurationError: ``not_enrolled``.
        Unavailable: ``catalogue_never_synced``.
    """
    core = open_core(arguments.home)
    with core.open_uow() as uow:
        problems = open_problems(uow)
    found = {
        brand: (source, problems.get(of_brand(PROBLEM, brand)))
        for brand, source in catalogues_of(core).sources.items()
        if arguments.brand in {None, brand}
    }
    if not found:
        raise ConfigurationError("not_enrolled")
    if arguments.json:
        brands = {brand: as_json(*one) for brand, one in found.items()}
        first = brands.pop(next(iter(brands)))
        print(json.dumps(first | ({"brands": brands} if brands else {}), ensure_ascii=False))
        return 0
    formats, texts = Formats(arguments.lang, core.zone), texts_of(arguments)
    for brand, (source, problem) in found.items():
        if len(found) > 1:
            print(brand_name(brand, texts))
        for line in lines(source, problem, texts, formats):
            print(line)
    return 0


def lines(source: TufCatalogue, problem: GuildpostError | None, texts: Catalog, formats: Formats) -> Iterator[str]:
    """Say it in words, one line each.

    Raises:
        Unavailable: ``catalogue_never_synced``.
    """
    version, age = source.current(), source.age()
    if version is None or age is None:
        raise Unavailable("catalogue_never_synced")
    yield texts.text("cli.catalogue.state", version=version.snapshot, confirmed=formats.moment(version.signed_at))
    left = max(0, (KEEP_SENDING - age).days)
    yield texts.plural("cli.catalogue.sends", left) if may_send(age) else texts.text("cli.catalogue.rests")
    if may_send(age) and not may_take_part(age):
        yield f"  {public_text(from_code('round_catalogue_old'), texts.language)}"
    for path, item in sorted(source.in_force().items()):
        yield texts.text("cli.catalogue.path", path=path, since=formats.moment(item.since))
        for approval in item.approvals:
            yield texts.text(
                "cli.catalogue.approval",
                role=texts.text(f"cli.catalogue.role.{approval.role}"),
                version=approval.version,
                issued=formats.moment(approval.issued_at),
                key=approval.fingerprint[:_SHOWN],
            )
    for path, code in sorted(version.refused.items()):
        yield str(public_text(from_code(code, path=path), texts.language))
    if problem is not None:
        yield str(public_text(problem, texts.language))


def as_json(source: TufCatalogue, problem: GuildpostError | None) -> dict[str, object]:
    """Give the same for programs: instants in UTC, fingerprints whole."""
    version, age = source.current(), source.age()
    return {
        "version": version.snapshot if version else None,
        "signed_at": _instant(version.signed_at) if version else None,
        "may_send": age is not None and may_send(age),
        "may_take_part": age is not None and may_take_part(age),
        "in_force": {path: _item(item) for path, item in sorted(source.in_force().items())},
        "refused": dict(version.refused) if version else {},
        "problem": problem.code if problem else None,
    }


def _item(item: InForce) -> dict[str, object]:
    approvals = [_approval(each) for each in item.approvals]
    return {"sha256": item.listing.sha256, "since": _instant(item.since), "approvals": approvals}


def _approval(each: Approval) -> dict[str, object]:
    return {
        "role": each.role,
        "key": each.fingerprint,
        "version": each.version,
        "issued_at": _instant(each.issued_at),
    }


def _instant(value: datetime) -> str:
    return value.isoformat(timespec="seconds")
