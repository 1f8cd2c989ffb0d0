from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from discovery_app.domain.access import Role
from discovery_app.domain.discovery_flow_state import (
    Accounting,
    DiscoveryFlowState,
    Integration,
    MappingSummary,
)
from discovery_app.domain.workflow import (
    EventType,
    EventView,
    FailureView,
    PhaseRunView,
    WorkflowView,
)
from discovery_app.domain.workflow_page import workflow_page

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NAMES = ("data_source_analysis", "field_mapping", "data_cleansing", "publishing")


def state(**parts):
    content = DiscoveryFlowState(
        session_id=uuid4(),
        client_account_id=uuid4(),
        engagement_id=uuid4(),
        as_of=date(2026, 11, 22),
        files=[],
        **parts,
    )
    return content.dump()


def phase(name, status="pending", start=None, end=None, **more):
    began = None if start is None else NOW - timedelta(seconds=start)
    ended = None if end is None else NOW - timedelta(seconds=end)
    return PhaseRunView(
        phase=name,
        title=name.replace("_", " ").capitalize(),
        status=status,
        started_at=began,
        finished_at=ended,
        seconds=None if start is None else start - (end or 0),
        **more,
    )


def view(status="running", tries=(), phases=None, **more):
    newest = {one.phase: one for one in tries}
    values = {
        "workflow_id": uuid4(),
        "session_id": uuid4(),
        "client_account_id": uuid4(),
        "engagement_id": uuid4(),
        "title": "servers.csv",
        "started_by": "Maya Okafor",
        "workflow_type": "discovery",
        "status": status,
        "current_phase": tries[-1].phase if tries else NAMES[0],
        "progress_percentage": 40,
        "version": 3,
        "run_number": 1,
        "attempt": 1,
        "max_attempts": 5,
        "state_data": state(),
        "created_at": NOW - timedelta(minutes=5),
        "updated_at": NOW,
        "run_after": None,
        "phases": phases or tuple(newest.get(one, phase(one)) for one in NAMES),
        "tries": tuple(tries),
        "failure": None,
        "stuck": False,
        "worker": "worker-1/1",
        "cancel_requested": False,
    }
    return WorkflowView(**{**values, **more})


def event(kind, **more):
    values = {"phase": "data_cleansing", "actor": "Ada", "reason": "", "details": {}}
    return EventView(seq=1, type=kind, at=NOW, **{**values, **more})


def shown(seen, events=(), role=Role.CONSULTANT):
    return workflow_page(
        seen, events, role=role, client="Northwind", engagement="DC exit", now=NOW
    )


DONE = phase("data_source_analysis", "completed", 60, 50, items_in=805, items_out=805)


class TestControls:
    @pytest.mark.parametrize(
        ("status", "offered"),
        [
            ("queued", {"pause", "cancel"}),
            ("running", {"pause", "cancel"}),
            ("retry_wait", {"pause", "cancel"}),
            ("paused", {"resume", "cancel"}),
            ("waiting_for_approval", {"cancel", "review"}),
            ("cancelling", set()),
            ("cancelled", set()),
            ("failed", set()),
            ("completed", {"inventory"}),
        ],
    )
    def test_offer_a_consultant_what_the_status_allows(self, status, offered):
        found = shown(view(status)).controls
        assert {name for name, on in vars(found).items() if on} == offered

    def test_offer_a_manager_nothing_to_change(self):
        for status in ("running", "paused", "waiting_for_approval", "failed"):
            found = shown(view(status), role=Role.MANAGER).controls
            assert not any(vars(found).values())

    def test_offer_an_admin_the_retry_of_a_failed_one(self):
        assert shown(view("failed"), role=Role.ADMIN).controls.retry

    @pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
    def test_offer_an_admin_to_run_a_finished_one_again(self, status):
        seen = view(status)
        assert shown(seen, role=Role.ADMIN).controls.rerun
        assert not shown(seen).controls.rerun

    @pytest.mark.parametrize("status", ["paused", "retry_wait", "waiting_for_approval"])
    def test_offer_an_admin_other_options_while_nothing_runs(self, status):
        assert shown(view(status), role=Role.ADMIN).controls.options
        assert not shown(view(status)).controls.options
        assert not shown(view("running"), role=Role.ADMIN).controls.options

    def test_offer_to_accept_only_what_the_others_can_do_without(self):
        may, may_not = view("failed", can_accept=True), view("failed")
        assert shown(may, role=Role.ADMIN).controls.accept
        assert not shown(may).controls.accept
        assert not shown(may_not, role=Role.ADMIN).controls.accept

    def test_offer_to_take_a_pause_back_that_has_not_come(self):
        events = [event(EventType.STARTED), event(EventType.PAUSED, phase="")]
        found = shown(view(), events)
        assert (found.controls.pause, found.controls.resume) == (False, True)
        assert "pauses when this phase is done" in found.note


