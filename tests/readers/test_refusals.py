from contextlib import suppress
from random import Random

import pytest

from discovery_app.errors import FileRefusedError
from discovery_app.readers import FileKind, Limits, check_file, read_tables
from tests.readers.files import ole, write_bytes, write_text, write_workbook, zipped

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.csv", b"\xef\xbb\xbf\r\n \n", "empty_file"),
        ("a.csv", b"\xff\xfe", "empty_file"),
        ("a.csv", PNG, "picture"),
        ("a.xlsx", PNG, "picture"),
        ("a.csv", b"%PDF-1.7 ...", "pdf"),
        ("a.csv", b"BZh91AY" + bytes(50), "compressed"),
        ("a.csv", bytes(range(256)) * 40, "binary_file"),
        ("a.xls", b"<html><body><table>", "html"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>", "xml"),
        ("a.zip", zipped({"readme.md": b"x"}), "zip_without_tables"),
        ("a.docx", zipped({"word/document.xml": b"<a/>"}), "unsupported_type"),
        ("a.xlsx", zipped({"word/document.xml": b"<a/>"}), "document"),
        ("a.xlsx", zipped({"readme.txt": b"x"}), "damaged_workbook"),
        ("a.xlsx", b"PK\x03\x04 cut off", "damaged_workbook"),
        ("a.xlsx", ole("EncryptedPackage"), "password_protected"),
        ("a.doc", ole("WordDocument"), "unsupported_type"),
        ("a.xls", ole("WordDocument"), "document"),
    ],
)
def test_refuses_what_holds_no_table(tmp_path, name, content, rule):
    path = write_bytes(tmp_path, content)

    with pytest.raises(FileRefusedError) as refusal:
        check_file(path, name)

    assert refusal.value.rule == rule
    assert str(refusal.value).startswith(f"{name}: ")
    assert str(refusal.value).endswith(".")


def test_tells_what_a_file_is_by_its_content(tmp_path):
    text = write_text(tmp_path, "[Servers],IP\nweb,1\n")
    workbook = write_workbook(tmp_path, {"S": [["Name"]]})

    assert check_file(text, "a.csv") is FileKind.TEXT
    assert check_file(workbook, "a.csv") is FileKind.WORKBOOK


def test_a_workbook_bomb_is_refused_from_its_list_of_parts(tmp_path):
    parts = {"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": bytes(5_000_000)}
    path = write_bytes(tmp_path, zipped(parts))

    with pytest.raises(FileRefusedError) as refusal:
        check_file(path, "a.xlsx", Limits(workbook_bytes=16_000_000))

    assert refusal.value.rule == "workbook_too_large"


def test_a_file_without_any_value_holds_no_table(tmp_path):
    with pytest.raises(FileRefusedError) as refusal:
        read_tables(write_text(tmp_path, ",,,\n,,,\n"), "a.csv")

    assert refusal.value.rule == "no_table"


def test_a_missing_file_is_refused_and_does_not_name_its_path(tmp_path):
    with pytest.raises(FileRefusedError) as refusal:
        check_file(tmp_path / "gone", "a.csv")

    assert refusal.value.rule == "unreadable"
    assert str(tmp_path) not in str(refusal.value)


@pytest.mark.parametrize("seed", range(8))
def test_no_bytes_raise_anything_else(tmp_path, seed):
    chance = Random(seed)  # noqa: S311
    good = write_workbook(tmp_path, {"S": [["Name", "CPU"], ["web", 4]]}).read_bytes()
    for _ in range(20):
        broken = bytearray(good)
        for _ in range(chance.randint(1, 30)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path = write_bytes(tmp_path, bytes(broken), "broken")
        with suppress(FileRefusedError):
            assert all(table.headers for table in read_tables(path, "a.xlsx"))
