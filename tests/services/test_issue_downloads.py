"""What was wrong with an import, as files that people can work with."""

import csv
import io

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.errors import NotFoundError
from discovery_app.services.issue_downloads import IssueDownloadService
from tests.api.calls import finish_import
from tests.factories import make_scope

FILE = b"""Name,Operating system,Memory (MB)
web-01,Ubuntu 22.04,8192
,Ubuntu 22.04,4096
web-03,=cmd,lots
"""


@pytest.fixture
def finished(database):
    """A finished workflow of a file with a row that names nothing."""
    scope = make_scope(Role.CONSULTANT)
    started = finish_import(scope, {"servers.csv": FILE})
    return scope, started


def rows_of(scope, started, which: str) -> list[dict[str, str]]:
    """Return the rows of a download."""
    with unit_of_work(scope) as session:
        service = IssueDownloadService(session)
        chunks = getattr(service, which)(scope, started.workflow_id)
        text = b"".join(chunks).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_rejected_rows_come_as_they_were_with_their_reason(finished):
    (row,) = rows_of(*finished, "rejected_rows")

    assert (row["Name"], row["Memory (MB)"]) == ("", "4096")
    assert row["From row"] == "3"
    assert row["From file"] == "servers.csv"
    assert row["Rejected because"]
    assert row["What to do"]


def test_all_issues_name_file_and_row(finished):
    issues = rows_of(*finished, "issues")

    assert {"severity", "rule", "message", "fix"} <= issues[0].keys()
    assert ("servers.csv", "3") in {(one["file"], one["row"]) for one in issues}
    assert issues[0]["severity"] == "error"


def test_another_client_gets_nothing(finished):
    with pytest.raises(NotFoundError):
        rows_of(make_scope(Role.ADMIN), finished[1], "issues")
