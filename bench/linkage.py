"""``python bench/linkage.py RECORDS.csv ROLES.json OUT.csv``: group the records of any file with the product's matcher.

ROLES names the columns of each role, e.g. ``{"record_id": ["rec_id"], "surname": ["surname"], "other": ["state"]}``.
OUT has one row per record, ``record_id,cluster_id``. There is no setting: what is learnt, is learnt from the file.
"""

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from guildpost_agent.domain.matching import MatchRecords, estimate, resolve, score_pairs
from guildpost_agent.domain.matching.records import COLUMNS

SEED = 20_270_118
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")
JOINED = {"street", "full_name", "given_name", "surname", "company", "house_number", "birth_date"}


def decode(raw: bytes) -> str:
    """Read bytes as UTF-16 with its mark, UTF-8, or else Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def read_table(path: Path) -> dict[str, list[str]]:
    """Read a delimited file as columns; names and cells lose the spaces around them."""
    text = decode(path.read_bytes())
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))
    names = [name.strip() for name in rows[0]]
    body = [row + [""] * (len(names) - len(row)) for row in rows[1:] if any(cell.strip() for cell in row)]
    return {name: [row[at].strip() for row in body] for at, name in enumerate(names)}


def to_records(table: Mapping[str, Sequence[str]], roles: Mapping[str, Sequence[str]]) -> MatchRecords:
    """Give each role its columns; further columns of a role that holds one value become columns of their own."""
    size = len(next(iter(table.values()), []))
    columns = {role: [names] if isinstance(names, str) else list(names) for role, names in roles.items()}
    named = {role: [table[name.strip()] for name in names if name.strip() in table] for role, names in columns.items()}
    other = list(named.get("other", []))
    given: dict[str, Sequence[str]] = {}
    for role in COLUMNS:
        found = named.get(role, [])
        if not found:
            continue
        if role in JOINED:
            given[role] = [" ".join(part for part in parts if part) for parts in zip(*found, strict=True)]
        else:
            given[role] = found[0]
            other += found[1:]
    # Rows are numbered: an id in the file need not be unique.
    ids = named["record_id"][0] if named.get("record_id") else [""] * size
    unique = [f"{name}\x00{number:09d}" if ids.count(name) > 1 else name for number, name in enumerate(ids)] if len(
        set(ids)
    ) < len(ids) else list(ids)  # fmt: skip
    return MatchRecords(unique, other=other, **given)


def clusters(records: MatchRecords) -> list[int]:
    """Group records; each gets the number of a record of its group."""
    model = estimate(records, seed=SEED)
    pairs = score_pairs(records, model)
    return [int(label) for label in resolve(pairs, len(records), sure=None).labels]


def main(arguments: list[str]) -> int:
    """Read, group, write."""
    if len(arguments) != 3:
        print("usage: python bench/linkage.py RECORDS.csv ROLES.json OUT.csv", file=sys.stderr)
        return 64
    source, roles, target = (Path(argument) for argument in arguments)
    records = to_records(read_table(source), json.loads(roles.read_text("utf-8")))
    labels = clusters(records)
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("record_id", "cluster_id"))
        writer.writerows((name.partition("\x00")[0], label) for name, label in zip(records.ids, labels, strict=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
