"""The rule of every table that holds personal data, in one place.

A table with personal columns and no rule here fails a test, and so does a rule that names what does not exist. A table
that joins later takes a line here, a title ``rights.table.<name>`` and a label ``rights.column.<column>`` for each
column in both catalogues.
"""

from collections.abc import Mapping
from typing import Final

from guildpost_agent.domain.rights.rules import (
    Belongs,
    Blank,
    Delete,
    Direct,
    Erase,
    Mentions,
    Pseudonym,
    Source,
    TableRule,
    Via,
)

TECHNICAL: Final = "technical"
OTHER_PERSON: Final = "other_person"
_OWN: Final = Direct("customer_id")
_OF_TOUCHPOINT: Final = Via("touchpoint_id", "touchpoints", "touchpoint_id")
_OF_OCCASION: Final = Via("occasion_id", "occasions", "occasion_id")
_DIGEST: Final = {"row_digest": TECHNICAL}
_STAGED: Final = ("customers", "vehicles", "jobs", "appointments", "wheel_sets", "statements")
_PHONE: Final = ("channel", frozenset({"phone"}))
_CALLS: Final = Pseudonym(
    "customer_id",
    "phone_proof",
    blank={"ip": "", "reference": "", "reference_on": None, "preferences": None},
    keeps=frozenset({"at", "source", "collected_by", "given_on", "confirmed_at", "valid_from", "valid_to"}),
)
_LABEL_NEIGHBOURS: Final = frozenset({"customer_id", "person_id", "household_id", "from_person", "to_person"})
_USES: Final = Pseudonym("customer_id", "phone_proof", keeps=frozenset({"used_at", "called_by"}))


def _mirror(table: str, purpose: str, withheld: Mapping[str, str] = _DIGEST) -> TableRule:
    """Give the rule of what the dealer management system brought; the original stays there under its own terms."""
    return TableRule(table, _OWN, Delete(), purpose, "profile", Source.DMS, withheld)


def _derived(
    table: str, purpose: str, *, belongs: Belongs = _OWN, erase: Erase | None = None, storage: str = "profile"
) -> TableRule:
    """Give the rule of what the agent itself worked out or did."""
    return TableRule(table, belongs, erase or Delete(), purpose, storage, Source.AGENT)


def _people(table: str, withheld: Mapping[str, str]) -> TableRule:
    """Give the rule of what the agent concluded about who is who."""
    return TableRule(table, _OWN, Delete(), "people", "profile", Source.AGENT, withheld)


def _elsewhere(table: str, column: str, erase: Erase | None = None) -> TableRule:
    """Give the rule of rows that name the person in another column, or hold only a copy: erased, not told again."""
    return TableRule(table, Direct(column), erase or Delete(), "people", "profile", Source.AGENT, told=False)


def _label(table: str, column: str) -> TableRule:
    """Give the rule of a group that goes on under another name when the member that named it is gone."""
    return _elsewhere(table, column, Pseudonym(column, "group_label", keeps=_LABEL_NEIGHBOURS))


