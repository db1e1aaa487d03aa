"""The agent's encrypted database: one module per subject, one ``metadata`` over all of them."""

from guildpost_agent.adapters.sql.tables.agent import documents, egress_ledger, leases
from guildpost_agent.adapters.sql.tables.approvals import approvals
from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata
from guildpost_agent.adapters.sql.tables.calls import call_tasks
from guildpost_agent.adapters.sql.tables.consents import (
    consent_events,
    opt_in_mails,
    opt_in_requests,
    phone_consent_uses,
    suppressions,
)
from guildpost_agent.adapters.sql.tables.goodwill import goodwill_entries
from guildpost_agent.adapters.sql.tables.holds import hold_steps, holds
from guildpost_agent.adapters.sql.tables.lists import vehicle_list_waiting, vehicle_lists
from guildpost_agent.adapters.sql.tables.mirror import (
    appointments,
    customers,
    imports,
    jobs,
    quarantine,
    vehicles,
    wheel_sets,
)
from guildpost_agent.adapters.sql.tables.pages import login_links, sessions
from guildpost_agent.adapters.sql.tables.people import match_keys, merge_log, persons, review_pairs, verdicts
from guildpost_agent.adapters.sql.tables.plans import decisions, due_dates, occasions, outbox, outcomes, touchpoints
from guildpost_agent.adapters.sql.tables.replies import arrivals, replies
from guildpost_agent.adapters.sql.tables.returns import found_alive
from guildpost_agent.adapters.sql.tables.rights import doomed_files, known_since, restrictions, rights_log, tombstones
from guildpost_agent.adapters.sql.tables.rounds import contributed_customers, contributions, rounds
from guildpost_agent.adapters.sql.tables.segments import customer_segments, service_potential
from guildpost_agent.adapters.sql.tables.staging import STAGED, staged_statements

__all__ = [
    "PERSONAL",
    "STAGED",
    "Instant",
    "appointments",
    "approvals",
    "arrivals",
    "call_tasks",
    "consent_events",
    "contributed_customers",
    "contributions",
    "customer_segments",
    "customers",
    "decisions",
    "documents",
    "doomed_files",
    "due_dates",
    "egress_ledger",
    "found_alive",
    "goodwill_entries",
    "hold_steps",
    "holds",
    "imports",
    "jobs",
    "known_since",
    "leases",
    "login_links",
    "match_keys",
    "merge_log",
    "metadata",
    "occasions",
    "opt_in_mails",
    "opt_in_requests",
    "outbox",
    "outcomes",
    "persons",
    "phone_consent_uses",
    "quarantine",
    "replies",
    "restrictions",
    "review_pairs",
    "rights_log",
    "rounds",
    "service_potential",
    "sessions",
    "staged_statements",
    "suppressions",
    "tombstones",
    "touchpoints",
    "vehicle_list_waiting",
    "vehicle_lists",
    "vehicles",
    "verdicts",
    "wheel_sets",
]
