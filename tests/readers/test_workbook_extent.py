"""Workbooks that would fill the memory, of every kind that unpacks."""

import re
import struct
import zipfile

import openpyxl
import pytest

from discovery_app.errors import FileRefusedError
from discovery_app.readers import Limits, read_tables
from discovery_app.readers.old_workbooks import cells_of_old_workbook
from discovery_app.readers.workbook_cells import (
    BinarySheetMeter,
    OpenDocumentMeter,
    Reach,
    XmlSheetMeter,
)
from tests.readers.files import (
    old_workbook,
    write_bytes,
    write_workbook,
    zipped,
)

SHEET = "xl/worksheets/sheet1.xml"
CELL = (
    '<table:table-cell office:value-type="string"{}>'
    "<text:p>{}</text:p></table:table-cell>"
)


def open_document(*rows: str) -> bytes:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    sheet = f'<table:table table:name="S">{"".join(rows)}</table:table>'
    content = (
        "<office:document-content><office:body><office:spreadsheet>"
        f"{sheet}</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": kind.encode(),
            "META-INF/manifest.xml": f'<a media-type="{kind}"/>'.encode(),
            "content.xml": content.encode(),
        }
    )


def row(*cells: str, times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def cell(text: str, times: int = 1) -> str:
    repeated = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    return CELL.format(repeated, text)


BLANKS = '<table:table-cell table:number-columns-repeated="16384"/>'
HEADERS = row(cell("Server Name"), cell("OS"), cell("RAM GB"))


def test_blank_rows_and_columns_to_the_end_of_an_ods_sheet_are_no_cells(tmp_path):
    content = open_document(
        HEADERS, row(cell("web"), cell("RHEL 8"), cell("4")), row(BLANKS, times=1048574)
    )
    path = write_bytes(tmp_path, content, "a.ods")

    (table,) = read_tables(path, "a.ods")

    assert table.rows.rows() == [(2, "web", "RHEL 8", "4")]


@pytest.mark.parametrize(
    "rows",
    [
        [HEADERS, row(cell("x", times=5_000), times=19_000)],
        [
            row(cell("x"), times=1_000_000),
            row(BLANKS.replace("16384", "90"), cell("x")),
        ],
        [row(cell("x", times=16_384))] * 4_000,
    ],
)
def test_cells_that_an_ods_file_repeats_are_counted(tmp_path, rows):
    path = write_bytes(tmp_path, open_document(*rows), "a.ods")

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(path, "a.ods")

    assert refusal.value.rule == "sheet_too_large"


def test_an_ods_tag_cut_in_two_is_seen_whole():
    meter = OpenDocumentMeter()
    content = row(cell("x", times=7), times=9).encode()

    for place in range(0, len(content), 11):
        meter.take(content[place : place + 11])
    meter.end()

    assert meter.total_cells == 63


def record(kind: int, content: bytes) -> bytes:
    return bytes([kind, len(content)]) + content


def binary_sheet(rows: int, column: int) -> bytes:
    number = struct.pack("<I", column)
    last = record(0, struct.pack("<I", rows - 1) + bytes(13))
    filler = record(0x25, bytes(100))
    return filler + last + record(2, number + bytes(8)) + filler


@pytest.mark.parametrize("step", [1, 7, 1_000])
def test_the_cells_of_a_binary_sheet_are_counted(step):
    meter = BinarySheetMeter()
    content = binary_sheet(rows=1_000, column=199)

    for place in range(0, len(content), step):
        meter.take(content[place : place + step])
    meter.end()

    assert (meter.largest.rows, meter.largest.columns) == (1_000, 200)


def test_a_binary_workbook_that_reaches_too_far_is_refused(tmp_path):
    parts = {
        "xl/workbook.bin": b"x",
        "xl/worksheets/sheet1.bin": binary_sheet(rows=1_048_576, column=16_383),
    }
    path = write_bytes(tmp_path, zipped(parts), "a.xlsb")

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(path, "a.xlsb")

    assert refusal.value.rule == "sheet_too_large"


@pytest.mark.parametrize(
    ("name", "part"),
    [("a.xlsb", "xl/workbook.bin"), ("a.xlsx", "xl/workbook.xml")],
)
def test_what_a_package_unpacks_to_is_counted_and_not_believed(tmp_path, name, part):
    content = zipped({part: b"x", "xl/media/a.bin": bytes(200_000)})
    path = write_bytes(tmp_path, content, name)

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(path, name, limits=Limits(workbook_bytes=100_000))

    assert refusal.value.rule == "workbook_too_large"


def test_cells_that_do_not_say_where_they_stand_are_counted(tmp_path):
    path = write_workbook(tmp_path, {"S": [["Name", "OS"], ["a", "b"]]})
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    rows = (
        b"<row>" + b"<c/>" * 16_384 + b"</row>" + b"<row><c><v>1</v></c></row>" * 5_000
    )
    whole = b"<sheetData>" + rows + b"</sheetData>"
    parts[SHEET] = re.sub(rb"<sheetData>.*</sheetData>", whole, parts[SHEET])
    path.write_bytes(zipped(parts))

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(path, "a.xlsx")

    assert refusal.value.rule == "sheet_too_large"


def test_formulas_that_were_never_calculated_are_told(tmp_path):
    book = openpyxl.Workbook()
    for cells in (["Name", "RAM GB", "Twice"], ["web", 4, "=B2*2"], ["db", 8, "=B3*2"]):
        book.active.append(cells)
    path = tmp_path / "a.xlsx"
    book.save(path)

    (table,) = read_tables(path, "a.xlsx")

    (note,) = [n for n in table.notes if n.rule == "formula_without_value"]
    assert note.message.startswith("2 formulas")


BIFF8 = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
SHEET_BIFF8 = struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)
END = (0x000A, b"")


