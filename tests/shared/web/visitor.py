"""A visitor with a browser's habits: keeps cookies, sends Origin with forms, talks to a real server on loopback."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Final, Protocol

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine, func, inspect, select, table

from guildpost_shared.clock import ManualClock
from guildpost_shared.web.login import Gatekeeper
from guildpost_shared.web.serving import WebServer

MARKUP: Final = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)
CSRF: Final = re.compile(r'name="csrf" value="([^"]+)"')


class World(Protocol):
    """One user interface on a real database."""

    app: FastAPI
    engine: Engine
    gatekeeper: Gatekeeper
    wall: ManualClock


class Visitor(httpx.Client):
    """A browser at one address."""

    def __init__(self, address: str, *, verify: ssl.SSLContext | bool = False) -> None:
        super().__init__(base_url=address, timeout=30, trust_env=False, verify=verify)
        self.origin = address

    def submit(self, path: str, **fields: str) -> httpx.Response:
        """Send a form as a browser does."""
        return self.post(path, data=fields, headers={"Origin": self.origin})

    def log_in(self, world: World) -> httpx.Response:
        """Use a fresh link."""
        return self.submit("/login", token=world.gatekeeper.issue_link())

    def words(self, path: str) -> str:
        """Read a page as a person does: its words, without markup."""
        return words(self.get(path).text)

    def csrf(self) -> str:
        """Read the session's token from the start page."""
        found = CSRF.search(self.get("/").text)
        assert found is not None
        return found[1]


def words(page: str) -> str:
    """Give what a page says, without markup."""
    return " ".join(unescape(MARKUP.sub(" ", page)).split())


@contextmanager
def visiting(app: FastAPI) -> Iterator[Visitor]:
    """Serve an application on loopback and give a visitor."""
    server = WebServer(app, host="127.0.0.1", port=0)
    server.start()
    try:
        with Visitor(f"http://127.0.0.1:{server.port}") as visitor:
            yield visitor
    finally:
        server.stop()


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """List every route as (method, path), the mounted folder of static files aside."""
    contexts = iter_route_contexts(app.routes)
    listed = [(method, str(context.path)) for context in contexts for method in context.methods or ()]
    assert ("POST", "/logout") in listed, "the framework lists routes in another way now"
    return sorted(listed)


def row_counts(engine: Engine) -> dict[str, int]:
    """Count the rows of every table."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}
