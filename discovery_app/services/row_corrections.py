"""Cells that people corrected: kept beside the file, read by every later run."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.corrections import (
    LONGEST_VALUE,
    CellCorrection,
    CorrectionView,
    RowContent,
    RowOutcome,
    RowPlace,
)
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.errors import ConflictError, InvalidInputError, NotFoundError
from discovery_app.services.asset_queries import check_page
from discovery_app.services.audit import AuditService
from discovery_app.services.correction_list import (
    MADE,
    STANDS,
    WAITS,
    correction_view,
    corrections_of,
    listing,
)
from discovery_app.services.row_checks import FoundRow, RowCheckService
from discovery_app.services.staging import new_id
from discovery_app.services.tables import ROW_CORRECTIONS, UPLOADS
from discovery_app.services.workflow_state import WorkflowStateService
from discovery_app.storage import ObjectStore


class RowCorrectionService:
    """Makes, lists, takes back and applies corrections of cells.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session, store: ObjectStore | None = None) -> None:
        self._session = session
        self._store = store

    def row(self, scope: Scope, workflow_id: UUID, place: RowPlace) -> RowContent:
        """Return a row's cells as they are read now, and what is wrong with them.

        Raises:
            NotFoundError: There is no such workflow or row in this engagement.
            ConflictError: Two tables of the import are called the same.
            UnavailableError: What was read of the file is not stored any more.
        """
        checks = RowCheckService(self._session, self._store)
        found = checks.find(scope, workflow_id, place)
        return checks.content(scope, found, self._of_row(scope, found))

    def correct(
        self,
        scope: Scope,
        workflow_id: UUID,
        place: RowPlace,
        cells: Mapping[int, str],
    ) -> RowOutcome:
        """Keep what cells of a row should say, and check that row again.

        The inventory does not change before ``apply``. A cell that is given the
        file's own value is not corrected any more.

        Args:
            cells: New text by the column's position; empty for no value.

        Raises:
            NotPermittedError: The role may not correct rows.
            NotFoundError: There is no such workflow or row in this engagement.
            InvalidInputError: There is no such column, or a value is too long.
            ConflictError: Two tables of the import are called the same.
            UnavailableError: What was read of the file is not stored any more.
        """
        scope.require(Permission.FIX_ISSUES)
        checks = RowCheckService(self._session, self._store)
        found = checks.find(scope, workflow_id, place)
        self._one_at_a_time(scope, found.session_id)
        standing = {one.position: one for one in self._of_row(scope, found)}
        changed = 0
        for position, value in cells.items():
            _check_cell(found, position, value)
            changed += self._keep(scope, found, position, value, standing)
        self._session.flush()
        if changed:
            details = {"workflow_id": str(workflow_id), "cells": changed}
            subject = f"{place.file} row {place.row}"
            AuditService(self._session).record(
                scope, "row_corrected", subject, details=details
            )
        return checks.check(scope, found, self._of_row(scope, found))

    def listed(
        self,
        scope: Scope,
        workflow_id: UUID,
        *,
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[CorrectionView, ...]:
        """Return every correction ever made to an import, the newest first."""
        scope.require(Permission.VIEW)
        check_page(offset, limit)
        session_id = self._session_of(scope, workflow_id)
        rows = self._session.execute(
            listing(scope, session_id)
            .order_by(MADE.made_at.desc(), MADE.row, MADE.position, MADE.id)
            .offset(offset)
            .limit(limit)
        ).mappings()
        return tuple(correction_view(row) for row in rows)

    def counts(self, scope: Scope, session_id: UUID) -> tuple[int, int]:
        """Return how many corrections there ever were, and how many wait now."""
        scope.require(Permission.VIEW)
        number = sa.func.count()
        found = self._session.execute(
            sa.select(number, number.filter(WAITS)).where(
                *corrections_of(scope, session_id)
            )
        ).one()
        return found[0], found[1]

    def undo(
        self, scope: Scope, workflow_id: UUID, correction_id: UUID
    ) -> CorrectionView:
        """Take a correction back; the next run reads what the file says.

        Raises:
            NotPermittedError: The role may not correct rows.
            NotFoundError: There is no such correction of this import.
            ConflictError: It was taken back already.
        """
        scope.require(Permission.FIX_ISSUES)
        session_id = self._session_of(scope, workflow_id)
        self._one_at_a_time(scope, session_id)
        wanted = listing(scope, session_id).where(MADE.id == correction_id)
        row = self._session.execute(wanted).mappings().one_or_none()
        if row is None:
            raise NotFoundError("correction", correction_id)
        if row["undone_at"] is not None:
            raise ConflictError(f"{row['undone_by']} has taken this correction back.")
        self._take_back(scope, [correction_id])
        AuditService(self._session).record(
            scope,
            "row_correction_undone",
            f"{row['header']}, row {row['row']}",
            details={"workflow_id": str(workflow_id)},
        )
        return correction_view(self._session.execute(wanted).mappings().one())

    def apply(self, scope: Scope, workflow_id: UUID, *, version: int | None) -> int:
        """Run the workflow again from its validation with the corrections.

        Returns:
            The workflow's new version.

        Raises:
            NotPermittedError: The role may not correct rows.
            InvalidInputError: No correction waits.
            ConflictError: A worker runs it, it was cancelled, or it moved on since
                ``version``.
        """
        scope.require(Permission.FIX_ISSUES)
        session_id = self._session_of(scope, workflow_id)
        _, waiting = self.counts(scope, session_id)
        if not waiting:
            raise InvalidInputError(
                "No correction waits; correct a row first, then apply."
            )
        states = WorkflowStateService(self._session)
        now = states.run_corrected(
            scope, workflow_id, corrections=waiting, version=version
        )
        title = states.get_workflow_state(scope, workflow_id).title
        AuditService(self._session).record(
            scope,
            "row_corrections_applied",
            title,
            details={"workflow_id": str(workflow_id), "corrections": waiting},
        )
        return now

    def standing(self, scope: Scope, session_id: UUID) -> tuple[CellCorrection, ...]:
        """Return the corrections that a run reads now."""
        return self._cells(corrections_of(scope, session_id))

    def settle(self, scope: Scope, session_id: UUID, taken: Collection[UUID]) -> None:
        """Note which corrections a validation has read, inside its commit."""
        read = MADE.id.in_(list(taken))
        for where, moment in (
            ((read, MADE.applied_at.is_(None)), sa.func.now()),
            ((~read, MADE.applied_at.is_not(None)), None),
        ):
            self._session.execute(
                sa.update(ROW_CORRECTIONS)
                .values(applied_at=moment)
                .where(*corrections_of(scope, session_id), *where)
            )

    def _of_row(self, scope: Scope, found: FoundRow) -> tuple[CellCorrection, ...]:
        where = [
            *corrections_of(scope, found.session_id),
            MADE.file_id == found.table.file_id,
            MADE.sheet == found.table.sheet,
            MADE.row == found.place.row,
        ]
        return self._cells(where)

    def _cells(
        self, where: Sequence[sa.ColumnElement[bool]]
    ) -> tuple[CellCorrection, ...]:
        names = CellCorrection.__dataclass_fields__
        columns = [
            MADE.id.label("correction_id"),
            *(MADE[n] for n in names if n in MADE),
        ]
        rows = self._session.execute(
            sa.select(*columns)
            .where(*where, STANDS)
            .order_by(MADE.file_id, MADE.sheet, MADE.row, MADE.position)
        ).mappings()
        return tuple(CellCorrection(**row) for row in rows)

    def _keep(
        self,
        scope: Scope,
        found: FoundRow,
        position: int,
        value: str,
        standing: Mapping[int, CellCorrection],
    ) -> int:
        """Write what one cell should say; return how many corrections changed."""
        known, original = standing.get(position), found.cells[position]
        if value == (known.after if known else original):
            return 0
        if known is not None:
            self._take_back(scope, [known.correction_id])
        if value == original:
            return 1
        self._session.execute(
            sa.insert(ROW_CORRECTIONS).values(
                id=new_id(self._session),
                engagement_id=scope.engagement_id,
                client_account_id=scope.client_account_id,
                session_id=found.session_id,
                file_id=found.table.file_id,
                sheet=found.table.sheet,
                row=found.place.row,
                position=position,
                header=found.headers[position],
                before=original,
                after=value,
                made_by=scope.actor,
                undone_by="",
            )
        )
        return 1

    def _take_back(self, scope: Scope, ids: Sequence[UUID]) -> None:
        self._session.execute(
            sa.update(ROW_CORRECTIONS)
            .values(undone_at=sa.func.now(), undone_by=scope.actor)
            .where(MADE.id.in_(ids), MADE.engagement_id == scope.engagement_id)
        )

    def _one_at_a_time(self, scope: Scope, session_id: UUID) -> None:
        """Let two people correct the same import one after the other."""
        self._session.execute(
            sa.select(UPLOADS.c.id)
            .where(
                UPLOADS.c.id == session_id,
                UPLOADS.c.engagement_id == scope.engagement_id,
            )
            .with_for_update()
        )

    def _session_of(self, scope: Scope, workflow_id: UUID) -> UUID:
        states = WorkflowStateService(self._session)
        return states.get_workflow_state(scope, workflow_id).session_id


def _check_cell(found: FoundRow, position: int, value: str) -> None:
    """Check that a cell may say ``value``.

    Raises:
        InvalidInputError: There is no such column, it holds credentials, or the text
            cannot be kept.
    """
    if not 0 <= position < len(found.headers):
        raise InvalidInputError("This row has no such column; open it again.")
    header = found.headers[position]
    if found.is_closed(position):
        raise InvalidInputError(f"{header} may hold secrets and is never imported.")
    if len(value) > LONGEST_VALUE:
        raise InvalidInputError(
            f"{header} takes at most {LONGEST_VALUE:,} characters; shorten the text."
        )
    if "\x00" in value:
        raise InvalidInputError(f"{header} holds a character that cannot be kept.")
