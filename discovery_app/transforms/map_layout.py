"""Places the nodes of a dependency map: the same graph gives the same places.

What is needed stands right of what needs it. Places are whole numbers, a column and a
half row, and every tie is broken by the nodes' own order, so that they are the same
bit for bit on every machine and whatever the order of a file's rows. See
docs/decisions/0021-layout-of-the-dependency-map.md.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import ceil, sqrt
from operator import itemgetter
from typing import Final

import polars as pl

SWEEPS: Final = 3
"""Times that the columns are put in order there and back; more changed little."""

LEAST_TALL: Final = 12
"""Nodes that a column holds before it breaks into two; chosen."""

LEAST_WIDE: Final = 12
"""Columns that a picture may always have; chosen."""

ROWS_A_COLUMN: Final = 3.6
"""How many rows are as long as a column is wide, as the page draws them."""

WIDE: Final = 1.6
"""Width by height that a map aims at; chosen, a screen's."""

GAP: Final = 2
"""Half rows, and one column, between two move groups."""

Place = tuple[int, int]
Pairs = Sequence[tuple[int, int]]

PLACED: Final = {"map_column": pl.Int32(), "map_row": pl.Int32()}


def placed(
    groups: pl.DataFrame, edges: pl.DataFrame, order: pl.DataFrame
) -> pl.DataFrame:
    """Return ``groups`` with map_column and map_row, from 0.

    Move groups stand apart, the largest first; inside one, a wave is a column.

    Args:
        groups: Columns record, move_group and wave.
        edges: Columns source_record and destination_record, of records in ``groups``
            or null.
        order: Column record, each once, in an order that does not come from the rows
            of a file.
    """
    numbered = (
        groups.join(order.select("record").with_row_index("rank"), on="record")
        .sort("rank")
        .with_row_index("node")
    )
    wave, group = numbered["wave"].to_list(), numbered["move_group"].to_list()
    members: dict[int, list[int]] = {}
    for node, number in enumerate(group):
        members.setdefault(number, []).append(node)
    inner = _pairs(edges, numbered)
    inside = {
        number: list(part)
        for number, part in groupby(
            sorted(inner, key=lambda pair: group[pair[0]]),
            key=lambda pair: group[pair[0]],
        )
    }
    drawn = sorted(members.values(), key=lambda part: (-len(part), part[0]))
    places = [_of_group(part, wave, inside.get(group[part[0]], ())) for part in drawn]
    spots = _apart(drawn, places, len(group))
    table = pl.DataFrame(spots, schema=PLACED, orient="row")
    found = pl.concat([numbered.select("record"), table], how="horizontal")
    return groups.join(found, on="record", how="left", maintain_order="left")


def layered(columns: Sequence[int], pairs: Pairs) -> list[Place]:
    """Return the place of each node, given which column of the picture it is in.

    In a column the nodes stand near what they are connected with (the barycentre
    method); a long column breaks into several, so later ones move to the right. Where
    there are far more columns than a screen is wide, neighbouring ones become one: a
    chain of 200 waves is a picture then, and not a line.

    Args:
        columns: Any whole numbers, rising to the right.
        pairs: Which nodes are connected, sorted.
    """
    columns = _bands(columns)
    layers: dict[int, list[int]] = {}
    for node, column in enumerate(columns):
        layers.setdefault(column, []).append(node)
    ordered = [layers[column] for column in sorted(layers)]
    _untangle(ordered, columns, pairs)
    tallest = max(LEAST_TALL, ceil(sqrt(len(columns) * ROWS_A_COLUMN / WIDE)))
    rows = min(tallest, max(map(len, ordered), default=0))
    spots: list[Place] = [(0, 0)] * len(columns)
    at = 0
    for layer in ordered:
        parts = ceil(len(layer) / tallest)
        each = ceil(len(layer) / parts)
        for position, node in enumerate(layer):
            part, row = divmod(position, each)
            length = min(each, len(layer) - part * each)
            spots[node] = (at + part, 2 * row + rows - length)
        at += parts
    return spots


