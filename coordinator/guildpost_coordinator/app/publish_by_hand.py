from collections.abc import Iterable, Mapping

from guildpost_coordinator.app.material_desk import MaterialDesk
from guildpost_coordinator.app.ports.catalogue import OpenPublications
from guildpost_coordinator.app.publish_catalogue import draft_publication
from guildpost_coordinator.domain.material import Material, State, is_due
from guildpost_coordinator.domain.material_names import is_material, key_of
from guildpost_coordinator.domain.proposals import describe
from guildpost_shared.catalogue_paths import check_path
from guildpost_shared.errors import Refused

CLEARED = frozenset({State.SIGNING, State.PUBLISHED, State.RETIRE_ASKED})


def publish_by_hand(
    desk: MaterialDesk,
    publications: OpenPublications,
    paths: Mapping[str, bytes],
    *,
    remove: Iterable[str],
    approved_only: bool,
) -> str:
    """Hand files in for the catalogue past the life of material; services and templates pass only as approved.

    Args:
        desk: collaborators.
        publications: opens a transaction.
        paths: path without role → contents.
        remove: paths to take out of the catalogue.
        approved_only: whether services and templates need the approval of marketing and legal first (the setting
            ``material_approval``); they are removed by a recall or a retirement only, then.

    Returns:
        The id of the publication.

    Raises:
        Refused: ``material_not_approved``, ``material_foreign_path``, or what ``publish_catalogue`` says.
    """
    gone = tuple(remove)
    if approved_only:
        _require_cleared(desk, paths, gone)
    return draft_publication(
        paths,
        remove=gone,
        publications=publications,
        clock=desk.clock,
        entropy=desk.entropy,
        checks=desk.checks,
    )


def _require_cleared(desk: MaterialDesk, paths: Mapping[str, bytes], gone: tuple[str, ...]) -> None:
    removed = next((path for path in gone if is_material(check_path(path))), None)
    if removed is not None:
        raise Refused("material_not_approved", material=removed)
    with desk.open() as record:
        for path, contents in paths.items():
            if not is_material(check_path(path)):
                continue
            latest = record.materials.latest(key_of(path))
            if latest is None or not _cleared(desk, latest, path, contents):
                raise Refused("material_not_approved", material=path)


def _cleared(desk: MaterialDesk, material: Material, path: str, contents: bytes) -> bool:
    approved = material.state in CLEARED or is_due(material, desk.clock.now())
    return approved and material.contents.get(path) == describe(contents).sha256
