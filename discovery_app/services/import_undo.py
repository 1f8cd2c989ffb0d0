"""Taking an import back.

Undoing touches only what no other import has touched since: assets that the import
created and nobody else tells about are removed, assets it updated get the values from
before. Everything else stays and is counted as kept.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.errors import InvalidInputError
from discovery_app.services.audit import AuditService
from discovery_app.services.import_diffs import title_of
from discovery_app.services.publication import lock_inventory
from discovery_app.services.staged_assets import SEARCHED, search_text
from discovery_app.services.tables import ASSETS, SOURCES

# Assets that this import told about, and whether another one did later or, for a
# created asset, at all: a source row of another import that is not older.
_TOUCHED = sa.text(
    """
    create temporary table touched on commit drop as
    with mine as (
        select asset_id, max(seen_at) as seen_at
        from asset_sources
        where engagement_id = :engagement_id and session_id = :session_id
        group by asset_id
    )
    select a.id as asset_id, m.seen_at,
        a.first_session_id = :session_id as created,
        c.asset_id is not null as updated,
        exists (
            select from asset_sources o
            where o.asset_id = a.id and o.engagement_id = :engagement_id
            and o.session_id <> :session_id
            and (o.seen_at >= m.seen_at or a.first_session_id = :session_id)) as later,
        exists (
            select from decisions d
            where d.asset_id = a.id and d.engagement_id = :engagement_id
            and d.override is not null) as overridden
    from mine m
    join assets a on a.id = m.asset_id and a.engagement_id = :engagement_id
    left join import_changes c on c.asset_id = a.id
        and c.engagement_id = :engagement_id and c.session_id = :session_id
    """
)
_COUNTS = sa.text(
    """
    select count(*) filter (where created and not later) as removed,
        count(*) filter (where updated and not created and not later) as restored,
        count(*) filter (where later and (created or updated)) as kept,
        count(*) filter (where created and not later and overridden) as decisions
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
    where t.later and (t.created or t.updated and o.seen_at >= t.seen_at)
    group by u.id, u.title
    order by count(distinct t.asset_id) desc, u.title
    limit 5
    """
)
_RESTORED = sa.text(
    """
    select p.*
    from pg_temp.touched t
    join assets a on a.id = t.asset_id and a.engagement_id = :engagement_id
    join import_changes c on c.asset_id = a.id
        and c.engagement_id = :engagement_id and c.session_id = :session_id
    cross join lateral jsonb_populate_record(a, c.before) p
    where t.updated and not t.created and not t.later
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
        """
        delete from applications
        where engagement_id = :engagement_id and session_id = :session_id
        and key not in (
            select lower(left(trim(part), 300))
            from assets a
            cross join lateral
                regexp_split_to_table(a.application_name, '[,;\\n]') as part
            where a.engagement_id = :engagement_id
            and a.application_name is not null)
        """,
    )
)
_NOT_RESTORED: Final = frozenset(
    {
        "id",
        "engagement_id",
        "client_account_id",
        "search_text",
        "first_session_id",
        "last_session_id",
        "created_at",
        "updated_at",
    }
)


@dataclass(frozen=True)
class UndoPreview:
    """What undoing an import would do.

    Attributes:
        removed: Assets that only this import knows.
        restored: Assets that get their values from before.
        kept: Assets it touched that stay, because another import touched them, too.
        decisions: People's decisions that go with the removed assets.
        kept_by: What people call the imports because of which assets are kept, those
            with the most first; at most five.
    """

    removed: int
    restored: int
    kept: int
    decisions: int
    kept_by: tuple[str, ...] = ()


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

        The edges it brought go, too. Advice for restored assets is as it was and is
        worked out again by their next import.

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
        for statement in _CLEAN_UP:
            self._session.execute(statement, _tenant(scope, session_id))
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
        tenant = _tenant(scope, session_id)
        restored = (
            _RESTORED.bindparams(**tenant).columns(*ASSETS.c).subquery("restored")
        )
        told_before = (
            sa.select(SOURCES.c.session_id)
            .where(
                SOURCES.c.asset_id == ASSETS.c.id,
                SOURCES.c.engagement_id == ASSETS.c.engagement_id,
                SOURCES.c.session_id != session_id,
            )
            .order_by(SOURCES.c.seen_at.desc())
            .limit(1)
            .scalar_subquery()
        )
        values = {c.name: restored.c[c.name] for c in ASSETS.c if _is_restored(c)}
        searched = {name: restored.c[name] for name in SEARCHED}
        self._session.execute(
            sa.update(ASSETS)
            .values(
                **values,
                search_text=search_text(searched),
                last_session_id=sa.func.coalesce(
                    told_before, ASSETS.c.first_session_id
                ),
                updated_at=sa.func.now(),
            )
            .where(
                ASSETS.c.id == restored.c.id,
                ASSETS.c.engagement_id == scope.engagement_id,
            )
        )

    def _look(self, scope: Scope, session_id: UUID) -> UndoPreview:
        """Leave the temporary table ``touched`` and return what it counts."""
        self._session.execute(sa.text("drop table if exists pg_temp.touched"))
        self._session.execute(_TOUCHED, _tenant(scope, session_id))
        counts = self._session.execute(_COUNTS).one()
        titles = self._session.scalars(_KEPT_BY, _tenant(scope, session_id))
        return UndoPreview(*counts, kept_by=tuple(titles))


def _tenant(scope: Scope, session_id: UUID) -> dict[str, UUID]:
    return {"engagement_id": scope.engagement_id, "session_id": session_id}


def _is_restored(column: sa.Column) -> bool:
    return column.name not in _NOT_RESTORED
