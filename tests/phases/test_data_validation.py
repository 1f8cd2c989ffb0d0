import polars as pl
import pytest

from discovery_app.errors import MissingInputError
from discovery_app.phases import data_validation
from tests.factories import make_context
from tests.phases.source_context import validate
from tests.readers.files import write_text

HEADER = "Hostname,IP,OS,RAM\n"


def verdicts(result):
    return dict(result.frames["verdicts"].select("row_number", "reason").iter_rows())


def rules(result):
    return result.issues["rule"].to_list()


def test_leaves_out_what_is_no_record_and_says_why(tmp_path):
    text = (
        f"{HEADER}web,10.0.0.1,Linux,4\n,,,\n{HEADER}db,10.0.0.2,Linux,8\n"
        "TOTAL,,,12\nReport generated on 2026-01-05,,,\n"
    )

    result = validate(write_text(tmp_path, text))

    assert verdicts(result) == {
        3: "blank_row",
        4: "header_repeated",
        6: "total_row",
        7: "footnote",
    }
    assert (result.items_in, result.items_out, result.items_excluded) == (6, 2, 4)
    assert sorted(rules(result)) == [
        "blank_row",
        "footnote",
        "header_repeated",
        "total_row",
    ]
    assert result.issues["row"].sort().to_list() == [3, 4, 6, 7]


def test_blocks_under_titles_of_their_own_are_one_table(tmp_path):
    text = f"{HEADER}web,10.0.0.1,Linux,4\n,,,\nBerlin,,,\n{HEADER}db,10.0.0.2,AIX,8\n"

    result = validate(write_text(tmp_path, text))

    assert verdicts(result) == {3: "blank_row", 4: "title_row", 5: "header_repeated"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Total servers: 2,,,", "total_row"),
        ("Gesamtanzahl,,,12", "total_row"),
        ("Average,,,6", "total_row"),
        ("Durchschnitt:,,,6", "total_row"),
        ("----,-----,--+--,---", "ruled_line"),
    ],
)
def test_what_is_said_of_the_rows_is_no_row(tmp_path, row, reason):
    text = f"{HEADER}web,10.0.0.1,Linux,4\ndb,10.0.0.2,Linux,8\n{row}\n"

    assert verdicts(validate(write_text(tmp_path, text))) == {4: reason}


@pytest.mark.parametrize(
    "row",
    [
        "total,10.0.0.1,Linux,4",
        "Total Commander,,,",
        "totalserver,,,4",
        "web-02,,,",
        "Hostname,10.0.0.9,Linux,4",
    ],
)
def test_machines_with_odd_names_stay(tmp_path, row):
    text = f"{HEADER}web,10.0.0.1,Linux,4\ndb,10.0.0.2,Linux,8\n{row}\n"

    result = validate(write_text(tmp_path, text))

    assert verdicts(result) == {}


def test_blank_lines_of_a_real_export_are_counted(samples):
    path = samples / "cast-highlight-mconnect" / "empty_line_in_middle.csv"

    result = validate(path)

    assert verdicts(result) == {9: "blank_row"}
    assert result.items_in == result.items_out + 1


def test_a_clean_export_has_nothing_left_out(samples):
    path = samples / "rvtools-mjvincent" / "SizingWorkshop-RVTools.xlsx"

    result = validate(path)

    assert (result.items_in, result.items_out) == (805, 805)
    assert (result.output.errors, result.output.warnings) == (0, 0)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("#REF!", "formula_error"),
        ("M\ufffdller", "unreadable_characters"),
        ("a\x07b", "control_characters"),
        ("x" * 10_001, "value_too_long"),
        ("MÃ¼ller", "letters_garbled"),
        ("1.23457E+15", "digits_lost"),
        ("=1+1", "formula_like"),
    ],
)
def test_names_the_cell_that_cannot_be_right(tmp_path, cell, rule):
    text = f"{HEADER}web,10.0.0.1,Linux,4\ndb,10.0.0.2,{cell},8\n"

    result = validate(write_text(tmp_path, text))

    (issue,) = result.issues.rows(named=True)
    assert (issue["rule"], issue["row"], issue["column"]) == (rule, 3, "OS")
    assert issue["value"] == cell[:80]
    assert result.output.by_rule == {rule: 1}


@pytest.mark.parametrize(
    "cell", ["-", "+49 30 1234", "-5", "1.5E+3", "Ärger", "C#", "#1"]
)
def test_usual_text_raises_no_issue(tmp_path, cell):
    text = f"{HEADER}web,10.0.0.1,{cell},4\n"

    result = validate(write_text(tmp_path, text))

    assert rules(result) == []


def test_a_broken_column_does_not_bury_the_rest(tmp_path):
    rows = "".join(f"srv-{n},10.0.0.1,#REF!,4\n" for n in range(1_500))

    result = validate(write_text(tmp_path, HEADER + rows))

    assert result.issues.height == 1_000
    assert "500 other cells" in result.issues["message"][-1]


def test_exactly_ten_thousand_rows_are_probably_cut_off(tmp_path):
    rows = "".join(f"srv-{n},10.0.0.1,Linux,4\n" for n in range(10_000))

    result = validate(write_text(tmp_path, HEADER + rows))

    assert rules(result) == ["maybe_cut_off"]


def test_empty_columns_are_named_together_and_credentials_not_among_them(tmp_path):
    text = "Hostname,OS,Owner,Site,Password\nweb,Linux,,,geheim\n"

    result = validate(write_text(tmp_path, text))

    (message,) = result.issues.filter(pl.col("rule") == "column_empty")["message"]
    assert message == "2 columns hold no value: Owner, Site."


def test_rows_of_connections_are_judged_but_not_counted(tmp_path):
    text = "Source IP,Destination IP,Port\n1.1.1.1,2.2.2.2,443\n\n3.3.3.3,2.2.2.2,80\n"

    result = validate(write_text(tmp_path, text))

    assert result.items_in == 0
    assert verdicts(result) == {3: "blank_row"}


def test_needs_the_analysis_of_the_source():
    with pytest.raises(MissingInputError):
        data_validation.run(make_context("data_validation"))
