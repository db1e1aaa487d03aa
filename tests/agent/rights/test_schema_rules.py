"""Every personal column has its rules and its words, and no rule speaks of what is not there."""

import re

import pytest
from sqlalchemy import Table

from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.domain.rights.retention import CONTACTS, Rule
from guildpost_agent.domain.rights.rules import Blank, Delete, Direct, Mentions, Pseudonym, TableRule, Via
from guildpost_agent.domain.rights.schema_rules import RULES
from guildpost_shared.catalog import load
from guildpost_shared.errors import Language

PERSONAL = sorted(t.name for t in metadata.tables.values() if any(c.info.get("personal") for c in t.c))
NAMES = [f"{number}-{rule.table}" for number, rule in enumerate(RULES)]


def _rules_of(table: str) -> list[TableRule]:
    return [rule for rule in RULES if rule.table == table]


def _personal(table: Table) -> set[str]:
    return {column.name for column in table.c if column.info.get("personal")}


def _covered(rule: TableRule) -> set[str]:
    match rule.erase:
        case Delete():
            return {column.name for column in metadata.tables[rule.table].c}
        case Blank(columns):
            return set(columns)
        case Pseudonym(column, _why, blank, keeps):
            return {column, *blank, *keeps}


@pytest.mark.parametrize("table", PERSONAL)
def test_an_erasure_reaches_every_personal_column(table: str) -> None:
    assert set() == _personal(metadata.tables[table]) - {c for rule in _rules_of(table) for c in _covered(rule)}


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_names_only_what_exists(rule: TableRule) -> None:
    columns = {column.name for column in metadata.tables[rule.table].c}
    named = {*rule.withheld, *(_covered(rule) if not isinstance(rule.erase, Pseudonym) else {rule.erase.column})}
    match rule.belongs:
        case Direct(column) | Mentions(column):
            named.add(column)
        case Via(column, parent, parent_column):
            named.add(column)
            assert parent_column in metadata.tables[parent].c
            assert _rules_of(parent)
    if rule.only is not None:
        named.add(rule.only[0])
        following = [other for other in _rules_of(rule.table) if other.only is None]
        assert following, "what the rule leaves needs a rule of its own"
    assert set() == named - columns


@pytest.mark.parametrize("language", ["de", "en"])
def test_everything_told_has_words_in_both_languages(language: str) -> None:
    ids = load("guildpost_agent", "de" if language == "de" else "en").ids()
    needed = {f"rights.table.{rule.table}" for rule in RULES}
    for rule in RULES:
        if rule.told:
            needed |= {
                f"rights.purpose.{rule.purpose}",
                f"rights.storage.{rule.storage}",
                f"rights.source.{rule.source}",
            }
            needed |= {f"rights.withheld.{why}" for why in rule.withheld.values()}
            told = {column.name for column in metadata.tables[rule.table].c} - set(rule.withheld)
            needed |= {f"rights.column.{column}" for column in told}
    needed |= {f"rights.retention.{rule}" for rule in Rule}
    assert set() == needed - ids


def test_every_column_that_speaks_of_a_contact_exists_beside_the_customers_number() -> None:
    assert [] == [c for c in CONTACTS if not {"customer_id", c[1]} <= {x.name for x in metadata.tables[c[0]].c}]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_retention_rule_names_its_law(language: Language) -> None:
    texts = load("guildpost_agent", language)
    named = [texts.text(f"rights.law.{rule}") for rule in Rule]
    assert [] == [law for law in named if not re.search("DSGVO|UWG" if language == "de" else "GDPR|UWG", law)]
