"""What several imports told of is one inventory: ends, noise, groups and advice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.domain.engagement_request import AskedFor
from discovery_app.knowledge.analysis_settings import DEFAULTS
from discovery_app.knowledge.ports import NoisePort
from discovery_app.services.engagement_settings import EngagementSettingService
from discovery_app.services.evaluations import EvaluationService
from discovery_app.services.reassessment import ReassessmentService
from tests.conftest import TestDatabase
from tests.services.inventory import AS_OF, Estate, candidates

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
LATE = datetime(2026, 11, 1, tzinfo=UTC)
MACHINES = (
    {"asset_name": "web", "key_fqdn": "web", "ip_address": ["10.0.0.1"]},
    {"asset_name": "app", "key_fqdn": "app", "ip_address": ["10.0.0.2"]},
    {"asset_name": "db", "key_fqdn": "db", "ip_address": ["10.0.0.3"]},
    {"asset_name": "t1", "key_fqdn": "t1", "ip_address": ["10.0.0.9"]},
    {"asset_name": "t2", "key_fqdn": "t2", "ip_address": ["10.0.0.9"]},
)


@pytest.fixture
def estate(database: TestDatabase) -> Estate:
    return Estate(database)


def call(source, destination, port=443, *, count=1, seen=EARLY, **more):
    return {
        "source": source, "destination": destination, "port": port, "protocol": "tcp",
        "kind": "connection", "noise": False, "connection_count": count,
        "first_observed": seen, "last_observed": seen, **more,
    }  # fmt: skip


def again(estate: Estate):
    with unit_of_work(estate.scope) as session:
        return ReassessmentService(session).run(
            AskedFor(estate.scope, "", AS_OF, "Look again.", "Ada")
        )


def edges(estate: Estate):
    rows = estate.rows("select * from dependencies")
    return {(one["source"], one["destination"], one["port"]): one for one in rows}


def groups(estate: Estate):
    return {
        one["asset_name"]: (one["group_number"], one["wave"])
        for one in estate.rows(
            "select a.asset_name, g.group_number, g.wave from move_groups g "
            "join assets a on a.id = g.asset_id"
        )
    }


def test_connections_of_another_import_find_the_assets(estate: Estate):
    estate.publish(candidates(), edges=[
        call("10.0.0.1", "10.0.0.2"), call("10.0.0.2", "DB"),
        call("10.0.0.1", "10.0.0.9"), call("10.0.0.1", "10.9.9.9"),
    ])  # fmt: skip
    estate.publish(candidates(*MACHINES))

    done = again(estate)

    found = edges(estate)
    assert set(found) == {
        ("web", "app", 443),
        ("app", "db", 443),
        ("web", "10.0.0.9", 443),  # Two have it, so it is nobody's.
        ("web", "10.9.9.9", 443),
    }
    assert found["web", "10.0.0.9", 443]["destination_asset_id"] is None
    assert (done.dependencies, done.move_groups) == (4, 1)
    assert groups(estate) == {"db": (1, 1), "app": (1, 2), "web": (1, 3)}
    assert edges(estate) == found
    again(estate)
    assert edges(estate) == found


def test_the_same_connections_told_again_are_not_counted_twice(estate: Estate):
    told = [call("10.0.0.1", "10.0.0.2", count=7)]
    estate.publish(candidates(*MACHINES))
    estate.publish(candidates(), edges=told)
    again(estate)
    estate.publish(candidates(), edges=[told[0] | {"last_observed": LATE}])

    again(estate)

    (edge,) = edges(estate).values()
    assert (edge["source"], edge["connection_count"]) == ("web", 7)
    assert (edge["first_observed"], edge["last_observed"]) == (EARLY, LATE)


def test_two_spellings_in_one_import_are_added_up(estate: Estate):
    calls = [call("10.0.0.1", "db", count=2), call("web", "10.0.0.3", count=3)]
    estate.publish(candidates(), edges=calls)
    estate.publish(candidates(*MACHINES))

    again(estate)

    (edge,) = edges(estate).values()
    assert edge["connection_count"] == 5


def test_noise_ports_reach_what_was_imported_before(estate: Estate):
    estate.publish(candidates(*MACHINES))
    estate.publish(candidates(), edges=[
        call("web", "app", 8443), call("app", "db", 5432),
        call("app", "db", 445, backup=True), call("web", "db", 445),
    ])  # fmt: skip
    again(estate)
    assert {key[2] for key, one in edges(estate).items() if one["noise"]} == {445}
    assert not edges(estate)["web", "db", 445]["noise"]
    admin = replace(estate.scope, role=Role.ADMIN)
    chosen = replace(DEFAULTS, noise_ports=(NoisePort(5432, "agent"),))
    with unit_of_work(admin) as session:
        EngagementSettingService(session).change(admin, chosen, "An agent.")

    again(estate)

    found = edges(estate)
    assert found["app", "db", 5432]["noise_reason"] == "agent"
    assert not found["app", "db", 445]["noise"]
    assert groups(estate)["db"][1] == 1


@pytest.mark.parametrize(
    ("imports", "asked"),
    [
        ([("machines", "calls")], 0),
        ([("machines",)], 0),
        ([("machines",), ("machines",)], 0),
        ([("machines",), ("calls",)], 1),
        ([("calls",), ("machines",)], 1),
    ],
)
def test_imports_that_come_together_are_evaluated_without_asking(
    estate: Estate, imports, asked
):
    for parts in imports:
        rows = MACHINES if "machines" in parts else ()
        told = [call("web", "app")] if "calls" in parts else []
        estate.publish(candidates(*rows), edges=told)
        with unit_of_work(estate.scope) as session:
            EvaluationService(session).ask_after_import(estate.scope, AS_OF)

    assert len(estate.rows("select * from engagement_requests")) == asked
