"""Give each field at most one column and each column at most one field, so that the sum of scores is greatest."""

from collections.abc import Sequence


def assign(scores: Sequence[Sequence[float]]) -> list[int | None]:
    """Solve the assignment problem (Kuhn–Munkres with potentials, O(rows² · columns)).

    Args:
        scores: one row per field, one score ≥ 0 per column; 0 means that the two do not belong together.

    Returns:
        For each row its column, or None.
    """
    rows = len(scores)
    given = len(scores[0]) if rows else 0
    columns = given + rows  # so that each row may stay without a column
    cost = [[-value for value in row] + [0.0] * rows for row in scores]
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)
    for row in range(1, rows + 1):
        came_from = _augment(row, cost, row_of, row_price, column_price)
        column = came_from[0]
        while column:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    found: list[int | None] = [None] * rows
    for column in range(1, given + 1):
        row = row_of[column]
        if row and scores[row - 1][column - 1] > 0:
            found[row - 1] = column - 1
    return found


def _augment(
    row: int,
    cost: Sequence[Sequence[float]],
    row_of: list[int],
    row_price: list[float],
    column_price: list[float],
) -> list[int]:
    """Find the cheapest path from a row to a free column; return each column's predecessor, entry 0 the path's end."""
    columns = len(row_of) - 1
    row_of[0] = row
    slack = [float("inf")] * (columns + 1)
    came_from = [0] * (columns + 1)
    seen = [False] * (columns + 1)
    here = 0
    while row_of[here]:
        seen[here] = True
        current, least, ahead = row_of[here], float("inf"), 0
        for column in range(1, columns + 1):
            if seen[column]:
                continue
            reduced = cost[current - 1][column - 1] - row_price[current] - column_price[column]
            if reduced < slack[column]:
                slack[column], came_from[column] = reduced, here
            if slack[column] < least:
                least, ahead = slack[column], column
        for column in range(columns + 1):
            if seen[column]:
                row_price[row_of[column]] += least
                column_price[column] -= least
            else:
                slack[column] -= least
        here = ahead
    came_from[0] = here
    return came_from
