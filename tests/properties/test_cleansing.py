"""What was cleansed once is clean: reading it again changes nothing."""

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_app.knowledge.fields import ASSET_FIELDS, AssetField
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
