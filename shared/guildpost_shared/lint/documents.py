"""Lint files by what they are: parts of a template, services, lists of offers, and texts that stand alone.

    services/<id>.json                                  a service of a catalogue
    templates/<service>/<version>/<channel>.<language>.json, .mjml, .txt      a template of a catalogue
    *.mjml *.html *.htm *.liquid *.txt *.md *.typ *.xml *.svg *.css *.json *.toml *.eml    a file that stands alone

A file that stands alone is judged for what is in it. What is not in it may stand in another file: that is a warning.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from guildpost_shared.lint.findings import Finding, Severity, tidy
from guildpost_shared.lint.loose import lint_loose
from guildpost_shared.lint.offers import lint_offers
from guildpost_shared.lint.services import lint_service
from guildpost_shared.lint.templates import lint_template

MAX_BYTES: Final = 256 * 1024
"""More than any service, manifest or mail may have; a mail is cut off by large providers after some 100 kB."""
TEXTS: Final = frozenset(
    {
        *("mjml", "html", "htm", "xhtml", "liquid", "txt", "md", "typ", "xml", "svg", "css", "json", "toml"),
        *("eml", "tpl", "j2", "text"),
    }
)
_TEMPLATE: Final = re.compile(
    r"(?P<root>(?:.*/)?)templates/(?P<id>[a-z][a-z0-9_]*/[1-9]\d*/(?:email|letter|call)\.(?:de|en))\.(?P<part>json"
    r"|mjml|txt)"
)
_SERVICE: Final = re.compile(r"(?P<root>(?:.*/)?)services/(?P<id>[^/]+)\.json")

_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")

Files = Mapping[str, bytes]


def lint(files: Files, asked: Callable[[str], bool] = lambda _: True, *, compiled: bool = True) -> list[Finding]:
    """Lint files that may belong together.

    Args:
        files: name (with ``/``) → contents.
        asked: which of them findings are wanted for; the others are read where they belong together.
        compiled: whether whole mail templates are compiled too (loads the MJML compiler).

    Returns:
        Findings by file and line.
    """
    found: list[Finding] = []
    templates: dict[tuple[str, str], dict[str, str]] = {}
    for name, contents in files.items():
        part = _TEMPLATE.fullmatch(name)
        if part and not _unreadable(name, contents):
            templates.setdefault((part["root"], part["id"]), {})[part["part"]] = name
        else:
            found += _single(name, contents, files)
    for (root, template_id), parts in templates.items():
        service = files.get(f"{root}services/{template_id.split('/')[0]}.json")
        contents_of = {part: files[name] for part, name in parts.items()}
        found += lint_template(template_id, parts, contents_of, service, compiled=compiled)
    return tidy(finding for finding in found if asked(finding.file))


def _single(name: str, contents: bytes, files: Files) -> Iterator[Finding]:
    problem = _unreadable(name, contents)
    if problem:
        yield problem
        if problem.rule == "FILE.encoding" and (b"\x00" not in contents or contents[:2] in _UTF16):
            guessed = contents.decode("utf-16" if contents[:2] in _UTF16 else "cp1252", "replace")
            yield from lint_loose(name, guessed.encode("utf-8"))
        return
    service = _SERVICE.fullmatch(name)
    if service:
        yield from lint_service(name, contents, _templates_beside(service["root"], files))
    elif name.endswith("offers.toml"):
        yield from lint_offers(name, contents)
    else:
        yield from lint_loose(name, contents)


def _templates_beside(root: str, files: Files) -> frozenset[str] | None:
    """List the template files of the same folder; None where there is no folder of templates."""
    beside = frozenset(name.removeprefix(root) for name in files if name.startswith(f"{root}templates/"))
    return beside or None


def _unreadable(name: str, contents: bytes) -> Finding | None:
    extension = name.rpartition("/")[2].rpartition(".")[2].lower()
    if extension not in TEXTS or "." not in name.rpartition("/")[2]:
        binary = b"\x00" in contents[:4096]
        return None if not binary and _is_text(contents) else Finding(name, 1, "FILE.kind", Severity.WARNING, "")
    if len(contents) > MAX_BYTES:
        return Finding(name, 1, "FILE.large", Severity.ERROR, f"{len(contents) // 1024}")
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError as error:
        line = contents.count(b"\n", 0, error.start) + 1
        return Finding(name, line, "FILE.encoding", Severity.ERROR, "")
    return None


def _is_text(contents: bytes) -> bool:
    if len(contents) > MAX_BYTES:
        return False
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
