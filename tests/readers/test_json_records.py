import json

import pytest

from discovery_app.errors import FileRefusedError
from discovery_app.readers import Limits, json_records, preview, read_tables
from tests.readers.files import write_bytes, write_text

SERVERS = [
    {"name": "web", "cpu": 4, "net": {"ip": "10.0.0.1"}, "tags": ["a", "b"]},
    {"name": "db", "ram": 1.50, "on": True, "note": None},
]


def cells(table):
    return [row[1:] for row in table.rows.rows()]


def test_a_list_of_objects_is_a_table_of_text(tmp_path):
    [table] = read_tables(write_text(tmp_path, json.dumps(SERVERS)), "a.json")

    assert table.headers == ("name", "cpu", "net.ip", "tags", "ram", "on", "note")
    assert cells(table) == [
        ("web", "4", "10.0.0.1", "a;b", None, None, None),
        ("db", None, None, None, "1.5", "true", None),
    ]
    assert table.rows["row_number"].to_list() == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_lines_are_read_in_the_encodings_that_tools_write(tmp_path, encoding):
    lines = "\r\n".join(json.dumps(server) for server in SERVERS)

    [table] = read_tables(write_text(tmp_path, lines, encoding), "a.jsonl")

    assert [row[0] for row in cells(table)] == ["web", "db"]


def test_numbers_stay_as_they_are_written(tmp_path):
    text = '[{"name": "web", "serial": 00, "id": 12345678901234567890}]'
    good = text.replace("00", "1.10")

    [table] = read_tables(write_text(tmp_path, good), "a.json")

    assert cells(table) == [("web", "1.10", "12345678901234567890")]
    with pytest.raises(FileRefusedError, match="Line 1 of the text is no JSON"):
        read_tables(write_text(tmp_path, text), "a.json")


def test_an_object_around_lists_has_a_table_for_each(tmp_path):
    text = json.dumps({"count": 2, "servers": SERVERS, "disks": [{"server": "web"}]})

    found = read_tables(write_text(tmp_path, text), "a.json")

    assert [(t.sheet, t.rows.height) for t in found] == [("servers", 2), ("disks", 1)]


def test_a_list_longer_than_what_is_read_at_once_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(json_records, "_CHUNK", 7)
    many = [{"name": f"srv-{n}", "note": 'x, "y" ]'} for n in range(200)]

    [table] = read_tables(write_text(tmp_path, json.dumps(many)), "a.json")

    assert table.rows["c0"].to_list() == [server["name"] for server in many]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[{"name": "web"}', "damaged_json"),
        ('[{"name": "web"}, {"name": ', "damaged_json"),
        ('{"name": "web"}\n{"name": "d', "damaged_json"),
        ('[{"name": "web"}, 7]', "json_without_records"),
        ("[[" * 60_000, "damaged_json"),
        ('[{"a": ' + '{"a": ' * 60_000, "damaged_json"),
        ("[]", "no_table"),
        ("{}", "no_table"),
    ],
)
def test_says_why_a_json_file_is_not_read(tmp_path, text, rule):
    with pytest.raises(FileRefusedError) as refusal:
        read_tables(write_text(tmp_path, text), "a.json")

    assert refusal.value.rule == rule


def test_a_list_with_more_cells_than_is_safe_is_refused(tmp_path):
    wide = [{f"c{n}": "x" for n in range(row, row + 5)} for row in range(0, 500, 5)]

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(
            write_text(tmp_path, json.dumps(wide)), "a.json", limits=Limits(cells=900)
        )

    assert refusal.value.rule == "table_too_large"


def test_text_that_begins_like_json_stays_text(tmp_path):
    [table] = read_tables(write_bytes(tmp_path, b"[Servers],IP\nweb,1\n"), "a.csv")

    assert table.headers == ("[Servers]", "IP")


def test_a_preview_shows_the_first_objects(tmp_path):
    [shown] = preview(write_text(tmp_path, json.dumps(SERVERS)), "a.json", rows=1)

    assert shown.rows[0][0] == "web"
    assert len(shown.rows) == 1


@pytest.mark.parametrize(
    "document",
    [
        {
            "result": {
                "total": 2,
                "page": {"records": [{"name": "web"}, {"name": "db"}]},
            }
        },
        [["name"], ["web"], ["db"]],
        {"web": {"cpu": 4, "os": "RHEL"}, "db": {"cpu": 8, "os": "AIX"}},
    ],
    ids=["list inside objects", "rows below names", "records under their names"],
)
def test_records_are_found_where_tools_put_them(tmp_path, document):
    [table] = read_tables(write_text(tmp_path, json.dumps(document)), "a.json")

    assert table.headers[0] == "name"
    assert table.rows["c0"].to_list() == ["web", "db"]


def test_the_parts_of_one_object_are_no_records(tmp_path):
    one = {"net": {"ip": "10.0.0.1"}, "system": {"name": "web", "cpu": 4}}

    [table] = read_tables(write_text(tmp_path, json.dumps(one)), "a.json")

    assert table.headers == ("net.ip", "system.name", "system.cpu")


def test_a_broken_line_is_named(tmp_path):
    lines = ['{"name": "web"}', '{"name": "d', '{"name": "app"}', '{"name": "x"}']

    with pytest.raises(FileRefusedError, match="Line 2 of the text is no JSON"):
        read_tables(write_text(tmp_path, "\n".join(lines)), "a.jsonl")
