import pytest

from discovery_app.readers.header_rows import find_header

HEADERS = ("Name", "IP address", "Operating system", "CPU cores")
ROW = ("web", "10.0.0.1", "Linux", "4")


def test_takes_the_first_row_of_names():
    guess = find_header([HEADERS, ROW, ROW])

    assert (guess.position, guess.sure) == (0, True)


@pytest.mark.parametrize(
    "above",
    [
        [("Server report", None, None, None)],
        [("Report", "2026-01-05", None, None), (None,) * 4],
        [("General", None, "Software", None)],
        [(None,) * 4] * 12,
    ],
)
def test_passes_over_titles_groups_and_blanks(above):
    guess = find_header([*above, HEADERS, ROW, ROW, ROW])

    assert guess.position == len(above)


def test_a_row_of_text_below_names_is_no_header():
    rows = [("Name", "Owner"), ("Payroll", "Maya"), ("Ledger", "Ben")]

    assert find_header(rows).position == 0


def test_is_unsure_where_every_row_holds_values():
    guess = find_header([ROW, ("db", "10.0.0.2", "Linux", "8")])

    assert (guess.position, guess.sure) == (0, False)


def test_finds_nothing_in_blank_rows():
    assert find_header([(None, " "), (None, None)]).position is None


def test_headers_without_rows_are_headers():
    assert find_header([HEADERS]).sure
