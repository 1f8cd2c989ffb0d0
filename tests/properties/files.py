"""Files as people and tools write them: ragged, quoted, mixed, and plain rubbish."""

import csv
import io
from typing import Final

import xlsxwriter
from hypothesis import settings
from hypothesis import strategies as st

from tests.readers.files import old_workbook, zipped

QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None)
"""The same files on every run, so that a failure is a failure of the code."""

HEADERS = (
    "Server Name",
    "IP Address",
    "Operating System",
    "CPUs",
    "RAM (GB)",
    "Disk (GB)",
    "Environment",
    "Depends on",
    "Last Seen",
    "Owner",
    "Template",
    "Serial Number",
)
CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "n/a",
            "web-01",
            "web-02",
            "db-01",
            "TOTAL",
            "10.0.0.1",
            "10.0.0.1; fe80::1",
            "Windows Server 2012 R2",
            "RHEL 7",
            "8",
            "1.024,5",
            "16 GB",
            "production",
            "2026-01-31",
            "31.01.2026",
            "true",
            "=1+1",
            'say "hi"',
            "two\nlines",
            "a;b,c\td",
            "Größe",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=12),
)
NAMES = st.sampled_from([f"srv-{number:02}" for number in range(12)])


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Draw a delimited file: known and unknown headers, rows of any length."""
    headers = ["Server Name", *draw(st.lists(st.sampled_from(HEADERS), max_size=6))]
    headers += draw(st.lists(st.text("abcXYZ %_", max_size=8), max_size=2))
    rows = draw(st.lists(st.lists(CELLS, max_size=len(headers) + 2), max_size=12))
    return _written(draw, [headers, *rows])


@st.composite
def plain_tables(draw: st.DrawFn) -> tuple[bytes, int]:
    """Draw a file whose every row has a name, and say how many rows it has."""
    headers = ["Server Name", "Operating System", "Environment", "Owner"]
    cells = st.sampled_from(["RHEL 8", "Windows Server 2019", "prod", "Ann", "x y"])
    rows = draw(
        st.lists(st.tuples(NAMES, cells, cells, cells), min_size=1, max_size=15)
    )
    return _written(draw, [headers, *rows]), len(rows)


_XML: Final = st.lists(
    st.sampled_from(
        [
            "<table:table>",
            "</table:table>",
            '<table:table-row table:number-rows-repeated="7">',
            "<table:table-row>",
            "</table:table-row>",
            '<table:table-cell office:value-type="string"><text:p>x</text:p>',
            "</table:table-cell>",
            '<table:table-cell table:number-columns-repeated="3"/>',
            '<row r="2">',
            "</row>",
            '<c r="B2" t="inlineStr"><is><t>x</t></is></c>',
            "<c><v>1</v></c>",
            '<c r="A1"><f>1+1</f></c>',
            "&amp;",
            "&no;",
            "<",
            '"',
        ]
    ),
    max_size=25,
).map("".join)
_SHEETS: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@st.composite
def packages(draw: st.DrawFn) -> bytes:
    """Draw a package that claims to be a workbook of some kind, and is half of one."""
    body = draw(_XML)
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    parts = draw(
        st.sampled_from(
            [
                {
                    "META-INF/manifest.xml": f'<a media-type="{kind}"/>',
                    "content.xml": f"<office:spreadsheet>{body}</office:spreadsheet>",
                },
                {
                    "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}"><sheets>'
                    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
                    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="'
                    'rId1" Target="worksheets/sheet1.xml"/></Relationships>',
                    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEETS}">'
                    f"<sheetData>{body}</sheetData></worksheet>",
                },
                {"xl/workbook.bin": body, "xl/worksheets/sheet1.bin": body},
            ]
        )
    )
    return zipped({name: text.encode() for name, text in parts.items()})


@st.composite
def damaged_workbooks(draw: st.DrawFn) -> bytes:
    """Draw a sound workbook of which some bytes are others or the end is missing."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(draw(st.lists(st.lists(CELLS, max_size=4)))):
            sheet.write_row(number, 0, row)
    content = bytearray(buffer.getvalue())
    places = st.integers(0, len(content) - 1)
    for place, byte in draw(st.lists(st.tuples(places, st.integers(0, 255)))):
        content[place] = byte
    return bytes(content[: draw(st.none() | places)])


@st.composite
def damaged_old_workbooks(draw: st.DrawFn) -> bytes:
    """Draw an XLS file of which some records, or bytes of its container, are odd."""
    kinds = st.sampled_from([0x0809, 0x0085, 0x0200, 0x0203, 0x00FD, 0x0006, 0x000A])
    records = draw(st.lists(st.tuples(kinds, st.binary(max_size=30)), max_size=8))
    content = bytearray(old_workbook((0x0809, bytes(16)), *records))
    places = st.integers(0, 1_400)
    for place, byte in draw(st.lists(st.tuples(places, st.integers(0, 255)))):
        content[place] = byte
    return bytes(content)


@st.composite
def zeek_logs(draw: st.DrawFn) -> bytes:
    """Draw a log of Zeek: sometimes with rows that fit, sometimes with none."""
    lines = ["#separator \\x09", "#path\tconn", "#fields\tid.orig_h\tid.resp_h\tproto"]
    lines += draw(st.lists(st.lists(CELLS, max_size=5).map("\t".join), max_size=8))
    lines += draw(st.sampled_from([[], ["#close\tx"], ["#fields", "#types\taddr"]]))
    return "\n".join(lines).encode(errors="replace")


def _written(draw: st.DrawFn, rows: list) -> bytes:
    buffer = io.StringIO(newline="")
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(
        buffer,
        delimiter=draw(st.sampled_from([",", ";", "\t", "|"])),
        quoting=quoting,
        lineterminator=ending,
    )
    writer.writerows(rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    return buffer.getvalue().encode(encoding, errors="replace")
