import random

import polars as pl
import pytest

from discovery_app.errors import FileRefusedError
from discovery_app.readers import Corrections, preview, read_tables
from tests.readers.files import write_bytes, write_text


def read(path, **corrections):
    (table,) = read_tables(path, path.name, Corrections(**corrections))
    return table


def cells(table):
    return table.rows.drop("row_number").rows()


def rules(table):
    return [note.rule for note in table.notes]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "^", "~"])
def test_finds_the_delimiter(tmp_path, mark):
    lines = [["Name", "IP", "OS"], ["web", "10.0.0.1", "Linux"], ["db", "10.0.0.2", ""]]

    table = read(write_text(tmp_path, "\n".join(mark.join(line) for line in lines)))

    assert table.delimiter == mark
    assert cells(table) == [("web", "10.0.0.1", "Linux"), ("db", "10.0.0.2", None)]
    assert table.notes == ()


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path):
    text = "Name;CPU;RAM\na;1,5;2,0\nb;3,5;4,25\n"

    table = read(write_text(tmp_path, text))

    assert (table.delimiter, table.headers) == (";", ("Name", "CPU", "RAM"))
    assert cells(table)[1] == ("b", "3,5", "4,25")


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("cp1252", "cp1252"),
        ("mac-roman", "mac-roman"),
        ("cp850", "cp850"),
        ("cp437", "cp850"),
    ],
)
def test_reads_special_letters_in_every_encoding(tmp_path, written, named):
    text = "Name,Größe,Ort\nMüller,5,Köln\nJäger,6,Gießen\nDébit,7,Français\n"

    table = read(write_text(tmp_path, text, written))

    assert table.encoding == named
    assert table.headers == ("Name", "Größe", "Ort")
    assert cells(table)[2] == ("Débit", "7", "Français")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("cp1250", "srv-łódź;Gdańsk żółć;Środowisko\n"),
        ("cp852", "srv-łódź;Gdańsk żółć;Środowisko\n"),
        ("cp1251", "web;Москва, дата-центр;основной\n"),
        ("cp866", "web;Москва, дата-центр;основной\n"),
        ("koi8-r", "web;Москва, дата-центр;основной\n"),
        ("cp1253", "web;Αθήνα;Παραγωγή\n"),
        ("cp1254", "web;İstanbul Şişli;Üretim ığ\n"),
        ("cp932", "web;東京データセンター;予備サーバー\n"),
        ("gb18030", "web;北京数据中心;生产环境\n"),
        ("cp1252", "m³/h „neu“;año ¿Cuál?;Müller – Süd\n"),
    ],
)
def test_reads_old_code_pages_by_their_letters(tmp_path, written, text):
    path = write_text(tmp_path, f"Name;Site;Role\n{text}", written)

    table = read(path)

    assert cells(table) == [tuple(text.strip().split(";"))]
    assert rules(table) == ["encoding_detected"]


def test_apostrophes_quote_where_they_stand_around_every_header(tmp_path):
    text = "'Name','Note','OS'\n'web','it''s, really','Linux'\n'db','','o'\n"

    table = read(write_text(tmp_path, text))

    assert cells(table) == [("web", "it's, really", "Linux"), ("db", None, "o")]


def test_lines_that_were_quoted_whole_are_parted(tmp_path):
    text = '"Name,IP,OS"\n"web,10.0.0.1,""RHEL, 8"""\n"db,10.0.0.2,Linux"\n'

    table = read(write_text(tmp_path, text))

    assert table.headers == ("Name", "IP", "OS")
    assert cells(table)[0] == ("web", "10.0.0.1", "RHEL, 8")
    assert rules(table) == ["cells_in_one_column"]


def test_a_list_in_the_cells_of_one_column_stays(tmp_path):
    text = 'Addresses\n"10.0.0.1,10.0.0.2,10.0.0.3"\n"10.0.0.4,10.0.0.5,10.0.0.6"\n'

    table = read(write_text(tmp_path, text))

    assert table.headers == ("Addresses",)


def test_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path):
    table = read(write_text(tmp_path, '\ufeff"Name",IP\nweb,1\n'))

    assert table.headers == ("Name", "IP")


def test_lines_of_another_encoding_are_read_and_named(tmp_path):
    content = "Name,Ort\nMüller,Köln\n".encode() + "Jäger,Gießen\n".encode("cp1252")

    table = read(write_bytes(tmp_path, content))

    assert cells(table) == [("Müller", "Köln"), ("Jäger", "Gießen")]
    assert [(note.rule, note.row) for note in table.notes] == [("encoding_mixed", 3)]


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path):
    text = 'Name,Note\nweb,"one\ntwo\n\nfour"\n\ndb,x\n"a ""b""",y\n'

    table = read(write_text(tmp_path, text))

    assert table.rows["row_number"].to_list() == [2, 3, 4, 5]
    assert cells(table) == [
        ("web", "one\ntwo\n\nfour"),
        (None, None),
        ("db", "x"),
        ('a "b"', "y"),
    ]


