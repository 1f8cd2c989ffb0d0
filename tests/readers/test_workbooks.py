from datetime import datetime

import pytest
import xlsxwriter

from discovery_app.errors import FileRefusedError
from discovery_app.readers import Corrections, Limits, preview, read_tables
from tests.readers.files import replace_part, write_text, write_workbook

SERVERS = [["Name", "IP address", "CPU"], ["web", "10.0.0.1", 4], ["db", "10.0.0.2", 8]]


def test_every_sheet_with_cells_is_a_table_in_order(tmp_path):
    path = write_workbook(tmp_path, {"One": SERVERS, "Empty": [], "Two": SERVERS})

    tables = read_tables(path, "a.xlsx")

    assert [table.sheet for table in tables] == ["One", "Two"]
    assert tables[0].rows.rows()[1] == (3, "db", "10.0.0.2", "8")
    assert [note.message for note in tables[0].notes] == [
        "Sheets without cells are left out: Empty."
    ]


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(tmp_path):
    rows = [[], ["Our servers"], [], *SERVERS[:2], [], SERVERS[2], [None, " "]]
    path = write_workbook(tmp_path, {"S": rows})

    (table,) = read_tables(path, "a.xlsx")

    assert table.header_row == 4
    assert table.rows["row_number"].to_list() == [5, 6, 7]


def test_a_table_may_begin_in_another_column(tmp_path):
    rows = [[None, None, *row] for row in SERVERS]
    path = write_workbook(tmp_path, {"S": rows})

    (table,) = read_tables(path, "a.xlsx")

    assert table.headers == ("Name", "IP address", "CPU")


def test_cells_are_written_as_the_spreadsheet_shows_them(tmp_path):
    values = [
        4.0,
        0.5,
        1234567890123456,
        True,
        datetime(2026, 1, 5),  # noqa: DTZ001
        datetime(2026, 1, 5, 13, 30),  # noqa: DTZ001
        "007",
        0.000001,
    ]
    rows = [["Name", "Value"], *[[f"row{n}", v] for n, v in enumerate(values)]]
    path = write_workbook(tmp_path, {"S": rows})

    (table,) = read_tables(path, "a.xlsx")

    assert table.rows["c1"].to_list() == [
        "4",
        "0.5",
        "1234567890123456",
        "True",
        "2026-01-05",
        "2026-01-05T13:30:00",
        "007",
        "0.000001",
    ]


def test_a_hidden_sheet_says_so(tmp_path):
    path = write_workbook(tmp_path, {"S": SERVERS, "Old": SERVERS}, hidden=["Old"])

    shown, hidden = read_tables(path, "a.xlsx")

    assert (shown.hidden, hidden.hidden) == (False, True)
    assert [note.rule for note in hidden.notes] == ["sheet_hidden"]


def test_a_person_may_choose_sheet_and_header_row(tmp_path):
    path = write_workbook(tmp_path, {"One": SERVERS, "Two": SERVERS})

    (table,) = read_tables(path, "a.xlsx", Corrections(sheet="Two", header_row=2))

    assert (table.sheet, table.headers) == ("Two", ("web", "10.0.0.1", "4"))


@pytest.mark.parametrize(
    ("correction", "rule"),
    [({"sheet": "Three"}, "sheet_missing"), ({"header_row": 9}, "header_row_missing")],
)
def test_a_correction_that_does_not_fit_is_refused(tmp_path, correction, rule):
    path = write_workbook(tmp_path, {"One": SERVERS})

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(path, "a.xlsx", Corrections(**correction))

    assert refusal.value.rule == rule


def test_a_sheet_that_reaches_too_far_is_refused_before_it_is_laid_out(tmp_path):
    path = write_workbook(tmp_path, {"S": SERVERS})
    replace_part(path, "xl/worksheets/sheet1.xml", b'r="C3"', b'r="XFD1048576"')

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(path, "a.xlsx")

    assert refusal.value.rule == "sheet_too_large"


def test_a_damaged_sheet_is_refused_with_a_sentence(tmp_path):
    path = write_workbook(tmp_path, {"S": SERVERS})
    replace_part(path, "xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetD")

    with pytest.raises(FileRefusedError, match="save it again"):
        read_tables(path, "a.xlsx")


def test_a_part_that_unpacks_to_too_much_is_refused(tmp_path):
    path = write_workbook(tmp_path, {"S": [["Name"], *[["x" * 50]] * 5_000]})

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(path, "a.xlsx", limits=Limits(workbook_bytes=50_000))

    assert refusal.value.rule == "workbook_too_large"


def test_a_text_file_named_like_a_workbook_is_read_as_text(tmp_path):
    path = write_text(tmp_path, "Name\tIP\nweb\t1\n")

    (table,) = read_tables(path, "export.xls")

    assert (table.headers, table.delimiter) == (("Name", "IP"), "\t")
    assert [note.rule for note in table.notes] == ["suffix_does_not_fit"]


def test_the_preview_shows_the_first_rows_of_every_sheet(tmp_path):
    path = write_workbook(tmp_path, {"One": SERVERS, "Two": SERVERS})

    one, two = preview(path, "a.xlsx", rows=1)

    assert one.rows == two.rows == (("web", "10.0.0.1", "4"),)


def test_reads_the_samples_as_their_list_says(samples):
    path = samples / "rvtools-mjvincent" / "SizingWorkshop-RVTools.xlsx"

    tables = {table.sheet: table for table in read_tables(path, path.name)}

    assert {name: table.rows.height for name, table in tables.items()} == {
        "vInfo": 805,
        "vNetwork": 805,
        "vPartition": 1618,
        "vHost": 34,
    }
    assert len(tables["vInfo"].headers) == 14


def test_errors_of_formulas_stand_where_they_are(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Cover").write(0, 0, "Ours")
        sheet = book.add_worksheet("Q&A")
        sheet.write_blank(0, 0, None, book.add_format({"bold": True}))
        for number, row in enumerate([["Name", "OS", "CPU"], ["web"], ["db", "AIX"]]):
            sheet.write_row(number + 1, 1, row)
        sheet.write_formula(2, 2, "=VLOOKUP(1,A1:B2,2)", None, "#N/A")
        sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")

    *_, table = read_tables(path, "a.xlsx")
    (*_, shown) = preview(path, "a.xlsx", rows=1)

    assert table.rows.rows() == [
        (3, "web", "#N/A", None),
        (4, "db", "AIX", "#DIV/0!"),
    ]
    assert shown.rows == (("web", "#N/A", None),)


def test_rows_in_the_cells_of_one_column_are_parted(tmp_path):
    rows = [["Inventory"], ["Name;IP;OS"], ["web;10.0.0.1;RHEL"], ["db;10.0.0.2;AIX"]]
    path = write_workbook(tmp_path, {"S": rows})

    (table,) = read_tables(path, "a.xlsx")

    assert table.headers == ("Name", "IP", "OS")
    assert table.rows.rows()[1] == (4, "db", "10.0.0.2", "AIX")
