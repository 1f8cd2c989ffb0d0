"""What a tool's file says, imported again, takes nothing from the inventory."""

import pytest

from benchmarks.chain import run_phases
from discovery_app.database import unit_of_work
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.knowledge.tool_formats import ExportTool
from discovery_app.services.export_rows import ExportWhat
from discovery_app.services.exports import ExportFormat, ExportService
from discovery_app.services.tool_exports import ToolExportService
from discovery_app.transforms.keys import identity_keys
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates
from tests.services.test_tool_exports import DB, PAY, SHOP, WEB

KEYLESS = {
    "asset_name": "old box",
    "asset_type": "server",
    "cpu_cores": 2,
    "memory_mb": 5120,
    "mem_util_avg_pct": 33.1,
}
"""Nothing but its name says which machine it is."""

MACHINES = (
    KEYLESS,
    WEB | {"asset_type": "virtual_machine"},
    DB | {"asset_type": "server", "os_version": "8.6.2"},
)
APPLICATIONS = tuple(
    row | {"asset_name": row["application_name"], "asset_type": "application"}
    for row in (SHOP, PAY)
)


@pytest.mark.parametrize("tool", list(ExportTool))
def test_importing_an_export_again_leaves_the_inventory_as_it_was(
    tool, database: TestDatabase, tmp_path
) -> None:
    estate = Estate(database)
    is_portfolio = tool is ExportTool.KONVEYOR
    rows = APPLICATIONS if is_portfolio else MACHINES
    first = candidates(*rows)
    estate.publish(first.with_columns(identity_keys(first)))
    before = inventory(estate)

    chain = run_phases([exported(estate, tool, tmp_path)])
    counts = estate.publish(chain.frame("database_integration", "candidates"))

    assert inventory(estate) == before
    assert counts.accounting.created == 0
    assert counts.conflicts == 0


def exported(estate: Estate, tool: ExportTool, folder):
    with unit_of_work(estate.scope) as session:
        export = ToolExportService(session).export(estate.scope, tool)
    path = folder / export.file_name
    path.write_bytes(export.content)
    return path


def inventory(estate: Estate) -> dict[str, dict[str, object]]:
    """Return every field of every asset, by name."""
    return {
        name: {field: row[field] for field in ASSET_FIELDS}
        for name, row in estate.assets().items()
    }


@pytest.mark.parametrize("form", list(ExportFormat))
def test_our_own_export_finds_every_asset_again(
    form, database: TestDatabase, tmp_path
) -> None:
    estate = Estate(database)
    twin = KEYLESS | {"tags": '{"env": "test"}', "custom": '{"Rack": "R1"}'}
    first = candidates(*MACHINES, twin, *APPLICATIONS)
    estate.publish(first.with_columns(identity_keys(first)))
    before = known(estate)
    with unit_of_work(estate.scope) as session:
        export = ExportService(session).export(estate.scope, ExportWhat.ASSETS, form)
        content = b"".join(export)
    path = tmp_path / f"assets.{form}"
    path.write_bytes(content)

    chain = run_phases([path])
    counts = estate.publish(chain.frame("database_integration", "candidates"))

    assert counts.accounting.unchanged == len(before) == 6
    assert known(estate) == before


def test_an_edited_export_changes_what_was_edited(
    database: TestDatabase, tmp_path
) -> None:
    estate = Estate(database)
    estate.publish(candidates(KEYLESS, KEYLESS))
    with unit_of_work(estate.scope) as session:
        export = ExportService(session).export(estate.scope, "assets", "csv")
        text = b"".join(export).decode()
    path = tmp_path / "edited.csv"
    path.write_text(text.replace(",5120,", ",6144,", 1))

    chain = run_phases([path])
    counts = estate.publish(chain.frame("database_integration", "candidates"))

    assert (counts.accounting.updated, counts.accounting.unchanged) == (1, 1)
    assert counts.accounting.created == 0


def known(estate: Estate) -> dict[object, dict[str, object]]:
    """Return what every asset is known to be, by its id."""
    names = (*ASSET_FIELDS, "custom", "type_reason", "in_scope")
    rows = estate.rows("select * from assets")
    return {row["id"]: {name: row[name] for name in names} for row in rows}
