"""A real Chromium, driven over its debugging protocol: open a page at a width, ask it questions, take a picture."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

import anyio
import pytest
import websocket

for _name in dir(anyio):  # loaded at first use otherwise: in a server's thread, where pytest's rewriting of it may fail
    getattr(anyio, _name)

_START_SECONDS = 30.0


def find_chromium() -> str:
    """Find the browser, or skip the test; in continuous integration a missing browser is a failure.

    Returns:
        The path of the program.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    message = "Chromium is not installed (apt-get install chromium)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


class Tab:
    """One open page."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket
        self._last = 0
        self.troubles: list[str] = []

    def call(self, method: str, **params: object) -> dict[str, object]:
        """Call a method of the debugging protocol and wait for its answer."""
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while True:
            answer = self._receive()
            if answer.get("id") == self._last:
                assert "error" not in answer, answer
                return cast("dict[str, object]", answer["result"])

    def wait_for(self, event: str) -> None:
        """Wait for an event of the debugging protocol."""
        while self._receive().get("method") != event:
            pass

    def _receive(self) -> dict[str, object]:
        """Take the next message; what the browser complains about (policies, scripts, networks) is noted."""
        message = cast("dict[str, object]", json.loads(self._socket.recv()))
        if message.get("method") in {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}:
            self.troubles.append(json.dumps(message["params"]))
        return message

    def watch(self) -> None:
        """Note from now on in ``troubles`` what the browser complains about."""
        self.call("Log.enable")
        self.call("Runtime.enable")
        self.call("Page.enable")

    def resize(self, width: int, height: int = 900) -> None:
        """Give the screen a width in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)

    def visit(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def show(self, html: str, width: int, height: int = 900) -> None:
        """Show a page on a screen of a certain width in CSS pixels."""
        self.resize(width, height)
        self.call("Page.enable")
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
            file.write(html)
            file.flush()
            self.call("Page.navigate", url=Path(file.name).as_uri())
            self.wait_for("Page.loadEventFired")

    def ask(self, expression: str) -> object:
        """Evaluate an expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return cast("dict[str, object]", result["result"]).get("value")

    def picture(self) -> bytes:
        """Take a PNG picture of the whole page."""
        result = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(cast("str", result["data"]))


@contextmanager
def open_tab() -> Iterator[Tab]:
    """Start a browser of its own with one empty page, and end it afterwards."""
    program = find_chromium()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
        command += ["--disable-background-networking", "--remote-debugging-port=0", "--remote-allow-origins=*"]
        command += [f"--user-data-dir={home}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            socket = websocket.create_connection(_page_address(Path(home)), timeout=30)
            try:
                yield Tab(socket)
            finally:
                socket.close()
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def _page_address(home: Path) -> str:
    """Wait for the browser's port and create a page."""
    port_file = home / "DevToolsActivePort"
    deadline = time.monotonic() + _START_SECONDS
    while not port_file.exists() or "\n" not in port_file.read_text():
        assert time.monotonic() < deadline, "Chromium did not start"
        time.sleep(0.05)
    port, path = port_file.read_text().split("\n")[:2]
    browser = Tab(websocket.create_connection(f"ws://127.0.0.1:{port}{path}", timeout=30))
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    return f"ws://127.0.0.1:{port}/devtools/page/{target}"
