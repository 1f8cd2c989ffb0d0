import sqlalchemy as sa

from discovery_app.database import unit_of_work
from discovery_app.services.decision_overrides import DecisionOverrideService
from discovery_app.services.inventory_marks import InventoryMarkService, Mark
from tests.conftest import TestDatabase
from tests.factories import make_workflow
from tests.services.inventory import Estate, candidates

ADVICE = {
    "record": 0,
    "treatment": "rehost",
    "rule": "H1",
    "confidence": 0.9,
    "inputs": "{}",
    "also_matched": [],
    "reason": "Sizing is known.",
}


def mark(estate: Estate) -> Mark:
    with unit_of_work(estate.scope) as session:
        return InventoryMarkService(session).mark(estate.scope)


def override(estate: Estate) -> None:
    [row] = estate.rows("select id from assets")
    with unit_of_work(estate.scope) as session:
        DecisionOverrideService(session).override(
            estate.scope, row["id"], "retain", "The vendor asked."
        )


def test_stays_the_same_while_nothing_happens(database: TestDatabase):
    estate = Estate(database)
    estate.publish(candidates({"asset_name": "web"}))

    assert mark(estate) == mark(estate)


def test_changes_when_a_person_decides(database: TestDatabase):
    estate = Estate(database)
    estate.publish(candidates({"asset_name": "web"}), decisions=[ADVICE])
    before = mark(estate)

    override(estate)

    assert mark(estate) != before


def test_changes_when_an_import_completes(database: TestDatabase):
    estate = Estate(database)
    before = mark(estate)
    workflow_id = make_workflow(estate.scope)
    queued = mark(estate)

    with database.as_owner() as connection:
        connection.execute(
            sa.text("update workflow_states set status = 'completed' where id = :id"),
            {"id": workflow_id},
        )

    assert queued == before
    assert mark(estate) != before


def test_does_not_change_with_another_engagement(database: TestDatabase):
    estate, other = Estate(database), Estate(database)
    other.publish(candidates({"asset_name": "web"}), decisions=[ADVICE])
    before = mark(estate)

    override(other)

    assert mark(estate) == before
