"""How a file is read is shown as the first phase will read it."""

from dataclasses import replace
from uuid import uuid4

import pytest

from discovery_app.errors import FileRefusedError
from discovery_app.services.previews import COLUMNS, ROWS, PreviewService
from discovery_app.services.staged_uploads import StagedUploadService
from tests.factories import make_scope

pytestmark = pytest.mark.usefixtures("database")


def preview_of(name: str, text: str, sheet: str = "", **corrections: str):
    """Return the preview of an uploaded text."""
    scope = replace(make_scope(), user_id=uuid4())
    staged = StagedUploadService().take_in(scope, name, [text.encode()])
    corrected = staged.model_copy(update={"corrections": corrections})
    return PreviewService().preview(corrected, sheet)


def test_shows_the_first_rows_with_their_numbers():
    rows = "".join(f"web-{n},Ubuntu\n" for n in range(100))

    shown = preview_of("servers.csv", f"Name,Operating system\n{rows}")

    assert shown.columns == ("Name", "Operating system")
    assert [row.number for row in shown.rows] == list(range(2, 2 + ROWS))
    assert shown.rows[0].cells == ("web-0", "Ubuntu")
    assert (shown.header_row, shown.delimiter, shown.encoding) == (1, ",", "utf-8")


def test_follows_a_correction():
    text = "Name,Operating system\nweb-01,Ubuntu\nweb-02,Debian\n"

    shown = preview_of("servers.csv", text, header_row="2")

    assert shown.columns == ("web-01", "Ubuntu")


def test_refuses_a_correction_that_does_not_fit():
    with pytest.raises(FileRefusedError):
        preview_of("servers.csv", "Name\nweb-01\n", header_row="two")


def test_does_not_show_what_is_never_imported():
    shown = preview_of("servers.csv", "Name,Root password\nweb-01,hunter2\n")

    assert shown.rows[0].cells == ("web-01", "not shown")


def test_a_wide_file_is_cut_and_says_so():
    headers = ",".join(f"Column{n}" for n in range(COLUMNS + 5))

    shown = preview_of("wide.csv", f"Name,{headers}\n{'x,' * (COLUMNS + 5)}x\n")

    assert len(shown.columns) == len(shown.rows[0].cells) == COLUMNS
    assert shown.column_count == COLUMNS + 6


def test_names_the_source_and_the_sheets_of_a_workbook(samples):
    path = next(samples.rglob("SizingWorkshop-RVTools.xlsx"))
    scope = replace(make_scope(), user_id=uuid4())
    staged = StagedUploadService().take_in(scope, path.name, [path.read_bytes()])

    shown = PreviewService().preview(staged)
    hosts = PreviewService().preview(staged, "vHost")

    assert shown.source == "RVTools"
    assert shown.sheet == "vInfo"
    assert {one.sheet: one.role for one in shown.sheets}["vInfo"] == "assets"
    assert hosts.sheet == "vHost"
