"""Taking an import back.

Undoing touches only what no other import has touched since: assets that the import
created and nobody else tells about are removed, assets it updated get the values from
before, but for those that a person set. Everything else stays and is counted as kept.
"""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.import_changes import UndoPreview
from discovery_app.domain.inventory import WordCount
from discovery_app.errors import InvalidInputError
from discovery_app.knowledge.fields import target_label
from discovery_app.services.audit import AuditService
from discovery_app.services.earlier_runs import REMOVE_UNNAMED_APPLICATIONS
from discovery_app.services.evaluations import EvaluationService
from discovery_app.services.import_diffs import title_of
from discovery_app.services.import_traces import TOUCHED, find_traces
from discovery_app.services.publication import lock_inventory
from discovery_app.services.restoring import restore_assets

_COUNTS = sa.text(
    """
    select count(*) filter (where created and not later) as removed,
        count(*) filter (where updated and not created and not later) as restored,
        count(*) filter (where later and (created or updated)) as kept,
        count(*) filter (where created and not later and by_hand) as decisions
    from pg_temp.touched
    """
)
_KEPT_BY = sa.text(
    """
    select u.title
    from pg_temp.touched t
    join asset_sources o on o.asset_id = t.asset_id
        and o.engagement_id = :engagement_id and o.session_id <> :session_id
    join data_import_sessions u on u.id = o.session_id
        and u.engagement_id = :engagement_id
    join data_import_sessions this on this.id = :session_id
        and this.engagement_id = :engagement_id
    where t.later and (t.created or t.updated and u.created_at > this.created_at)
    group by u.id, u.title
    order by count(distinct t.asset_id) desc, u.title
    limit 5
    """
)
_HELD = sa.text(
    """
    select one.field, count(*) as assets
    from pg_temp.touched t
    join pg_temp.before b on b.before_of = t.asset_id
    join pg_temp.standing s on s.asset_id = t.asset_id
    cross join lateral jsonb_object_keys(s.decided) as one (field)
    where t.updated and not t.created and not t.later and b.told ? one.field
    group by one.field
    order by assets desc, one.field
    """
)
_CLEAN_UP: Final = tuple(
    sa.text(statement)
    for statement in (
        """
        delete from assets a using pg_temp.touched t
        where a.id = t.asset_id and a.engagement_id = :engagement_id
        and t.created and not t.later
        """,
        """
        delete from conflicts c using pg_temp.touched t
        where c.asset_id = t.asset_id and c.engagement_id = :engagement_id
        and c.session_id = :session_id and c.resolved_at is null and not t.later
        """,
        """
        delete from asset_sources s using pg_temp.touched t
        where s.asset_id = t.asset_id and s.engagement_id = :engagement_id
        and s.session_id = :session_id and not t.later
        """,
        """
        delete from import_changes c using pg_temp.touched t
        where c.asset_id = t.asset_id and c.engagement_id = :engagement_id
        and c.session_id = :session_id and not t.later
        """,
        """
        delete from dependencies
        where engagement_id = :engagement_id and session_id = :session_id
        """,
    )
)


class ImportUndoService:
    """Undoes imports, after showing what that would do.

    One instance serves one unit of work. It flushes; it never commits.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def preview(self, scope: Scope, session_id: UUID) -> UndoPreview:
        """Return what undoing the import would do; nothing is changed.

        Raises:
            NotFoundError: There is no such import in the engagement.
        """
        scope.require(Permission.IMPORT_FILES)
        title_of(self._session, scope, session_id)
        return self._look(scope, session_id)

    def undo(self, scope: Scope, session_id: UUID, reason: str) -> UndoPreview:
        """Take the import back as far as no other import has touched its assets.

        The edges it brought go, too. A runner then connects and judges again what is
        left.

        Raises:
            NotPermittedError: The role may not import, and so not undo.
            NotFoundError: There is no such import in the engagement.
            InvalidInputError: No reason is given.
        """
        scope.require(Permission.IMPORT_FILES)
        if not reason.strip():
            raise InvalidInputError("Say why; it is kept in the audit log.")
        title = title_of(self._session, scope, session_id)
        lock_inventory(self._session, scope)
        done = self._look(scope, session_id)
        self._restore(scope, session_id)
        for statement in (*_CLEAN_UP, REMOVE_UNNAMED_APPLICATIONS):
            self._session.execute(statement, _tenant(scope, session_id))
        EvaluationService(self._session).ask_after_undo(scope)
        AuditService(self._session).record(
            scope,
            "import_undone",
            title,
            reason.strip(),
            details={
                "session_id": str(session_id),
                "removed": done.removed,
                "restored": done.restored,
                "kept": done.kept,
            },
        )
        return done

    def _restore(self, scope: Scope, session_id: UUID) -> None:
        """Give the updated assets the values that ``import_changes`` kept."""
        chosen = sa.select(TOUCHED.c.asset_id).where(
            TOUCHED.c.updated, ~TOUCHED.c.created, ~TOUCHED.c.later
        )
        restore_assets(self._session, scope, session_id, chosen)

    def _look(self, scope: Scope, session_id: UUID) -> UndoPreview:
        """Leave the tables of ``services.import_traces``; return what they count."""
        find_traces(self._session, scope, session_id, again=False)
        given = _tenant(scope, session_id)
        counts = self._session.execute(_COUNTS).one()
        held = self._session.execute(_HELD).all()
        return UndoPreview(
            *counts,
            kept_by=tuple(self._session.scalars(_KEPT_BY, given)),
            held=tuple(WordCount(target_label(name), count) for name, count in held),
        )


def _tenant(scope: Scope, session_id: UUID) -> dict[str, UUID]:
    return {"engagement_id": scope.engagement_id, "session_id": session_id}
