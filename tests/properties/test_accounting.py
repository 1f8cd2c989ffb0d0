"""rows in = created or merged + excluded + rejected, whatever the file."""

import tempfile
from pathlib import Path

from hypothesis import given

from benchmarks.chain import Chain, run_phases
from discovery_app.errors import DiscoveryError
from tests.properties.files import QUICK, plain_tables, tables


def discover(content: bytes) -> Chain:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "servers.csv"
        path.write_bytes(content)
        return run_phases([path])


def assert_every_row_is_accounted_for(chain: Chain):
    rows_in = chain.results["data_source_analysis"].items_in
    for phase in ("data_validation", "data_cleansing", "database_integration"):
        result = chain.results[phase]
        left = result.items_out + result.items_rejected + result.items_excluded
        assert rows_in == result.items_in == left, phase
    records = chain.frame("data_cleansing", "records")
    assert records.height == chain.results["database_integration"].items_out
    rejected = chain.results["data_cleansing"].items_rejected
    issues = [result.issues for result in chain.results.values()]
    errors = sum(i.filter(i["severity"] == "error").height for i in issues)
    assert errors >= rejected, "a row was rejected without a word"


@QUICK
@given(tables())
def test_every_row_of_any_file_is_accounted_for_or_the_file_is_refused(content):
    try:
        chain = discover(content)
    except DiscoveryError:
        return

    assert_every_row_is_accounted_for(chain)


@QUICK
@given(plain_tables())
def test_every_written_row_of_a_sound_file_is_counted(drawn):
    content, rows = drawn

    chain = discover(content)

    assert chain.results["data_cleansing"].items_in == rows
    assert chain.results["data_cleansing"].items_rejected == 0
    assert_every_row_is_accounted_for(chain)
