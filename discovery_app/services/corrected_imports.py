"""Imports that bring the rejected rows of another one again, corrected.

What is known of the first import is taken over: which tool it came from, and what its
columns mean. So a few rows in another file are read as they were in their own.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.corrections import TakenSource
from discovery_app.domain.discovery_flow_state import DiscoveryFlowState
from discovery_app.domain.mapping import ApprovedMapping, Outcome, RememberedMapping
from discovery_app.errors import NotFoundError
from discovery_app.knowledge.headers import normalise_header
from discovery_app.services.field_mappings import FieldMappingService
from discovery_app.services.tables import UPLOADS
from discovery_app.services.workflow_state import WorkflowStateService

_HEADER_LENGTH: Final = 300
_SETTLED: Final = frozenset({Outcome.CONFIDENT, Outcome.UNMAPPED})


class CorrectedImportService:
    """Tells what an import takes over from the one that it corrects.

    One instance serves one unit of work. It only reads.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def title(self, scope: Scope, session_id: UUID) -> str:
        """Return what people call the import that is to be corrected.

        Raises:
            NotPermittedError: The role may not import files.
            NotFoundError: There is no such import in this engagement.
        """
        scope.require(Permission.IMPORT_FILES)
        states = WorkflowStateService(self._session)
        return states.get_workflow_state_by_session_id(scope, session_id).title

    def recognised(self, scope: Scope, told: str) -> UUID | None:
        """Return the import that a file says to correct, if it is the engagement's."""
        try:
            session_id = UUID(told)
            self.title(scope, session_id)
        except (ValueError, NotFoundError):
            return None
        return session_id

    def source(self, scope: Scope, session_id: UUID) -> TakenSource | None:
        """Return the source that the import takes over, if it corrects another."""
        corrected = self._corrected(scope, session_id)
        if corrected is None:
            return None
        title, content = self._content(scope, corrected)
        analysis = content.data_source_analysis
        if analysis is None:
            return None
        return TakenSource(analysis.source, analysis.source_title, title)

    def memory(self, scope: Scope, session_id: UUID) -> tuple[RememberedMapping, ...]:
        """Return what the columns mean by the mapping of the import it corrects."""
        corrected = self._corrected(scope, session_id)
        source = self.source(scope, session_id)
        if corrected is None or source is None:
            return ()
        _, content = self._content(scope, corrected)
        analysis = content.data_source_analysis
        tables = analysis.tables if analysis else []
        assets = {table.table for table in tables if table.role == "assets"}
        approved = FieldMappingService(self._session).approved(scope, corrected)
        found: dict[str, RememberedMapping] = {}
        for header, one in named_columns(approved):
            if one.table in assets and one.outcome in _SETTLED:
                key = normalise_header(header)[:_HEADER_LENGTH]
                known = RememberedMapping(source.source, key, one.target, one.unit)
                found.setdefault(key, known)
        return tuple(found.values())

    def _corrected(self, scope: Scope, session_id: UUID) -> UUID | None:
        return self._session.scalar(
            sa.select(UPLOADS.c.corrects_session_id).where(
                UPLOADS.c.id == session_id,
                UPLOADS.c.engagement_id == scope.engagement_id,
            )
        )

    def _content(
        self, scope: Scope, session_id: UUID
    ) -> tuple[str, DiscoveryFlowState]:
        states = WorkflowStateService(self._session)
        view = states.get_workflow_state_by_session_id(scope, session_id)
        return view.title, DiscoveryFlowState.load(view.state_data)


def named_columns(
    mappings: Sequence[ApprovedMapping],
) -> list[tuple[str, ApprovedMapping]]:
    """Return the columns by the names they have in a download of rejected rows.

    In file order; a header that a table has before is numbered.
    """
    taken: defaultdict[tuple[int, str], int] = defaultdict(int)
    named: list[tuple[str, ApprovedMapping]] = []
    for one in mappings:
        taken[one.table, one.header] += 1
        number = taken[one.table, one.header]
        header = f"{one.header} ({number})" if number > 1 else one.header
        named.append((header, one))
    return named
