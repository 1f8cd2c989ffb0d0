"""What the columns of an import mean, and who said so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import polars as pl
import sqlalchemy as sa
from sqlmodel import Session, col, select

from discovery_app.database import stage_frame
from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.mapping import ApprovedMapping, Outcome
from discovery_app.domain.workflow import WorkflowStatus
from discovery_app.errors import ConflictError, InvalidInputError
from discovery_app.models import FieldMapping
from discovery_app.services.mapping_decisions import (
    DECIDED,
    Decision,
    best_candidate,
    decide,
    find_column,
    refuse_double_targets,
)
from discovery_app.services.mapping_memory import MappingMemoryService
from discovery_app.services.workflow_state import WorkflowStateService

_TAKEN: Final = "best_candidate"
"""The rule of columns that were taken in bulk."""


@dataclass(frozen=True)
class MappingView:
    """One column as the mapping review shows it."""

    mapping_id: str
    file: str
    sheet: str
    header: str
    role: str
    target: str
    suggested_target: str
    outcome: str
    percent: int
    rule: str
    reason: str
    unit: str
    candidates: tuple[str, ...]
    samples: tuple[str, ...]
    filled_percent: int
    kind: str
    source: str
    approved_by: str


_STORE: Final = sa.text(
    """
    INSERT INTO field_mappings (
        id, engagement_id, client_account_id, session_id, table_number, position, role,
        file, sheet, header, target, suggested_target, outcome, confidence, rule,
        reason, unit, candidates, samples, filled, kind, source, approved_by)
    SELECT gen_random_uuid(), :engagement_id, :client_account_id, :session_id, staged.*,
        ''
    FROM staged_mappings AS staged
    ON CONFLICT (session_id, table_number, position) DO UPDATE SET
        suggested_target = excluded.suggested_target, samples = excluded.samples,
        candidates = excluded.candidates, filled = excluded.filled,
        kind = excluded.kind,
        target = CASE WHEN field_mappings.approved_by = '' THEN excluded.target
            ELSE field_mappings.target END,
        outcome = CASE WHEN field_mappings.approved_by = '' THEN excluded.outcome
            ELSE field_mappings.outcome END,
        confidence = CASE WHEN field_mappings.approved_by = ''
            THEN excluded.confidence ELSE field_mappings.confidence END,
        rule = CASE WHEN field_mappings.approved_by = '' THEN excluded.rule
            ELSE field_mappings.rule END,
        reason = CASE WHEN field_mappings.approved_by = '' THEN excluded.reason
            ELSE field_mappings.reason END,
        unit = CASE WHEN field_mappings.approved_by = '' THEN excluded.unit
            ELSE field_mappings.unit END,
        source = CASE WHEN field_mappings.approved_by = '' THEN excluded.source
            ELSE field_mappings.source END
    """
)
"""Running the phase again keeps what a person decided."""

_STAGED: Final = {
    "table": "integer",
    "position": "integer",
    "role": "text",
    "file": "text",
    "sheet": "text",
    "header": "text",
    "target": "text",
    "suggested_target": "text",
    "outcome": "text",
    "confidence": "double precision",
    "rule": "text",
    "reason": "text",
    "unit": "text",
    "candidates": "text[]",
    "samples": "text[]",
    "filled": "double precision",
    "kind": "text",
    "source": "text",
}


class FieldMappingService:
    """Stores mappings and takes decisions.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def store(self, scope: Scope, session_id: UUID, mappings: pl.DataFrame) -> None:
        """Store what ``field_mapping`` suggests, inside its commit.

        Args:
            mappings: The phase's frame of that name.
        """
        role = pl.col("role") if "role" in mappings.columns else pl.lit("assets")
        frame = mappings.with_columns(
            pl.col("target").alias("suggested_target"), role.alias("role")
        ).select(list(_STAGED))
        stage_frame(self._session, "staged_mappings", _STAGED, frame)
        self._session.execute(_STORE, {**_tenant(scope), "session_id": session_id})

    def forget(self, scope: Scope, session_id: UUID) -> None:
        """Delete the mapping of an import whose files are read another way now."""
        self._session.execute(
            sa.delete(FieldMapping).where(
                col(FieldMapping.engagement_id) == scope.engagement_id,
                col(FieldMapping.session_id) == session_id,
            )
        )

    def listed(self, scope: Scope, session_id: UUID) -> list[MappingView]:
        """Return the columns of an import, those in review first."""
        scope.require(Permission.VIEW)
        rows = [_view(row) for row in self._rows(scope, session_id)]
        order = [str(outcome) for outcome in _REVIEW_ORDER]
        return sorted(rows, key=lambda row: order.index(row.outcome))

    def approved(self, scope: Scope, session_id: UUID) -> tuple[ApprovedMapping, ...]:
        """Return the mapping of every column, as cleansing applies it."""
        return tuple(_approved(row) for row in self._rows(scope, session_id))

    def decided(self, scope: Scope, session_id: UUID) -> tuple[ApprovedMapping, ...]:
        """Return the mapping of the columns that somebody approved."""
        rows = self._rows(scope, session_id)
        return tuple(_approved(row) for row in rows if row.approved_by)

    def decide(
        self, scope: Scope, workflow_id: UUID, decisions: Sequence[Decision]
    ) -> None:
        """Keep decisions of a review that goes on, so that none is lost with a tab.

        Raises:
            InvalidInputError: A column or field is unknown.
            ConflictError: The workflow does not wait for them any more.
        """
        rows = self._rows_in_review(scope, workflow_id)
        for decision in decisions:
            decide(find_column(rows, decision.column), decision, scope.actor)
        self._session.flush()

    def set_unit(self, scope: Scope, workflow_id: UUID, column: str, unit: str) -> None:
        """Keep what a person says the numbers of a column are in.

        The column is then decided: it is what it was taken for, in that unit.

        Raises:
            InvalidInputError: The column or unit is unknown, or has no field yet.
            ConflictError: The workflow does not wait for it any more.
        """
        row = find_column(self._rows_in_review(scope, workflow_id), column)
        decide(row, Decision(column, row.target, unit), scope.actor)
        self._session.flush()

    def confirm(self, scope: Scope, workflow_id: UUID) -> int:
        """Put a name under every mapping the rules were sure of; return how many.

        Their evidence stays; they are not remembered, for the rules know them.

        Raises:
            ConflictError: The workflow does not wait for them any more.
        """
        return self._confirm(scope, self._rows_in_review(scope, workflow_id))

    def confirm_in_advance(self, scope: Scope, session_id: UUID) -> int:
        """Do as ``confirm`` inside the commit that leaves the mapping, gate or not."""
        scope.require(Permission.APPROVE_MAPPINGS)
        return self._confirm(scope, self._rows(scope, session_id))

    def approve(
        self,
        scope: Scope,
        workflow_id: UUID,
        decisions: Sequence[Decision],
        *,
        accept_best: bool = False,
        remember: bool = True,
        version: int | None = None,
    ) -> int:
        """Decide the columns in review and let the workflow go on.

        Args:
            accept_best: Take the best candidate of each column nobody decided.
            remember: Use the decisions again for the next import.

        Returns:
            The workflow's new version.

        Raises:
            InvalidInputError: A column or field is unknown, or one is undecided.
            ConflictError: The workflow does not wait, or moved on.
        """
        scope.require(Permission.APPROVE_MAPPINGS)
        states = WorkflowStateService(self._session)
        workflow = states.get_workflow_state(scope, workflow_id)
        rows = self._rows(scope, workflow.session_id)
        for decision in decisions:
            decide(find_column(rows, decision.column), decision, scope.actor)
        undecided = [row for row in rows if _waits(row)]
        if undecided and not accept_best:
            names = ", ".join(row.header for row in undecided[:10])
            raise InvalidInputError(
                f"Decide these columns first: {names}. Choose a field for each, or "
                "keep it as a custom field."
            )
        for row in undecided:
            decide(row, Decision(row.header, best_candidate(row)), scope.actor)
            row.rule = _TAKEN  # Nobody looked at it, so it is not remembered.
        refuse_double_targets(rows)
        self._session.flush()
        if remember:
            source = str(workflow.state_data["data_source_analysis"]["source"])
            decided = [row for row in rows if row.rule == DECIDED]
            MappingMemoryService(self._session).remember(scope, source, decided)
        decided = sum(1 for row in rows if row.target is not None)
        return states.approve(scope, workflow_id, approved=decided, version=version)

    def _confirm(self, scope: Scope, rows: Sequence[FieldMapping]) -> int:
        open_rows = [row for row in rows if _is_confirmable(row)]
        for row in open_rows:
            row.approved_by = scope.actor
            row.approved_at = sa.func.now()  # pyright: ignore  The database's clock.
        self._session.flush()
        return len(open_rows)

    def _rows_in_review(
        self, scope: Scope, workflow_id: UUID
    ) -> Sequence[FieldMapping]:
        scope.require(Permission.APPROVE_MAPPINGS)
        states = WorkflowStateService(self._session)
        workflow = states.get_workflow_state(scope, workflow_id)
        if workflow.status != WorkflowStatus.WAITING_FOR_APPROVAL:
            raise ConflictError(
                "This workflow does not wait for its mapping any more; reload the page "
                "to see where it stands."
            )
        return self._rows(scope, workflow.session_id)

    def _rows(self, scope: Scope, session_id: UUID) -> Sequence[FieldMapping]:
        return self._session.exec(
            select(FieldMapping)
            .where(
                FieldMapping.engagement_id == scope.engagement_id,
                FieldMapping.session_id == session_id,
            )
            .order_by(col(FieldMapping.table_number), col(FieldMapping.position))
        ).all()


