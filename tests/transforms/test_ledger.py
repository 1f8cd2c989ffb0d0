"""The record of what cleansing changed and said."""

import polars as pl

from discovery_app.transforms.converted import ColumnNote
from discovery_app.transforms.ledger import CHANGES_KEPT, Ledger, Place

PLACE = Place(0, "a.csv", "")


def test_counts_every_change_and_keeps_the_first_in_row_order():
    ledger = Ledger()
    count = CHANGES_KEPT + 10
    rows = pl.int_range(2, count + 2, dtype=pl.UInt32, eager=True)
    text = rows.cast(pl.String)

    ledger.change(PLACE, rows, "memory_mb", text, text, "number_read")
    ledger.change(PLACE, rows.head(1), "environment", text.head(1), text.head(1), "x")

    changes = ledger.changes()
    assert ledger.changed == count + 1
    assert changes.height == CHANGES_KEPT
    assert changes["field"].head(2).to_list() == ["memory_mb", "environment"]


def test_a_sentence_names_column_value_and_field():
    ledger = Ledger()
    values = pl.Series(["a {field} {value}"])

    ledger.say(PLACE, pl.Series([7]), "Env", "Environment", values, "unknown_value")

    (issue,) = ledger.issues().to_dicts()
    assert issue["message"] == (
        "“a {field} {value}” is none of the words known for Environment, which stays "
        "empty."
    )
    assert (issue["row"], issue["column"], issue["severity"]) == (7, "Env", "warning")


def test_notes_on_columns_come_before_those_on_rows():
    ledger = Ledger()
    ledger.say(PLACE, pl.Series([2]), "c", "f", pl.Series(["v"]), "not_a_number")
    ledger.note(PLACE, "c", "f", ColumnNote("unit_assumed", "MB"))

    assert ledger.issues()["row"].to_list() == [None, 2]


def test_cells_that_failed_are_counted():
    ledger = Ledger()
    failed = pl.Series([None, "not_a_date", "ambiguous_date"])
    rows, text = pl.Series([2, 3, 4]), pl.Series(["a", "b", "c"])

    ledger.failures(PLACE, rows, "c", "f", text, failed)

    assert ledger.failed == 2
    assert ledger.issues().select("row", "value", "rule").rows() == [
        (3, "b", "not_a_date"),
        (4, "c", "ambiguous_date"),
    ]
