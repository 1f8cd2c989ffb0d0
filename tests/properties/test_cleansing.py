"""What was cleansed once is clean: reading it again changes nothing."""

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_app.knowledge.fields import ASSET_FIELDS, AssetField
from discovery_app.knowledge.unit_choices import units_of
from discovery_app.transforms.cells import clean_cells
from discovery_app.transforms.convert import convert
from tests.properties.files import CELLS

EACH_FIELD = settings(max_examples=15, deadline=None, derandomize=True, database=None)


def cleansed(texts: list[str | None], field: AssetField) -> list:
    raw = pl.Series("text", texts, dtype=pl.String)
    return convert(
        clean_cells(raw, field.name).text, field, field.unit
    ).values.to_list()


def written(value) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


@pytest.mark.parametrize(
    ("name", "unit"),
    [(name, unit) for name in sorted(ASSET_FIELDS) for unit in units_of(name)],
)
def test_a_chosen_unit_is_applied_once_and_the_result_stays(name, unit):
    field = ASSET_FIELDS[name]
    numbers = st.sampled_from(["1", "0.5", "1.024,5", "16 GB", "250", "7 %", "n/a"])

    @EACH_FIELD
    @given(st.lists(numbers | CELLS, min_size=1, max_size=8))
    def holds(texts):
        raw = pl.Series("text", texts, dtype=pl.String)
        once = convert(clean_cells(raw, name).text, field, unit).values.to_list()
        assert cleansed([written(value) for value in once], field) == once

    if unit != "sockets":  # Which ``clean_table`` multiplies, with another column.
        holds()


@pytest.mark.parametrize("name", sorted(ASSET_FIELDS))
def test_cleansing_twice_is_cleansing_once(name):
    field = ASSET_FIELDS[name]
    words = st.sampled_from([*(field.allowed or ()), "1", "0.5", "2026-05-04 10:11"])

    @EACH_FIELD
    @given(st.lists(CELLS | words, min_size=1, max_size=12))
    def holds(texts):
        once = cleansed(texts, field)
        again = cleansed([written(value) for value in once], field)
        assert again == once

    holds()
