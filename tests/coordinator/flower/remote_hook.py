"""A round driver that does what a test tells it over a socket: the real exchange, driven from outside."""

import os
from multiprocessing.connection import Client
from pathlib import Path

from guildpost_coordinator.adapters.flower.exchange import GridExchange
from guildpost_shared.errors import GuildpostError


def drive(round_id: str, home: str, exchange: GridExchange) -> None:
    """Answer the test's orders until it says ``end``."""
    with Client(str(Path(home) / "hook.sock"), family="AF_UNIX") as connection:
        connection.send((round_id, os.getpid()))
        while True:
            order, arguments = connection.recv()
            match order:
                case "nodes":
                    connection.send(exchange.nodes())
                case "exchange":
                    connection.send(attempt(exchange, *arguments))
                case _:
                    return


def attempt(exchange: GridExchange, requests: dict[int, bytes], timeout_s: float) -> tuple[object, object]:
    """Exchange, or name the error's code."""
    try:
        return exchange.exchange(requests, timeout_s), exchange.refusals
    except GuildpostError as exc:
        return exc.code, None


def fail(round_id: str, home: str, exchange: GridExchange) -> None:
    """Break down."""
    del home, exchange
    message = f"round {round_id} broke down"
    raise RuntimeError(message)
