from dataclasses import dataclass

from guildpost_coordinator.app.material_desk import MaterialDesk, found, identify
from guildpost_coordinator.app.ports.lifecycle import Lifecycle
from guildpost_coordinator.domain.material import Material, Step, may_read
from guildpost_coordinator.domain.material_diff import PartDiff, compare
from guildpost_coordinator.domain.material_names import Variant, missing, variants


@dataclass(frozen=True)
class MaterialView:
    """A material as a reader sees it.

    Attributes:
        material: with all its steps.
        variants: channels, languages and tones in which it exists.
        missing: those that the version before had and this one has not: a warning.
        changes: part by part against the version before.
        waiting: why nothing has happened at the signers yet, as the publication's state; empty where none waits.
    """

    material: Material
    variants: tuple[Variant, ...]
    missing: tuple[Variant, ...]
    changes: tuple[PartDiff, ...]
    waiting: str


def list_materials(desk: MaterialDesk, token: str) -> list[Material]:
    """List the newest edition of everything that a person may see, by key.

    Raises:
        Untrusted: ``person_token_unknown``.
    """
    with desk.open() as record:
        actor = identify(record, token)
        return [one for one in record.materials.latest_of_all() if may_read(one, actor)]


def view_material(desk: MaterialDesk, token: str, name: str) -> MaterialView:
    """Show a material with what changed against the version before.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``material_unknown``.
    """
    with desk.open() as record:
        return _view(record, found(record, identify(record, token), name))


def steps_of(desk: MaterialDesk, token: str, name: str) -> list[tuple[Material, Step, tuple[PartDiff, ...]]]:
    """List what happened to a material and, without an edition in the name, to its earlier ones; oldest first.

    Returns:
        Each step with its material, and what its contents changed against the version before.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``material_unknown``.
    """
    with desk.open() as record:
        actor = identify(record, token)
        wanted = found(record, actor, name)
        all_of_key = record.materials.editions(wanted.key)
        told = [wanted] if "@" in name else [one for one in all_of_key if may_read(one, actor)]
        return [(one, step, _changes(record, one, step)) for one in told for step in one.steps]


def _view(record: Lifecycle, material: Material) -> MaterialView:
    parts = material.parts()
    manifests = {part: record.materials.content(sha256) for part, sha256 in parts.items() if part.endswith(".json")}
    carrier = record.publications.get(material.publication_id)
    return MaterialView(
        material,
        variants(manifests),
        missing(parts, material.before),
        compare(material.before, parts, record.materials.content),
        carrier.state.value if carrier else "",
    )


def _changes(record: Lifecycle, material: Material, step: Step) -> tuple[PartDiff, ...]:
    after = {material.part(path): sha256 for path, sha256 in step.contents.items()}
    return compare(step.before, after, record.materials.content)
