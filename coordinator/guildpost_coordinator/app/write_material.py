from collections.abc import Mapping
from datetime import datetime

from guildpost_coordinator.app.material_desk import MaterialDesk, earlier_versions, identify, keep_step
from guildpost_coordinator.app.ports.lifecycle import Lifecycle
from guildpost_coordinator.domain.material import IN_FORCE, OPEN, Material, State
from guildpost_coordinator.domain.material_names import grouped, require_complete
from guildpost_coordinator.domain.material_steps import edit, submit
from guildpost_coordinator.domain.people import Person, Right, require
from guildpost_coordinator.domain.proposals import check_contents, describe
from guildpost_shared.catalogue_paths import MAX_TARGET_BYTES
from guildpost_shared.errors import Refused


def edit_material(desk: MaterialDesk, token: str, files: Mapping[str, bytes], *, comment: str) -> list[Material]:
    """Keep what a folder holds as drafts; what is the same already is left alone.

    Args:
        desk: collaborators.
        token: of a person with the right of an author.
        files: catalogue path → contents, all parts of each material.
        comment: what was changed, may be empty.

    Returns:
        The materials that changed.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``person_right_missing``, ``material_empty``, ``material_foreign_path``, ``catalogue_bad_path``,
            ``catalogue_target_too_large`` or ``material_comment_too_long``; nothing is kept then.
        Conflict: ``material_step_impossible`` (it is with the signers) or ``material_changed``.
    """
    with desk.open() as record:
        actor = require(identify(record, token), Right.AUTHOR)
        drafts = _drafts(desk, record, actor, files, comment)
        return [draft for draft, changed in drafts if changed]


def submit_material(
    desk: MaterialDesk, token: str, files: Mapping[str, bytes], *, publish_at: datetime | None, comment: str
) -> list[Material]:
    """Keep what a folder holds and put it up for review; what is in force or under way as it is is left alone.

    Args:
        desk: collaborators.
        token: of a person with the right of an author.
        files: catalogue path → contents, all parts of each material.
        publish_at: not before this instant (UTC); None for as soon as it is approved.
        comment: for whoever reviews it, may be empty.

    Returns:
        The materials that were submitted.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: as for ``edit_material``, ``material_part_missing``, or what the check of a kind says about its
            contents; nothing is kept then.
        Conflict: ``material_step_impossible`` or ``material_changed``.
    """
    with desk.open() as record:
        actor = require(identify(record, token), Right.AUTHOR)
        submitted = []
        for draft, changed in _drafts(desk, record, actor, files, comment, publish_at=publish_at, submits=True):
            if changed or draft.state is State.DRAFT:
                _check(desk, draft, files)
                up = submit(draft, actor, publish_at, now=desk.clock.now(), comment=comment)
                submitted.append(keep_step(record, up))
    return submitted


def _drafts(
    desk: MaterialDesk,
    record: Lifecycle,
    actor: Person,
    files: Mapping[str, bytes],
    comment: str,
    *,
    publish_at: datetime | None = None,
    submits: bool = False,
) -> list[tuple[Material, bool]]:
    """Edit every material of a folder; pairs each with whether it changed."""
    hashes = {}
    for path, contents in files.items():
        if len(contents) > MAX_TARGET_BYTES:
            raise Refused("catalogue_target_too_large", path=path)
        hashes[path] = describe(contents).sha256
    groups = grouped(files)
    record.materials.keep({hashes[path]: contents for path, contents in files.items()})
    drafts = []
    for key, paths in groups.items():
        wanted = {path: hashes[path] for path in paths}
        latest = record.materials.latest(key)
        if latest is not None and latest.contents == wanted and not _moves(latest, publish_at, submits=submits):
            drafts.append((latest, False))
            continue
        material = _open_edition(latest, key)
        edited = edit(
            material, actor, wanted, earlier_versions(record, material), now=desk.clock.now(), comment=comment
        )
        drafts.append((keep_step(record, edited), True))
    return drafts


def _moves(latest: Material, publish_at: datetime | None, *, submits: bool) -> bool:
    """Say whether handing in the same contents still changes something: another date, or a return after the end."""
    dated = submits and latest.state is not State.DRAFT and latest.publish_at != publish_at
    return dated if latest.state in OPEN else latest.state not in IN_FORCE


def _open_edition(latest: Material | None, key: str) -> Material:
    """Give the edition that may still change, or the next one."""
    if latest is None:
        return Material(key, 1)
    return latest if latest.state in OPEN else Material(key, latest.edition + 1)


def _check(desk: MaterialDesk, material: Material, files: Mapping[str, bytes]) -> None:
    require_complete(material.key, material.parts())
    for path in material.contents:
        check_contents(path, describe(files[path]), files[path], desk.checks)
