"""What is wrong now, in sentences for the dealer: on the start page and in ``status``."""

from collections.abc import Mapping

from guildpost_agent.app.renew_certificate import PROBLEM as CERTIFICATE
from guildpost_agent.app.sync_catalogue import PROBLEM as CATALOGUE
from guildpost_agent.domain.brands import brand_of_word
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import GuildpostError, public_text


def problem_lines(problems: Mapping[str, GuildpostError], texts: Catalog) -> list[str]:
    """Say each problem once, with what to do, and which further brand it concerns.

    Args:
        problems: by step (``remember_problems.open_problems``); a coordinator that is away keeps both catalogue and
            certificate waiting, which is one sentence.
        texts: of the reader's language.
    """
    return list(dict.fromkeys(_line(step, problem, texts) for step, problem in problems.items()))


def _line(step: str, problem: GuildpostError, texts: Catalog) -> str:
    brand = brand_of_word(CATALOGUE, step) or brand_of_word(CERTIFICATE, step)
    whose = f"{texts.text('cli.brand.named', brand=brand)}: " if brand else ""
    return f"{whose}{public_text(problem, texts.language)}"
