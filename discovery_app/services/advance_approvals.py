"""Approving a mapping as the workflow's options said in advance."""

import logging
from dataclasses import replace

from sqlmodel import Session

from discovery_app.domain.access import Role, Scope
from discovery_app.domain.discovery_flow_state import ApproveMode
from discovery_app.domain.workflow import Claim
from discovery_app.errors import ConflictError, InvalidInputError
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.workflow_control import GATE_PHASE
from discovery_app.services.workflow_state import WorkflowStateService

logger = logging.getLogger(__name__)


def actor_of(mode: ApproveMode) -> str:
    """Return who approved, for the history; it names who chose the option, too."""
    return f"option approve={mode.value}"


def approve_in_advance(session: Session, claim: Claim, *, waits: bool) -> None:
    """Approve what the mapping's commit leaves, as far as the options say so.

    Call it inside that commit, as its last act: a worker that ends right after it
    then leaves nothing waiting that should go on.

    Args:
        waits: Whether the commit leaves the workflow waiting for a person.
    """
    mode = claim.state.options.approve
    if claim.phase != GATE_PHASE or mode is ApproveMode.NONE:
        return
    wish = replace(claim.scope, actor=actor_of(mode), role=Role.CONSULTANT)
    if mode is ApproveMode.CONFIDENT:
        mappings = FieldMappingService(session)
        sure = mappings.confirm_in_advance(wish, claim.session_id)
        logger.info("%d sure columns were approved by the workflow's options.", sure)
    elif waits:
        _take_best(session, claim, wish)


def _take_best(session: Session, claim: Claim, wish: Scope) -> None:
    """Take the best candidate of each column in review; nothing is remembered.

    Where they do not go together, or somebody cancelled, it is left as it is.
    """
    states = WorkflowStateService(session)
    pause = states.is_pause_requested(claim)
    try:
        with session.begin_nested():
            FieldMappingService(session).approve(
                wish, claim.workflow_id, [], accept_best=True, remember=False
            )
    except (ConflictError, InvalidInputError) as error:
        logger.info("The mapping is left to a person: %s", error)
        return
    if pause:
        states.pause(wish, claim.workflow_id, version=None)
    logger.info("The mapping was approved by the workflow's options.")
