"""The consent ledger: append-only events, a pure fold over them, and one function that decides."""
