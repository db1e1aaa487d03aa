"""Values made by the hundred thousand: frozen for the type checker, plain at run time.

A frozen dataclass sets each field through ``object.__setattr__``, which takes most of the time of reading a table;
the type checker forbids the same assignments without that price.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Class]) -> type[_Class]:
    """Make a dataclass that is compared and hashed by its fields and never changed."""
    return dataclass(unsafe_hash=True)(cls)
