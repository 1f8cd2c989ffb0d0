"""Which rows of a table are no records: blanks, totals, footnotes and the like."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from discovery_app.knowledge.headers import is_never_imported

ROW_NUMBER: Final = "row_number"

_TOTAL: Final = (
    r"(?i)^\W*((grand|sub|suma) ?-?)?(totals?|totales|summe|gesamt(summe|anzahl)?"
    r"|zwischensumme|somme|suma|sum|average|avg|mean|durchschnitt|mittelwert|moyenne"
    r"|promedio)(( number| count)?( of)?( all)? (servers?|machines?|vms?|hosts?"
    r"|devices?|assets?|applications?|rows?|records?|items?|general|général))?"
    r"[\W\d]*$"
)
"""A word for what is summed up, perhaps of what and how many."""

_RULE: Final = r"^\s*[-=_+*|:\u2500-\u257f]{2,}\s*$"
"""A cell of a line that is drawn, as under the headers that ``psql`` prints."""
_FOOTNOTE: Final = (
    r"(?i)(^|\b)(generated (on|at|by)|exported (on|at|by|from)|created (on|by) .*\d{4}"
    r"|report (date|generated|created)|as of \d|confidential|copyright|©|page \d+ of"
    r"|end of (report|file|data)|\d+ (rows?|records?|items?) (returned|found|exported)"
    r"|stand: ?\d|erstellt am|exportiert am)"
)
_NUMBER: Final = r"^[-+]?[\d.,' ]*\d\s?%?([kmgt]i?b)?$"
_FOOT_ROWS: Final = 10
"""How far from the end a footnote may stand; chosen."""


def row_verdicts(rows: pl.DataFrame, headers: Sequence[str]) -> pl.DataFrame:
    """Return the rows that are no records, with the reason.

    Args:
        rows: ``row_number`` and ``c0`` … of a table.
        headers: Its headers, in file order.

    Returns:
        ``row_number`` and ``reason``: ``blank_row``, ``ruled_line``,
        ``header_repeated``, ``title_row``, ``total_row`` or ``footnote``, in row order.
    """
    cells = [f"c{n}" for n in range(len(headers))]
    if not cells or rows.is_empty():
        return pl.DataFrame(schema={ROW_NUMBER: pl.UInt32, "reason": pl.String})
    filled = pl.sum_horizontal(_has_text(name) for name in cells)
    judged = rows.select(
        ROW_NUMBER,
        pl.coalesce(pl.when(_has_text(n)).then(pl.col(n)) for n in cells).alias("text"),
        filled.alias("filled"),
        pl.sum_horizontal(
            pl.col(n).str.contains(_NUMBER).fill_null(value=False) for n in cells
        ).alias("numbers"),
        _same_as_headers(cells, headers).alias("same"),
        (pl.len() - pl.int_range(pl.len())).alias("from_end"),
    )
    usual = judged["filled"].median() or 0
    reason = (
        pl.when(pl.col("filled") == 0)
        .then(pl.lit("blank_row"))
        .when(pl.col(ROW_NUMBER).is_in(_ruled_lines(rows, judged["text"], cells)))
        .then(pl.lit("ruled_line"))
        .when(_repeats(len(cells)))
        .then(pl.lit("header_repeated"))
        .when(_is_title(len(cells)))
        .then(pl.lit("title_row"))
        .when(_is_total(float(usual)))  # type: ignore[arg-type]
        .then(pl.lit("total_row"))
        .when(_is_footnote(len(cells)))
        .then(pl.lit("footnote"))
    )
    return judged.select(ROW_NUMBER, reason.alias("reason")).drop_nulls("reason")


def _ruled_lines(
    rows: pl.DataFrame, first: pl.Series, cells: Sequence[str]
) -> list[int]:
    """Return the rows that hold drawn lines alone; few begin with one."""
    maybe = rows.filter(first.str.contains(_RULE).fill_null(value=False))
    ruled = pl.all_horizontal(
        ~_has_text(name) | pl.col(name).str.contains(_RULE) for name in cells
    )
    return maybe.filter(ruled)[ROW_NUMBER].to_list()


def _has_text(name: str) -> pl.Expr:
    return pl.col(name).str.contains(r"\S").fill_null(value=False)


def _same_as_headers(cells: Sequence[str], headers: Sequence[str]) -> pl.Expr:
    named = [(n, h.strip()) for n, h in zip(cells, headers, strict=True) if h.strip()]
    if not named:
        return pl.lit(0)
    return pl.sum_horizontal(
        (pl.col(name).str.strip_chars() == header).fill_null(value=False)
        for name, header in named
    )


def _repeats(width: int) -> pl.Expr:
    """A row most of whose values are the headers themselves; one alone is chance."""
    enough = pl.col("same") >= min(2, width)
    return enough & (pl.col("same") * 10 >= pl.col("filled") * 7)


def _is_title(width: int) -> pl.Expr:
    """One cell of words above headers that are repeated, as above each block."""
    above = _repeats(width).shift(-1).fill_null(value=False)
    return above & (pl.col("filled") == 1) & pl.lit(width >= 3)


def _is_total(usual: float) -> pl.Expr:
    """The word alone, and after it only numbers or much less than rows usually have."""
    word = pl.col("text").str.strip_chars().str.contains(_TOTAL)
    numbers_only = pl.col("numbers") + 1 == pl.col("filled")
    sparse = pl.col("filled") * 2 <= usual
    return word & ((numbers_only & (pl.col("filled") > 1)) | sparse)


def _is_footnote(width: int) -> pl.Expr:
    """One cell of words near the end of a table of several columns."""
    alone = (pl.col("filled") == 1) & pl.lit(width >= 3)
    near = pl.col("from_end") <= _FOOT_ROWS
    return alone & near & pl.col("text").str.contains(_FOOTNOTE)


def empty_headers(rows: pl.DataFrame, headers: Sequence[str]) -> list[str]:
    """Return the headers of the columns in which no row has a value."""
    # Columns with credentials are empty on purpose; they are spoken of elsewhere.
    return [
        header
        for n, header in enumerate(headers)
        if rows[f"c{n}"].null_count() == rows.height and not is_never_imported(header)
    ]
