"""The corrections of an import as statements and people see them."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa

from discovery_app.domain.access import Scope
from discovery_app.domain.corrections import CorrectionState, CorrectionView
from discovery_app.services.tables import FILES, ROW_CORRECTIONS

MADE: Final = ROW_CORRECTIONS.c
STANDS: Final = MADE.undone_at.is_(None)
WAITS: Final = MADE.applied_at.is_(None) == STANDS
"""It stands and was not read yet, or was taken back after it was read."""


def corrections_of(scope: Scope, session_id: UUID) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of an import's corrections."""
    return [
        MADE.engagement_id == scope.engagement_id,
        MADE.session_id == session_id,
    ]


def listing(scope: Scope, session_id: UUID) -> sa.Select:
    """Return the corrections of an import beside their file's name."""
    return (
        sa.select(ROW_CORRECTIONS, FILES.c.name.label("file"))
        .join(FILES, FILES.c.id == MADE.file_id)
        .where(
            *corrections_of(scope, session_id),
            FILES.c.engagement_id == scope.engagement_id,
        )
    )


def correction_view(row: sa.RowMapping) -> CorrectionView:
    """Return a row of ``listing`` as people see it."""
    return CorrectionView(
        correction_id=row["id"],
        file=row["file"],
        sheet=row["sheet"],
        row=row["row"],
        column=row["header"],
        before=row["before"],
        after=row["after"],
        state=_state(row),
        made_by=row["made_by"],
        made_at=row["made_at"],
        undone_by=row["undone_by"],
        undone_at=row["undone_at"],
    )


def _state(row: sa.RowMapping) -> CorrectionState:
    stands, applied = row["undone_at"] is None, row["applied_at"] is not None
    if stands:
        return CorrectionState.APPLIED if applied else CorrectionState.WAITS
    return CorrectionState.LEAVING if applied else CorrectionState.UNDONE
