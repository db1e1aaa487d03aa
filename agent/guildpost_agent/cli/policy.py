"""``guildpost-agent policy``: what may leave this house, to whom, how large, how often, and what each kind holds."""

import argparse
import json
from collections.abc import Iterator, Mapping

from guildpost_agent.app.egress.gate import EgressGate
from guildpost_agent.app.egress.names import destination_name
from guildpost_agent.app.egress.policy import (
    CALL_CENTRE,
    COORDINATOR,
    LETTERSHOP,
    RELAY,
    EgressPolicy,
    coordinator_of,
    standard_rules,
)
from guildpost_agent.app.egress.sharing import network_level
from guildpost_agent.app.membership import load_memberships
from guildpost_agent.bootstrap.core import Core, open_core
from guildpost_agent.bootstrap.egress_policy import standard_text, write_standard
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_agent.domain.brands import FIRST
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import Refused
from guildpost_shared.sharing import Sharing, tightest
from guildpost_shared.web.formats import Formats

HELP = "Was das Haus verlassen darf, an wen, wie groß, wie oft · what may leave, to whom, how large, how often"

Networks = Mapping[str, Sharing]
"""The level of each brand's network, the first brand's first."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--json", action="store_true", help="als JSON · as JSON")
    parser.add_argument("--standard", action="store_true", help="die Vorgabe zeigen · show the standard")
    parser.add_argument("--write", action="store_true", help="die Vorgabe schreiben, wo keine ist · write the standard")


def run(arguments: argparse.Namespace) -> int:
    """Show the policy in force, or the standard one.

    Raises:
        ConfigurationError: the policy is missing or cannot be read; then nothing leaves.
        Conflict: ``egress_policy_exists``.
    """
    if arguments.standard:
        print(standard_text(arguments.lang), end="")
        return 0
    core, texts = open_core(arguments.home), texts_of(arguments)
    if arguments.write:
        path = write_standard(arguments.home, core.config.language)
        print(texts.text("cli.policy.written", path=path))
        return 0
    policy = core.policy.current()
    with core.open_uow() as uow:
        brands = [one.brand for one in load_memberships(uow.documents)]
        networks = {brand: network_level(uow, brand) for brand in (FIRST, *brands)}
    if arguments.json:
        print(json.dumps(as_json(policy, networks, core.gate), ensure_ascii=False))
        return 0
    for line in lines(core, policy, networks, texts):
        print(line)
    return 0


def lines(core: Core, policy: EgressPolicy, networks: Networks, texts: Catalog) -> Iterator[str]:
    """Say it in words."""
    yield texts.text("cli.policy.file", path=core.policy.path)
    for brand, network in networks.items():
        own = policy.own_level(coordinator_of(brand))
        levels = {"effective": tightest(own, network), "own": own, "network": network}
        said = {name: texts.text(f"egress.level.{level.value}") for name, level in levels.items()}
        key = "cli.policy.sharing_with" if brand else "cli.policy.sharing"
        yield texts.text(key, brand=brand, **said)
    where, numbers, known = addresses(core), Formats(texts.language, core.zone), standard_rules(networks)
    for destination in dict.fromkeys(to for to, _ in known):
        network = _network(networks, destination)
        name = destination_name(destination, texts)
        place = where.get(destination) or texts.text("cli.policy.destination.nowhere")
        yield ""
        yield texts.text("cli.policy.destination", destination=name, where=place)
        for kind in (kind for to, kind in known if to == destination):
            yield "  " + texts.text("cli.policy.kind", kind=kind, words=texts.text(f"egress.kind.{kind}"))
            try:
                rule = policy.rule(destination, kind, network=network)
            except Refused as error:
                yield "      " + texts.text(f"cli.policy.inside.{error.params['reason']}")
                continue
            yield "      " + texts.text("cli.policy.contents", contents=texts.text(f"egress.contents.{kind}"))
            limits = {"bytes": rule.max_bytes, "count": rule.per_day, "used": core.gate.sent_today(destination, kind)}
            yield "      " + texts.text("cli.policy.limits", **{name: numbers.number(n) for name, n in limits.items()})
    yield ""
    yield texts.text("cli.policy.rest")


def as_json(policy: EgressPolicy, networks: Networks, gate: EgressGate) -> dict[str, object]:
    """Give the same for programs."""
    kinds = []
    for destination, kind in standard_rules(networks):
        try:
            rule = policy.rule(destination, kind, network=_network(networks, destination))
        except Refused as error:
            row: dict[str, object] = {"leaves": False, "reason": error.params["reason"]}
        else:
            row = {
                "leaves": True,
                "most_bytes": rule.max_bytes,
                "per_day": rule.per_day,
                "today": gate.sent_today(destination, kind),
            }
        kinds.append({"destination": destination, "kind": kind, **row})
    brands = [
        {"brand": brand, "sharing": policy.own_level(coordinator_of(brand)).value, "network": network.value}
        for brand, network in networks.items()
        if brand
    ]
    own = policy.own_level(COORDINATOR)
    return {"sharing": own.value, "network": networks[FIRST].value, "kinds": kinds, "brands": brands}


def _network(networks: Networks, destination: str) -> Sharing:
    return next((level for brand, level in networks.items() if coordinator_of(brand) == destination), Sharing.STUDIES)


def addresses(core: Core) -> dict[str, str]:
    """Say where each destination is."""
    with core.open_uow() as uow:
        members = load_memberships(uow.documents)
    sftp = core.config.letters.sftp
    return {
        **{coordinator_of(one.brand): f"{one.control} ({one.agent_id})" for one in members},
        RELAY: core.config.relay.url,
        CALL_CENTRE: "guildpost-agent calls export",
        LETTERSHOP: f"{sftp.host}:{sftp.port}" if sftp else str(core.config.letters.folder),
    }
