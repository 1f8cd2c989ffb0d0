"""The text of a column before it is read: trimmed, without placeholders."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from discovery_app.knowledge.values import LONGEST_VALUE, placeholders

_INVISIBLE = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"

_ESCAPED: Final = r"^'([=+\-@])"
"""A text that an export made safe to open in a spreadsheet, ours or another's: the
quote is no part of it, or each round trip would add to the value."""


@dataclass(frozen=True)
class Cells:
    """One column of cells.

    Attributes:
        raw: As in the file.
        text: What is to be read: null for blanks, placeholders and what is too long.
        too_long: Which cells hold more than is taken in.
    """

    raw: pl.Series
    text: pl.Series
    too_long: pl.Series


def clean_cells(raw: pl.Series, field: str | None) -> Cells:
    """Return the texts of a column that is read as ``field`` (``None``: custom)."""
    trimmed = raw.str.strip_chars(_INVISIBLE).str.replace(_ESCAPED, "$1")
    words = pl.Series("words", sorted(placeholders(field)))
    short = trimmed.str.len_bytes() <= 40
    empty = (short & trimmed.str.to_lowercase().is_in(words.implode())).fill_null(True)
    too_long = (trimmed.str.len_chars() > LONGEST_VALUE).fill_null(False)
    text = pl.select(pl.when(~empty & ~too_long).then(trimmed)).to_series()
    return Cells(raw, text.alias(raw.name), too_long)
