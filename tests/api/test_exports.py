import csv
import io
import json

import pytest
from openpyxl import load_workbook

from discovery_app.domain.access import Role
from discovery_app.knowledge.tool_formats import ExportTool
from discovery_app.services.export_rows import ExportWhat
from tests.api.calls import PROBLEM, Caller, caller, publish, stranger
from tests.conftest import TestDatabase

WEB = {"asset_name": "web01", "cpu_cores": 4, "ip_address": ["10.0.0.1", "10.0.0.2"]}
TRAP = {"asset_name": "=cmd()", "cpu_cores": 2}


def test_assets_download_as_csv_safe_to_open(database: TestDatabase) -> None:
    maya = caller()
    publish(maya.scope, WEB, TRAP)

    answer = download(maya, "assets.csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="assets.csv"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert {row["asset_name"] for row in rows} == {"web01", "'=cmd()"}
    assert {row["ip_address"] for row in rows} == {"10.0.0.1;10.0.0.2", ""}


def test_assets_download_as_json_with_numbers_and_lists(
    database: TestDatabase,
) -> None:
    maya = caller()
    publish(maya.scope, WEB)

    [row] = json.loads(download(maya, "assets.json").content)

    assert row["cpu_cores"] == 4
    assert row["ip_address"] == ["10.0.0.1", "10.0.0.2"]


def test_assets_download_as_a_workbook(database: TestDatabase) -> None:
    maya = caller()
    publish(maya.scope, WEB)

    book = load_workbook(io.BytesIO(download(maya, "assets.xlsx").content))

    header, row = list(book.active.iter_rows(values_only=True))
    assert dict(zip(header, row, strict=True))["cpu_cores"] == 4


@pytest.mark.parametrize("what", list(ExportWhat))
def test_everything_downloads_from_an_empty_engagement(
    database: TestDatabase, what: str
) -> None:
    maya = caller()

    assert json.loads(download(maya, f"{what}.json").content) == []


def test_a_download_is_in_the_audit_log(database: TestDatabase) -> None:
    maya = caller()

    download(maya, "findings.csv")

    with database.as_owner() as connection:
        rows = connection.exec_driver_sql(
            "select actor, subject, data->>'format' from audit_events "
            "where action = 'exported'"
        ).all()
    assert rows == [("Maya Okafor", "findings", "csv")]


def test_a_manager_may_export(database: TestDatabase) -> None:
    maya = caller()
    publish(maya.scope, WEB)

    answer = download(caller(Role.MANAGER, beside=maya), "assets.json")

    assert len(answer.json()) == 1


def test_what_cannot_be_exported_is_a_problem(database: TestDatabase) -> None:
    maya = caller()

    answers = [maya.get(path(maya, name)) for name in ("secrets.csv", "assets.exe")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert {answer.headers["content-type"] for answer in answers} == {PROBLEM}


def test_exports_of_someone_else_are_not_there(database: TestDatabase) -> None:
    maya, other = caller(), caller()
    publish(other.scope, WEB)

    answer = maya.get(path(other, "assets.csv"))

    assert answer.status_code == 404


def test_exports_need_a_sign_in(database: TestDatabase) -> None:
    answer = stranger().get(f"/api/v1{path(caller(), 'assets.csv')}")

    assert answer.status_code == 401


def path(one: Caller, name: str) -> str:
    return f"/engagements/{one.scope.engagement_id}/exports/{name}"


def download(one: Caller, name: str):
    answer = one.get(path(one, name))
    assert answer.status_code == 200, answer.text
    return answer


def test_an_admin_downloads_the_audit_log(database: TestDatabase) -> None:
    maya, ada = caller(), caller(Role.ADMIN)
    download(maya, "findings.csv")

    answer = ada.get("/audit.json", action="exported", actor="Maya Okafor")

    assert answer.status_code == 200
    assert {row["subject"] for row in answer.json()} >= {"findings"}
    assert {row["action"] for row in answer.json()} == {"exported"}


def test_nobody_else_downloads_the_audit_log(database: TestDatabase) -> None:
    manager = caller(Role.MANAGER)

    answer = manager.get("/audit.csv")

    assert answer.status_code == 403
    assert stranger().get("/api/v1/audit.csv").status_code == 401


def test_a_file_for_a_tool_holds_what_is_in_scope_and_says_what_it_lacks(
    database: TestDatabase,
) -> None:
    maya = caller()
    publish(maya.scope, {**WEB, "asset_type": "server"})

    answer = download(maya, "tools/azure_migrate")

    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["*Server name"], row["*Cores"]) == ("web01", "4")
    assert row["IP addresses"] == "10.0.0.1;10.0.0.2"
    assert "*Memory (In MB) is blank in 1 rows" in answer.headers["export-warning"]


@pytest.mark.parametrize("tool", list(ExportTool))
def test_every_tool_has_a_file_for_an_empty_engagement(
    database: TestDatabase, tool: str
) -> None:
    assert download(caller(), f"tools/{tool}").content