class TestNow:
    def test_says_what_the_running_phase_reported(self):
        running = phase("data_cleansing", "running", 5, message="Row 40 of 80")
        found = shown(view(tries=[DONE, running], attempt=2))
        assert found.now == "Row 40 of 80"
        assert found.note == "Phase 3 of 4, Data cleansing · attempt 2 of 5"

    def test_says_how_many_columns_wait(self):
        mapping = MappingSummary(
            columns=9, confident=8, review=1, unmapped=0, never_imported=0
        )
        waiting = view("waiting_for_approval", state_data=state(field_mapping=mapping))
        assert shown(waiting).now == "1 column needs a decision"

    def test_says_since_when_a_stuck_one_is_silent(self):
        silent = phase(
            "data_cleansing", "running", 900, reported_at=NOW - timedelta(minutes=9)
        )
        found = shown(view(tries=[DONE, silent], stuck=True))
        assert found.status == "stuck"
        assert found.now == "No report for 9 min from worker-1/1"

    def test_says_when_it_is_tried_again(self):
        later = NOW + timedelta(seconds=20)
        assert shown(view("retry_wait", run_after=later)).now == "Tries again in 20 s"


class TestFailure:
    FAILED = phase(
        "data_cleansing", "failed", 9, 3, error_type="PhaseError", error_message="No."
    )

    def failed(self, **more):
        why = FailureView(
            "data_cleansing", "PhaseError", "No.", "Traceback …", retryable=False
        )
        return view("failed", [DONE, self.FAILED], failure=why, **more)

    def test_keeps_the_traceback_from_all_but_admins(self):
        for role in (Role.CONSULTANT, Role.MANAGER):
            assert shown(self.failed(), role=role).failure.traceback == ""
        assert shown(self.failed(), role=Role.ADMIN).failure.traceback

    def test_says_what_a_retry_keeps(self):
        found = shown(self.failed(), role=Role.ADMIN).failure
        assert found.phase == "data_cleansing"
        assert found.kept == (
            "Phases 1 to 2 are kept. Phase 3 starts again with 5 fresh attempts, "
            "then 4 follows."
        )
        assert "permanent" in found.kind

    def test_lists_every_try_of_the_phase(self):
        found = shown(self.failed())
        assert [(one.status, one.error) for one in found.tries] == [
            ("failed", "PhaseError: No.")
        ]

    def test_says_nothing_while_it_goes_on(self):
        assert shown(view(tries=[DONE])).failure.sentence == ""


class TestTimeline:
    def test_is_empty_before_a_phase_has_begun(self):
        assert shown(view("queued")).timeline.lines == ()

    def test_draws_tries_and_the_wait_between_them(self):
        tries = [
            DONE,
            phase("data_cleansing", "failed", 50, 40),
            phase("data_cleansing", "running", 20),
        ]
        found = shown(view(tries=tries)).timeline

        line = next(one for one in found.lines if one.title == "Data cleansing")
        assert [bar.kind for bar in line.bars] == ["failed", "retry_wait", "running"]
        assert line.total == "50 s"
        assert found.ticks == ("0:00", "0:10", "0:20", "0:30", "0:40", "0:50", "1:00")
        assert line.bars[0].left == "16.67%"
        assert found.total == "1 min so far"

    def test_draws_the_wait_for_a_person(self):
        tries = [DONE, phase("field_mapping", "completed", 50, 48)]
        found = shown(view("waiting_for_approval", tries)).timeline
        line = next(one for one in found.lines if one.title == "Field mapping")
        assert [bar.kind for bar in line.bars] == ["completed", "waiting_for_approval"]
        assert line.bars[1].words == "Waited for approval for 48 s"

    def test_says_of_a_cancelled_try_that_it_was_cancelled(self):
        tries = [DONE, phase("data_cleansing", "cancelled", 50, 40)]
        found = shown(view("cancelled", tries)).timeline
        assert found.lines[2].bars[0].words == "Cancelled after 10 s"


class TestRows:
    def test_are_unknown_before_cleansing(self):
        assert shown(view(tries=[DONE])).equation.terms == ()

    def test_are_provisional_until_published(self):
        cleansed = phase(
            "data_cleansing",
            "completed",
            40,
            30,
            items_in=805,
            items_out=795,
            items_excluded=10,
        )
        found = shown(view(tries=[DONE, cleansed])).equation
        assert found.total.rows == "805"
        assert [one.rows for one in found.terms] == ["795", "10", "0"]
        assert "provisional" in found.note

    def test_are_the_published_ones_afterwards(self):
        sums = Accounting(rows_in=805, created=700, updated=95, excluded=10)
        done = Integration(accounting=sums)
        found = shown(view("completed", state_data=state(database_integration=done)))
        assert [one.rows for one in found.equation.terms] == [
            "700",
            "95",
            "0",
            "10",
            "0",
        ]


class TestHistory:
    def test_has_the_newest_first_with_who_and_why(self):
        events = [
            event(EventType.CREATED, details={"files": 2}),
            event(EventType.RETRIED, reason="The disk is back"),
        ]
        newest, oldest = shown(view(tries=[DONE]), events).events
        assert (newest.text, newest.who) == ("Retried from Data cleansing", "Ada")
        assert newest.reason == "The disk is back"
        assert oldest.text == "Import of 2 files"

    def test_leaves_out_starts_that_were_followed_by_an_end(self):
        events = [event(EventType.STARTED), event(EventType.COMMITTED)]
        assert len(shown(view(), events).events) == 1
        assert shown(view(), events[:1]).events[0].text == "Data cleansing started"

    @pytest.mark.parametrize("kind", list(EventType))
    def test_has_words_for_everything_that_happens(self, kind):
        assert shown(view(), [event(kind)]).events[0].text
