"""Downloads of one import: its problems and its rejected rows."""

import csv
import io

import pytest

from tests.api.calls import Caller, caller, finish_import

pytestmark = pytest.mark.usefixtures("database")

FILE = b"Server name,Operating system\nweb-01,Ubuntu 22.04\n,Debian 12\n"


def finished_import(person: Caller) -> str:
    """Run an import with one row that names nothing; return its workflow's path."""
    started = finish_import(person.scope, {"servers.csv": FILE})
    return f"/workflows/{started.workflow_id}"


def test_downloads_problems_and_rejected_rows():
    consultant = caller()
    path = finished_import(consultant)

    issues = consultant.get(f"{path}/issues.csv")
    rejected = consultant.get(f"{path}/rejected-rows.csv")

    assert issues.headers["content-type"].startswith("text/csv")
    assert "attachment" in rejected.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(rejected.text))
    assert (row["Operating system"], row["From row"]) == ("Debian 12", "3")
    assert "servers.csv" in issues.text


@pytest.mark.parametrize("name", ["issues.csv", "rejected-rows.csv"])
def test_another_client_is_told_nothing(name):
    path = finished_import(caller())

    answer = caller().get(f"{path}/{name}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
