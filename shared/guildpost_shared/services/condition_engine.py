"""The engine of the Common Expression Language, without the command line that its package brings along.

``import cel`` loads ``cel.cli`` first, and with that a toolkit for terminals: two hundred milliseconds of processor
time in every process that knows what a service is. The engine itself is one extension module beside it. It can be
loaded once in a process, so it is kept under its own name, where an ``import cel`` would find it.
"""

import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Final

_NAME: Final = "cel.cel"


def _engine() -> ModuleType:
    """Load the extension module alone.

    Raises:
        ModuleNotFoundError: ``common-expression-language`` is not installed, or keeps its engine elsewhere.
    """
    known = sys.modules.get(_NAME)
    if known is not None:
        return known
    package = find_spec("cel")
    spec = PathFinder.find_spec(_NAME, package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {_NAME!r}", name=_NAME)
    module = sys.modules[_NAME] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ENGINE: Final = _engine()
"""``compile`` an expression, ``execute`` the program with the facts."""