RULES: Final[tuple[TableRule, ...]] = (
    _mirror("customers", "contact"),
    _mirror("vehicles", "care", {**_DIGEST, "owner_id": OTHER_PERSON}),
    # The keeper's row names its owner: the owner's number goes, the keeper's vehicle stays.
    TableRule(
        "vehicles", Direct("owner_id"), Blank({"owner_id": ""}), "care", "profile", Source.DMS, _DIGEST, told=False
    ),
    _mirror("jobs", "care"),
    _mirror("appointments", "care"),
    _mirror("wheel_sets", "care"),
    # The permission to call is proved for five years from each use (§ 7a UWG), whoever asks to be erased.
    TableRule("consent_events", _OWN, _CALLS, "proof", "phone_proof", Source.PERSON, only=_PHONE, told=False),
    TableRule("consent_events", _OWN, Delete(), "proof", "proof", Source.PERSON, {"seq": TECHNICAL}),
    TableRule(
        "phone_consent_uses",
        _OWN,
        _USES,
        "proof",
        "phone_proof",
        Source.AGENT,
        {"id": TECHNICAL, "event_seq": TECHNICAL},
    ),
    TableRule(
        "opt_in_requests",
        _OWN,
        Delete(),
        "proof",
        "proof",
        Source.PERSON,
        {"token_hash": TECHNICAL, "request_id": TECHNICAL},
    ),
    TableRule(
        "opt_in_mails",
        Via("request_id", "opt_in_requests", "request_id"),
        Delete(),
        "proof",
        "proof",
        Source.AGENT,
        {"request_id": TECHNICAL, "message_id": TECHNICAL},
    ),
    _people("persons", {"person_id": TECHNICAL, "household_id": OTHER_PERSON}),
    _label("persons", "person_id"),
    _label("persons", "household_id"),
    _people("review_pairs", {"other_id": OTHER_PERSON}),
    _elsewhere("review_pairs", "other_id"),
    _people("verdicts", {"other_id": OTHER_PERSON}),
    _elsewhere("verdicts", "other_id"),
    _people("merge_log", {"from_person": OTHER_PERSON, "to_person": OTHER_PERSON, "id": TECHNICAL}),
    _label("merge_log", "from_person"),
    _label("merge_log", "to_person"),
    _elsewhere("match_keys", "customer_id"),
    _derived("due_dates", "planning"),
    # Rows on their way into the mirror: an import that is under way does not bring back who was just erased.
    *(_elsewhere(f"staged_{table}", "customer_id") for table in _STAGED),
    _elsewhere("staged_vehicles", "owner_id", Blank({"owner_id": ""})),
    _derived("occasions", "planning"),
    _derived("customer_segments", "planning"),
    _derived("service_potential", "planning"),
    _derived("decisions", "planning", belongs=_OF_OCCASION),
    _derived("touchpoints", "sending", storage="send_log"),
    TableRule(
        "outbox",
        _OF_TOUCHPOINT,
        Delete(),
        "sending",
        "send_log",
        Source.AGENT,
        {"token": TECHNICAL, "message_id": TECHNICAL},
    ),
    TableRule(
        "approvals",
        _OF_TOUCHPOINT,
        Delete(),
        "sending",
        "send_log",
        Source.AGENT,
        {"seq": TECHNICAL, "touchpoint_id": TECHNICAL},
    ),
    TableRule("outcomes", _OF_TOUCHPOINT, Delete(), "answers", "send_log", Source.PERSON),
    TableRule(
        "call_tasks", _OWN, Delete(), "sending", "send_log", Source.AGENT, {"task_id": TECHNICAL, "proof": TECHNICAL}
    ),
    TableRule(
        "replies",
        _OWN,
        Delete(),
        "answers",
        "send_log",
        Source.PERSON,
        {"reply_id": TECHNICAL, "touchpoint_id": TECHNICAL},
    ),
    # A row that could not be read may hold another person beside this one: it is emptied, and told only by its place.
    TableRule(
        "quarantine",
        Mentions("raw"),
        Blank({"raw": ""}),
        "mending",
        "raw",
        Source.DMS,
        {"raw": OTHER_PERSON, "id": TECHNICAL},
    ),
    _derived("holds", "planning"),
    TableRule("found_alive", _OWN, Delete(), "answers", "send_log", Source.AGENT, {"seq": TECHNICAL}),
    TableRule("hold_steps", _OWN, Delete(), "planning", "profile", Source.AGENT, {"seq": TECHNICAL}),
    TableRule(
        "goodwill_entries",
        _OWN,
        Delete(),
        "goodwill",
        "profile",
        Source.AGENT,
        {"seq": TECHNICAL, "credit_id": TECHNICAL},
    ),
    _derived("vehicle_lists", "care", belongs=Via("vehicle_id", "vehicles", "vehicle_id")),
    # Nobody's until the vehicle is known here; a number that only this person's papers have is emptied with them.
    TableRule(
        "vehicle_list_waiting",
        Mentions("written"),
        Blank({"written": "", "text": ""}),
        "care",
        "profile",
        Source.AGENT,
        {"id": TECHNICAL},
    ),
    # Without the mark somebody who comes back would be counted twice in one quarter.
    _derived(
        "contributed_customers",
        "statistics",
        erase=Pseudonym("customer_id", "counted_once"),
        storage="mark",
    ),
    _derived("restrictions", "rights"),
    _derived("known_since", "rights"),
)

IDENTIFYING: Final = frozenset(
    {
        "customer_id",
        "email",
        "phone",
        "mobile",
        "family_name",
        "second_family_name",
        "company",
        "street",
        "vehicle_id",
        "vin",
        "plate",
        "job_id",
        "order_number",
        "appointment_id",
    }
)
"""Columns whose values, found in raw text or in a kept file, say that it is about this person."""


def held_by_key() -> tuple[TableRule, ...]:
    """List the rules whose rows are found by a key, not by reading text."""
    return tuple(rule for rule in RULES if not isinstance(rule.belongs, Mentions))
