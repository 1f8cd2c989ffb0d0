"""Corrections hold only where the cell still says what was corrected."""

from uuid import UUID

import polars as pl

from discovery_app.domain.corrections import CellCorrection
from discovery_app.transforms.corrected import fitting, with_corrections

HEADERS = ("Name", "CPU")
ROWS = pl.DataFrame(
    {
        "row_number": pl.Series([2, 3, 4], dtype=pl.UInt32),
        "c0": ["web", None, "db"],
        "c1": ["four", "2", "8"],
    }
)


def correction(row: int, position: int, before: str, after: str, header: str = ""):
    return CellCorrection(
        correction_id=UUID(int=row * 10 + position),
        file_id=UUID(int=0),
        sheet="",
        row=row,
        position=position,
        header=header or HEADERS[position],
        before=before,
        after=after,
    )


def corrected(*corrections: CellCorrection):
    held, misfits = fitting(ROWS, HEADERS, 0, corrections)
    return with_corrections(ROWS, held), misfits


def test_cells_say_what_was_corrected_and_nothing_else_moves() -> None:
    rows, misfits = corrected(
        correction(2, 1, "four", "4"),
        correction(3, 0, "", "app"),
        correction(4, 0, "db", ""),
    )

    assert rows.rows() == [(2, "web", "4"), (3, "app", "2"), (4, None, "8")]
    assert misfits == ()


def test_what_does_not_fit_any_more_is_left_out_and_told() -> None:
    rows, misfits = corrected(
        correction(2, 1, "five", "5"),
        correction(9, 0, "", "gone"),
        correction(3, 1, "2", "3", header="RAM"),
        correction(3, 7, "", "3", header="RAM"),
    )

    assert rows.equals(ROWS)
    assert [one.found for one in misfits] == ["four", None, None, None]


def test_without_corrections_rows_are_as_they_came() -> None:
    rows, _ = corrected()

    assert rows.equals(ROWS)
