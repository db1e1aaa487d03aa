"""Limits that both ends of the control plane keep, in one place so that they agree."""

from typing import Final

RECEIVE_CAP: Final = 1024 * 1024  # bytes of one message, either direction
PING_EVERY: Final = 60  # seconds between keepalive pings on a quiet connection
PING_TIMEOUT: Final = 20  # seconds to wait for the answer
LEAST_PING_INTERVAL: Final = 30  # seconds; a client that pings more often is cut off
HEARTBEAT_EVERY: Final = 20  # seconds between heartbeats on a presence stream
CODE_KEY: Final = "guildpost-code"  # trailing metadata: the error's code
PARAMS_KEY: Final = "guildpost-params"  # trailing metadata: the error's parameters, JSON object of strings
