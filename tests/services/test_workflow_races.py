"""Two at once: one wins, the other is told what changed, and nothing is half done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.domain.workflow_repair import OptionsChange
from discovery_app.errors import ConflictError, LostLeaseError, PhaseError
from discovery_app.phases import ORDER
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import object_store
from tests.factories import make_claim, make_result, make_scope, with_role

pytestmark = pytest.mark.usefixtures("database")

ROUNDS = 6
"""Threads meet differently each time; what must hold, holds every time."""


def do(scope, verb, *args, **more):
    with unit_of_work(scope) as session:
        return getattr(WorkflowStateService(session), verb)(*args, **more)


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Make all calls together; return what each gave, or how it was refused."""
    start = Barrier(len(calls))

    def make(call):
        start.wait(10)
        try:
            return call()
        except (ConflictError, LostLeaseError) as error:
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(make, calls))


def look(claim):
    return do(claim.scope, "get_workflow_state", claim.scope, claim.workflow_id)


def commit(claim, **result):
    done = make_result(**result)
    state = claim.state.with_phase("data_validation", done.output, {})
    return do(claim.scope, "commit_phase", claim, done, state)


def in_phase(phase):
    """Return the claim on ``phase`` of a new workflow."""
    claim = make_claim(make_scope())
    while claim.phase != phase:
        claim = commit(claim)
    return claim


def failed(phase=ORDER[0]):
    claim = in_phase(phase)
    do(claim.scope, "fail_phase", claim, PhaseError("It broke."), retryable=False)
    return claim


def paused():
    claim = make_claim(make_scope())
    admin = with_role(claim.scope, Role.ADMIN)
    do(admin, "pause", admin, claim.workflow_id, version=None)
    assert commit(claim) is None
    return claim


def at_the_gate():
    claim = in_phase("field_mapping")
    assert commit(claim, needs_approval=True) is None
    return claim


ACTS = {
    "pause": (lambda: make_claim(make_scope()), {}),
    "resume": (paused, {}),
    "cancel": (lambda: make_claim(make_scope()), {"reason": "Wrong"}),
    "approve": (at_the_gate, {"approved": 1}),
    "retry": (failed, {"reason": "Mended"}),
    "rerun_from": (failed, {"reason": "New rules", "phase": ORDER[0]}),
    "change_options": (
        paused,
        {"reason": "It crashes", "options": OptionsChange(max_attempts=9)},
    ),
    "accept": (
        lambda: failed("dependency_analysis"),
        {"reason": "Not needed", "store": None},
    ),
}


REPEATED = {"change_options", "rerun_from"}
"""Done twice they are two changes, unless people say which version they saw."""


@pytest.mark.parametrize(
    ("verb", "saw"),
    [(verb, "the version") for verb in ACTS]
    + [(verb, "no version") for verb in ACTS if verb not in REPEATED],
)
def test_one_of_two_people_wins_and_the_other_is_told(verb, saw):
    make, more = ACTS[verb]
    claim = make()
    version = look(claim).version
    admin = with_role(claim.scope, Role.ADMIN)
    if "store" in more:
        more = {**more, "store": object_store()}
    named = version if saw == "the version" else None

    def press():
        return do(admin, verb, admin, claim.workflow_id, version=named, **more)

    answers = at_once(press, press)

    refused = [one for one in answers if isinstance(one, ConflictError)]
    assert len(refused) == 1
    assert look(claim).version == version + 1
    if named:
        assert "has moved on" in str(refused[0])


def test_a_cancel_that_races_the_last_commit_ends_as_one_of_the_two():
    for _ in range(ROUNDS):
        claim = in_phase(ORDER[-1])
        admin = with_role(claim.scope, Role.ADMIN)

        committed, _ = at_once(
            lambda claim=claim: commit(claim),
            lambda claim=claim, admin=admin: do(
                admin,
                "cancel",
                admin,
                claim.workflow_id,
                reason="Wrong file",
                version=None,
            ),
        )

        seen = look(claim)
        # What was published cannot be taken back, so a commit that began wins.
        assert committed is None
        assert seen.status == "completed"
        assert seen.phases[-1].status == "completed"
        events = [one.type for one in do(admin, "events", admin, claim.workflow_id)]
        assert events.count("workflow_completed") == 1
        assert events.count("cancelled") == 0


def test_a_cancel_that_races_a_report_stops_the_last_phase():
    claim = in_phase(ORDER[-1])
    admin = with_role(claim.scope, Role.ADMIN)
    do(admin, "cancel", admin, claim.workflow_id, reason="Wrong file", version=None)

    ended, late = at_once(
        lambda: do(claim.scope, "cancelled", claim), lambda: commit(claim)
    )

    won = [one for one in (ended, late) if not isinstance(one, LostLeaseError)]
    assert len(won) == 1
    cancelled = isinstance(late, LostLeaseError)
    assert look(claim).status == ("cancelled" if cancelled else "completed")