def packed(sizes: Sequence[Place]) -> list[Place]:
    """Return where boxes go, in rows from the left, in the given order.

    Args:
        sizes: Columns and half rows of each box, with the gap it wants.
    """
    area = sum(width * height for width, height in sizes)
    widest = max((width for width, _ in sizes), default=0)
    room = max(widest, ceil(sqrt(area / 2 * WIDE / ROWS_A_COLUMN)))
    origins, column, row, tall = [], 0, 0, 0
    for width, height in sizes:
        if column and column + width > room:
            column, row, tall = 0, row + tall, 0
        origins.append((column, row))
        column, tall = column + width, max(tall, height)
    return origins


def size_of(places: Iterable[Place]) -> Place:
    """Return how many columns and half rows ``places`` take, with a gap after them."""
    columns, rows = zip(*places, strict=True)
    return max(columns) + 2, max(rows) + 2 + GAP


def _of_group(part: Sequence[int], wave: Sequence[int], pairs: Pairs) -> list[Place]:
    """Return places in one move group, in the order of ``part``; waves go leftwards."""
    local = {node: number for number, node in enumerate(part)}
    return layered(
        [-wave[node] for node in part],
        [(local[start], local[end]) for start, end in pairs],
    )


def _apart(
    drawn: Sequence[Sequence[int]], places: Sequence[Sequence[Place]], nodes: int
) -> list[Place]:
    spots: list[Place] = [(0, 0)] * nodes
    origins = packed([size_of(part) for part in places])
    for part, inside, (column, row) in zip(drawn, places, origins, strict=True):
        for node, (right, down) in zip(part, inside, strict=True):
            spots[node] = (column + right, row + down)
    return spots


def _pairs(edges: pl.DataFrame, numbered: pl.DataFrame) -> list[tuple[int, int]]:
    nodes = numbered.select("record", "node")
    return (
        edges.select("source_record", "destination_record")
        .drop_nulls()
        .unique()
        .filter(pl.col("source_record") != pl.col("destination_record"))
        .join(nodes, left_on="source_record", right_on="record")
        .join(nodes, left_on="destination_record", right_on="record", suffix="_to")
        .select("node", "node_to")
        .sort("node", "node_to")
        .rows()
    )


def _bands(columns: Sequence[int]) -> Sequence[int]:
    """Return columns that are not too many, each of about as many nodes."""
    ideal = sqrt(len(columns) * WIDE / ROWS_A_COLUMN)
    most = max(LEAST_WIDE, ceil(2 * ideal))
    sizes = Counter(columns)
    if len(sizes) <= most:
        return columns
    band, before = {}, 0
    for column in sorted(sizes):
        band[column] = before * most // len(columns)
        before += sizes[column]
    return [band[column] for column in columns]


def _untangle(
    ordered: Sequence[list[int]], columns: Sequence[int], pairs: Pairs
) -> None:
    """Put each layer into an order in which few connections cross."""
    left: list[list[int]] = [[] for _ in columns]
    right: list[list[int]] = [[] for _ in columns]
    for start, end in pairs:
        if columns[start] == columns[end]:
            continue
        first, last = sorted((start, end), key=columns.__getitem__)
        right[first].append(last)
        left[last].append(first)
    height = [0.0] * len(columns)
    for layer in ordered:
        _level(layer, height)
    for _ in range(SWEEPS):
        for layer in ordered:
            _settle(layer, left, height)
        for layer in reversed(ordered):
            _settle(layer, right, height)


def _settle(
    layer: list[int], beside: Sequence[Sequence[int]], height: list[float]
) -> None:
    """Sort ``layer`` by the mean height of what its nodes are connected with.

    The sums run in the nodes' own order, so they round the same way each time.
    """
    wanted = [
        (
            sum(height[other] for other in beside[node]) / len(beside[node])
            if beside[node]
            else height[node],
            node,
        )
        for node in layer
    ]
    layer[:] = map(itemgetter(1), sorted(wanted))
    _level(layer, height)


def _level(layer: Sequence[int], height: list[float]) -> None:
    for position, node in enumerate(layer):
        height[node] = (position + 0.5) / len(layer)
