import polars as pl
import pytest

from discovery_app.errors import FileRefusedError, PhaseError
from discovery_app.phases.data_source_analysis import COLUMN_SCHEMA
from tests.phases.source_context import analyse
from tests.readers.files import write_bytes, write_text, write_workbook

SERVERS = [
    ["Hostname", "IP address", "OS", "RAM GB"],
    ["web-01", "10.0.0.1", "Linux", 4],
]


def kinds(result):
    columns = result.frames["columns"]
    return dict(columns.select("header", "kind").iter_rows())


def rules(result):
    return result.issues["rule"].to_list()


def test_counts_the_rows_of_the_tables_that_carry_assets(samples):
    path = samples / "rvtools-mjvincent" / "SizingWorkshop-RVTools.xlsx"

    result = analyse(path)

    assert (result.items_in, result.items_out, result.output.rows_in) == (805, 805, 805)
    assert result.output.source == "rvtools"
    assert {table.sheet: table.role for table in result.output.tables} == {
        "vInfo": "assets",
        "vNetwork": "related",
        "vPartition": "related",
        "vHost": "related",
    }
    assert result.frames["table_2"].height == 1618


def test_leaves_the_sheets_that_are_not_the_data_with_a_reason(samples):
    path = samples / "azure-migrate-export" / "AzureMigrate_Assessment_Core_Report.xlsx"

    result = analyse(path)

    assets = [table for table in result.output.tables if table.role == "assets"]
    assert [(table.sheet, table.rows) for table in assets] == [
        ("All_VM_IaaS_Server_Rehost_Perf", 294)
    ]
    ignored = [table for table in result.output.tables if table.role == "ignored"]
    assert len(ignored) == 15
    assert all(table.reason for table in ignored)
    assert rules(result).count("table_ignored") == 15


def test_reads_every_sample(samples):
    files = [p for p in samples.rglob("*.*") if p.suffix in {".csv", ".xlsx"}]

    results = {path.name: analyse(path) for path in files}

    assert len(results) >= 25
    for result in results.values():
        assert result.frames["columns"].height
        used = [t for t in result.output.tables if t.role != "ignored"]
        assert set(result.frames) == {"columns", *(f"table_{t.table}" for t in used)}


def test_profiles_columns_in_file_order(tmp_path):
    text = (
        "Hostname,IP,OS,CPU,CPU %,RAM,Seen,Live,Serial,Env,Empty,Notes\n"
        "web-01,10.0.0.1,Windows 2019,4,12%,8 GB,2026-01-05,yes,SN01,prod,,some words\n"
        'web-02,"10.0.0.2,fe80::1",Ubuntu 22,8,5%,16 GB,2026-02-05,no,SN02,prod,,one\n'
        "db-01,10.0.0.3,Red Hat 8,2,7%,32 GB,2026-03-05,yes,SN03,prod,,text: here\n"
        "db-02,10.0.0.4,Windows 2016,2,9%,32 GB,2026-03-05,yes,SN04,test,,last one\n"
    )

    result = analyse(write_text(tmp_path, text))

    columns = result.frames["columns"]
    assert columns.schema == pl.Schema(COLUMN_SCHEMA)
    assert columns["position"].to_list() == list(range(12))
    assert kinds(result) == {
        "Hostname": "hostname",
        "IP": "ip",
        "OS": "os",
        "CPU": "integer",
        "CPU %": "percent",
        "RAM": "size",
        "Seen": "date",
        "Live": "boolean",
        "Serial": "hostname",
        "Env": "word",
        "Empty": "empty",
        "Notes": "text",
    }
    host = columns.row(0, named=True)
    assert (host["filled"], host["distinct"]) == (1.0, 4)
    assert host["samples"] == ["web-01", "web-02", "db-01", "db-02"]


def test_values_of_columns_with_credentials_go_nowhere(tmp_path):
    text = "Hostname,OS,Root Password,IP\nweb,Linux,s3cr3t-word,10.0.0.1\n"

    result = analyse(write_text(tmp_path, text))

    frames = [frame.write_json() for frame in result.frames.values()]
    everything = " ".join(
        [*frames, result.output.model_dump_json(), result.issues.write_json()]
    )
    assert "s3cr3t-word" not in everything
    assert "Root Password" in result.frames["columns"]["header"].to_list()


def test_hidden_sheets_are_left_with_a_warning(tmp_path):
    path = write_workbook(tmp_path, {"Now": SERVERS, "Old": SERVERS}, hidden=["Old"])

    result = analyse(path)
    chosen = analyse(path, sheet="Old")

    assert [table.role for table in result.output.tables] == ["assets", "ignored"]
    assert result.issues.filter(pl.col("rule") == "table_ignored")[
        "severity"
    ].to_list() == ["warning"]
    assert [table.role for table in chosen.output.tables] == ["assets"]


def test_what_was_noticed_while_reading_becomes_issues(tmp_path):
    text = "Hostname,IP,OS\nweb,10.0.0.1,Linux,left over\n"

    result = analyse(write_text(tmp_path, text))

    (issue,) = result.issues.rows(named=True)
    assert (issue["file"], issue["row"], issue["rule"]) == ("a.csv", 2, "row_too_long")
    assert issue["fix"]


def test_corrections_are_followed(tmp_path):
    path = write_text(tmp_path, "a;b\nHostname;OS\nweb;Linux\n")

    result = analyse(path, header_row="2", delimiter=";")

    assert result.output.tables[0].header_row == 2
    assert result.output.rows_in == 1


def test_files_of_one_import_keep_one_numbering(tmp_path):
    servers = write_workbook(tmp_path, {"Read me": [["Hello"]], "Servers": SERVERS})
    flows = write_text(tmp_path, "Source IP,Destination IP,Port\n1.1.1.1,2.2.2.2,443\n")

    result = analyse(servers, flows)

    assert [(table.table, table.role) for table in result.output.tables] == [
        (0, "ignored"),
        (1, "assets"),
        (2, "connections"),
    ]
    assert result.output.rows_in == 1
    assert set(result.frames) == {"columns", "table_1", "table_2"}


def test_every_refused_file_is_named_at_once(tmp_path):
    empty = write_bytes(tmp_path, b"", "empty.csv")
    picture = write_bytes(tmp_path, b"\x89PNG\r\n\x1a\n" + bytes(9), "b.csv")

    with pytest.raises(FileRefusedError):
        analyse(empty)
    with pytest.raises(PhaseError, match=r"(?s)empty\.csv.*b\.csv"):
        analyse(empty, picture)


def test_the_same_file_gives_the_same_frames(samples):
    path = samples / "rvtools-kubev2v" / "example1.xlsx"

    first, second = analyse(path), analyse(path)

    assert all(first.frames[name].equals(second.frames[name]) for name in first.frames)
    assert first.output.tables[0].rows == second.output.tables[0].rows == 9
