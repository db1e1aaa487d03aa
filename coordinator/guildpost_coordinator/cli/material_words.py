"""Material in words: lists, one material, what changed, and the printable record of who did what when."""

from collections.abc import Iterable, Sequence

from guildpost_coordinator.app.read_material import MaterialView
from guildpost_coordinator.domain.material import Material, Step
from guildpost_coordinator.domain.material_diff import PartDiff
from guildpost_coordinator.domain.material_names import Variant
from guildpost_shared.catalog import Catalog

SHORT = 12
"""So many characters of a hash are enough to name it by hand."""


def said_lines(materials: Sequence[Material], texts: Catalog) -> list[str]:
    """Say where some materials stand after a step."""
    return [list_line(one, texts) for one in materials] or [texts.text("cli.material.nothing_changed")]


def list_line(material: Material, texts: Catalog) -> str:
    """Give one line: name, state, contents, and when it shall be published."""
    line = f"{material.name:40}  {_state(material, texts):32}  {material.digest[:SHORT]}"
    return f"{line}  {_embargo(material, texts)}".rstrip()


def show_lines(view: MaterialView, texts: Catalog) -> list[str]:
    """Describe a material."""
    material = view.material
    names = {step.person_id: step.person for step in material.steps}
    lines = [material.name, f"  {texts.text('cli.material.state')}: {_state(material, texts)}"]
    if embargo := _embargo(material, texts):
        lines.append(f"  {embargo}")
    lines.append(f"  {texts.text('cli.material.contents')}: {material.digest}")
    lines += [f"    {sha256}  {path}" for path, sha256 in sorted(material.contents.items())]
    if view.variants:
        told = ", ".join(_variant(one, texts) for one in view.variants)
        lines.append(f"  {texts.text('cli.material.variants')}: {told}")
    lines += warning_lines(view, texts)
    for approval in material.approvals:
        lines.append(
            texts.text(
                "cli.material.approval",
                role=texts.text(f"cli.right.{approval.role.value}"),
                person=names.get(approval.person_id, approval.person_id),
                at=_at(approval.at),
                digest=approval.digest[:SHORT],
            )
        )
    changes = ", ".join(_summary(one) for one in view.changes)
    lines.append(f"  {texts.text('cli.material.changes')}: {changes or texts.text('cli.material.no_changes')}")
    return lines


def warning_lines(view: MaterialView, texts: Catalog) -> list[str]:
    """Warn of languages and channels that the version before had."""
    if not view.missing:
        return []
    told = ", ".join(f"{one.channel} {one.language}" for one in view.missing)
    return [texts.text("cli.material.missing", variants=told)]


def diff_lines(view: MaterialView, texts: Catalog) -> list[str]:
    """Show what changed against the version before, line by line, with the hashes that an approval names."""
    lines = [f"{view.material.name}  {view.material.digest}", *warning_lines(view, texts)]
    for change in view.changes:
        lines += [f"{change.part}: {change.before or '-'} → {change.after or '-'}", *change.lines, ""]
    return lines if view.changes else [*lines, texts.text("cli.material.no_changes")]


def log_lines(steps: Iterable[tuple[Material, Step, tuple[PartDiff, ...]]], texts: Catalog) -> list[str]:
    """Give the record: each step with who, when, for which role, on which contents, and why."""
    lines: list[str] = []
    for material, step, changes in steps:
        who = step.person if step.role is None else f"{step.person} ({texts.text(f'cli.right.{step.role.value}')})"
        event, state = texts.text(f"cli.material.event.{step.event}"), texts.text(f"cli.material.state.{step.state}")
        digest = Material(material.key, material.edition, contents=step.contents).digest
        lines.append(f"{_at(step.at)}  {material.name}  {event} → {state}  {who}  {digest[:SHORT]}")
        if step.comment:
            lines += [f"    „{line}“" for line in step.comment.splitlines()]
        lines += [f"    {_summary(change)}  {change.before or '-'} → {change.after or '-'}" for change in changes]
    return lines


def _state(material: Material, texts: Catalog) -> str:
    return texts.text(f"cli.material.state.{material.state}")


def _embargo(material: Material, texts: Catalog) -> str:
    return texts.text("cli.material.embargo", at=_at(material.publish_at)) if material.publish_at else ""


def _at(instant: object) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def _variant(variant: Variant, texts: Catalog) -> str:
    tone = texts.text("cli.material.informal", tone=variant.tone) if variant.informal else variant.tone
    return f"{variant.channel} {variant.language} ({tone})"


def _summary(change: PartDiff) -> str:
    return f"{change.part} +{change.added} −{change.removed}"
