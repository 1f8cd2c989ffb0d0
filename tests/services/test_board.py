import pytest
import sqlalchemy as sa

from discovery_app.database import unit_of_work
from discovery_app.domain.access import BoardScope, PlatformScope, Role
from discovery_app.domain.board import BoardFilter, BoardSort
from discovery_app.errors import (
    InvalidInputError,
    NotPermittedError,
    PhaseError,
    UnavailableError,
)
from discovery_app.phases import ORDER, load_phase, progress_percentage
from discovery_app.services.board import BoardService
from discovery_app.services.board_trends import BoardTrendService
from discovery_app.services.workflow_state import WorkflowStateService
from tests.factories import (
    begin,
    make_claim,
    make_result,
    make_scope,
    make_state,
    make_workflow,
    take_lease,
    with_role,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def scope(database):
    return make_scope(client="Northwind")


@pytest.fixture
def other(database):
    return make_scope(client="Contoso")


def board_of(*scopes, role=Role.MANAGER):
    ids = tuple(scope.engagement_id for scope in scopes)
    return BoardScope("Jonas", role, ids)


def page(board, chosen=None, **more):
    with unit_of_work(board) as session:
        return BoardService(session).page(board, chosen, **more)


def totals(board):
    with unit_of_work(board) as session:
        return BoardService(session).totals(board)


def trend(board, name):
    with unit_of_work(board) as session:
        return getattr(BoardTrendService(session), name)(board)


def act(scope, verb, *args, **more):
    with unit_of_work(scope) as session:
        return getattr(WorkflowStateService(session), verb)(*args, **more)


def fail(claim, *, retryable=False, message="No file."):
    error = UnavailableError(message) if retryable else PhaseError(message)
    return act(claim.scope, "fail_phase", claim, error, retryable=retryable)


def complete(claim):
    """Commit every phase from the claimed one on, three rows each."""
    state = claim.state
    while claim is not None:
        with unit_of_work(claim.scope) as session:
            claim = WorkflowStateService(session).commit_phase(
                claim, make_result(), state
            )


def wait_for_approval(claim):
    result = make_result(needs_approval=True)
    with unit_of_work(claim.scope) as session:
        WorkflowStateService(session).commit_phase(claim, result, claim.state)


def run_sql(database, statement, **values):
    with database.as_owner() as connection:
        connection.execute(sa.text(statement), values)


def statuses(shown):
    return [row.status for row in shown.rows]


class TestPage:
    def test_shows_the_workflows_of_the_named_engagements_only(self, scope, other):
        mine = make_workflow(scope)
        make_workflow(other)

        shown = page(board_of(scope))

        assert [row.workflow_id for row in shown.rows] == [mine]
        assert (shown.total, shown.first) == (1, 1)
        assert (shown.rows[0].client, shown.rows[0].started_by) == (
            "Northwind",
            "Maya Okafor",
        )

    def test_shows_nothing_to_someone_without_engagements(self, scope):
        make_workflow(scope)
        assert page(board_of()).rows == ()

    def test_shows_every_client_to_the_platform(self, scope, other):
        make_workflow(scope)
        make_workflow(other)

        shown = page(PlatformScope("Ada", "looking"), sort=BoardSort.CLIENT)

        assert [row.client for row in shown.rows] == ["Contoso", "Northwind"]

    def test_keeps_failed_and_finished_ones_with_their_error(self, scope):
        complete(make_claim(scope))
        fail(make_claim(scope), message="The file is gone.")

        shown = page(board_of(scope))

        assert statuses(shown) == ["failed", "completed"]
        assert shown.rows[0].error_message == "The file is gone."
        assert shown.rows[0].phase_title == load_phase(ORDER[0]).title
        assert (shown.rows[1].percent, shown.rows[1].rows) == (100, 3)

    def test_puts_what_needs_a_person_first(self, scope, database):
        make_workflow(scope)
        queued = take_lease()
        assert queued is not None
        complete(begin(queued))
        wait_for_approval(make_claim(scope))
        fail(make_claim(scope))
        stuck = make_claim(scope)
        make_claim(scope)
        make_workflow(scope)
        silence(database, stuck)

        shown = page(board_of(scope))

        assert statuses(shown) == [
            "stuck",
            "failed",
            "waiting_for_approval",
            "running",
            "queued",
            "completed",
        ]

    def test_goes_forth_and_back_through_pages_without_loss(self, scope):
        for _ in range(5):
            make_workflow(scope)
        whole = [row.workflow_id for row in page(board_of(scope)).rows]

        one = page(board_of(scope), limit=2)
        two = page(board_of(scope), limit=2, cursor=one.next_cursor)
        three = page(board_of(scope), limit=2, cursor=two.next_cursor)
        back = page(board_of(scope), limit=2, cursor=two.previous_cursor)

        seen = [row.workflow_id for part in (one, two, three) for row in part.rows]
        assert seen == whole
        assert [part.first for part in (one, two, three)] == [1, 3, 5]
        assert (one.previous_cursor, three.next_cursor) == ("", "")
        assert [row.workflow_id for row in back.rows] == whole[:2]
        assert (back.first, back.previous_cursor) == (1, "")

    @pytest.mark.parametrize("sort", list(BoardSort))
    @pytest.mark.parametrize("descending", [False, True])
    def test_pages_in_every_order(self, scope, other, sort, descending):
        fail(make_claim(scope))
        make_workflow(scope)
        make_workflow(other)
        order = {"sort": sort, "descending": descending}
        whole = [row.workflow_id for row in page(board_of(scope, other), **order).rows]

        cursor, seen = "", []
        for _ in whole:
            part = page(board_of(scope, other), limit=1, cursor=cursor, **order)
            seen += [row.workflow_id for row in part.rows]
            cursor = part.next_cursor

        assert seen == whole
        assert cursor == ""

    def test_refuses_a_cursor_of_another_order(self, scope):
        make_workflow(scope)
        make_workflow(scope)
        cursor = page(board_of(scope), limit=1).next_cursor
        with pytest.raises(InvalidInputError, match="another order"):
            page(board_of(scope), cursor=cursor, sort=BoardSort.STARTED)
        with pytest.raises(InvalidInputError, match="not complete"):
            page(board_of(scope), cursor="nonsense")

    def test_filters_by_what_is_shown(self, scope, other, database):
        silence(database, make_claim(scope))
        fail(make_claim(other))
        both = board_of(scope, other)

        assert statuses(page(both, BoardFilter(statuses=("stuck",)))) == ["stuck"]
        assert statuses(page(both, BoardFilter(statuses=("running",)))) == []
        assert statuses(page(both, BoardFilter(search="conto"))) == ["failed"]
        assert statuses(page(both, BoardFilter(search="100%"))) == []
        assert statuses(page(both, BoardFilter(engagement_id=other.engagement_id))) == [
            "failed"
        ]
        assert page(both, BoardFilter(phase="field_mapping")).total == 0
        assert page(both, BoardFilter(owner="Maya Okafor")).total == 2
        assert page(both, BoardFilter(owner="Somebody")).total == 0

    def test_filters_by_age(self, scope, database):
        make_workflow(scope)
        run_sql(
            database,
            "update workflow_states set created_at = now() - interval '9 days'",
        )
        assert page(board_of(scope), BoardFilter(started_days=14)).total == 1
        assert page(board_of(scope), BoardFilter(started_days=7)).total == 0

    def test_finds_those_in_trouble(self, scope, database):
        silence(database, make_claim(scope))
        fail(make_claim(scope), retryable=True)
        looping = make_claim(scope)
        complete(make_claim(scope))
        run_sql(
            database,
            "update workflow_leases set attempt = 4 where id = :id",
            id=looping.workflow_id,
        )

        shown = page(board_of(scope), BoardFilter(troubled=True))

        assert statuses(shown) == ["stuck", "retry_wait", "running"]
        assert [row.looping for row in shown.rows] == [False, False, True]

    def test_calls_a_workflow_stuck_whose_lease_ended_long_ago(
        self, scope, expire_leases
    ):
        make_claim(scope)
        assert statuses(page(board_of(scope))) == ["running"]

        expire_leases()

        assert statuses(page(board_of(scope))) == ["stuck"]

    def test_shows_the_fraction_of_the_running_phase(self, scope):
        claim = make_claim(scope)
        act(claim.scope, "report", claim, 1.0, "Almost there")

        row = page(board_of(scope)).rows[0]

        reached = progress_percentage(ORDER[0], 1.0)
        assert (row.percent, row.message) == (reached, "Almost there")


class TestTotals:
    def test_counts_by_what_is_shown(self, scope, database):
        complete(make_claim(scope))
        fail(make_claim(scope))
        wait_for_approval(make_claim(scope))
        silence(database, make_claim(scope))
        make_claim(scope)
        make_workflow(scope)

        seen = totals(board_of(scope))

        assert (seen.running, seen.queued, seen.waiting) == (1, 1, 1)
        assert (seen.stuck, seen.failed, seen.failed_retryable) == (1, 1, 0)
        assert (seen.completed_today, seen.completed_rows) == (1, 3)
        assert seen.workflows == 6
        assert (seen.now - seen.longest_silent_at).total_seconds() > 500

    def test_leaves_out_what_completed_yesterday(self, scope, database):
        complete(make_claim(scope))
        run_sql(
            database,
            "update workflow_events set created_at = created_at - interval '1 day'",
        )

        assert totals(board_of(scope)).completed_today == 0

    def test_are_refused_to_a_consultant(self, scope):
        make_workflow(scope)
        mine = board_of(scope, role=Role.CONSULTANT)
        with pytest.raises(NotPermittedError):
            totals(mine)
        assert page(mine).total == 1


class TestTrends:
    def test_counts_runs_by_how_they_ended(self, scope):
        complete(make_claim(scope))
        failed = make_claim(scope)
        fail(failed)
        fail(make_claim(scope), retryable=True)
        admin = with_role(scope, Role.ADMIN)
        act(admin, "cancel", admin, make_workflow(scope), reason="Old", version=None)

        days = trend(board_of(scope), "runs_per_day")

        assert len(days) == 14
        today = days[-1]
        assert (today.completed, today.failed, today.cancelled) == (1, 1, 1)
        assert sum(day.completed + day.failed for day in days[:-1]) == 0

    def test_gives_the_median_time_of_each_phase(self, scope, database):
        for seconds in (1, 2, 30):
            claim = make_claim(scope)
            complete(claim)
            run_sql(
                database,
                "update workflow_phase_runs set finished_at = started_at"
                " + make_interval(secs => :seconds) where workflow_id = :id",
                seconds=seconds,
                id=claim.workflow_id,
            )

        times = trend(board_of(scope), "time_per_phase")

        assert times[0].title == load_phase(ORDER[0]).title
        assert [(one.seconds, one.runs) for one in times] == [(2.0, 3)] * 8

    def test_sums_rows_per_engagement(self, scope, other):
        for tenant in (scope, scope, other):
            complete(make_claim(tenant))
        make_claim(other)

        sums = trend(board_of(scope, other), "rows_per_engagement")

        assert [(one.client, one.rows, one.workflows) for one in sums] == [
            ("Northwind", 6, 2),
            ("Contoso", 3, 1),
        ]


def test_names_owners_and_engagements_for_the_filters(scope, other):
    make_workflow(scope)
    with unit_of_work(other) as session:
        make_state(session, other)  # An upload without a workflow.
    board = board_of(scope, other)

    with unit_of_work(board) as session:
        service = BoardService(session)
        owners, engagements = service.owners(board), service.engagements(board)

    assert owners == ("Maya Okafor",)
    assert engagements == ((scope.engagement_id, "Northwind", "Northwind discovery"),)


def silence(database, claim):
    """Make the running try of ``claim`` have reported ten minutes ago."""
    run_sql(
        database,
        "update workflow_phase_runs set reported_at = now() - interval '10 minutes'"
        " where workflow_id = :id",
        id=claim.workflow_id,
    )
