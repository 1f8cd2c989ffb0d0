"""What an operator does at three in the morning: migrate, and mend workflows."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Annotated
from uuid import UUID

import typer

from discovery_app.cli.operator import (
    everywhere,
    scope_by_names,
    scope_of_engagement,
    scope_of_workflow,
)
from discovery_app.cli.terminal import prepared_database, say, tell
from discovery_app.config import settings
from discovery_app.database import migrate as migrate_database
from discovery_app.database import prepare, unit_of_work
from discovery_app.domain.access import Scope
from discovery_app.domain.board import BoardFilter
from discovery_app.domain.change_lines import replaced_words
from discovery_app.domain.discovery_flow_state import ApproveMode
from discovery_app.domain.workflow_repair import (
    BulkAct,
    BulkFilter,
    OptionsChange,
    RerunPreview,
)
from discovery_app.errors import InvalidInputError
from discovery_app.services.workflow_actions import WorkflowActionService
from discovery_app.services.workflow_bulk import WorkflowBulkService

Reason = Annotated[str, typer.Option(help="Why; kept in the audit log.")]
NewApprove = Annotated[
    ApproveMode | None, typer.Option(help="What to do with columns in review.")
]
NewAsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Date of end-of-life verdicts."),
]
NewTimeout = Annotated[
    float | None, typer.Option(help="How long one phase may take, in seconds.")
]
NewAttempts = Annotated[
    int | None, typer.Option(help="How often a phase may end its process.")
]
Act = Callable[[WorkflowActionService, Scope], object]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this file to ``app``."""
    acts = (retry, cancel, pause, resume, rerun, accept, options, bulk)
    for command in (migrate, *acts):
        app.command()(command)


def migrate() -> None:
    """Bring the database to what this version needs; safe to repeat."""
    if settings().embedded:
        with prepared_database():
            pass
    else:
        migrate_database()
        prepare(apply=False)
    tell("The database is up to date.")


def retry(
    workflow_id: UUID,
    reason: Reason,
    approve: NewApprove = None,
    as_of: NewAsOf = None,
    phase_timeout_seconds: NewTimeout = None,
    max_attempts: NewAttempts = None,
) -> None:
    """Queue a failed workflow again at the phase that failed."""
    changed = _options(approve, as_of, phase_timeout_seconds, max_attempts)
    _act(
        workflow_id,
        lambda acts, scope: acts.retry(
            scope, workflow_id, reason=reason, version=None, options=changed
        ),
    )
    tell(f"Workflow {workflow_id} is queued again; a runner goes on with it.")


def cancel(workflow_id: UUID, reason: Reason) -> None:
    """Stop a workflow: at once, or at the next report of the phase that runs."""
    _act(
        workflow_id,
        lambda acts, scope: acts.cancel(
            scope, workflow_id, reason=reason, version=None
        ),
    )
    tell(f"Workflow {workflow_id} is cancelled, or stops at its next report.")


def pause(workflow_id: UUID, reason: Reason = "") -> None:
    """Stop a workflow after the phase that runs, or at once if none does."""
    _act(
        workflow_id,
        lambda acts, scope: acts.pause(scope, workflow_id, reason=reason, version=None),
    )
    tell(f"Workflow {workflow_id} pauses; resume lets it go on.")


def resume(workflow_id: UUID, reason: Reason = "") -> None:
    """Let a paused workflow go on."""
    _act(
        workflow_id,
        lambda acts, scope: acts.resume(
            scope, workflow_id, reason=reason, version=None
        ),
    )
    tell(f"Workflow {workflow_id} goes on.")


def rerun(
    workflow_id: UUID,
    phase: Annotated[str, typer.Option(help="The first phase to run again.")],
    reason: Reason = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Do it; otherwise only say what is lost.")
    ] = False,
    approve: NewApprove = None,
    as_of: NewAsOf = None,
    phase_timeout_seconds: NewTimeout = None,
    max_attempts: NewAttempts = None,
) -> None:
    """Run a finished workflow again from a phase, after a look at what is replaced."""
    changed = _options(approve, as_of, phase_timeout_seconds, max_attempts)
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        with unit_of_work(scope) as session:
            acts = WorkflowActionService(session)
            seen = acts.preview_rerun(scope, workflow_id, phase=phase)
            if confirm:
                acts.rerun_from(
                    scope,
                    workflow_id,
                    phase=phase,
                    reason=reason,
                    version=seen.version,
                    options=changed,
                )
    _describe(seen)
    if confirm:
        tell(f"Workflow {workflow_id} runs again as run {seen.run_number}.")
    else:
        say("Nothing was changed; add --confirm and --reason to do it.")


