"""This agent's part in a federated round; runs in a short-lived child only."""

import ssl
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from guildpost_agent.app.answer_round import RoundDesk, RoundTicket
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.declined_studies import require_accepted
from guildpost_agent.app.egress.policy import coordinator_of
from guildpost_agent.app.network_model import scored_under
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import catalogue_of, membership_of, services_in_force
from guildpost_agent.bootstrap.offers import climate_zones
from guildpost_agent.domain.brands import FIRST, of_brand
from guildpost_agent.domain.catalogue import may_take_part
from guildpost_shared.errors import Refused
from guildpost_shared.identity.keys import load_curve_key, load_identity_key
from guildpost_shared.identity.roster import TARGET_PATH, parse_roster
from guildpost_shared.secagg.patience import round_seconds
from guildpost_shared.studies.spec import parse_study

LONGEST_WINDOW_SECONDS: Final = 600.0


def take_part(
    core: Core, *, round_id: str, study_path: str, period: str, flower: str, closes_at: datetime, brand: str = FIRST
) -> dict[str, object]:
    """Verify the round against the signed catalogue and answer its instructions.

    Args:
        core: the agent's foundations.
        round_id: as announced.
        study_path: target of the study.
        period: which part of it the round counts.
        flower: ``host:port`` of the round entrance.
        closes_at: when the window closes (wall clock).
        brand: whose round it is.

    Returns:
        How it ended.

    Raises:
        Refused: the study or the roster is not in force here, the study has no such period, this agent is not on the
            roster, the catalogue's timestamp has expired (``round_catalogue_old``), or the dealer's policy keeps
            contributions inside (``egress_refused``): then the period is not charged either.
        GuildpostError: transport and protocol.
    """
    from guildpost_agent.adapters.flower.node import run_node  # noqa: PLC0415 — heavy; only the round's child loads it

    destination = coordinator_of(brand)
    core.gate.require(destination, "round_reply")
    membership = membership_of(core, brand)
    catalogue = catalogue_of(core, brand)
    age = catalogue.age()
    if age is not None and not may_take_part(age):
        raise Refused("round_catalogue_old")
    study = parse_study(catalogue.read(study_path)).part(period)
    with core.open_uow() as uow:
        require_accepted(uow, brand, study.study_id)
    roster = parse_roster(catalogue.read(TARGET_PATH))
    if roster.entry(membership.agent_id) is None:
        raise Refused("secagg_not_on_roster")
    ticket = RoundTicket(round_id, study, roster, membership.agent_id, brand, scored_under(study, catalogue))
    desk = RoundDesk(
        ticket,
        load_identity_key(membership.identity_key),
        open_uow=core.open_uow,
        gate=core.gate,
        clock=core.business_clock,
        setting=Setting(
            core.zone, services_in_force(core), climate_zones(core), core.config.services.without_learned_times
        ),
        entropy=core.entropy,
    )
    remaining = min(LONGEST_WINDOW_SECONDS, (closes_at - core.wall_clock.now()).total_seconds())
    outcome = run_node(
        address=flower,
        ca_pem=ssl.DER_cert_to_PEM_cert(membership.authority).encode("ascii"),
        node_key_pem=load_curve_key(membership.flower_key).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        handle=desk.answer,
        release=lambda kind, payload: core.gate.release(destination=destination, kind=kind, payload=payload),
        deadline_seconds=max(1.0, remaining + round_seconds(len(roster.entries))),
        state_dir=core.home / of_brand("flower", brand),
    )
    return {"ended": outcome.ended, "answered": outcome.answered, "refused": outcome.refused}
