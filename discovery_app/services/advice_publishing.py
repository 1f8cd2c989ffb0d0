"""Publishing of what was judged: findings, decisions and move groups."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import Session

from discovery_app.domain.access import Scope
from discovery_app.services.publication import PUBLISHED, Publication
from discovery_app.services.staging import column_types, new_id, stage
from discovery_app.services.tables import DECISIONS, FINDINGS, GROUPS

FINDING_COLUMNS: Final = (
    "raw",
    "product",
    "cycle",
    "state",
    "eol_date",
    "extended_until",
    "evidence",
    "confidence",
    "data_version",
)
DECISION_COLUMNS: Final = (
    "treatment",
    "rule",
    "confidence",
    "inputs",
    "also_matched",
    "reason",
)
GROUP_COLUMNS: Final = ("group_number", "wave", "in_cycle", "map_column", "map_row")
_Given = dict[str, sa.ColumnElement]

_RECORD: Final = {"record": sa.Integer()}
_EMPTY: Final = {
    "inputs": sa.text("'{}'::jsonb"),
    "also_matched": sa.text("'{}'::text[]"),
    "raw": sa.literal(""),
    "evidence": sa.literal(""),
    "reason": sa.literal(""),
    "in_cycle": sa.false(),
}
"""What stands where a frame says null and the table allows none."""


class AdvicePublishing:
    """Writes the findings, decisions and groups of one import's assets.

    Reads the temporary table ``published``.

    Args:
        said_by: The import that a row is kept under; the publication's by default.
    """

    def __init__(
        self,
        session: Session,
        scope: Scope,
        publication: Publication,
        said_by: sa.ColumnElement | None = None,
    ) -> None:
        self._session = session
        self._scope = scope
        self._publication = publication
        if said_by is None:
            said_by = sa.literal(publication.session_id)
        self._said_by = said_by

    def run(self, *, replace: bool) -> None:
        """Write them; with ``replace``, in the place of what earlier imports said.

        A frame of groups may name the import of each in a column session_id.
        """
        self._findings(replace=replace)
        self._decisions(replace=replace)
        self._groups(replace=replace)

    def _findings(self, *, replace: bool) -> None:
        if replace:
            self._forget(FINDINGS)
        frame = self._publication.findings
        if frame.is_empty():
            return
        kinds = column_types(FINDINGS, *FINDING_COLUMNS)
        staged = stage(self._session, "staged_findings", _RECORD | kinds, frame)
        as_of: _Given = {"as_of": sa.literal(self._publication.as_of)}
        columns, rows = self._rows(staged, FINDING_COLUMNS, as_of)
        self._session.execute(
            sa.insert(FINDINGS).from_select(columns, rows, include_defaults=False)
        )

    def _decisions(self, *, replace: bool) -> None:
        """Write the rules' advice; what a person decided stays."""
        frame = self._publication.decisions
        if frame.is_empty():
            return
        kinds = column_types(DECISIONS, *DECISION_COLUMNS)
        staged = stage(self._session, "staged_decisions", _RECORD | kinds, frame)
        as_of: _Given = {"as_of": sa.literal(self._publication.as_of)}
        columns, rows = self._rows(staged, DECISION_COLUMNS, as_of)
        insert = postgresql.insert(DECISIONS).from_select(
            columns, rows, include_defaults=False
        )
        if replace:
            new = insert.excluded
            taken = (*DECISION_COLUMNS, "as_of", "session_id")
            insert = insert.on_conflict_do_update(
                index_elements=["asset_id", "engagement_id"],
                set_={name: new[name] for name in taken},
                where=sa.or_(
                    *(DECISIONS.c[name].is_distinct_from(new[name]) for name in taken)
                ),
            )
        self._session.execute(insert)

    def _groups(self, *, replace: bool) -> None:
        if replace:
            self._forget(GROUPS)
        frame = self._publication.groups
        if frame.is_empty():
            return
        kinds = column_types(GROUPS, *GROUP_COLUMNS)
        named = "session_id" in frame.columns
        if named:
            kinds |= column_types(GROUPS, "session_id")
        staged = stage(
            self._session,
            "staged_groups",
            _RECORD | kinds,
            frame.rename({"move_group": "group_number"}),
        )
        given: _Given = {"session_id": staged.c.session_id} if named else {}
        columns, rows = self._rows(staged, GROUP_COLUMNS, given)
        self._session.execute(
            sa.insert(GROUPS).from_select(columns, rows, include_defaults=False)
        )

    def _forget(self, table: sa.Table) -> None:
        """Drop what was said of the import's assets so far."""
        self._session.execute(
            sa.delete(table).where(
                table.c.engagement_id == self._scope.engagement_id,
                table.c.asset_id == PUBLISHED.c.asset_id,
            )
        )

    def _rows(
        self,
        staged: sa.Table,
        names: tuple[str, ...],
        given: _Given,
    ) -> tuple[list[str], sa.Select]:
        """Return target columns and the rows for them, one per staged row."""
        columns = {
            "id": new_id(self._session),
            "engagement_id": sa.literal(self._scope.engagement_id),
            "client_account_id": sa.literal(self._scope.client_account_id),
            "session_id": self._said_by,
            "asset_id": PUBLISHED.c.asset_id,
            **given,
            **{
                name: sa.func.coalesce(staged.c[name], _EMPTY[name])
                if name in _EMPTY
                else staged.c[name]
                for name in names
            },
        }
        rows = sa.select(*columns.values()).join_from(
            staged, PUBLISHED, PUBLISHED.c.record == staged.c.record
        )
        return list(columns), rows
