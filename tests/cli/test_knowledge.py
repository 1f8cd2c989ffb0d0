"""Newer end-of-life data, and judging again, from the command line."""

import pytest

from tests.cli.calls import run
from tests.conftest import TestDatabase
from tests.factories import make_scope
from tests.services.inventory import Estate, candidates

CSV = "product,cycle,eol\nrhel,8,2026-01-31\n"


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate.on(database, make_scope(client="Ash"))
    row = {"asset_name": "a", "operating_system": "Red Hat Enterprise Linux 8"}
    found.publish(candidates(row))
    return found


def test_data_is_loaded_and_an_engagement_judged_by_it(estate, tmp_path):
    file = tmp_path / "eol.csv"
    file.write_text(CSV)
    options = ("--date", "2026-11-01", "--reason", "The yearly update.")

    loaded = run("end-of-life", "load", file, *options)
    judged = run(
        *("evaluate", "--client", "Ash", "--engagement", "Ash discovery"),
        *("--as-of", "2026-11-22", "--reason", "Newer data."),
    )

    assert "1 product, 1 cycle of endoflife.date, 2026-11-01" in loaded.stdout
    assert judged.stdout.startswith("1 asset judged as of 2026-11-22 by endoflife")
    found = estate.rows("select state, data_version from findings")
    assert found == [{"state": "eol", "data_version": "endoflife.date of 2026-11-01"}]
    listed = run("end-of-life", "list")
    assert "In use: endoflife.date of 2026-11-01" in listed.stdout


def test_a_file_that_is_none_is_one_sentence(database, tmp_path):
    failed = run(
        *("end-of-life", "load", tmp_path / "none.csv", "--date", "2026-11-01"),
        *("--reason", "x"),
    )
    assert failed.returncode == 1
    assert "cannot be read" in failed.stderr
    assert "Traceback" not in failed.stderr
