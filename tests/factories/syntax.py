"""Python sources as trees."""

import ast


def parsed(source: str) -> ast.Module:
    """Read a source; once more where another thread's compiling disturbed CPython 3.11 (python/cpython#106905)."""
    try:
        return ast.parse(source)
    except SystemError:
        return ast.parse(source)
