"""Whatever the bytes and the name: tables, or a sentence that says why not."""

import gzip
import io
import tempfile
import zipfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from discovery_app.errors import DiscoveryError
from discovery_app.readers import Corrections, preview, read_tables
from tests.properties.files import (
    QUICK,
    damaged_old_workbooks,
    damaged_workbooks,
    packages,
    tables,
    zeek_logs,
)

SUFFIXES = (".csv", ".tsv", ".log", ".xlsx", ".xlsb", ".xls", ".ods", ".json", ".zip")
SUFFIXES += (".gz", "")
STARTS = (
    b"",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x1f\x8b",
    b"{",
    b"[",
)


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("servers.csv", content)
    return buffer.getvalue()


FILES = st.one_of(
    st.binary(max_size=400),
    st.tuples(st.sampled_from(STARTS), st.binary(max_size=300)).map(b"".join),
    tables(),
    tables().map(gzip.compress),
    tables().map(zipped),
    st.tuples(tables().map(zipped), st.integers(0, 200)).map(lambda t: t[0][: t[1]]),
    st.text(max_size=200).map(lambda text: f'[{{"name": "{text}"}}]'.encode()),
    packages(),
    damaged_workbooks(),
    damaged_old_workbooks(),
    zeek_logs(),
)
MANY = settings(QUICK, max_examples=200)
CORRECTIONS = st.builds(
    Corrections,
    sheet=st.none() | st.sampled_from(["Sheet1", ""]),
    header_row=st.none() | st.integers(-1, 5),
    delimiter=st.none() | st.sampled_from([",", ";", "\t", "ab", ""]),
    encoding=st.none() | st.sampled_from(["utf-8", "cp1252", "utf-16", "no-such"]),
)


def tried(read, path, how):
    try:
        return read(path, path.name, how), ""
    except DiscoveryError as error:
        return [], str(error)


@MANY
@given(FILES, st.sampled_from(SUFFIXES), CORRECTIONS)
def test_reading_raises_nothing_but_an_error_that_may_be_shown(content, suffix, how):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(content)
        for read in (read_tables, preview):
            found, sentence = tried(read, path, how)
            assert found or sentence.strip()
            assert all(len(table.headers) >= 1 for table in found)


@QUICK
@given(tables())
def test_every_table_has_one_cell_a_header_and_rising_row_numbers(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "servers.csv"
        path.write_bytes(content)
        try:
            found = read_tables(path, path.name)
        except DiscoveryError:
            return

    for table in found:
        assert table.rows.width == len(table.headers) + 1
        numbers = table.rows["row_number"].to_list()
        assert numbers == sorted(numbers)


@QUICK
@given(packages() | damaged_workbooks() | damaged_old_workbooks())
def test_a_workbook_that_is_half_of_one_is_read_or_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "servers.xlsx"
        path.write_bytes(content)

        found, sentence = tried(read_tables, path, Corrections())

    assert found or sentence.strip()
    assert all("\x00" not in header for table in found for header in table.headers)
