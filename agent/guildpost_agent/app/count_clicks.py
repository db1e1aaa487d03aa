"""Count the clicks that people made: once per message, the first one; scanners and prefetchers are passed over."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.domain.clicks import COUNTED, Click, Verdict, judge
from guildpost_agent.domain.outbox import State
from guildpost_agent.domain.records import Outcome
from guildpost_shared.answers.events import AnswerEvent, Link

_LEFT = frozenset({State.SENT, State.UNSURE})


def count_clicks(uow: UnitOfWork, events: Sequence[AnswerEvent], now: datetime) -> int:
    """Note the clicks of people.

    Args:
        uow: the open transaction; the caller commits.
        events: of links that were opened, all of one minute and message together; their messages are known.
        now: the business clock; an event from the future counts as now.

    Returns:
        How many outcomes are new.
    """
    by_token: defaultdict[str, list[Click]] = defaultdict(list)
    for event in events:
        if isinstance(event.value, Link):
            by_token[event.token].append(Click(event.value, min(event.at, now)))
    found = []
    for token, clicks in by_token.items():
        job = uow.outbox.by_token(token)
        if job is not None:
            found += _clicked(job, clicks)
    return uow.outcomes.add(found)


def _clicked(job: OutboxJob, clicks: Sequence[Click]) -> list[Outcome]:
    left = job.changed_at if job.state in _LEFT else None
    verdicts = zip(clicks, judge(clicks, left), strict=True)
    people = [c.at for c, verdict in verdicts if verdict is Verdict.PERSON and c.link in COUNTED]
    return [Outcome(f"clicked:{job.touchpoint_id}", job.touchpoint_id, "clicked", min(people))] if people else []
