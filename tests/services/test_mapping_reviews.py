"""The mapping review: decisions are kept, the page is filtered, the run goes on."""

from uuid import UUID

import pytest
from sqlmodel import select

from discovery_app.database import unit_of_work
from discovery_app.domain.access import Role
from discovery_app.domain.mapping_review import CUSTOM_FIELD, ReviewFilter
from discovery_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from discovery_app.models import Asset
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.mapping_decisions import Decision
from discovery_app.services.mapping_memory import MappingMemoryService
from discovery_app.services.mapping_reviews import (
    GROUP_ROWS,
    MappingReviewService,
    column_id,
    rule_words,
    target_options,
)
from discovery_app.services.workflow_actions import WorkflowActionService
from tests.api.calls import run_due
from tests.factories import make_scope, with_role
from tests.processes import look, start_discovery

HEADERS = ("Machine Label", "Purpose", "State", "RAM", "Zone code", "Root password")
ROWS = "".join(
    f"srv-{n:03d},app {n % 7},{('running', 'stopped')[n % 2]},{n % 8 + 1},Z{n},x\n"
    for n in range(40)
)
MYSTERY = f"{','.join(HEADERS)}\n{ROWS}".encode()


@pytest.fixture
def waiting(database):
    """A consultant's workflow that waits for its mapping."""
    scope = make_scope(Role.CONSULTANT)
    _, started = start_discovery(scope, {"mystery.csv": MYSTERY})
    run_due()
    assert look(scope, started).status == "waiting_for_approval"
    return scope, started


def review(scope, started, chosen=None, pages=None):
    """Return the review as the page reads it."""
    with unit_of_work(scope) as session:
        return MappingReviewService(session).review(
            scope, started.workflow_id, chosen, pages
        )


def decide(scope, started, **targets: str | None):
    """Decide columns by header, with ``_`` for a blank."""
    decisions = [Decision(h.replace("_", " "), t) for h, t in targets.items()]
    with unit_of_work(scope) as session:
        FieldMappingService(session).decide(scope, started.workflow_id, decisions)


def test_groups_the_columns_the_least_sure_first(waiting):
    shown = review(*waiting)

    percents = [row.percent for row in shown.open.rows]
    assert percents == sorted(percents)
    assert shown.waiting
    assert shown.undecided == len(shown.open.rows) > 0
    assert [row.header for row in shown.kept.rows] == ["Zone code"]
    assert [row.header for row in shown.dropped.rows] == ["Root password"]


def test_shows_no_sample_of_what_is_never_imported(waiting):
    (dropped,) = review(*waiting).dropped.rows

    assert dropped.samples == ()
    assert dropped.reason


def test_a_decision_is_kept_at_once(waiting):
    scope, started = waiting
    before = review(scope, started).undecided

    decide(scope, started, Purpose="server_role")

    shown = review(scope, started)
    (purpose,) = (row for row in shown.sure.rows if row.header == "Purpose")
    assert shown.undecided == before - 1
    assert (purpose.target, purpose.accepted) == ("Server role", True)
    assert scope.actor in purpose.reason


def test_a_column_can_be_kept_as_custom_field_and_changed_again(waiting):
    scope, started = waiting

    decide(scope, started, Purpose=None)
    kept = {row.header for row in review(scope, started).kept.rows}
    decide(scope, started, Purpose="description")

    assert "Purpose" in kept
    assert "Purpose" in {row.header for row in review(scope, started).sure.rows}


def test_what_is_decided_is_approved_and_remembered(waiting):
    scope, started = waiting
    undecided = [row.header for row in review(scope, started).open.rows]
    best = {row.header: row.best for row in review(scope, started).open.rows}
    decide(
        scope,
        started,
        **{h.replace(" ", "_"): best[h] for h in undecided if h != "Purpose"},
        Purpose="server_role",
    )

    with unit_of_work(scope) as session:
        mappings = FieldMappingService(session)
        mappings.approve(scope, started.workflow_id, [])
        kept = MappingMemoryService(session).of(scope)

    memory = {one.header: one.target for one in kept}

    assert look(scope, started).status == "queued"
    assert memory["purpose"] == "server_role"


def test_nothing_is_decided_once_the_workflow_went_on(waiting):
    scope, started = waiting
    with unit_of_work(scope) as session:
        FieldMappingService(session).approve(
            scope, started.workflow_id, [], accept_best=True
        )

    with pytest.raises(ConflictError):
        decide(scope, started, Purpose=None)
    assert not review(scope, started).waiting


def test_confirming_keeps_the_evidence_and_remembers_nothing(waiting):
    scope, started = waiting
    sure = review(scope, started).confirmable

    with unit_of_work(scope) as session:
        confirmed = FieldMappingService(session).confirm(scope, started.workflow_id)

    shown = review(scope, started)
    assert confirmed == sure
    assert shown.confirmable == 0
    with unit_of_work(scope) as session:
        assert MappingMemoryService(session).of(scope) == ()


def test_what_is_never_imported_cannot_be_mapped(waiting):
    with pytest.raises(InvalidInputError, match="never imported"):
        decide(*waiting, **{"Root_password": "description"})


def test_a_manager_sees_but_does_not_decide(waiting):
    scope, started = waiting
    manager = with_role(scope, Role.MANAGER)

    assert review(manager, started).columns == len(HEADERS)
    with pytest.raises(NotPermittedError):
        decide(manager, started, Purpose=None)


