"""Documents in TOML, checked field by field; a bad field is refused with its path and what should stand there."""

from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from guildpost_agent.adapters.reference.reading import refuse
from guildpost_agent.domain.reference.dataset import Name


class Section(BaseModel):
    """A table of a document: nothing may stand in it that it does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=Section)
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

# What should stand there, in signs that need no language.
_SIGNS: Final = {
    "greater_than_equal": "≥ {ge}",
    "less_than_equal": "≤ {le}",
    "too_short": "[≥ {min_length}]",
    "string_too_short": "≥ {min_length} × a–z",
    "string_pattern_mismatch": "{pattern}",
    "extra_forbidden": "–",
    "missing": "…",
    "int_type": "0, 1, 2, …",
    "int_parsing": "0, 1, 2, …",
    "int_from_float": "0, 1, 2, …",
    "date_type": "2027-01-31",
    "date_from_datetime_parsing": "2027-01-31",
    "value_error": "{error}",
}


def validate(name: Name, model: type[Model], document: dict[str, object]) -> Model:
    """Check a document.

    Args:
        name: of the table.
        model: its form.
        document: without its header.

    Raises:
        ConfigurationError: ``reference_file_invalid`` with the first field that is wrong.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        value = "" if isinstance(first["input"], dict) else first["input"]
        refuse(name, 0, ".".join(str(part) for part in first["loc"]) or "–", value, _expected(first))


def _expected(error: ErrorDetails) -> str:
    signs = _SIGNS.get(error["type"])
    return signs.format(**error.get("ctx", {})) if signs else error["msg"]
