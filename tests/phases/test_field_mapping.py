from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest

from discovery_app.domain.discovery_flow_state import SourceAnalysis
from discovery_app.domain.mapping import ApprovedMapping, Outcome, RememberedMapping
from discovery_app.errors import MissingInputError, PhaseError
from discovery_app.phases import data_source_analysis, field_mapping
from discovery_app.phases.base import Recorded, SourceFile
from tests.agents.columns import column, table
from tests.conftest import SAMPLES
from tests.factories import AS_OF, make_context

NAME = column("Server Name", "hostname", "web-01", "db-01")
OS = column("OS", "os", "RHEL 8")
HOST = column("Host", "ip", "10.0.0.1")
SECRET = column("Password", "text", "hunter2")
ODD = column("Shoe size", "integer", "43")


def analysis(source="unknown"):
    return SourceAnalysis(
        source=source,
        source_title=source,
        confidence=1,
        evidence="told by the test",
        tables=[],
        rows_in=2,
    )


def run(*columns, source="unknown", memory=(), approved=(), **options):
    rows = [{**vars(c), "samples": list(c.samples)} for c in table(*columns)]
    frame = pl.DataFrame(rows)
    context = make_context(
        "field_mapping",
        {("data_source_analysis", "columns"): frame},
        data_source_analysis=analysis(source),
        recorded=Recorded(as_of=AS_OF, memory=memory, mappings=approved),
        **options,
    )
    return field_mapping.run(context)


def mappings(result):
    return {row["header"]: row for row in result.frames["mappings"].to_dicts()}


def test_leaves_one_mapping_a_column_in_file_order():
    result = run(NAME, OS, ODD)
    frame = result.frames["mappings"]

    assert frame.schema == pl.Schema(field_mapping.MAPPING_SCHEMA)
    assert frame["header"].to_list() == ["Server Name", "OS", "Shoe size"]
    assert frame["target"].to_list() == ["asset_name", "operating_system", None]
    assert frame["samples"].to_list()[0] == ["web-01", "db-01"]


def test_counts_every_column_once():
    result = run(NAME, OS, HOST, ODD, SECRET)

    assert (result.items_in, result.items_out, result.items_excluded) == (5, 4, 1)
    summary = result.output
    assert (summary.columns, summary.confident, summary.review) == (5, 2, 1)
    assert (summary.unmapped, summary.never_imported) == (1, 1)


def test_waits_for_a_person_if_a_column_is_unsure():
    result = run(NAME, HOST)
    assert result.needs_approval
    assert result.output.to_review == ["Host"]


def test_does_not_wait_for_custom_fields():
    assert not run(NAME, ODD).needs_approval


def test_columns_of_related_tables_never_open_the_gate():
    related = column("Host", "ip", "10.0.0.1", role="related", table=1)
    result = run(NAME, related)
    assert not result.needs_approval


def test_connection_columns_open_the_gate():
    odd = column("Source IP", "hostname", "web", role="connections", table=1)
    assert run(NAME, odd).needs_approval


def test_keeps_no_value_of_a_credential_column_and_says_so():
    result = run(NAME, SECRET)

    row = mappings(result)["Password"]
    assert (row["outcome"], row["samples"]) == (str(Outcome.NEVER_IMPORTED), [])
    (issue,) = result.issues.to_dicts()
    assert (issue["rule"], issue["severity"]) == ("never_imported", "warning")
    assert "hunter2" not in str(result.frames["mappings"].to_dicts())
    assert "hunter2" not in str(result.issues.to_dicts())


def test_uses_what_the_client_confirmed_before():
    memory = [RememberedMapping("unknown", "shoesize", "model")]
    odd = column("Shoe size", "text", "43b")
    assert mappings(run(NAME, odd, memory=memory))["Shoe size"]["target"] == "model"


def test_refuses_a_file_without_a_column_that_names_the_rows():
    columns = [
        column("RAM (GB)", "integer", "16"),
        column("CPU", "integer", "4"),
        column("Colour", "word", "blue"),
    ]
    with pytest.raises(PhaseError) as caught:
        run(*columns)

    sentence = str(caught.value)
    assert "“RAM (GB)”, “CPU”, “Colour”" in sentence
    assert "Host name" in sentence


