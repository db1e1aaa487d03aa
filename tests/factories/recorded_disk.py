"""What the real SQLCipher asks the disk to do, recorded; and the disks that a power cut could leave behind.

    with RecordedDisk(folder) as disk:               # from here on every database file in the folder is watched
        ...                                          # the product's own engine writes
        disk.mark("acknowledged")
    for files, marks in disk.power_cuts(points, chance): ...   # files as bytes

The default VFS of the very library that the product links is watched: its ``xOpen`` hands out a copy of the file's
method table in which write, truncate and sync are noted before they are done (sqlite.org/c3ref/io_methods.html). A
synced write is on the disk. Of what was written after a file's last sync, a power cut keeps any subset of 512-byte
sectors: that drops, reorders and tears. The shared-memory file is lost, as a mapped file is.
"""

import ctypes
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import sqlcipher3.dbapi2 as sqlcipher

SECTOR: Final = 512
_WRITE: Final = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_char), ctypes.c_int, ctypes.c_int64
)
_TRUNCATE: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_OPEN: Final = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)


class _Methods(ctypes.Structure):
    """``sqlite3_io_methods``, version 3."""

    _fields_ = [
        ("version", ctypes.c_int), ("close", ctypes.c_void_p), ("read", ctypes.c_void_p), ("write", ctypes.c_void_p),
        ("truncate", ctypes.c_void_p), ("sync", ctypes.c_void_p), *((f"other{n}", ctypes.c_void_p) for n in range(13)),
    ]  # fmt: skip


class _Vfs(ctypes.Structure):
    """The beginning of ``sqlite3_vfs``."""

    _fields_ = [
        ("version", ctypes.c_int), ("file_size", ctypes.c_int), ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p), ("name", ctypes.c_char_p), ("data", ctypes.c_void_p), ("open", ctypes.c_void_p),
    ]  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One thing that happened: ``write`` (offset, data), ``truncate`` (size), ``sync``, or ``mark`` (a label)."""

    what: str
    file: str = ""
    at: int = 0
    data: bytes = b""
    label: object = None


@dataclass
class _File:
    """A file on a disk: what is certain, and what was asked for since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)


class RecordedDisk:
    """Watches a folder's database files while it is open."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._before = {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}
        self.events: list[Event] = []
        self._kept: list[Any] = []
        library = ctypes.CDLL(str(sqlcipher.__file__).replace("dbapi2.py", _library()))
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self._vfs = library.sqlite3_vfs_find(None).contents

    def __enter__(self) -> Self:
        self._original = self._vfs.open
        opened = _OPEN(self._original)

        def watch(vfs: Any, name: int | None, file: int, flags: int, out: Any) -> int:
            code = int(opened(vfs, name, file, flags, out))  # SQLite keeps this very address: hand on no copy
            path = ctypes.string_at(name).decode() if name else ""
            if code == 0 and path.startswith(self._folder):
                self._watch(file, Path(path).name)
            return code

        callback = _OPEN(watch)
        self._kept.append(callback)
        self._vfs.open = ctypes.cast(callback, ctypes.c_void_p).value
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._vfs.open = self._original

    def mark(self, label: object) -> None:
        """Note that something was acknowledged."""
        self.events.append(Event("mark", label=label))

    def _watch(self, file: int, name: str) -> None:
        """Give one open file its own method table."""
        place = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
        table = _Methods.from_buffer_copy(ctypes.string_at(place[0] or 0, ctypes.sizeof(_Methods)))
        write, truncate, sync = _WRITE(table.write), _TRUNCATE(table.truncate), _SYNC(table.sync)

        def on_write(handle: Any, data: Any, size: int, at: int) -> int:
            self.events.append(Event("write", name, at, ctypes.string_at(data, size)))
            return int(write(handle, data, size, at))

        def on_truncate(handle: Any, size: int) -> int:
            self.events.append(Event("truncate", name, size))
            return int(truncate(handle, size))

        def on_sync(handle: Any, flags: int) -> int:
            code = int(sync(handle, flags))
            self.events.append(Event("sync", name))
            return code

        callbacks = {"write": _WRITE(on_write), "truncate": _TRUNCATE(on_truncate), "sync": _SYNC(on_sync)}
        for slot, callback in callbacks.items():
            setattr(table, slot, ctypes.cast(callback, ctypes.c_void_p).value)
        self._kept.append((table, callbacks))
        place[0] = ctypes.addressof(table)

    def power_cuts(self, points: list[int], chance: random.Random) -> Iterator[tuple[dict[str, bytes], list[Event]]]:
        """Give, for each count of events, the files that a power cut then could leave, and the marks before it."""
        files = {name: _File(bytearray(data)) for name, data in self._before.items()}
        marks: list[Event] = []
        done = 0
        for point in sorted(points):
            for event in self.events[done:point]:
                if event.what == "mark":
                    marks.append(event)
                    continue
                file = files.setdefault(event.file, _File())
                if event.what == "sync":
                    for one in file.pending:
                        _apply(file.durable, one)
                    file.pending.clear()
                else:
                    file.pending.append(event)
            done = point
            yield {name: _torn(file, chance) for name, file in files.items()}, list(marks)


def _library() -> str:
    return next(path.name for path in Path(sqlcipher.__file__).parent.glob("_sqlite3*.so"))


def _apply(data: bytearray, event: Event) -> None:
    if event.what == "truncate":
        del data[event.at :]
        return
    if len(data) < event.at:
        data.extend(bytes(event.at - len(data)))
    data[event.at : event.at + len(event.data)] = event.data


def _torn(file: _File, chance: random.Random) -> bytes:
    """Keep any subset of the sectors written since the last sync; the odds differ from cut to cut."""
    data, odds = bytearray(file.durable), chance.choice((0.0, 0.2, 0.5, 0.8, 1.0))
    for event in file.pending:
        if event.what == "truncate":
            if chance.random() < odds:
                _apply(data, event)
            continue
        for start in range(0, len(event.data), SECTOR):
            if chance.random() < odds:
                _apply(data, Event("write", at=event.at + start, data=event.data[start : start + SECTOR]))
    return bytes(data)
