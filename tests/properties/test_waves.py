"""Move groups and waves of any graph."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_app.transforms.graph import group_assets

ENDS = st.none() | st.integers(1, 15)
EDGES = st.lists(st.tuples(ENDS, ENDS), max_size=60)
MANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def grouped(edges):
    frame = pl.DataFrame(
        edges,
        schema={"source_record": pl.UInt32, "destination_record": pl.UInt32},
        orient="row",
    )
    return group_assets(frame)


def inner(edges):
    return [(a, b) for a, b in edges if a and b and a != b]


@MANY
@given(EDGES)
def test_what_is_needed_never_moves_after_what_needs_it(edges):
    found = grouped(edges)

    waves = dict(found.groups.select("record", "wave").iter_rows())
    circle = {member: number for number, c in enumerate(found.cycles) for member in c}
    for needs, needed in inner(edges):
        if needs in circle and circle.get(needed) == circle[needs]:
            assert waves[needs] == waves[needed]
        else:
            assert waves[needed] < waves[needs]


@MANY
@given(EDGES)
def test_what_hangs_together_is_one_move_group(edges):
    found = grouped(edges)

    groups = dict(found.groups.select("record", "move_group").iter_rows())
    assert set(groups) == {end for edge in edges for end in edge if end}
    assert all(groups[a] == groups[b] for a, b in inner(edges))
    assert len(set(groups.values())) == found.size


@MANY
@given(EDGES)
def test_a_cycle_is_exactly_what_reaches_itself(edges):
    found = grouped(edges)

    reached = {end: {end} for edge in inner(edges) for end in edge}
    for _ in reached:
        for a, b in inner(edges):
            reached[a] |= reached[b]
    turning = {a for a, b in inner(edges) if a in reached[b]}
    listed = found.groups.filter(pl.col("in_cycle"))["record"].to_list()
    assert set(listed) == turning == {member for c in found.cycles for member in c}
