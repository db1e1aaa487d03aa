"""Find the templates among files: by their place in a catalogue, or by what their manifest says of itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_PART: Final = re.compile(r"(?P<folder>.*/)?(?P<stem>(?:email|letter|call)\.(?:de|en))\.(?P<part>json|mjml|txt)")
_PLACE: Final = re.compile(r"(?:.*/)?templates/(?P<place>[a-z][a-z0-9_]{1,39}/[1-9]\d{0,4}/)")
_ID: Final = re.compile(r"[a-z][a-z0-9_]{1,39}/[1-9]\d{0,4}/(?:email|letter|call)\.(?:de|en)")
_SERVICE: Final = re.compile(r"(?:.*/)?services/([a-z][a-z0-9_]{1,39})\.json")

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class TemplateSource:
    """One template's parts.

    Attributes:
        template_id: ``<service>/<version>/<channel>.<language>``.
        names: part (``json``, ``mjml``, ``txt``) → the file that it stands in.
        contents: part → bytes.
    """

    template_id: str
    names: dict[str, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    @property
    def service_id(self) -> str:
        """The service it belongs to."""
        return self.template_id.partition("/")[0]

    @property
    def version(self) -> int:
        """Its version."""
        return int(self.template_id.split("/")[1])

    @property
    def channel(self) -> str:
        """``email``, ``letter`` or ``call``."""
        return self.template_id.rpartition("/")[2].partition(".")[0]

    @property
    def key(self) -> str:
        """What stays the same from version to version."""
        return f"{self.service_id}/{self.template_id.rpartition('/')[2]}"


def find_templates(files: Files) -> tuple[TemplateSource, ...]:
    """List the templates, by id.

    Args:
        files: path (with ``/``) → contents.
    """
    found: dict[tuple[str, str], TemplateSource] = {}
    for name in sorted(files):
        match = _PART.fullmatch(name)
        if match is None:
            continue
        folder, stem = match["folder"] or "", match["stem"]
        place = (folder, stem)
        if place not in found:
            found[place] = TemplateSource(_template_id(files, folder, stem))
        found[place].names[match["part"]] = name
        found[place].contents[match["part"]] = files[name]
    return tuple(sorted(found.values(), key=lambda one: (one.template_id, *one.names.values())))


def newest(templates: tuple[TemplateSource, ...]) -> dict[str, TemplateSource]:
    """Give the newest version of each template by what stays the same."""
    return {one.key: one for one in sorted(templates, key=lambda one: one.version)}


def find_services(files: Files) -> dict[str, bytes]:
    """Give the services' definitions among files, by id."""
    return {match[1]: files[name] for name in files if (match := _SERVICE.fullmatch(name))}


def _template_id(files: Files, folder: str, stem: str) -> str:
    place = _PLACE.fullmatch(folder)
    if place:
        return f"{place['place']}{stem}"
    try:
        row = json.loads(files.get(f"{folder}{stem}.json", b""))
    except (ValueError, RecursionError):
        row = None
    said = row.get("id") if isinstance(row, dict) else None
    return said if isinstance(said, str) and _ID.fullmatch(said) else f"unnamed/1/{stem}"
