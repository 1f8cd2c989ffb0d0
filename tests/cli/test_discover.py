"""The command line as a script sees it: exit status and one JSON object."""

import json
import subprocess
import sys

import pytest

from discovery_app.phases import ORDER
from tests.cli import calls
from tests.conftest import ROOT
from tests.processes import demo_file

pytestmark = pytest.mark.usefixtures("database")

KEYS = {
    "workflow_id",
    "session_id",
    "status",
    "current_phase",
    "progress_percentage",
    "phases",
    "accounting",
    "related",
    "inventory",
    "issues",
}


def run(*arguments):
    command = [sys.executable, "-m", "discovery_app", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)


def discover(*files, engagement="First", more=()):
    done = run(
        "discover",
        *files,
        *("--client", "Acme", "--engagement", engagement, "--create", "--json"),
        *more,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.fixture
def demo(tmp_path):
    def write(*names):
        for name in names:
            (tmp_path / name).write_bytes(demo_file(name))
        return [tmp_path / name for name in names]

    return write


def test_a_real_export_is_accounted_for(samples):
    path = samples / "rvtools-mjvincent" / "SizingWorkshop-RVTools.xlsx"

    status, report, _ = discover(path)

    assert (status, report["status"]) == (0, "completed")
    assert report["accounting"] == {
        "rows_in": 805,
        "created": 795,
        "updated": 0,
        "unchanged": 0,
        "excluded": 10,
        "rejected": 0,
    }
    assert report["inventory"]["by_type"] == {"virtual_machine": 795}
    assert report["inventory"]["by_power_state"] == {"on": 763, "off": 32}
    validation = report["phases"][1]
    assert (validation["items_in"], validation["items_out"]) == (805, 805)


def test_the_same_files_again_change_nothing(demo):
    files = demo("northwind-vinfo.csv", "northwind-connections.csv")
    _, first, _ = discover(*files)
    status, second, said = discover(*files)

    created = first["accounting"]["created"]
    assert created == 85
    assert status == 0
    assert second["accounting"] | {"unchanged": 0} == {
        "rows_in": 88,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "excluded": 3,
        "rejected": 0,
    }
    assert second["accounting"]["unchanged"] == created
    assert "imported before" in said


def test_the_object_has_the_keys_of_the_contract(demo):
    _, report, _ = discover(*demo("contoso-server.csv"))
    assert set(report) == KEYS
    assert [phase["name"] for phase in report["phases"]] == list(ORDER)


class TestApproval:
    def test_is_waited_for(self, demo):
        status, report, _ = discover(*demo("northwind-sap-servers.csv"))
        assert (status, report["status"]) == (3, "waiting_for_approval")
        assert report["current_phase"] == "field_mapping"

    def test_can_be_given_in_advance(self, demo):
        files = demo("northwind-sap-servers.csv")
        status, report, _ = discover(*files, more=("--approve", "all"))
        assert (status, report["accounting"]["created"]) == (0, 9)

    def test_can_be_given_column_by_column(self, demo):
        _, waiting, _ = discover(*demo("northwind-sap-servers.csv"))
        session_id = waiting["session_id"]

        refused = run("approve", session_id, "--set", "Tier=no_such_field")
        approved = run("approve", session_id, "--set", "State=power_state", "--json")

        assert refused.returncode == 1
        assert "no_such_field" in refused.stderr
        assert approved.returncode == 0, approved.stderr
        assert json.loads(approved.stdout)["status"] == "completed"

    def test_is_remembered(self, demo):
        files = demo("northwind-sap-servers.csv")
        _, waiting, _ = discover(*files)
        run("approve", waiting["session_id"], "--set", "State=power_state")

        status, report, _ = discover(*files)

        assert (status, report["accounting"]["unchanged"]) == (0, 9)


BAD = {
    "empty.csv": b"",
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
    "damaged.xlsx": b"PK\x03\x04" + b"\x00" * 200,
    "protected.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096,
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_sentence(name, tmp_path, database):
    path = tmp_path / name
    path.write_bytes(BAD[name])

    status, report, said = discover(path)

    assert (status, report["status"]) == (1, "failed")
    assert report["workflow_id"] is None
    [issue] = report["issues"]
    assert issue["file"] == name
    assert len(issue["message"].split()) > 5
    assert "Traceback" not in said
    with database.as_owner() as connection:
        counted = connection.exec_driver_sql("select count(*) from data_import_files")
        assert counted.scalar() == 0


def test_a_file_without_names_fails_with_the_reason(tmp_path):
    path = tmp_path / "colours.csv"
    path.write_text("Colour,Taste,Shape\nred,sweet,round\nblue,sour,square\n")

    status, report, said = discover(path)

    assert (status, report["status"]) == (1, "failed")
    assert report["current_phase"] == "field_mapping"
    assert "Colour" in report["issues"][0]["message"]
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments",
    [("discover",), ("nonsense",), ("approve", "not-an-id"), ("export",)],
)
def test_wrong_usage_is_status_2(arguments):
    assert calls.run(*arguments).returncode == 2


def test_an_export_has_what_was_published(demo, tmp_path):
    discover(*demo("northwind-vinfo.csv", "northwind-connections.csv"))
    where = ("export", "--client", "Acme", "--engagement", "First")
    done = run(*where, "--what", "dependencies", "--format", "json")
    target = tmp_path / "assets.xlsx"
    written = run(*where, "--what", "assets", "--format", "xlsx", "--output", target)

    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 126
    assert written.returncode == 0
    assert target.read_bytes().startswith(b"PK")


def test_an_unknown_engagement_is_a_sentence():
    done = run(
        *("export", "--client", "Nobody", "--engagement", "None", "--what", "assets")
    )
    assert done.returncode == 1
    assert "no engagement" in done.stderr
    assert "Traceback" not in done.stderr