def number(row: int, column: int) -> tuple[int, bytes]:
    return (0x0203, struct.pack("<HHHd", row, column, 0, 1.0))


def old_sheets(count: int, *cells: tuple[int, bytes]) -> bytes:
    """Return an XLS file that lists one sheet ``count`` times."""
    listed = [(0x0085, struct.pack("<IHBB", 0, 0, 1, 0) + b"S")] * count
    start = sum(4 + len(d) for _, d in [(0, BIFF8), *listed, END])
    listed = [(kind, struct.pack("<I", start) + data[4:]) for kind, data in listed]
    return old_workbook(
        (0x0809, BIFF8), *listed, END, (0x0809, SHEET_BIFF8), *cells, END
    )


def test_the_cells_of_an_old_workbook_are_counted(tmp_path):
    path = write_bytes(tmp_path, old_sheets(1, number(9, 3), number(4, 7)), "a.xls")

    assert cells_of_old_workbook(path) == (80, Reach(10, 8))


@pytest.mark.parametrize(
    "content",
    [
        old_sheets(9, number(0, 0), number(65_535, 255)),
        old_sheets(1, (0x0200, struct.pack("<IIHHH", 0, 2**31, 0, 256, 0))),
    ],
)
def test_an_old_workbook_that_would_fill_the_memory_is_refused(tmp_path, content):
    path = write_bytes(tmp_path, content, "a.xls")

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(path, "a.xls")

    assert refusal.value.rule == "sheet_too_large"


def test_an_old_workbook_whose_chains_turn_in_circles_ends(tmp_path):
    content = bytearray(old_sheets(1, number(0, 0)))
    struct.pack_into("<I", content, 512 + 4 * 9, 2)
    struct.pack_into("<II", content, 68, 1, 2**31)
    path = write_bytes(tmp_path, bytes(content), "a.xls")

    cells, _ = cells_of_old_workbook(path)

    assert cells <= 1


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A1"/><c r="CV700" s="1"><v>1</v></c>',
        "<c s='1' r='CV700'/><c r=\"A1\"/>",
        '<c\nr="CV700"/><c r="A1"/>',
        '<x:c r="CV700"/><c r="A1"/>',
        '<c r="A1"/><c r="CV700"><v>1</v></c><cfRule/><cols/>',
    ],
)
def test_a_cell_is_seen_however_its_writer_puts_it(cells):
    sheet = XmlSheetMeter()

    for at in range(0, len(cells), 7):
        sheet.take(cells[at : at + 7].encode())

    assert sheet.largest == Reach(700, 100)