def test_another_client_sees_nothing(waiting):
    with pytest.raises(NotFoundError):
        review(make_scope(Role.ADMIN), waiting[1])


@pytest.mark.parametrize(
    ("chosen", "headers"),
    [
        (ReviewFilter(search="srv-00"), {"Machine Label"}),
        (ReviewFilter(search="zone"), {"Zone code"}),
        (ReviewFilter(outcome="never_imported"), {"Root password"}),
        (ReviewFilter(sheet="mystery.csv", search="ram"), {"RAM"}),
        (ReviewFilter(sheet="vInfo"), set()),
        (ReviewFilter(rule="never_import"), {"Root password"}),
    ],
)
def test_filters(waiting, chosen, headers):
    shown = review(*waiting, chosen)

    groups = (shown.open, shown.sure, shown.kept, shown.dropped)
    assert {row.header for group in groups for row in group.rows} == headers
    assert shown.matching == len(headers)
    assert shown.columns == len(HEADERS)


def test_pages_of_a_long_group(database):
    scope = make_scope(Role.CONSULTANT)
    odd = [f"Zyx {n}" for n in range(GROUP_ROWS + 3)]
    rows = "".join(f"srv-{n},{','.join(odd)}\n" for n in range(5))
    text = f"Server name,{','.join(odd)}\n{rows}"
    _, started = start_discovery(scope, {"wide.csv": text.encode()})
    run_due()

    first = review(scope, started).kept
    last = review(scope, started, pages={"unmapped": 99}).kept

    assert (len(first.rows), first.has_previous, first.has_next) == (25, False, True)
    assert (last.shown, last.has_previous) == ("26–28 of 28", True)


def test_every_target_can_be_picked_and_a_custom_field_first():
    values = [one.value for one in target_options("assets")]

    assert values[0] == CUSTOM_FIELD
    assert "asset_name" in values
    assert all(
        one.value.startswith("edge.") for one in target_options("connections")[1:]
    )


def test_words_of_a_rule():
    assert rule_words("exact_header") == "Known header"
    assert rule_words("some_new_rule") == "Some new rule"


def test_a_broken_id_is_refused():
    with pytest.raises(InvalidInputError):
        column_id("'; drop table")
    assert column_id(str(UUID(int=5))) == UUID(int=5)


def unit_of(scope, started, header: str) -> str:
    shown = review(scope, started)
    rows = (*shown.open.rows, *shown.sure.rows)
    return next(row.unit for row in rows if row.header == header)


def set_unit(scope, started, header: str, unit: str):
    with unit_of_work(scope) as session:
        FieldMappingService(session).set_unit(scope, started.workflow_id, header, unit)


def test_a_person_says_the_unit_of_a_column(waiting):
    scope, started = waiting
    (ram,) = (row for row in review(scope, started).open.rows if row.header == "RAM")

    set_unit(scope, started, "RAM", "TB")

    assert [choice.value for choice in ram.units] == ["B", "KB", "MB", "GB", "TB"]
    assert unit_of(scope, started, "RAM") == "TB"
    assert "RAM" not in [row.header for row in review(scope, started).open.rows]


@pytest.mark.parametrize(
    ("header", "unit"), [("RAM", "hours"), ("Purpose", "GB"), ("Zone code", "GB")]
)
def test_a_unit_that_the_field_cannot_have_is_refused(waiting, header, unit):
    with pytest.raises(InvalidInputError):
        set_unit(*waiting, header, unit)


def test_another_field_takes_the_unit_of_the_header_and_not_of_the_field_before(
    waiting,
):
    scope, started = waiting
    set_unit(scope, started, "RAM", "TB")

    decide(scope, started, RAM="storage_provisioned_gb")

    assert unit_of(scope, started, "RAM") == ""


def test_an_approved_mapping_can_be_opened_again_with_every_decision(waiting):
    scope, started = waiting
    set_unit(scope, started, "RAM", "GB")
    with unit_of_work(scope) as session:
        FieldMappingService(session).approve(
            scope, started.workflow_id, [], accept_best=True
        )
    run_due()
    assert look(scope, started).status == "completed"

    with unit_of_work(scope) as session:
        WorkflowActionService(session).reopen_mapping(
            scope, started.workflow_id, reason="RAM is in TB", version=None
        )

    shown = review(scope, started)
    assert (shown.waiting, shown.undecided) == (True, 0)
    set_unit(scope, started, "RAM", "TB")
    with unit_of_work(scope) as session:
        FieldMappingService(session).approve(scope, started.workflow_id, [])
    run_due()
    assert look(scope, started).status == "completed"
    assert look(scope, started).run_number == 2
    assert sizes_of(scope) == {1024.0 * 1024 * n for n in range(1, 9)}


def sizes_of(scope) -> set[float]:
    with unit_of_work(scope) as session:
        return set(session.exec(select(Asset.memory_mb)))


def test_a_mapping_is_not_opened_while_the_workflow_is_in_work(waiting):
    scope, started = waiting

    with (
        pytest.raises(ConflictError, match="waits for its mapping already"),
        unit_of_work(scope) as session,
    ):
        WorkflowActionService(session).reopen_mapping(
            scope, started.workflow_id, reason="again", version=None
        )


def test_only_who_may_approve_opens_a_mapping_again(waiting):
    scope, started = waiting
    manager = with_role(scope, Role.MANAGER)

    with pytest.raises(NotPermittedError), unit_of_work(manager) as session:
        WorkflowActionService(session).reopen_mapping(
            manager, started.workflow_id, reason="again", version=None
        )
