"""What ``status`` says of learned times: which model holds, whether the world is changing, what is switched off."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from guildpost_agent.app.taught import Taught
from guildpost_agent.cli.options import brand_name
from guildpost_agent.domain.brands import brand_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.days import written_day

_PARTS: Final = ("slot", "lead")


def learning_facts(taught: Taught, enabled: Collection[str], off: Collection[str]) -> dict[str, Any]:
    """Give it as JSON.

    Args:
        taught: what the catalogues teach.
        enabled: services that the dealer runs.
        off: services for which learned times are switched off.
    """
    running, without = set(enabled), set(off)
    return {
        "models": [
            {
                "brand": brand,
                "version": one.version,
                "learned_on": one.learned_on.isoformat(),
                "changing": _changing(taught, brand),
            }
            for brand, one in sorted(taught.models.items())
        ],
        "unreadable": sorted(taught.unreadable),
        "explored": _explored(taught, enabled, off),
        "off": sorted(without & running),
    }


def learning_lines(taught: Taught, enabled: Collection[str], off: Collection[str], texts: Catalog) -> Iterator[str]:
    """Say it in words; nothing where nothing is learned. Arguments as for ``learning_facts``."""
    for brand, one in sorted(taught.models.items()):
        name = brand_name(brand, texts)
        day = written_day(one.learned_on, texts.language)
        yield texts.text("cli.status.model", brand=name, version=one.version, day=day)
        for part in _changing(taught, brand):
            yield texts.text(f"cli.status.changing.{part}", brand=name)
    for brand in sorted(taught.unreadable):
        yield texts.text("cli.status.model_unreadable", brand=brand_name(brand, texts))
    explored, without = _explored(taught, enabled, off), sorted(set(off) & set(enabled))
    if explored:
        yield texts.text("cli.status.explored", services=", ".join(explored))
    if without:
        yield texts.text("cli.status.without_learned_times", services=", ".join(without))


def _explored(taught: Taught, enabled: Collection[str], off: Collection[str]) -> list[str]:
    """Name the services whose times are tried, because a study learns them and there is no model yet."""
    tried = taught.studied & set(enabled) - set(off)
    return sorted(name for name in tried if brand_of(name) not in taught.models)


def _changing(taught: Taught, brand: str) -> list[str]:
    drifting = taught.models[brand].model.drifting
    return [part for part, alarm in zip(_PARTS, drifting, strict=True) if alarm]
