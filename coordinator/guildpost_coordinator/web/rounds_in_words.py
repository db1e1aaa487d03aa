"""What a round is doing, and why it was given up, in words: for the console, the command line and whoever waits."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.catalog import plural_form
from guildpost_shared.errors import Language, from_code, public_text
from guildpost_shared.secagg.stages import ASKING
from guildpost_shared.studies.propensity.terms import LAST_STEP
from guildpost_shared.studies.spec import step_of
from guildpost_shared.web.texts import Texts

MESSAGES: Final = "guildpost_coordinator"


@dataclass(frozen=True)
class RoundInWords:
    """One round as it is shown.

    Attributes:
        round: itself; it names no dealership, only how many.
        days: first and last day that it counts; None where the period is none.
        progress: what it is doing, in the sentences that apply.
        reason: why it was given up.
    """

    round: Round
    days: tuple[date, date] | None
    progress: tuple[str, ...]
    reason: str


def round_in_words(round_: Round, language: Language) -> RoundInWords:
    """Say where a round stands."""
    texts = Texts(MESSAGES, language)
    return RoundInWords(
        round_, _days(round_.period), tuple(_progress(round_, texts)), _reason(round_.reason, texts, language)
    )


def _progress(round_: Round, texts: Texts) -> list[str]:
    said = []
    if step := step_of(round_.period):
        said.append(texts.text("round.progress.training", step=step, rounds=LAST_STEP))
    if round_.state is RoundState.ANNOUNCED:
        waits = round_.joined + round_.waiting == 0
        name = "round.progress.waits" if waits else "round.progress.gathers"
        said.append(texts.text(name, joined=round_.joined, waiting=round_.waiting))
    elif round_.state is RoundState.COLLECTING and round_.stage is not None:
        stage, place = texts.text(f"round.stage.{round_.stage.name}"), round_.stage + 1
        said.append(
            texts.text(
                "round.progress.stage",
                stage=stage,
                number=place,
                stages=len(ASKING),
                answered=round_.joined - round_.waiting,
                joined=round_.joined,
            )
        )
    if round_.attempt > 1:
        said.append(texts.text("round.progress.attempt", attempt=round_.attempt))
    if round_.resumed:
        said.append(texts.text("round.progress.resumed", resumed=round_.resumed))
    if round_.lost_shards:
        name = f"round.progress.shards.{plural_form(round_.lost_shards)}"
        said.append(texts.text(name, count=round_.lost_shards, agents=round_.lost_agents))
    if round_.state is RoundState.ABORTED:
        said.append(texts.text("round.progress.repeatable" if round_.may_be_repeated else "round.progress.lost"))
    return said


def _reason(code: str, texts: Texts, language: Language) -> str:
    """Say why a round was given up; a round keeps the code alone, so sentences with figures have a plainer twin."""
    if not code:
        return ""
    if texts.has(f"round.reason.{code}"):
        return texts.text(f"round.reason.{code}")
    return public_text(from_code(code), language).what


def _days(period: str) -> tuple[date, date] | None:
    """Read a period's first and last day, written with a stroke or, as in file names, with an underscore."""
    first, _, last = period.replace("/", "_").removesuffix(f"_{step_of(period)}").partition("_")
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
