"""The intervals that the law sets, for whoever has no catalogue at hand (a first look, the work list)."""

import json
from functools import cache
from importlib.resources import files
from typing import Final

from guildpost_shared.services.fields import read_object
from guildpost_shared.services.occasion_rules import HuRule, read_occasion_rule

_FILE: Final = "statutory_hu.json"


@cache
def statutory_hu_rule() -> HuRule:
    """Give the intervals of the periodic inspection (StVZO § 29, Anlage VIII), as shipped with this version."""
    shipped = json.loads((files("guildpost_shared.services") / _FILE).read_bytes())
    rule = read_occasion_rule(read_object(json.dumps(shipped["occasion"]).encode(), _FILE))
    if not isinstance(rule, HuRule):
        raise TypeError(_FILE)
    return rule
