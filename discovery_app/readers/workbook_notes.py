"""What to say of a workbook beside its tables."""

from discovery_app.readers.tables import Note


def hidden_notes(name: str) -> tuple[Note, ...]:
    """Return what to say of a hidden sheet."""
    return (
        Note(
            rule="sheet_hidden",
            severity="warning",
            message=f"Sheet {name} is hidden in the workbook.",
            fix="Check that it is meant to be read; unhide it or delete it if not.",
        ),
    )


def left_out_notes(
    empty: list[str], unread: list[str], unstored: int
) -> tuple[Note, ...]:
    """Return what to say of what a workbook holds and its tables do not.

    Args:
        empty: Sheets without cells.
        unread: Sheets of charts.
        unstored: How many formulas have no stored value.
    """
    notes = [_empty_note(empty)] if empty else []
    if unread:
        notes.append(_chart_note(unread))
    if unstored:
        notes.append(_unstored_note(unstored))
    return tuple(notes)


def _empty_note(names: list[str]) -> Note:
    return Note(
        rule="sheets_empty",
        severity="info",
        message=f"Sheets without cells are left out: {', '.join(names[:20])}.",
        fix="",
        of_file=True,
    )


def _chart_note(names: list[str]) -> Note:
    return Note(
        rule="sheets_of_charts",
        severity="info",
        message=f"Sheets that hold a chart are left out: {', '.join(names[:20])}.",
        fix="",
        of_file=True,
    )


def _unstored_note(count: int) -> Note:
    return Note(
        rule="formula_without_value",
        severity="warning",
        message=f"{count:,} formulas of the workbook have no stored value; their cells "
        "are empty here.",
        fix="Open the workbook in Excel, save it, and upload it again.",
        of_file=True,
    )
