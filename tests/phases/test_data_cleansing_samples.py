"""Cleansing of real exports, read and mapped by the phases before it."""

import json
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from discovery_app.agents.rules import RulesAssistant
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.mapping import ApprovedMapping, Outcome
from discovery_app.errors import MissingInputError
from discovery_app.phases import load_phase
from discovery_app.phases.base import PhaseContext, PhaseResult, Recorded, SourceFile
from tests.conftest import SAMPLES
from tests.phases.cleansing_context import AS_OF, NOBODY

BEFORE = ("data_source_analysis", "data_validation", "field_mapping")


def cleanse(*paths: Path) -> PhaseResult:
    """Run the first four phases; columns in review take their best candidate."""
    if not all(path.exists() for path in paths):
        pytest.skip("the shared samples are not here")
    frames: dict[tuple[str, str], pl.DataFrame] = {}
    state = DiscoveryFlowState(
        session_id=NOBODY,
        client_account_id=NOBODY,
        engagement_id=NOBODY,
        as_of=AS_OF,
        files=[],
    )
    files = [SourceFile(UUID(int=n), p.name, p) for n, p in enumerate(paths)]
    recorded = Recorded(as_of=AS_OF)

    def read(phase: str, name: str) -> pl.DataFrame:
        if (phase, name) not in frames:
            raise MissingInputError(phase, name)
        return frames[phase, name]

    for phase in (*BEFORE, "data_cleansing"):
        context = PhaseContext(
            phase, state, files, recorded, read, RulesAssistant(), lambda *_: None
        )
        result = load_phase(phase).run(context)
        frames |= {(phase, name): frame for name, frame in result.frames.items()}
        state = state.with_phase(phase, result.output, {})
        if phase == "field_mapping":
            recorded = Recorded(as_of=AS_OF, mappings=approved(frames))
    return result


def approved(frames: dict[tuple[str, str], pl.DataFrame]) -> list[ApprovedMapping]:
    return [
        ApprovedMapping(
            row["table"],
            row["position"],
            row["header"],
            row["target"] or next(iter(row["candidates"]), None)
            if row["outcome"] == Outcome.REVIEW
            else row["target"],
            Outcome(row["outcome"]),
            row["unit"],
        )
        for row in frames["field_mapping", "mappings"].to_dicts()
    ]


def test_the_sizing_workshop_export_is_accounted_for_row_by_row():
    result = cleanse(SAMPLES / "rvtools-mjvincent" / "SizingWorkshop-RVTools.xlsx")

    records = result.frames["records"]
    assert (result.items_in, result.items_out) == (805, 795)
    assert result.output.excluded == {"template": 10}
    powers = dict(records.group_by("power_state").len().iter_rows())
    assert powers == {"on": 763, "off": 32}
    assert records["asset_type"].unique().to_list() == ["virtual_machine"]
    told = result.issues.filter(pl.col("rule") == "sources_disagree")
    assert told.height == 17
    used = {r.sheet: (r.rows_in, r.used) for r in result.output.related}
    assert used["vPartition"] == (1618, 1618)
    assert used["vNetwork"] == (805, 805)


def test_memory_without_a_unit_in_rvtools_is_mebibytes():
    result = cleanse(SAMPLES / "rvtools-mjvincent" / "SizingWorkshop-RVTools.xlsx")

    first = result.frames["records"].row(0, named=True)
    assert (first["asset_name"], first["memory_mb"]) == ("wadfs1", 4096)
    assert first["storage_provisioned_gb"] == 86_201 / 1024


def test_the_newer_rvtools_export_keeps_all_nine_machines():
    result = cleanse(SAMPLES / "rvtools-kubev2v" / "example1.xlsx")

    records = result.frames["records"]
    assert result.items_out == 9
    assert records["vm_uuid"].n_unique() == 9
    assert records["hypervisor"].unique().to_list() == ["VMware"]
    assert records["cpu_sockets"].null_count() == 0


def test_azure_address_lists_are_split():
    folder = SAMPLES / "azure-migrate-export"

    result = cleanse(folder / "AzureMigrate_Discovery_Report.xlsx")

    records = result.frames["records"]
    assert (result.items_in, result.items_out) == (294, 294)
    addresses = records["ip_address"].explode().drop_nulls()
    assert not addresses.str.contains(r"[\[\];,\s]").any()
    assert records["ip_address"].list.len().max() > 1
    assert set(records["power_state"].drop_nulls().unique()) == {"on", "off"}


def test_konveyor_dependencies_become_connections():
    result = cleanse(SAMPLES / "konveyor" / "sample-applications.csv")

    records = result.frames["records"]
    assert records["asset_name"].to_list() == ["Customers", "Inventory", "Gateway"]
    assert json.loads(records["tags"][0])["Operating System"] == "RHEL 8"
    edges = result.frames["connections"]
    assert edges.select("source_application", "dest_application").rows() == [
        ("Gateway", "Inventory"),
        ("Gateway", "Customers"),
    ]
    assert result.output.excluded == {"dependency": 2}


@pytest.mark.parametrize(
    ("name", "records", "excluded", "rejected"),
    [
        ("app_name_with_spaces_21.csv", 1, 1, 0),
        ("missing_application_name.csv", 0, 0, 1),
        ("invalid_record_type_21.csv", 0, 0, 2),
        ("mandatory_and_empty_row_21.csv", 2, 1, 0),
        ("valid_application_rows.csv", 2, 0, 0),
    ],
)
def test_bad_konveyor_rows_are_counted(name, records, excluded, rejected):
    result = cleanse(SAMPLES / "konveyor" / "cypress" / name)

    assert (result.items_out, result.items_excluded, result.items_rejected) == (
        records,
        excluded,
        rejected,
    )
