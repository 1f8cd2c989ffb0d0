"""The scopes of who runs commands on the server: an admin, named by the OS user."""

from uuid import UUID

from discovery_app.cli.terminal import os_actor
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, PlatformScope, Scope
from discovery_app.errors import NotFoundError
from discovery_app.services.board import BoardService
from discovery_app.services.data_imports import DataImportService
from discovery_app.services.engagements import EngagementService
from discovery_app.services.workflow_state import WorkflowStateService


def scope_by_names(client: str, engagement: str, *, create: bool = False) -> Scope:
    """Return the scope on an engagement by its names.

    Raises:
        NotFoundError: It is missing and ``create`` is false.
    """
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).scope_for_operator(
            client, engagement, create=create, actor=os_actor()
        )


def scope_of_upload(session_id: UUID) -> Scope:
    """Return the scope on the engagement of a data import session.

    Raises:
        NotFoundError: There is no such upload.
    """
    with unit_of_work(everywhere("approve an upload")) as session:
        client, engagement = DataImportService(session).tenant_names(session_id)
    return scope_by_names(client, engagement)


def scope_of_workflow(workflow_id: UUID) -> Scope:
    """Return the scope on the engagement of a workflow.

    Raises:
        NotFoundError: There is no such workflow.
    """
    with unit_of_work(everywhere("act on a workflow")) as session:
        session_id = WorkflowStateService(session).session_of(workflow_id)
    return scope_of_upload(session_id)


def scope_of_engagement(engagement_id: UUID) -> Scope:
    """Return the scope on an engagement that has a workflow.

    Raises:
        NotFoundError: There is no such engagement.
    """
    platform = everywhere("act on a workflow")
    with unit_of_work(platform) as session:
        known = BoardService(session).engagements(platform)
    for found, client, engagement in known:
        if found == engagement_id:
            return scope_by_names(client, engagement)
    raise NotFoundError("engagement", engagement_id)


def everywhere(reason: str) -> PlatformScope:
    """Return who looks across clients on the server, and why."""
    return PlatformScope(actor=os_actor(), reason=reason)
