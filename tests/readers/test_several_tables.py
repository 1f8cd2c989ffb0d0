"""Tables that stand below each other on one sheet."""

import pytest

from discovery_app.readers import Corrections, read_tables
from tests.readers.files import write_text, write_workbook

SERVERS = [["Name", "IP Address", "OS"], ["web", "10.0.0.1", "RHEL 8"]]
SWITCHES = [["Device Name", "IP Address", "Model"], ["sw1", "10.0.9.1", "Nexus"]]


def found(tables):
    return [(table.sheet, table.headers[0], table.rows.rows()) for table in tables]


BOTH = [
    ("All", "Name", [(2, "web", "10.0.0.1", "RHEL 8")]),
    ("All (table 2)", "Device Name", [(6, "sw1", "10.0.9.1", "Nexus")]),
]


def test_each_has_its_own_headers_and_row_numbers(tmp_path):
    rows = [*SERVERS, [], ["Network"], *SWITCHES]

    tables = read_tables(write_workbook(tmp_path, {"All": rows}), "a.xlsx")

    assert found(tables) == BOTH
    assert [note.rule for note in tables[0].notes] == ["several_tables"]


def test_one_of_them_can_be_chosen(tmp_path):
    rows = [*SERVERS, [], ["Network"], *SWITCHES]
    path = write_workbook(tmp_path, {"All": rows, "Other": SERVERS})

    (second,) = read_tables(path, "a.xlsx", Corrections(sheet="All (table 2)"))
    whole = read_tables(path, "a.xlsx", Corrections(sheet="All"))

    assert found([second]) == BOTH[1:]
    assert found(whole) == BOTH


def test_those_of_a_text_file_are_called_like_the_file(tmp_path):
    lines = [",".join(row) for row in (*SERVERS, [], *SWITCHES)]

    tables = read_tables(write_text(tmp_path, "\n".join(lines)), "inventory.csv")

    assert [table.sheet for table in tables] == ["", "inventory (table 2)"]
    assert tables[1].rows["row_number"].to_list() == [5]


@pytest.mark.parametrize(
    "after",
    [
        [SERVERS[0], ["db", "10.0.0.2", "AIX"]],
        [["sql server", "database", "finance"], ["db", "10.0.0.2", "AIX"]],
        [["Notes"], ["Owner", "John"]],
    ],
    ids=["the same headers", "a record of words", "a note"],
)
def test_what_is_no_table_stays_in_the_first(tmp_path, after):
    path = write_workbook(tmp_path, {"All": [*SERVERS, [], *after]})

    tables = read_tables(path, "a.xlsx")

    assert [table.sheet for table in tables] == ["All"]


def test_a_corrected_header_row_makes_one_table_of_all(tmp_path):
    path = write_workbook(tmp_path, {"All": [*SERVERS, [], *SWITCHES]})

    (table,) = read_tables(path, "a.xlsx", Corrections(header_row=1))

    assert table.rows.height == 4
