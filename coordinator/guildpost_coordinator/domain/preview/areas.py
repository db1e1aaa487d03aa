"""Where two pictures of a page differ: the rectangles around what changed."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
"""A picture: rows of pixels, 0 black to 255 white."""
CELL: Final = 8
"""Pixels; differences nearer than some cells are one area."""
_NEAR: Final = 2
_LOUD: Final = 40
"""Of 255; less is how an edge of the same letter may fall."""


@dataclass(frozen=True)
class Area:
    """A rectangle in pixels, from the top left corner."""

    x: int
    y: int
    width: int
    height: int


def differing_areas(old: Gray | None, new: Gray | None) -> tuple[Area, ...]:
    """Frame what differs, from top to bottom; a page that is missing, or of another size, differs as a whole."""
    one = new if new is not None else old
    if one is None:
        return ()
    height, width = one.shape
    if old is None or new is None or old.shape != new.shape:
        return (Area(0, 0, width, height),)
    cells = _cells(np.abs(old.astype(np.int16) - new.astype(np.int16)) > _LOUD)
    return tuple(sorted(_frames(cells, width, height), key=lambda area: (area.y, area.x)))


def _cells(differs: NDArray[np.bool_]) -> set[tuple[int, int]]:
    rows, columns = np.nonzero(differs)
    return set(zip((rows // CELL).tolist(), (columns // CELL).tolist(), strict=True))


def _frames(cells: set[tuple[int, int]], width: int, height: int) -> list[Area]:
    areas: list[Area] = []
    while cells:
        group = _grown(cells, cells.pop())
        rows, columns = [row for row, _ in group], [column for _, column in group]
        x, y = max(0, min(columns) * CELL - CELL // 2), max(0, min(rows) * CELL - CELL // 2)
        right = min(width, (max(columns) + 1) * CELL + CELL // 2)
        bottom = min(height, (max(rows) + 1) * CELL + CELL // 2)
        areas.append(Area(x, y, right - x, bottom - y))
    return areas


def _grown(cells: set[tuple[int, int]], start: tuple[int, int]) -> list[tuple[int, int]]:
    """Take a cell and all that are near it out of the set."""
    group, edge = [start], [start]
    while edge:
        row, column = edge.pop()
        steps = range(-_NEAR, _NEAR + 1)
        near = {(row + down, column + right) for down in steps for right in steps} & cells
        cells -= near
        group += near
        edge += near
    return group
