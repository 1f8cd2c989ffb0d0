"""Move groups, waves and cycles of a graph of assets.

An edge goes from the asset that needs to the one that is needed. What needs each
other in a circle moves as one; what hangs together at all is a move group; what is
needed moves in an earlier wave than what needs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import rustworkx as rx


@dataclass(frozen=True)
class Grouping:
    """What the graph says.

    Attributes:
        groups: Columns record, move_group, wave (both from 1) and in_cycle.
        cycles: The records of each circle, in order of their smallest record.
        size: How many move groups there are.
        waves: How many waves there are.
    """

    groups: pl.DataFrame
    cycles: tuple[tuple[int, ...], ...]
    size: int
    waves: int


def group_assets(edges: pl.DataFrame) -> Grouping:
    """Return the grouping of the assets that ``edges`` touch.

    Args:
        edges: Columns source_record and destination_record; an end that is null is
            outside the inventory and joins nothing.
    """
    members = (
        pl.concat([edges["source_record"], edges["destination_record"]])
        .drop_nulls()
        .unique()
        .sort()
    )
    graph = _graph(edges, members)
    # Sorted members make node numbers and records rise together, so the smallest
    # node of a set is its smallest record and the order below is stable.
    components = sorted(
        (sorted(part) for part in rx.weakly_connected_components(graph)), key=min
    )
    circles = [sorted(part) for part in rx.strongly_connected_components(graph)]
    wave = _waves(graph, circles)
    group_of = [0] * len(members)
    for number, part in enumerate(components, start=1):
        for node in part:
            group_of[node] = number
    cycles = sorted(part for part in circles if len(part) > 1)
    turning = {node for part in cycles for node in part}
    groups = pl.DataFrame(
        {
            "record": members,
            "move_group": group_of,
            "wave": wave,
            "in_cycle": [node in turning for node in range(len(members))],
        },
        schema={
            "record": pl.UInt32,
            "move_group": pl.Int32,
            "wave": pl.Int32,
            "in_cycle": pl.Boolean,
        },
    )
    records = members.to_list()
    return Grouping(
        groups=groups,
        cycles=tuple(tuple(records[node] for node in part) for part in cycles),
        size=len(components),
        waves=max(wave, default=0),
    )


def _graph(edges: pl.DataFrame, members: pl.Series) -> rx.PyDiGraph:
    graph: rx.PyDiGraph = rx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(range(len(members)))
    numbers = pl.DataFrame({"record": members}).with_row_index("node")
    inner = (
        edges.select("source_record", "destination_record")
        .drop_nulls()
        .unique()
        .filter(pl.col("source_record") != pl.col("destination_record"))
        .join(numbers, left_on="source_record", right_on="record")
        .join(numbers, left_on="destination_record", right_on="record", suffix="_to")
        .select("node", "node_to")
        .sort("node", "node_to")
    )
    graph.add_edges_from_no_data(inner.rows())
    return graph


def _waves(graph: rx.PyDiGraph, circles: Sequence[Sequence[int]]) -> list[int]:
    """Return each node's wave: 1 if it needs nothing, else one after what it needs.

    ``strongly_connected_components`` is in reverse topological order of the
    condensation (Tarjan), so what a circle needs is always placed before it.
    """
    circle_of = [0] * graph.num_nodes()
    for number, part in enumerate(circles):
        for node in part:
            circle_of[node] = number
    wave = [0] * len(circles)
    needs: list[set[int]] = [set() for _ in circles]
    for start, end in graph.edge_list():
        if circle_of[start] != circle_of[end]:
            needs[circle_of[start]].add(circle_of[end])
    for number in range(len(circles)):
        wave[number] = 1 + max((wave[other] for other in needs[number]), default=0)
    return [wave[number] for number in circle_of]