def test_an_application_names_rows_only_in_a_list_of_applications():
    application = column("Application Name", "text", "SAP")

    assert not run(application, column("Description", "text", "x")).needs_approval
    with pytest.raises(PhaseError):
        run(application, OS)


def test_a_column_that_may_name_the_rows_is_enough_to_ask():
    result = run(column("Ding", "hostname", "web-01", "db-01"), OS)
    assert result.needs_approval
    assert mappings(result)["Ding"]["target"] == "asset_name"


def test_an_import_of_connections_alone_needs_no_names():
    source = column("Source IP", "ip", "10.0.0.1", role="connections")
    assert mappings(run(source))["Source IP"]["target"] == "edge.source_ip"


def test_the_same_columns_give_the_same_frame():
    first, second = run(NAME, OS, HOST, ODD), run(NAME, OS, HOST, ODD)
    assert first.frames["mappings"].equals(second.frames["mappings"])


def test_reports_its_progress():
    heard = []
    context = make_context(
        "field_mapping",
        {("data_source_analysis", "columns"): _frame(NAME)},
        data_source_analysis=analysis(),
    )
    reporting = type(context)(
        **{**vars(context), "report": lambda fraction, message: heard.append(fraction)}
    )

    field_mapping.run(reporting)

    assert heard
    assert all(0 <= fraction <= 1 for fraction in heard)


def _frame(*columns):
    return pl.DataFrame([{**vars(c), "samples": list(c.samples)} for c in columns])


def test_fails_without_an_analysis():
    with pytest.raises(MissingInputError, match="data_source_analysis"):
        field_mapping.run(make_context("field_mapping"))


def map_file(path: Path):
    file = SourceFile(uuid4(), path.name, path)
    analysed = data_source_analysis.run(
        make_context("data_source_analysis", files=(file,))
    )
    frames = {("data_source_analysis", n): f for n, f in analysed.frames.items()}
    return field_mapping.run(
        make_context("field_mapping", frames, data_source_analysis=analysed.output)
    )


FINISHED_SAMPLES = [
    "rvtools-mjvincent/SizingWorkshop-RVTools.xlsx",
    "rvtools-mjvincent/rvtools-small-complete.xlsx",
    "rvtools-kubev2v/example1.xlsx",
    "azure-migrate-export/AzureMigrate_Discovery_Report.xlsx",
    "azure-migrate-export/AzureMigrate_Assessment_Core_Report.xlsx",
    "azure-migrate-dependency/dependency-export-sample.csv",
    "aws-cmf/server-list.csv",
    "konveyor/sample-applications.csv",
    "cast-highlight-mconnect/short_valid.csv",
]


@pytest.mark.parametrize("name", FINISHED_SAMPLES)
def test_exports_of_known_tools_are_mapped_without_a_question(name):
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the sample inventories are not installed beside the project")

    result = map_file(path)

    assert not result.needs_approval
    assert result.output.confident > 0
    assert result.items_in == result.output.columns


def test_a_renamed_name_column_is_asked_about():
    path = SAMPLES / "cast-highlight-mconnect/missing_application_header.csv"
    if not path.exists():
        pytest.skip("the sample inventories are not installed beside the project")

    result = map_file(path)

    assert result.output.to_review == ["Apps"]
    assert mappings(result)["Apps"]["target"] == "application_name"


def test_rvtools_memory_is_read_in_mib():
    path = SAMPLES / "rvtools-mjvincent/SizingWorkshop-RVTools.xlsx"
    if not path.exists():
        pytest.skip("the sample inventories are not installed beside the project")

    rows = mappings(map_file(path))

    assert (rows["Memory"]["target"], rows["Memory"]["unit"]) == ("memory_mb", "MiB")


def test_what_an_earlier_run_approved_stands_and_opens_the_gate_no_more():
    asked = run(NAME, HOST)
    approved = ApprovedMapping(0, 1, "Host", "hypervisor_host", Outcome.CONFIDENT)
    moved = ApprovedMapping(0, 1, "Hosts", "hypervisor_host", Outcome.CONFIDENT)

    again = run(NAME, HOST, approved=[approved])
    other = run(NAME, HOST, approved=[moved])

    assert asked.needs_approval
    assert not again.needs_approval
    assert mappings(again)["Host"]["target"] == "hypervisor_host"
    assert other.needs_approval
