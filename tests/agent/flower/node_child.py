"""A dealership's round child as a program: ``node_child.py CONFIG.json``; prints its outcome as one JSON line."""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

from guildpost_agent.adapters.flower.node import run_node
from guildpost_shared.errors import Conflict, GuildpostError, exit_code


def answer(name: str, payload: bytes) -> bytes:
    """Do what the payload's first word says."""
    word, _, rest = payload.partition(b":")
    match word:
        case b"refuse":
            raise Conflict("illegal_transition", detail="a detail that stays here")
        case b"bug":
            raise RuntimeError("Erika Mustermann, WVWZZZ1JZXW000001")
        case b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"slow":
            time.sleep(float(rest))
        case b"size":
            return b"x" * int(rest.partition(b":")[0])
        case b"work":
            return burn(float(rest))
        case _:
            pass
    return name.encode() + b":" + rest


def burn(seconds: float) -> bytes:
    """Use the processor, as a masking step would."""
    last = time.process_time() + seconds
    while time.process_time() < last:
        pass
    return b"done"


def main() -> None:
    """Join, answer, report."""
    config = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    try:
        outcome = run_node(
            address=config["address"],
            ca_pem=config["ca"].encode(),
            node_key_pem=config["key"].encode(),
            handle=lambda payload: answer(config["name"], payload),
            release=lambda _kind, payload: payload,
            deadline_seconds=config["deadline"],
            state_dir=Path(config["state"]),
        )
    except GuildpostError as exc:
        report({"error": exc.code})
        sys.stdout.flush()
        os._exit(exit_code(exc))
    report({"ended": outcome.ended, "answered": outcome.answered, "refused": outcome.refused})


def report(result: dict[str, object]) -> None:
    """Print the outcome and what it cost."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cost = {"cpu": round(usage.ru_utime + usage.ru_stime, 2), "rss_mb": usage.ru_maxrss // 1024}
    print(json.dumps(result | cost), flush=True)  # noqa: T201 — the program's answer


if __name__ == "__main__":
    main()