def test_row_numbers_hold_with_windows_line_ends(tmp_path):
    text = 'Name,Note\r\nweb,"one\r\ntwo"\r\ndb,x\r\n'

    table = read(write_text(tmp_path, text))

    assert table.rows["row_number"].to_list() == [2, 3]
    assert cells(table)[0] == ("web", "one\ntwo")


def test_blank_rows_stay_inside_and_go_at_the_end(tmp_path):
    table = read(write_text(tmp_path, "Name,IP\na,1\n\n,\nb,2\n,\n \n\n"))

    assert table.rows["row_number"].to_list() == [2, 3, 4, 5]


def test_titles_above_the_headers_are_passed_over(tmp_path):
    text = (
        "Server report\nGenerated: 2026-01-05,\n\n"
        "Name,IP address,Operating system\nweb,10.0.0.1,Linux\n"
    )

    table = read(write_text(tmp_path, text))

    assert (table.header_row, table.headers[0]) == (4, "Name")
    assert table.rows["row_number"].to_list() == [5]
    assert rules(table) == ["header_row_found"]


def test_extra_cells_are_kept_and_named(tmp_path):
    table = read(write_text(tmp_path, "Name,IP\nweb,1\ndb,2,left,over\nc\n"))

    assert table.headers == ("Name", "IP", "Column 3", "Column 4")
    assert cells(table)[1] == ("db", "2", "left", "over")
    assert [(note.rule, note.row, note.value) for note in table.notes] == [
        ("row_too_long", 3, "left | over"),
        ("row_too_short", 4, ""),
    ]


def test_one_broken_row_does_not_make_thousands_of_columns(tmp_path):
    table = read(write_text(tmp_path, f"Name,IP\nweb,1\ndb,2{',x' * 9000}\n"))

    assert len(table.headers) == 22
    assert table.rows["c21"][1].count("x") == 9000 - 19


def test_a_trailing_delimiter_makes_no_column(tmp_path):
    table = read(write_text(tmp_path, "Name;IP;\nweb;1;\n"))

    assert table.headers == ("Name", "IP")
    assert table.notes == ()


def test_blank_and_repeated_headers_keep_their_places(tmp_path):
    table = read(write_text(tmp_path, "Name,Name,,OS\na,b,c,d\n"))

    assert table.headers == ("Name", "Name", "", "OS")
    assert {note.rule: note.column for note in table.notes} == {
        "header_blank": "Column 3",
        "header_duplicate": "Name",
    }


@pytest.mark.parametrize("rest", ["foo,3,4\nbar,5,6\n", 'foo,"3",4\nbar,5,6\n'])
def test_an_open_quote_does_not_swallow_the_rows_after_it(tmp_path, rest):
    table = read(write_text(tmp_path, f'Name,IP,OS\n"un,1,2\n{rest}'))

    assert cells(table) == [('"un', "1", "2"), ("foo", "3", "4"), ("bar", "5", "6")]
    assert [(note.rule, note.row) for note in table.notes] == [("quote_not_closed", 2)]


def test_quotes_inside_a_quoted_value_stay_in_it(tmp_path):
    text = 'Name,Note,OS\nweb,"the "old" box, here",x\ndb,"a ""b""",""\n'

    table = read(write_text(tmp_path, text))

    assert cells(table)[0] == ("web", 'the "old" box, here', "x")


def test_a_quote_inside_a_value_is_part_of_it(tmp_path):
    table = read(write_text(tmp_path, 'Name,Disk\nweb,5" disk\ndb,7\n'))

    assert cells(table) == [("web", '5" disk'), ("db", "7")]


def test_a_file_without_headers_loses_no_row(tmp_path):
    table = read(write_text(tmp_path, "web1,10.0.0.1,4\nweb2,10.0.0.2,8\n"))

    assert rules(table) == ["header_missing"]
    assert table.headers == ("Column 1", "Column 2", "Column 3")
    assert cells(table) == [("web1", "10.0.0.1", "4"), ("web2", "10.0.0.2", "8")]


def test_says_so_where_no_row_reads_like_headers(tmp_path):
    table = read(write_text(tmp_path, "2024,10.0.0.1,4\nweb2,n/a,\n"))

    assert rules(table) == ["header_unsure"]


def test_blanks_part_the_cells_of_a_flow_log(tmp_path):
    head = "version account-id interface-id srcaddr dstaddr srcport dstport protocol"
    text = f"{head}\n2 123 eni-1 10.0.0.1 10.0.0.2 20641 22 6\n"

    table = read(write_text(tmp_path, text, name="flows.log"))

    assert (table.delimiter, len(table.headers)) == (" ", 8)


def test_sentences_are_not_parted_at_their_blanks(tmp_path):
    text = "Name\nthe server that runs our big payroll every month\n"

    table = read(write_text(tmp_path, text))

    assert table.headers == ("Name",)


ZEEK = """#separator \\x09
#set_separator\t,
#path\tconn
#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\tservice\thistory
#types\ttime\taddr\taddr\tport\tstring\tstring
1521911721.2\t10.0.0.1\t10.0.0.2\t443\t-\t(empty)
#close\t2019-11-08-11-44-20
"""


