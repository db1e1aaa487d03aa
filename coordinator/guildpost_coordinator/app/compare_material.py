"""Compare two versions of material: render both as agents do, and find what changed for whom."""

from guildpost_coordinator.app.preview_material import Progress, preview_template
from guildpost_coordinator.domain.preview.changes import TemplateChange, compare_templates
from guildpost_coordinator.domain.preview.samples import SampleSet
from guildpost_coordinator.domain.preview.sources import Files, find_services, find_templates, newest
from guildpost_shared.errors import Language


def compare_material(
    old: Files, new: Files, samples: SampleSet, language: Language, *, progress: Progress = lambda _: None
) -> tuple[TemplateChange, ...]:
    """Compare every template of two folders by service, channel and language; of several versions the newest counts.

    Args:
        old: path → contents.
        new: path → contents.
        samples: whom to write to.
        language: of the reader.
        progress: is told each template before it is rendered.
    """
    before, after = newest(find_templates(old)), newest(find_templates(new))
    services = {**find_services(old), **find_services(new)}
    found: list[TemplateChange] = []
    for key in sorted({*before, *after}):
        progress(key)
        was, now = (preview_template(side[key], services, samples) if key in side else None for side in (before, after))
        found.append(compare_templates(was, now, language) if was and now else TemplateChange(was, now))
    return tuple(found)
