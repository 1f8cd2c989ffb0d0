"""The oracles see what they are for: each finds a fault that is planted."""

import pytest
import sqlalchemy as sa

from tests.factories import begin, make_scope, make_workflow, take_lease
from tests.faults.oracles import ORACLES, violations

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("database")]

COPY_RUN = (
    "insert into workflow_phase_runs select (jsonb_populate_record(null::"
    "workflow_phase_runs, to_jsonb(run) || jsonb_build_object('id',"
    " gen_random_uuid()){more})).* from workflow_phase_runs run"
)
PLANTS = {
    "a phase has completed twice in one run": [
        "drop index uq_workflow_phase_runs_done",
        "update workflow_phase_runs set status = 'completed'",
        COPY_RUN.format(more=""),
    ],
    "a completed workflow lacks a phase": [
        "update workflow_states set status = 'completed'"
    ],
    "phases completed out of order": [
        "update workflow_phase_runs set status = 'completed', finished_at = now()",
        COPY_RUN.format(
            more=" || jsonb_build_object('position', 1, 'phase', 'data_validation',"
            " 'finished_at', now() - '1h'::interval)"
        ),
    ],
    "the history has gaps": ["delete from workflow_events where seq = 1"],
    "the history tells another status than the row": [
        "update workflow_states set status = 'failed'"
    ],
    "a lease is held long past its time": [
        "update workflow_leases set lease_until = now() - '1h'::interval"
    ],
    "a try still runs of a workflow that does not": [
        "update workflow_states set status = 'queued'"
    ],
    "two tries run at once": [COPY_RUN.format(more="")],
    "a try has a fence that was never given": [
        "update workflow_phase_runs set fence = 99"
    ],
}


@pytest.mark.parametrize("what", ORACLES)
def test_finds_what_is_wrong(what, database):
    make_workflow(make_scope())
    begin(take_lease())
    assert violations(database) == []

    with database.as_owner() as connection:
        for statement in PLANTS[what]:
            connection.execute(sa.text(statement))

    assert any(one.startswith(what) for one in violations(database))