_REVIEW_ORDER: Final = (
    Outcome.REVIEW,
    Outcome.CONFIDENT,
    Outcome.UNMAPPED,
    Outcome.NEVER_IMPORTED,
)


def _approved(row: FieldMapping) -> ApprovedMapping:
    return ApprovedMapping(
        table=row.table_number,
        position=row.position,
        header=row.header,
        target=row.target,
        outcome=row.outcome,
        unit=row.unit,
    )


def _waits(row: FieldMapping) -> bool:
    return row.outcome is Outcome.REVIEW and not row.approved_by


def _is_confirmable(row: FieldMapping) -> bool:
    return row.outcome is Outcome.CONFIDENT and not row.approved_by


def _tenant(scope: Scope) -> dict[str, Any]:
    return {
        "client_account_id": scope.client_account_id,
        "engagement_id": scope.engagement_id,
    }


def _view(row: FieldMapping) -> MappingView:
    return MappingView(
        mapping_id=str(row.id),
        file=row.file,
        sheet=row.sheet,
        header=row.header,
        role=row.role,
        target=row.target or "",
        suggested_target=row.suggested_target or "",
        outcome=row.outcome.value,
        percent=round(row.confidence * 100),
        rule=row.rule,
        reason=row.reason,
        unit=row.unit or "",
        candidates=tuple(row.candidates),
        samples=tuple(row.samples),
        filled_percent=round(row.filled * 100),
        kind=row.kind,
        source=row.source,
        approved_by=row.approved_by,
    )
