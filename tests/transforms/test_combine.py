"""Several columns for one field."""

import json

import polars as pl

from discovery_app.transforms.combine import Column, combine, merge_tag_texts, pair_tags


def numbers(header: str, *values: float | None, rank: int = 0) -> Column:
    return Column(header, rank, "GB", pl.Series(values, dtype=pl.Float64), None)


def words(header: str, *values: str | None, rank: int = 0) -> Column:
    text = pl.Series(values, dtype=pl.String)
    return Column(header, rank, None, text, text)


def test_numbered_columns_are_added_up():
    found = combine(
        "storage_provisioned_gb",
        [
            numbers("Disk 1 size (In GB)", 10, 5, None),
            numbers("Disk 2 size (In GB)", 20, None, None),
        ],
    )

    assert found.values.to_list() == [30.0, 5.0, None]


def test_other_columns_are_not_added_up_and_the_most_trusted_wins():
    found = combine(
        "storage_provisioned_gb",
        [
            numbers("Total capacity", 10, 7, rank=30),
            numbers("Provisioned", 20, None, rank=20),
        ],
    )

    assert found.values.to_list() == [20.0, 7.0]


def test_says_what_the_weaker_column_says_differently():
    found = combine(
        "operating_system",
        [
            words("Config", "Debian 7", "RHEL", rank=30),
            words("Tools", "Debian 9", "RHEL", rank=20),
        ],
    )

    ((header, text),) = found.others
    assert header == "Config"
    assert text.to_list() == ["Debian 7", None]


def test_lists_are_united_without_repeats():
    one = pl.Series([["10.0.0.1"], None, None], dtype=pl.List(pl.String))
    other = pl.Series(
        [["10.0.0.2", "10.0.0.1"], ["10.0.0.3"], None], dtype=pl.List(pl.String)
    )

    found = combine(
        "ip_address",
        [Column("IPv4", 0, None, one, None), Column("IPv6", 0, None, other, None)],
    )

    assert found.values.to_list() == [["10.0.0.1", "10.0.0.2"], ["10.0.0.3"], None]


def test_tag_categories_pair_with_their_tags():
    tags = pair_tags(
        [
            ("key 1", pl.Series(["OS", "Lang", None])),
            ("value 1", pl.Series(["RHEL", "Java", None])),
            ("key 2", pl.Series(["OS", None, None])),
            ("value 2", pl.Series(["AIX", "bare", None])),
        ],
        None,
    )

    assert [json.loads(t) if t else t for t in tags] == [
        {"OS": "RHEL, AIX"},
        {"Lang": "Java", "bare": ""},
        None,
    ]


def test_tags_of_several_rows_become_one_object():
    objects = pl.Series([['{"a": "1"}', '{"b": "x}{"}'], []], dtype=pl.List(pl.String))

    first, second = merge_tag_texts(objects)

    assert json.loads(first) == {"a": "1", "b": "x}{"}
    assert second is None
