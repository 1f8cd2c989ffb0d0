"""Places on the dependency map: the same graph, the same places."""

import random
import time
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_app.transforms.graph import group_assets
from discovery_app.transforms.map_layout import layered, packed, placed

NAMES = st.sampled_from("abcdefghijklmnop")
GRAPHS = st.lists(st.tuples(NAMES, NAMES), max_size=40)
MANY = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def laid_out(graph, numbers):
    """Return place by name, with records numbered as ``numbers`` says."""
    ends = [(numbers[a], numbers[b]) for a, b in graph]
    schema = {"source_record": pl.UInt32, "destination_record": pl.UInt32}
    edges = pl.DataFrame(ends, schema=schema, orient="row")
    order = pl.DataFrame(
        {"record": [numbers[name] for name in sorted(numbers)]},
        schema={"record": pl.UInt32},
    )
    found = placed(group_assets(edges).groups, edges, order)
    name_of = {number: name for name, number in numbers.items()}
    return {
        name_of[row["record"]]: (row["map_column"], row["map_row"])
        for row in found.rows(named=True)
    }


@MANY
@given(GRAPHS, st.randoms(use_true_random=False))
def test_places_do_not_depend_on_the_order_of_rows(graph, chance):
    names = sorted({name for edge in graph for name in edge})
    shuffled = chance.sample(names, len(names))
    turned = chance.sample(graph, len(graph))

    one = laid_out(graph, {name: at for at, name in enumerate(names)})
    other = laid_out(turned, {name: at for at, name in enumerate(shuffled)})

    assert one == other


@MANY
@given(GRAPHS)
def test_nothing_lies_upon_another(graph):
    names = {name: at for at, name in enumerate(sorted({n for e in graph for n in e}))}

    places = laid_out(graph, names)

    columns = {}
    for column, row in places.values():
        columns.setdefault(column, []).append(row)
    for rows in columns.values():
        rows.sort()
        assert all(low + 2 <= high for low, high in pairwise(rows))


def test_what_is_needed_stands_right_of_what_needs_it():
    graph = [("web", "app"), ("app", "db"), ("x", "y")]
    names = {name: at for at, name in enumerate(["app", "db", "web", "x", "y"])}

    places = laid_out(graph, names)

    assert [places[name][0] for name in ("web", "app", "db")] == [0, 1, 2]
    assert places["y"][0] == places["x"][0] + 1


def test_neighbours_stand_side_by_side():
    """Written across each other, they are put in the order without a crossing."""
    columns = [0, 0, 0, 1, 1, 1]

    spots = layered(columns, [(0, 5), (1, 4), (2, 3)])

    assert [spots[0][1], spots[1][1], spots[2][1]] == [
        spots[5][1], spots[4][1], spots[3][1]
    ]  # fmt: skip


def test_a_long_chain_is_no_line():
    chain = list(range(400))

    spots = layered(chain, list(pairwise(chain)))

    columns = [column for column, _ in spots]
    assert columns == sorted(columns)
    assert max(columns) < 30
    assert len(set(spots)) == 400


def test_a_long_column_breaks_and_moves_the_next_one_on():
    spots = layered([0] * 30 + [1], [(node, 30) for node in range(30)])

    assert max(column for column, _ in spots[:30]) == 2
    assert spots[30][0] == 3


def test_boxes_fill_rows_from_the_left():
    assert packed([(3, 8), (1, 4), (1, 4), (1, 4)]) == [(0, 0), (0, 8), (1, 8), (2, 8)]
    assert packed([]) == []


def test_a_hundred_thousand_edges_take_seconds():
    nodes = 20_000
    chance = random.Random(11)  # noqa: S311  Not for secrets.
    ends = [(chance.randrange(nodes), chance.randrange(nodes)) for _ in range(100_000)]
    schema = {"source_record": pl.UInt32, "destination_record": pl.UInt32}
    edges = pl.DataFrame(ends, schema=schema, orient="row")
    groups = group_assets(edges).groups
    order = groups.select("record")

    begun = time.process_time()
    found = placed(groups, edges, order)

    assert time.process_time() - begun < 10
    assert found.select("map_column", "map_row").n_unique() == len(found)
