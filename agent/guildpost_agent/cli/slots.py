"""``guildpost-agent slots``: the free places in the brand's messages, what fits there, and what stands in them."""

import argparse
from collections.abc import Iterator

from guildpost_agent.app.compose_message import LANGUAGE
from guildpost_agent.app.dealership import enabled_services
from guildpost_agent.app.slot_fillings import Filling, Fillings, list_fillings
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.member import catalogues_of, services_in_force
from guildpost_agent.cli.options import add_home, texts_of
from guildpost_shared.catalog import Catalog
from guildpost_shared.templates.slot_words import kind_words, rule_words

HELP = "freie Stellen in den Nachrichten und Ihre Texte darin · free places in the messages and your words in them"
WRONG = 1
_SHOWN = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--service", help="nur dieser Service · this service only")


def run(arguments: argparse.Namespace) -> int:
    """Print every free slot.

    Returns:
        1 where something that is filled in does not fit, or has no place at all.

    Raises:
        GuildpostError: the catalogue or a template of it cannot be read.
    """
    texts, core = texts_of(arguments), open_core(arguments.home)
    services = enabled_services(services_in_force(core), core.config)
    found = list_fillings(services, catalogues_of(core).read, core.config, LANGUAGE)
    for line in described(found, texts, arguments.service):
        print(line)
    return 0 if found.fit else WRONG


def described(found: Fillings, texts: Catalog, service_id: str | None = None) -> Iterator[str]:
    """Say what there is to fill in, what is filled in, and what to do about what does not fit."""
    template_id = ""
    for row in found.rows:
        if service_id not in {None, row.service_id}:
            continue
        if row.template_id != template_id:
            template_id = row.template_id
            yield template_id
        yield from _row(row, texts)
    for name in found.unknown:
        yield texts.text("cli.slots.unknown", name=name)
    if found.fit:
        yield texts.text("cli.slots.fit")


def _row(row: Filling, texts: Catalog) -> Iterator[str]:
    slot, language = row.slot, texts.language
    rules = "; ".join((kind_words(slot, language), *rule_words(slot, language)))
    yield f"  {slot.name} · {slot.label[language]}: {rules}"
    value = " / ".join(row.value[: 4 * _SHOWN].split("\n"))
    shown = f"{value[:_SHOWN]}…" if len(value) > _SHOWN else value
    if row.problem:
        place = f"services.settings.{row.service_id}.slots"
        problem = row.problem.said(language)
        yield "    " + texts.text("cli.slots.wrong", value=shown or "–", problem=problem)
        yield "    " + texts.text(
            "cli.slots.mend", name=slot.name, place=place, sample=slot.sample.replace("\n", " / ")
        )
    elif shown:
        yield "    " + texts.text("cli.slots.filled", value=shown)
    elif slot.text:
        yield "    " + texts.text("cli.slots.default", value=slot.text)
    else:
        yield "    " + texts.text("cli.slots.empty", sample=slot.sample.replace("\n", " / "))
