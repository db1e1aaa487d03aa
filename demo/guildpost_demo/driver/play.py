"""Play the demo from beginning to end."""

import json
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Final

from guildpost_demo.driver.options import Options
from guildpost_demo.driver.progress import Progress
from guildpost_demo.driver.replay import replay, run_round
from guildpost_demo.driver.stage import (
    Stage,
    open_stage,
    publish_catalogue,
    start_coordinator,
    start_dealers,
    start_public_servers,
    write_sample_data,
)
from guildpost_demo.driver.summary import dealer_lines, render, summarise
from guildpost_demo.driver.ticks import instants
from guildpost_shared.catalog import Catalog, load

READY_FILE: Final = "ready.json"
"""Written below the demo's folder once there is something to look at, for programs that wait for it."""


class Interrupted(BaseException):
    """The user or the system asked the demo to end."""


def _end_on_signals() -> None:
    def end(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # ending takes a moment; a second Ctrl-C must not cut it short
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Interrupted

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _links(stage: Stage, texts: Catalog) -> list[str]:
    run, commands = stage.supervisor.run, stage.commands
    dealers = (stage.profiles[0], stage.profiles[-1])
    return [
        texts.text("demo.look"),
        f"  {texts.text('demo.look.brand')}  {run(commands.coordinator_login()).strip()}",
        *(f"  {profile.name}  {run(commands.agent_login(profile.key)).strip()}" for profile in dealers),
        f"  {texts.text('demo.look.inbox')}  http://localhost:{commands.ports.inbox}/",
        f"  {texts.text('demo.look.folder')}  {stage.folder.root}",
    ]


def play(options: Options) -> int:
    """Run the demo as asked.

    Returns:
        The exit code: 0, also after Ctrl-C once everything was ready.

    Raises:
        GuildpostError: something it needs is missing, fails or keeps dying.
    """
    texts = load("guildpost_demo", options.language)
    begun = monotonic()
    stage = open_stage(options)
    progress = Progress(sum(1 for _ in instants(options.start, options.weeks)))
    ready = False
    _end_on_signals()
    try:
        _set(stage, progress, texts)
        replay(stage, progress, texts)
        with ThreadPoolExecutor(1) as aside:  # a round mostly waits, and the figures are final by now
            lines = aside.submit(dealer_lines, stage)
            run_round(stage, progress, texts)
            progress.close()
            shown = [render(summarise(stage, lines.result()), texts), *_links(stage, texts)]
        seconds = round(monotonic() - begun)  # ready: the links work
        (stage.folder.root / READY_FILE).write_text(json.dumps({"seconds": seconds}), encoding="utf-8")
        print(texts.text("demo.ready", seconds=seconds), *shown, sep="\n")
        ready = True
        if not options.ends_by_itself:
            print(texts.text("demo.until_interrupted"), flush=True)
            threading.Event().wait()
    except Interrupted:
        print(texts.text("demo.ending"), flush=True)
    finally:
        stage.close()
    return 0 if ready else 130


def _set(stage: Stage, progress: Progress, texts: Catalog) -> None:
    def said(key: str) -> Callable[[str], None]:
        return lambda detail: progress.show(texts.text(key, detail=detail))

    progress.note(texts.text("demo.folder", folder=stage.folder.root))
    # The coordinator's first start is slow and mostly waits; the sample data is made meanwhile.
    failed: list[BaseException] = []

    def brand_side() -> None:
        try:
            start_coordinator(stage)
        except Exception as error:  # noqa: BLE001 — handed to the main thread, which raises it
            failed.append(error)

    brand = threading.Thread(target=brand_side, daemon=True)
    brand.start()
    write_sample_data(stage, said("demo.step.data"))
    brand.join()
    if failed:
        raise failed[0]
    publish_catalogue(stage)
    start_public_servers(stage)
    start_dealers(stage, said("demo.step.dealer"))
