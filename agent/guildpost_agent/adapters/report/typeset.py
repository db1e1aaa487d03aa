"""The report as a page: PDF/A-2a, tagged for screen readers, set with the typesetter that also sets the letters.

Typesetting needs some 100 MB; it belongs into a short-lived process, such as a command.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import Final

from guildpost_shared.errors import Refused

PDF_STANDARD: Final = "a-2a"


def typeset_report(report: Mapping[str, object], *, created: datetime) -> bytes:
    """Set a person's report.

    Args:
        report: as ``app.rights.export`` makes it.
        created: the instant that the PDF carries.

    Raises:
        Refused: ``person_report_failed``.
    """
    import typst  # noqa: PLC0415 — heavy; only the command that prints needs it

    data = json.dumps(report, ensure_ascii=False)
    try:
        with resources.as_file(resources.files(__package__).joinpath("report.typ")) as layout:
            compiler = typst.Compiler(layout, ignore_system_fonts=True, sys_inputs={"report": data})
            pdf = compiler.compile(format="pdf", pdf_standards=PDF_STANDARD, timestamp=int(created.timestamp()))
    except RuntimeError as error:  # also the base of typst.TypstError
        raise Refused("person_report_failed", type(error).__name__) from error
    if not isinstance(pdf, bytes):
        raise Refused("person_report_failed", "several files")
    return pdf
