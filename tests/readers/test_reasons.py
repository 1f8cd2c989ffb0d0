"""The reasons that a download of rejected rows adds are not read again."""

from pathlib import Path

from discovery_app.readers import read_tables


def read(tmp_path: Path, text: str):
    path = tmp_path / "rejected-rows.csv"
    path.write_text(text)
    (table,) = read_tables(path, path.name)
    return table


def test_reasons_are_left_out_wherever_they_stand(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        "From row,Name,Rejected because,CPU,What to do,From file\n"
        "3,web-01,It has no name.,4,Name it.,a.csv\n",
    )

    assert table.headers == ("Name", "CPU")
    assert table.rows.drop("row_number").rows() == [("web-01", "4")]
    assert [note.rule for note in table.notes] == ["reasons_left_out"]


def test_a_column_of_the_client_with_one_such_name_stays(tmp_path: Path) -> None:
    table = read(tmp_path, "Name,What to do\nweb-01,move\n")

    assert table.headers == ("Name", "What to do")


def test_the_rows_say_which_import_they_come_from(tmp_path: Path) -> None:
    header = "Name,Rejected because,What to do,From file,From row,From import\n"
    one = read(tmp_path, header + "web-01,x,y,a.csv,3,7f\nweb-02,x,y,a.csv,4,7f\n")
    two = read(tmp_path, header + "web-01,x,y,a.csv,3,7f\nweb-02,x,y,a.csv,4,8a\n")

    assert (one.headers, one.corrects) == (("Name",), "7f")
    assert two.corrects == ""
