"""Many workflows at once, chosen as an admin's page chooses them."""

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import PlatformScope, Role
from discovery_app.domain.board import BoardFilter
from discovery_app.domain.workflow_repair import BulkAct, BulkFilter
from discovery_app.errors import PhaseError
from discovery_app.services.workflow_bulk import WorkflowBulkService
from discovery_app.services.workflow_state import WorkflowStateService
from tests.factories import make_claim, make_scope, make_workflow, with_role

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def scope(database):
    scope = make_scope(client="Northwind")
    claim = make_claim(scope)
    with unit_of_work(claim.scope) as session:
        WorkflowStateService(session).fail_phase(
            claim, PhaseError("The file is gone."), retryable=False
        )
    make_workflow(scope)
    return scope


@pytest.fixture
def bulk(scope):
    admin = with_role(scope, Role.ADMIN)
    return WorkflowBulkService(PlatformScope("Ada", "test"), lambda _: admin)


@pytest.mark.parametrize(
    ("act", "listed", "found"),
    [
        (BulkAct.CANCEL, BoardFilter(), 1),
        (BulkAct.CANCEL, BoardFilter(troubled=True), 0),
        (BulkAct.CANCEL, BoardFilter(statuses=("queued",), search="northw"), 1),
        (BulkAct.RETRY, BoardFilter(), 1),
        (BulkAct.RETRY, BoardFilter(troubled=True, search="northw"), 1),
        (BulkAct.RETRY, BoardFilter(statuses=("stuck", "running")), 0),
        (BulkAct.RETRY, BoardFilter(search="contoso"), 0),
    ],
)
def test_reaches_what_the_page_lists_and_the_act_can_change(bulk, act, listed, found):
    chosen = BulkFilter(listed)

    counted = bulk.count(act, chosen)
    done = bulk.run(act, chosen, reason="As agreed.", expected=found)

    assert (counted.matched, done.done, done.refused) == (found, found, ())


def test_retries_only_what_failed_of_what_the_page_lists(bulk):
    chosen = BulkFilter(BoardFilter(troubled=True), error_type="PhaseError")

    done = bulk.run(BulkAct.RETRY, chosen, reason="The file is back.", expected=1)

    assert (done.matched, done.done) == (1, 1)
    assert bulk.count(BulkAct.RETRY, BulkFilter(BoardFilter())).matched == 0
