"""Open one export: by a confirmed profile, by headings that we know, or by a proposal that somebody must confirm."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.mapped_table import Reading, as_source, by_headings, fields_of
from guildpost_agent.adapters.dms.raw_table import RawTable, open_raw
from guildpost_agent.app.ports.dms_source import RefusedFile, SourceTable
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.profile import Profile, TableProfile, from_proposal
from guildpost_agent.domain.mapping.proposal import SAMPLE_ROWS, WORTH_ASKING, Proposal, propose
from guildpost_agent.domain.mapping.vocabulary import table_of_headings, table_of_name
from guildpost_shared.errors import Refused

_PROPOSED: Final = "proposal"


def profile_for(file: str, profiles: Sequence[Profile]) -> tuple[Profile, TableProfile] | None:
    """Find the profile that reads a file, by its name."""
    found = ((profile, profile.table_for(file)) for profile in profiles)
    return next(((profile, table) for profile, table in found if table is not None), None)


def open_file(
    path: Path, profiles: Sequence[Profile] = (), *, amounts: bool = False
) -> tuple[SourceTable | RefusedFile, Proposal | None]:
    """Open a file that may never have been seen before, under any name.

    Args:
        path: the file.
        profiles: the site's; the first one that knows the file's name rules.
        amounts: whether columns of amounts are read.

    Returns:
        The table, or why it cannot be read; and what its columns seem to mean (None when there are no columns).
    """
    proposal: Proposal | None = None
    try:
        profile = profile_for(path.name, profiles)
        raw = _open(path, profile)
        proposal = propose_for(path, raw)
        return as_source(path, raw, _reading(path, raw, profile, proposal), amounts=amounts), proposal
    except Refused as error:
        return RefusedFile(path.name, error), proposal
    except OSError as error:
        return RefusedFile(path.name, Refused("dms_file_unreadable", str(error.errno), file=path.name)), proposal


def open_sure(path: Path, profiles: Sequence[Profile], *, amounts: bool = False) -> SourceTable | None:
    """Open a file for an automatic import: by a confirmed profile, or by headings that we know.

    Returns:
        None for a file that is none of ours.

    Raises:
        Refused: it cannot be read; ``dms_mapping_unconfirmed`` where a person must say what the columns mean.
        OSError: it cannot be opened.
    """
    profile = profile_for(path.name, profiles)
    named = table_of_name(path.stem)
    try:
        raw = _open(path, profile)
    except Refused:
        if profile or named:
            raise
        return None
    if profile:
        return as_source(path, raw, _by_profile(*profile, raw), amounts=amounts)
    table = named or table_of_headings(raw.headings)
    if table:
        return as_source(path, raw, by_headings(table, raw.headings), amounts=amounts)
    proposal = propose_for(path, raw)
    if proposal.confidence < WORTH_ASKING or proposal.missing:
        return None
    raise Refused("dms_mapping_unconfirmed", file=path.name, table=proposal.table.value)


def propose_file(path: Path, table: Table | None = None) -> Proposal:
    """Propose what a file's columns mean; ``table`` where a person says what its rows are.

    Raises:
        Refused: it cannot be read.
    """
    try:
        return propose_for(path, open_raw(path), table)
    except OSError as error:
        raise Refused("dms_file_unreadable", str(error.errno), file=path.name) from None


def propose_for(path: Path, raw: RawTable, table: Table | None = None) -> Proposal:
    """Propose what a file's columns mean, from its headings and first rows."""
    first = next(raw.read(None), None)
    rows = [cells for _, cells in first.rows[:SAMPLE_ROWS]] if first else []
    return propose(raw.headings, rows, stem=path.stem, table=table)


def _open(path: Path, profile: tuple[Profile, TableProfile] | None) -> RawTable:
    columns = profile[1].columns if profile else {}
    return open_raw(path, headings=columns, record=profile[1].record if profile else "")


def _by_profile(profile: Profile, table: TableProfile, raw: RawTable) -> Reading:
    return Reading(
        table.table,
        fields_of(dict(table.columns), raw.headings),
        profile.label,
        complete=table.complete,
        hours_units=table.hours_units,
        date_order=table.date_order,
    )


def _reading(path: Path, raw: RawTable, profile: tuple[Profile, TableProfile] | None, proposal: Proposal) -> Reading:
    if profile:
        return _by_profile(*profile, raw)
    sure: Table | None = table_of_name(path.stem) or table_of_headings(raw.headings)
    if sure is proposal.table and proposal.certain:
        return by_headings(sure, raw.headings)
    if proposal.confidence < WORTH_ASKING:
        raise Refused("dms_mapping_unknown", file=path.name)
    made = from_proposal(proposal, _PROPOSED, (path.name,))
    return _by_profile(made, made.tables[0], raw)
