"""Approving a mapping as the workflow's options said in advance."""

from dataclasses import replace
from typing import Final

from sqlmodel import Session

from discovery_app.domain.access import Role
from discovery_app.domain.discovery_flow_state import ApproveMode
from discovery_app.domain.workflow import Claim
from discovery_app.services.field_mappings import FieldMappingService

ACTOR: Final = "option approve=all"
"""Who approved, for the history; who chose the option stands there, too."""


def approve_in_advance(session: Session, claim: Claim) -> bool:
    """Approve what ``claim`` left waiting, if its options say so; return whether.

    The best candidate of each column in review is taken, and nothing is remembered.

    Raises:
        InvalidInputError: The best candidates do not go together; a person decides.
        ConflictError: It does not wait any more.
    """
    if claim.state.options.approve is not ApproveMode.ALL:
        return False
    standing_wish = replace(claim.scope, actor=ACTOR, role=Role.CONSULTANT)
    FieldMappingService(session).approve(
        standing_wish, claim.workflow_id, [], accept_best=True, remember=False
    )
    return True
