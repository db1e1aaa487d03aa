"""What keeps a step of the long-running agent from its work, kept until it is over, for whoever asks."""

import json
from typing import Final, TypedDict

from guildpost_agent.app.ports.documents import DocumentsTransaction, OpenDocuments
from guildpost_shared.errors import GuildpostError, from_code

DOCUMENT: Final = "status/problems"


class _Noted(TypedDict):
    code: str
    params: dict[str, str]


def remember_problem(open_documents: OpenDocuments, step: str, problem: GuildpostError | None) -> None:
    """Note a step's problem, or that it is over.

    Args:
        open_documents: opens a transaction on the dealer's database.
        step: the step's name.
        problem: None when the step went well again.
    """
    with open_documents() as uow:
        problems = _stored(uow)
        problems.pop(step, None)
        if problem is not None:
            params = {name: str(value) for name, value in problem.params.items()}
            problems[step] = {"code": problem.code, "params": params}
        uow.documents.put(DOCUMENT, json.dumps(problems).encode())
        uow.commit()


def forget_problems(open_documents: OpenDocuments) -> None:
    """Start anew: what a former process met may be over."""
    with open_documents() as uow:
        uow.documents.delete(DOCUMENT)
        uow.commit()


def open_problems(uow: DocumentsTransaction) -> dict[str, GuildpostError]:
    """List what is wrong now, by step."""
    return {step: from_code(noted["code"], **noted["params"]) for step, noted in _stored(uow).items()}


def _stored(uow: DocumentsTransaction) -> dict[str, _Noted]:
    found: dict[str, _Noted] = json.loads(uow.documents.get(DOCUMENT) or b"{}")
    return found
