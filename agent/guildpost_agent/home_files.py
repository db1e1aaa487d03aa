"""Files and folders that the configuration names: they lie in the agent's folder, unless their path is absolute."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, ValidationInfo

HOME: Final = "home"
"""The key of the validation's context that holds the agent's folder; without it paths stay as they are written."""


def _path(path: Path, info: ValidationInfo) -> Path:
    home = (info.context or {}).get(HOME)
    return path if home is None else Path(home).absolute() / path


def _name(name: str, info: ValidationInfo) -> str:
    return str(_path(Path(name), info)) if name else ""


HomePath = Annotated[Path, AfterValidator(_path)]
HomeFile = Annotated[str, AfterValidator(_name)]
"""As text; empty where there is none."""
