"""``migrate`` and ``retry``: what an operator does at three in the morning."""

from typing import Annotated
from uuid import UUID

import typer

from discovery_app.cli.operator import scope_of_workflow
from discovery_app.cli.terminal import prepared_database, tell
from discovery_app.config import settings
from discovery_app.database import migrate as migrate_database
from discovery_app.database import prepare, unit_of_work
from discovery_app.services.audit import AuditService
from discovery_app.services.workflow_state import WorkflowStateService


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this file to ``app``."""
    app.command()(migrate)
    app.command()(retry)


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
    reason: Annotated[str, typer.Option(help="Why; kept in the audit log.")],
) -> None:
    """Queue a failed workflow again at the phase that failed."""
    with prepared_database():
        scope = scope_of_workflow(workflow_id)
        with unit_of_work(scope) as session:
            states = WorkflowStateService(session)
            states.retry(scope, workflow_id, reason=reason, version=None)
            AuditService(session).record(
                scope, "workflow_retried", str(workflow_id), reason
            )
    tell(f"Workflow {workflow_id} is queued again; a runner goes on with it.")
