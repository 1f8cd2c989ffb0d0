"""Files as people and tools write them: ragged, quoted, mixed, and plain rubbish."""

import csv
import io

from hypothesis import settings
from hypothesis import strategies as st

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
