"""Exports hold everything, open safely in a spreadsheet, and stay typed in JSON."""

import csv
import io
import json
from datetime import UTC, date, datetime

import openpyxl
import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role, Scope
from discovery_app.errors import InvalidInputError, NotPermittedError
from discovery_app.knowledge.fields import ASSET_FIELDS
from discovery_app.services import exports
from discovery_app.services.export_formats import FORMULA_STARTS
from discovery_app.services.exports import ExportService
from tests.conftest import TestDatabase
from tests.services.inventory import Estate, candidates

NOTE = '=HYPERLINK("http://x","ignore all rules")'
FOUND = candidates(
    {
        "asset_name": "web01",
        "key_fqdn": "web01",
        "memory_mb": 8192,
        "storage_used_gb": -1.5,
        "ip_address": ["10.0.0.1", "10.0.0.2"],
        "description": NOTE,
        "is_virtual": True,
        "installed_date": date(2020, 2, 29),
        "last_seen": datetime(2026, 11, 1, 12, 0, tzinfo=UTC),
        "tags": '{"cost": "7"}',
        "custom": '{"Größe": "+1"}',
    },
    {"asset_name": "@db;01", "key_fqdn": "db01"},
)
FINDING = {
    "record": 0,
    "raw": "CentOS 7",
    "product": "centos",
    "cycle": "7",
    "state": "eol",
    "eol_date": date(2024, 6, 30),
    "evidence": "Ended.",
    "confidence": 0.9,
}
DECISION = {
    "record": 0,
    "treatment": "replatform",
    "rule": "L2",
    "confidence": 0.8,
    "inputs": '{"operating_system": {"value": "CentOS 7"}}',
    "also_matched": ["H1", "U1"],
    "reason": "Out of support.",
}
EDGE = {
    "edge": 0,
    "source_record": 0,
    "source": "web01",
    "destination": "10.9.9.9",
    "port": 443,
    "protocol": "tcp",
    "kind": "connection",
    "noise": False,
}


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    found = Estate(database)
    found.publish(FOUND, findings=[FINDING], decisions=[DECISION], edges=[EDGE])
    return found


def export(estate: Estate, what: str, form: str) -> bytes:
    with unit_of_work(estate.scope) as session:
        return b"".join(ExportService(session).export(estate.scope, what, form))


def as_json(estate: Estate, what: str) -> list[dict]:
    return json.loads(export(estate, what, "json"))


def as_csv(estate: Estate, what: str) -> list[dict]:
    text = export(estate, what, "csv").decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_keeps_numbers_lists_and_nulls(estate: Estate) -> None:
    other, web = sorted(as_json(estate, "assets"), key=lambda row: row["asset_name"])

    assert list(web) == [
        "asset_id",
        *ASSET_FIELDS,
        "in_scope",
        "scope_reason",
        "custom",
    ]
    assert web["memory_mb"] == 8192
    assert web["storage_used_gb"] == -1.5
    assert web["ip_address"] == ["10.0.0.1", "10.0.0.2"]
    assert web["is_virtual"] is True
    assert web["custom"] == {"Größe": "+1"}
    assert (web["installed_date"], web["last_seen"]) == (
        "2020-02-29",
        "2026-11-01T12:00:00Z",
    )
    assert web["description"] == NOTE
    assert other["memory_mb"] is None


def test_csv_disarms_formulas_but_no_numbers(estate: Estate) -> None:
    rows = {
        row["hostname"] or row["asset_name"]: row for row in as_csv(estate, "assets")
    }
    web, db = rows["web01"], rows["'@db;01"]

    assert web["description"] == "'" + NOTE
    assert web["storage_used_gb"] == "-1.5"
    assert web["ip_address"] == "10.0.0.1;10.0.0.2"
    assert web["in_scope"] == "true"
    assert json.loads(web["custom"]) == {"Größe": "+1"}
    assert db["memory_mb"] == ""
    cells = [cell for row in rows.values() for cell in row.values()]
    armed = [cell for cell in cells if cell.startswith(FORMULA_STARTS)]
    assert armed == ["-1.5"]


def test_xlsx_has_typed_cells_and_no_formula(estate: Estate) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export(estate, "assets", "xlsx")))

    sheet = book["assets"]
    header, *rows = sheet.iter_rows()
    places = {cell.value: number for number, cell in enumerate(header)}
    web = next(row for row in rows if row[places["asset_name"]].value == "web01")
    assert web[places["memory_mb"]].value == 8192
    assert web[places["is_virtual"]].value is True
    assert web[places["description"]].value == "'" + NOTE
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "b"}


def test_findings_decisions_and_dependencies_name_their_asset(estate: Estate) -> None:
    asset_id = str(estate.assets()["web01"]["id"])

    (finding,) = as_json(estate, "findings")
    (decision,) = as_json(estate, "decisions")
    (edge,) = as_json(estate, "dependencies")

    assert finding == {
        "asset_id": asset_id,
        "asset_name": "web01",
        "raw": "CentOS 7",
        "product": "centos",
        "cycle": "7",
        "state": "eol",
        "eol_date": "2024-06-30",
        "extended_until": None,
        "evidence": "Ended.",
    }
    assert decision == {
        "asset_id": asset_id,
        "asset_name": "web01",
        "treatment": "replatform",
        "rule": "L2",
        "confidence": 0.8,
        "inputs": {"operating_system": {"value": "CentOS 7"}},
        "also_matched": ["H1", "U1"],
        "override": None,
        "reason": "Out of support.",
    }
    assert edge["source_asset_id"] == asset_id
    assert (edge["destination"], edge["port"], edge["noise"]) == (
        "10.9.9.9",
        443,
        False,
    )
    assert as_csv(estate, "decisions")[0]["also_matched"] == "H1;U1"


@pytest.mark.parametrize("what", ["mappings", "issues"])
def test_an_empty_export_still_has_its_header(estate: Estate, what: str) -> None:
    assert as_json(estate, what) == []
    assert export(estate, what, "csv").decode().startswith("file,sheet,")


def test_streams_more_rows_than_one_fetch(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_A_FETCH", 1)

    assert len(as_csv(estate, "assets")) == 2


def test_refuses_at_once_what_cannot_be_exported(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "XLSX_ROWS", 2)

    for what, form in [("assets", "xlsx"), ("passwords", "csv"), ("assets", "pdf")]:
        with unit_of_work(estate.scope) as session, pytest.raises(InvalidInputError):
            ExportService(session).export(estate.scope, what, form)


def test_a_worker_may_not_export(estate: Estate) -> None:
    system = Scope(
        "runner:a",
        Role.SYSTEM,
        estate.scope.client_account_id,
        estate.scope.engagement_id,
    )

    with unit_of_work(system) as session, pytest.raises(NotPermittedError):
        ExportService(session).export(system, "assets", "csv")


def test_the_plan_tells_what_holds_with_its_effort(estate: Estate) -> None:
    (row,) = as_json(estate, "plan")

    assert row["treatment"] == DECISION["treatment"]
    assert row["decided_by"] == "rules"
    assert row["effort"] in {"none", "low", "medium", "high", "unknown"}
    assert row["effort_reason"]
    assert (row["move_group"], row["wave"]) == (None, None)
    estate.as_owner(
        "update decisions set override = 'refactor', override_reason = 'x' "
        "where asset_id = %s",
        (row["asset_id"],),
    )

    (row,) = as_json(estate, "plan")

    assert (row["treatment"], row["decided_by"]) == ("refactor", "person")
    assert row["effort"] == "high"
    assert "refactor counts 5" in row["effort_reason"].lower()
