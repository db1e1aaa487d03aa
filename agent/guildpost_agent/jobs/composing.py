"""A process that composes mails ahead of the one that sends them, so that both of a small machine's cores work.

The child is this very program with the command ``compose``; it reads the same database and writes nothing. Orders are
single lines of JSON on its standard input, drafts come back as a line of JSON with the message's bytes behind it, as
SMTP wants them:

    agent                                              child
    {"now": …, "ids": ["t1", "t2", …]} ──▶
                                       ◀──   {"id": "t1", "size": 10240, "reason": ""} + 10,240 bytes
                                       ◀──   {"id": "t2", "size": null, "reason": "no_legal_basis"}

A child needs a second to start; until its first answer, whoever waits composes what was not ordered yet itself. It is
never far ahead: what changes meanwhile is seen by the check in the claiming transaction, but a text is as old as
its draft.
"""

import json
import os
import select
import subprocess
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from guildpost_agent.app.mail_run import Draft
from guildpost_agent.app.ports.channel import OutgoingMail
from guildpost_agent.app.ports.unit_of_work import OutboxJob
from guildpost_agent.domain.smtp_content import data_content
from guildpost_shared.errors import Unavailable

ComposeHere = Callable[[Sequence[OutboxJob]], list[Draft[OutboxJob]]]
AHEAD: Final = 192
"""So many drafts are ordered before they are taken; a second's work, and some megabytes."""
_ORDER: Final = 96
"""So many are read for, and ordered, together."""
_HERE: Final = 16
"""So many are composed together while the child starts; the connections wait for them."""
_PIPE_BYTES: Final = 1 << 20
_SECONDS_TO_END: Final = 10.0
_SILENCE_MILLISECONDS: Final = 2
_PATIENCE_SECONDS: Final = 120.0
ComposeById = Callable[[str, datetime], Draft[OutboxJob]]


def compose_command(python: str, home: Path) -> list[str]:
    """Build the command line of a composing child."""
    return [python, "-m", "guildpost_agent.cli", "compose", "--home", str(home)]


class ComposingChild:
    """``Drafts`` of a child process; ``with`` starts and ends it."""

    def __init__(
        self,
        command: Sequence[str],
        jobs: Sequence[OutboxJob],
        now: Callable[[], datetime],
        from_address: str,
        *,
        meanwhile: ComposeHere | None = None,
    ) -> None:
        """Bring what is to be done.

        Args:
            command: starts the child.
            jobs: whose mails are wanted, in this order.
            now: the business clock.
            from_address: of the envelope.
            meanwhile: composes in this process while the child starts; without it everybody waits.
        """
        self._command = list(command)
        self._meanwhile = meanwhile
        self._waiting = deque(jobs)
        self._ordered: dict[str, OutboxJob] = {}
        self._ready: deque[Draft[OutboxJob]] = deque()
        self._now = now
        self._from_address = from_address
        self._received = bytearray()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("a pipe is missing")
        self._orders, self._answers = self._process.stdin, self._process.stdout.fileno()
        os.set_blocking(self._answers, False)
        _widen(self._answers)
        self._news = select.poll()
        self._news.register(self._answers, select.POLLIN | select.POLLHUP)
        self._order()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # it holds nothing that could be lost
        self._process.wait(_SECONDS_TO_END)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def take(self, most: int, *, wait: bool) -> list[Draft[OutboxJob]]:
        """Give the next drafts.

        Raises:
            Unavailable: ``step_failed``; the child died or fell silent, and said why in the log.
        """
        self._receive()
        if self._meanwhile is not None and self._waiting and not self._ready:
            return self._meanwhile([self._waiting.popleft() for _ in range(min(most, _HERE, len(self._waiting)))])
        self._meanwhile = None if self._ready else self._meanwhile  # it has begun to answer
        while wait and not self._ready and self.left():
            if not self._news.poll(_PATIENCE_SECONDS * 1000):
                raise Unavailable("step_failed", step="compose")
            self._receive()
        self._gather(most)
        taken = [self._ready.popleft() for _ in range(min(most, len(self._ready)))]
        self._order()
        return taken

    def _gather(self, wanted: int) -> None:
        """Let a group become as large as it may, as long as the child keeps answering: a claim costs the same."""
        for _ in range(wanted):
            enough = not self._ready or len(self._ready) >= wanted or not self._ordered
            if enough or not self._news.poll(_SILENCE_MILLISECONDS):
                return
            self._receive()

    def left(self) -> bool:
        """Say whether more will come."""
        return bool(self._ready or self._ordered or self._waiting)

    def _order(self) -> None:
        """Order more while little is ahead."""
        while self._waiting and len(self._ordered) + len(self._ready) <= AHEAD - _ORDER:
            part = [self._waiting.popleft() for _ in range(min(_ORDER, len(self._waiting)))]
            self._ordered.update({job.touchpoint_id: job for job in part})
            order = {"now": self._now().isoformat(), "ids": [job.touchpoint_id for job in part]}
            try:
                self._orders.write(json.dumps(order).encode() + b"\n")
                self._orders.flush()
            except OSError:
                raise Unavailable("step_failed", step="compose") from None

    def _receive(self) -> None:
        """Read what has come, without waiting."""
        if not self._ordered:
            return
        try:
            data = os.read(self._answers, _PIPE_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise Unavailable("step_failed", step="compose")
        self._received += data
        while self._parse():
            pass

    def _parse(self) -> bool:
        end = self._received.find(b"\n")
        if end < 0:
            return False
        head = json.loads(self._received[:end])
        size = head["size"] or 0
        if len(self._received) < end + 1 + size:
            return False
        job = self._ordered.pop(head["id"])
        message = bytes(self._received[end + 1 : end + 1 + size])
        del self._received[: end + 1 + size]
        mail = OutgoingMail(job.touchpoint_id, self._from_address, job.recipient, message, finished=True)
        self._ready.append(Draft(job, mail if size else None, head["reason"]))
        return True


def compose_orders(
    compose: ComposeById,
    orders: BinaryIO,
    answers: BinaryIO,
    held: Callable[[Collection[str]], AbstractContextManager[object]] = nullcontext,
) -> None:
    """Be the child: compose what is ordered, until the input ends.

    Args:
        compose: writes one mail.
        orders: the standard input.
        answers: the standard output.
        held: is around the mails of one order; they may share a reading of the database.
    """
    for line in orders:
        order = json.loads(line)
        now = datetime.fromisoformat(order["now"])
        with held(order["ids"]):
            for touchpoint_id in order["ids"]:
                draft = compose(touchpoint_id, now)
                content = data_content(draft.mail.message) if draft.mail else b""
                head = {"id": touchpoint_id, "size": len(content) or None, "reason": draft.reason}
                answers.write(json.dumps(head).encode() + b"\n" + content)
                answers.flush()


def _widen(pipe: int) -> None:
    """Let the child run ahead: a pipe holds 64 kB unless somebody asks for more."""
    import fcntl  # noqa: PLC0415 — Unix only, like the size of a pipe

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
