"""How a faulty template is refused: with file, line, field and reason, for whoever has to mend it."""

from guildpost_shared.errors import Refused
from guildpost_shared.problems import Problem


def invalid(template_id: str, part: str, field: str, problem: Problem, line: int = 0) -> Refused:
    """Build the refusal.

    Args:
        template_id: ``<service>/<version>/<channel>.<language>``.
        part: ``json``, ``mjml`` or ``txt``.
        field: of the manifest, or the part itself.
        problem: what is wrong.
        line: counted from 1; 0 where it is not known.
    """
    file = f"templates/{template_id}.{part}"
    place = Problem("in_line", file=file, line=line) if line else Problem("in_file", file=file)
    words = f"{field}: {problem.said('en')}"
    return Refused(
        "template_invalid",
        words,
        template=template_id,
        field=field,
        problem=problem,
        file=file,
        line=line,
        place=place,
    )
