"""From the id of a workflow or an upload to the caller's scope on its engagement."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from discovery_app.api.dependencies import SignedIn, scope_on
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, BoardScope, Person, Scope
from discovery_app.services.data_imports import DataImportService
from discovery_app.services.engagements import EngagementService
from discovery_app.services.workflow_state import WorkflowStateService


def workflow_scope(workflow_id: UUID, person: SignedIn) -> Scope:
    """Return the caller's scope on the engagement of the workflow in the path.

    Raises:
        NotFoundError: The workflow is absent, or not theirs.
    """
    with unit_of_work(_theirs(person)) as session:
        engagement_id = WorkflowStateService(session).engagement_of(workflow_id)
    return scope_on(person, engagement_id)


def upload_scope(session_id: UUID, person: SignedIn) -> Scope:
    """Return the caller's scope on the engagement of the upload in the path.

    Raises:
        NotFoundError: The upload is absent, or not theirs.
    """
    with unit_of_work(_theirs(person)) as session:
        engagement_id = DataImportService(session).engagement_of(session_id)
    return scope_on(person, engagement_id)


WorkflowScope = Annotated[Scope, Depends(workflow_scope)]
UploadScope = Annotated[Scope, Depends(upload_scope)]


def _theirs(person: Person) -> BoardScope:
    """Return what row-level security shows ``person`` of any engagement of theirs."""
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).board_scope(person)
