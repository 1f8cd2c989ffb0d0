"""Conflicts over the API: listed with both sides, decided one by one or by source."""

import pytest

from discovery_app.domain.access import Role
from tests.api.calls import Caller, caller, publish

pytestmark = pytest.mark.usefixtures("database")

WEB = {"asset_name": "web", "key_fqdn": "web", "memory_mb": 8, "location": "Berlin"}
CMDB = {"source": "servicenow", "file": "cmdb.csv"}


def disputed() -> tuple[Caller, str]:
    """Return a consultant with two conflicts, and where these are."""
    person = caller()
    publish(person.scope, WEB)
    publish(person.scope, WEB | CMDB | {"memory_mb": 16, "location": "Bonn"})
    return person, f"/engagements/{person.scope.engagement_id}/conflicts"


def test_conflicts_are_listed_and_decided():
    person, path = disputed()

    listed = person.get(path, field="memory_mb").json()
    (one,) = listed["items"]
    decided = person.post(f"{path}/{one['conflict_id']}/decide", keep=False)

    assert (one["kept"], one["offered"], listed["total"]) == ("16", "8", 1)
    assert one["kept_at"] > one["offered_at"]
    assert decided.json() == {"decided": 1}
    assert person.get(path).json()["total"] == 1
    (asset,) = person.client.get(person.assets).json()["items"]
    assert asset["memory_mb"] == 8


def test_a_source_decides_all_if_the_caller_saw_them_all():
    person, path = disputed()
    wanted = {"source": "rvtools: list.csv"}

    wrong = person.post(f"{path}/decide", **wanted, expected=1)
    done = person.post(f"{path}/decide", **wanted, expected=2)

    assert (wrong.status_code, wrong.json()["code"]) == (409, "conflict")
    assert done.json() == {"decided": 2}
    assert person.get(path).json() == {"total": 0, "items": []}


def test_managers_look_and_strangers_do_not():
    person, path = disputed()
    manager = caller(Role.MANAGER, beside=person)
    wanted = {"source": "rvtools: list.csv", "expected": 2}

    assert manager.get(path).json()["total"] == 2
    assert manager.post(f"{path}/decide", **wanted).status_code == 403
    assert caller().get(path).status_code == 404
