"""An import is corrected and taken back from the command line."""

import json
import re

import pytest
from click.testing import Result
from typer.testing import CliRunner

from discovery_app.cli import app
from discovery_app.errors import InvalidInputError
from tests.api.calls import run_due
from tests.conftest import TestDatabase
from tests.factories import make_scope
from tests.processes import look, start_discovery
from tests.services.inventory import Estate, candidates

FILE = b"""Server name,Operating system,Memory (MB)
web-01,Ubuntu 22.04,8192
,Debian 12,4096
"""


def run(*arguments) -> Result:
    """Run one command in this process; starting one costs two seconds each."""
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def published(database: TestDatabase):
    """A finished import with one rejected row."""
    scope = make_scope()
    _, started = start_discovery(scope, {"servers.csv": FILE})
    run_due()
    return scope, started


def names(database: TestDatabase, scope) -> set[str]:
    return set(Estate.on(database, scope).assets())


def test_a_row_is_corrected_applied_and_the_import_taken_back(database, published):
    scope, started = published
    workflow_id = started.workflow_id
    place = ("--file", "servers.csv", "--row", 3)

    wrong = run("corrections", "set", workflow_id, *place, "--set", "Nam=x")
    kept = run("corrections", "set", workflow_id, *place, "--set", "Server name=web-02")
    listed = run("corrections", "list", workflow_id, "--json")
    looked = run("corrections", "apply", workflow_id)
    before = look(scope, started).run_number
    applied = run("corrections", "apply", workflow_id, "--confirm")
    run_due()

    assert isinstance(wrong.exception, InvalidInputError)
    assert "it has Server name, Operating system" in str(wrong.exception)
    assert "The row is accepted now." in kept.stderr
    (told,) = json.loads(listed.stdout)
    assert (told["before"], told["after"], told["state"]) == ("", "web-02", "waits")
    assert "1 asset only this import knows" in looked.stderr
    assert (before, applied.exit_code) == (1, 0)
    assert names(database, scope) == {"web-01", "web-02"}

    seen = run("undo", workflow_id)
    assert "2 assets only this import knows will be removed" in seen.stderr
    assert names(database, scope) == {"web-01", "web-02"}
    done = run("undo", workflow_id, "--confirm", "--reason", "Wrong client")
    assert done.stdout == "Taken back: 2 removed, 0 restored, 0 kept.\n"
    assert names(database, scope) == set()


def test_a_file_is_read_another_way_after_a_look(published):
    scope, started = published
    given = (started.workflow_id, "--file", "servers.csv", "--header-row", 2)

    seen = run("reread", *given)
    before = look(scope, started).run_number
    done = run("reread", *given, "--confirm", "--reason", "The headers are in row 2")

    assert "Columns: web-01, Ubuntu 22.04, 8192" in seen.stderr
    assert "those that the new run does not make again are removed" in seen.stderr
    assert (before, done.exit_code) == (1, 0)
    assert look(scope, started).run_number == 2


def test_conflicts_are_listed_and_decided(database: TestDatabase):
    scope = make_scope(client="Acme")
    estate = Estate.on(database, scope)
    web = {"asset_name": "web", "key_fqdn": "web", "location": "Berlin"}
    estate.publish(candidates(web | {"cpu_cores": 2}))
    other = {"source": "servicenow", "file": "cmdb.csv", "cpu_cores": 4}
    estate.publish(candidates(web | other | {"location": "Paris"}))
    where = ("--client", "Acme", "--engagement", "Acme discovery")

    listed = run("conflicts", "list", *where, "--field", "location")
    (found,) = re.findall(r"^\S+", listed.stdout, re.MULTILINE)
    taken = run("conflicts", "decide", found, *where, "--take")
    counted = run("conflicts", "decide-source", "rvtools: list.csv", *where)
    done = run("conflicts", "decide-source", "rvtools: list.csv", *where, "--confirm=1")

    assert "“Paris” (servicenow: cmdb.csv) stands, “Berlin”" in listed.stdout
    assert taken.exit_code == 0
    assert "add --confirm 1" in counted.stderr
    assert done.stdout == "1 conflicts decided.\n"
    web = estate.assets()["web"]
    assert (web["location"], web["cpu_cores"]) == ("Berlin", 2)