def test_a_zeek_log_has_the_headers_of_its_fields_line(tmp_path):
    table = read(write_text(tmp_path, ZEEK, name="conn.log"))

    assert table.headers[:3] == ("ts", "id.orig_h", "id.resp_h")
    assert table.header_row == 4
    assert table.rows.rows() == [
        (6, "1521911721.2", "10.0.0.1", "10.0.0.2", "443", None, None)
    ]


def test_units_below_the_headers_belong_to_them(tmp_path):
    text = "Server Name,OS,CPU,Memory\n,,cores,GB\nweb,RHEL 8,4,16\ndb,RHEL 8,8,64\n"

    table = read(write_text(tmp_path, text))

    assert table.headers == ("Server Name", "OS", "CPU (cores)", "Memory (GB)")
    assert table.rows["row_number"].to_list() == [3, 4]
    assert rules(table) == ["header_rows_joined"]


def test_headers_in_two_rows_are_one(tmp_path):
    text = (
        "Server Name,CPU,,Memory,,OS\n"
        ",Cores,Usage %,Size GB,Usage %,\n"
        "web,2,10,8,40,RHEL 8\ndb,4,20,16,50,RHEL 7\n"
    )

    table = read(write_text(tmp_path, text))

    assert table.headers == (
        "Server Name",
        "CPU Cores",
        "CPU Usage %",
        "Memory Size GB",
        "Memory Usage %",
        "OS",
    )
    assert len(cells(table)) == 2


def test_groups_above_tell_repeated_headers_apart(tmp_path):
    text = (
        "General,,CPU,,Memory,\n"
        "Server Name,OS,Cores,Usage %,Size GB,Usage %\n"
        "web,RHEL 8,2,10,8,40\ndb,RHEL 7,4,20,16,50\n"
    )

    table = read(write_text(tmp_path, text))

    assert table.headers == (
        "Server Name",
        "OS",
        "Cores",
        "CPU Usage %",
        "Memory Size GB",
        "Memory Usage %",
    )


def test_corrections_go_before_every_rule(tmp_path):
    text = "Name;Größe\n1,5;2\n3,5;4\n"
    path = write_text(tmp_path, text, "mac-roman")

    table = read(path, encoding="mac-roman", delimiter=";", header_row=2)
    none = read(path, header_row=0)

    assert (table.headers, table.header_row) == (("1,5", "2"), 2)
    assert none.headers == ("Column 1", "Column 2")
    assert none.rows.height == 3


@pytest.mark.parametrize(
    ("correction", "rule"),
    [
        ({"header_row": 99}, "header_row_missing"),
        ({"delimiter": "ab"}, "delimiter_unknown"),
        ({"encoding": "klingon"}, "encoding_unknown"),
        ({"encoding": "base64"}, "encoding_unknown"),
        ({"encoding": "utf-32"}, "encoding_does_not_fit"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(tmp_path, correction, rule):
    path = write_text(tmp_path, "Name,IP\nweb,1\n")

    with pytest.raises(FileRefusedError) as refusal:
        read(path, **correction)

    assert refusal.value.rule == rule


def test_the_fast_and_the_careful_way_agree(tmp_path):
    # A stray quote in the last line sends the whole file the careful way.
    choice = random.Random(7).choice  # noqa: S311
    pool = ["a", "b c", "", '"x"', '"a,b"', '"one\ntwo"', "ü", " "]
    lines = [",".join(choice(pool) for _ in range(4)) for _ in range(400)]
    text = "Name,IP,OS,Note\n" + "\n".join(lines) + "\nend,1,2,3\n"

    fast = read(write_text(tmp_path, text))
    careful = read(write_text(tmp_path, text + 'x,5" y,2,3\n', name="b.csv"))

    assert fast.rows.equals(careful.rows.head(fast.rows.height))
    assert careful.rows.height == fast.rows.height + 1


def test_the_preview_of_a_large_file_is_its_head(tmp_path):
    rows = "".join(f"srv-{n},10.0.0.{n % 250},Linux {n}\n" for n in range(100_000))
    path = write_text(tmp_path, f"Name,IP,OS\n{rows}")

    (table,) = preview(path, "a.csv", rows=3)

    assert table.headers == ("Name", "IP", "OS")
    assert table.rows[2] == ("srv-2", "10.0.0.2", "Linux 2")
    assert table.row_numbers == (2, 3, 4)


def test_columns_are_text_and_numbers_are_untouched(tmp_path):
    table = read(write_text(tmp_path, "Name,Asset ID\nweb,007\ndb,1234567890123456\n"))

    assert set(table.rows.dtypes[1:]) == {pl.String}
    assert table.rows["c1"].to_list() == ["007", "1234567890123456"]


@pytest.mark.parametrize("row", [0, 1])
def test_blank_headers_above_blank_rows_are_no_table(tmp_path, row):
    tables = read_tables(
        write_text(tmp_path, "\n,"), "a.csv", Corrections(header_row=row)
    )

    assert all(table.rows.is_empty() for table in tables)
