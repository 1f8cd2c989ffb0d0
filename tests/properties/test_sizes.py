import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.transforms.numbers import convert_numbers

GIBIBYTES = {"MB": 1 / 1024, "MiB": 1 / 1024, "GB": 1, "Go": 1, "TB": 1024, "To": 1024}
GROUPS = {
    ",": ".",
    ".": ",",
    "'": ".",
    "’": ".",
    " ": ",",
    "\u202f": ",",
    "\u2009": ".",
}
"""What parts thousands, and the decimal mark that goes with it somewhere."""


@given(
    number=st.decimals(min_value=1, max_value=9_999_999, places=2),
    group=st.sampled_from(sorted(GROUPS)),
    unit=st.sampled_from(sorted(GIBIBYTES)),
    space=st.sampled_from(["", " ", "\u00a0"]),
)
def test_a_size_is_read_as_it_was_written(number, group, unit, space):
    english = f"{number:,.2f}"
    marks = str.maketrans({",": group, ".": GROUPS[group]})
    text = f"{english.translate(marks)}{space}{unit}"

    field = ASSET_FIELDS["storage_provisioned_gb"]
    found = convert_numbers(pl.Series([text]), field, None)

    assert found.failed.to_list() == [None], text
    expected = float(number) * GIBIBYTES[unit]
    assert abs(found.values[0] - expected) <= 1e-9 * expected, text
