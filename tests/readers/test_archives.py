import gzip

import pytest

from discovery_app.errors import FileRefusedError
from discovery_app.readers import Corrections, Limits, check_file, preview, read_tables
from discovery_app.readers.refusals import FileKind
from tests.readers.files import write_bytes, write_workbook, zipped

CSV = b"Name,CPU\nweb,4\n"


def names(tables):
    return [(table.file_name, table.sheet, table.rows.height) for table in tables]


def test_a_gzip_file_is_read_like_what_is_inside(tmp_path):
    path = write_bytes(tmp_path, gzip.compress(CSV))

    [table] = read_tables(path, "servers.csv.gz")

    assert check_file(path, "servers.csv.gz") is FileKind.GZIP
    assert (table.file_name, table.headers) == ("servers.csv.gz", ("Name", "CPU"))
    assert table.notes == ()


def test_a_zip_file_gives_a_table_for_each_file_that_is_read(tmp_path):
    book = write_workbook(tmp_path, {"vInfo": [["VM"], ["web"]]}).read_bytes()
    content = zipped(
        {
            "export/vmInfo.csv": CSV,
            "readme.md": b"no table",
            "tagInfo.csv": b"",
            "__MACOSX/vmInfo.csv": b"\x00\x01",
            "RVTools.xlsx": book,
            "apps.json": b'[{"name": "shop"}]',
        }
    )

    found = read_tables(write_bytes(tmp_path, content), "all.zip")

    assert names(found) == [
        ("all.zip", "vmInfo", 1),
        ("all.zip", "vInfo", 1),
        ("all.zip", "apps", 1),
    ]
    (note,) = found[0].notes
    assert note.rule == "archive_files_left_out"
    assert note.message.endswith("are not read: readme.md, tagInfo.csv.")


def test_one_table_of_an_archive_can_be_chosen(tmp_path):
    path = write_bytes(tmp_path, zipped({"a.csv": CSV, "b.csv": CSV}))

    [table] = read_tables(path, "all.zip", Corrections(sheet="b"))

    assert table.sheet == "b"
    with pytest.raises(FileRefusedError, match="choose one of a, b"):
        read_tables(path, "all.zip", Corrections(sheet="c"))


def test_a_preview_shows_what_is_inside(tmp_path):
    [shown] = preview(write_bytes(tmp_path, zipped({"a.csv": CSV})), "all.zip")

    assert shown.rows == (("web", "4"),)


@pytest.mark.parametrize(
    "content",
    [zipped({"a.csv": bytes(80_000_000)}), gzip.compress(bytes(80_000_000))],
    ids=["zip", "gzip"],
)
def test_a_bomb_is_refused_before_it_is_unpacked_whole(tmp_path, content):
    with pytest.raises(FileRefusedError) as refusal:
        read_tables(write_bytes(tmp_path, content), "bomb", limits=Limits(ratio=100))

    assert refusal.value.rule in {"archive_too_large", "workbook_too_large"}


def test_what_unpacks_past_the_limit_is_refused(tmp_path):
    content = gzip.compress(CSV * 1000)

    with pytest.raises(FileRefusedError) as refusal:
        read_tables(
            write_bytes(tmp_path, content), "a.gz", limits=Limits(workbook_bytes=2000)
        )

    assert refusal.value.rule == "archive_too_large"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (gzip.compress(CSV)[:-6], "damaged_archive"),
        (b"\x1f\x8b\x08" + bytes(50), "damaged_archive"),
        (gzip.compress(zipped({"a.csv": CSV})), "archive_in_archive"),
        (gzip.compress(gzip.compress(CSV)), "archive_in_archive"),
        (gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(100)), "picture"),
        (zipped({f"{n}.csv": CSV for n in range(201)}), "zip_too_many_files"),
    ],
    # Named: gzip writes the time into its bytes, and test workers must agree on names.
    ids=["cut", "nonsense", "zip in gzip", "gzip in gzip", "picture", "many files"],
)
def test_says_why_an_archive_is_not_read(tmp_path, content, rule):
    with pytest.raises(FileRefusedError) as refusal:
        read_tables(write_bytes(tmp_path, content), "a.csv.gz")

    assert refusal.value.rule == rule