def accept(workflow_id: UUID, reason: Reason) -> None:
    """Go on without what the failed phase would have left, where that is possible."""
    _act(
        workflow_id,
        lambda acts, scope: acts.accept(
            scope, workflow_id, reason=reason, version=None
        ),
    )
    tell(f"Workflow {workflow_id} goes on without the phase that failed.")


def options(
    workflow_id: UUID,
    reason: Reason,
    approve: NewApprove = None,
    as_of: NewAsOf = None,
    phase_timeout_seconds: NewTimeout = None,
    max_attempts: NewAttempts = None,
) -> None:
    """Change what the next phases go by, while no worker runs the workflow."""
    changed = _options(approve, as_of, phase_timeout_seconds, max_attempts)
    _act(
        workflow_id,
        lambda acts, scope: acts.change_options(
            scope, workflow_id, options=changed, reason=reason, version=None
        ),
    )
    tell(f"The options of workflow {workflow_id} are changed.")


def bulk(
    action: BulkAct,
    status: Annotated[
        list[str] | None, typer.Option(help="Only these; may be repeated.")
    ] = None,
    error_type: Annotated[
        str, typer.Option(help="Only this last failure, e.g. Timeout.")
    ] = "",
    client: Annotated[str, typer.Option(help="With --engagement: only there.")] = "",
    engagement: Annotated[str, typer.Option(help="With --client: only there.")] = "",
    confirm: Annotated[
        int | None, typer.Option(help="Do it, if exactly so many match.")
    ] = None,
    reason: Reason = "",
) -> None:
    """Retry or cancel every workflow that matches; without --confirm only count."""
    with prepared_database():
        place = _engagement_id(client, engagement)
        listed = BoardFilter(statuses=tuple(status or ()), engagement_id=place)
        chosen = BulkFilter(listed, error_type)
        platform = everywhere(reason or "counts workflows for a bulk action")
        service = WorkflowBulkService(platform, cache(scope_of_engagement))
        if confirm is None:
            outcome = service.count(action, chosen)
            tell(f"{outcome.matched} workflows match; nothing was changed.")
            say(f"To {action.value} them add --confirm {outcome.matched} --reason TEXT")
            return
        outcome = service.run(action, chosen, reason=reason, expected=confirm)
    tell(f"{outcome.done} of {outcome.matched} workflows: {action.value} done.")
    for one in outcome.refused:
        say(f"{one.workflow_id} {one.title}: {one.message}")
    if outcome.left:
        say(f"{outcome.left} are left; run the command again.")


def _act(workflow_id: UUID, act: Act) -> None:
    """Do ``act`` as an admin named by the OS user; it is audited."""
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        with unit_of_work(scope) as session:
            act(WorkflowActionService(session), scope)


def _options(
    approve: ApproveMode | None,
    as_of: datetime | None,
    phase_timeout_seconds: float | None,
    max_attempts: int | None,
) -> OptionsChange:
    return OptionsChange(
        approve=approve,
        as_of=as_of.date() if as_of else None,
        phase_timeout_seconds=phase_timeout_seconds,
        max_attempts=max_attempts,
    )


def _engagement_id(client: str, engagement: str) -> UUID | None:
    """Return the engagement of these names; ``None`` means every one.

    Raises:
        InvalidInputError: One of the two is missing.
    """
    if not client and not engagement:
        return None
    if not client or not engagement:
        raise InvalidInputError("Name both --client and --engagement, or neither.")
    return scope_by_names(client, engagement).engagement_id


def _describe(seen: RerunPreview) -> None:
    say(f"Kept: {', '.join(seen.kept) or 'nothing'}.")
    for one in seen.replaced:
        say(f"Runs again: {one.phase} ({one.status}) {one.summary}")
    if not seen.mappings_kept:
        say("The mapping is made again, with what people confirmed before.")
    if seen.inventory is not None:
        words = replaced_words(seen.inventory)
        for line in (*words.does, words.kept):
            say(line)
