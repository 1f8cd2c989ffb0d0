"""What one import changed in the inventory.

The lists are read kind by kind in the order of an index, and the counts from indexes
alone: an import of 300,000 assets is looked at as fast as one of three.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.import_changes import AssetChange, ChangeKind, ImportDiff
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.errors import NotFoundError
from discovery_app.services.asset_queries import check_page
from discovery_app.services.change_details import ChangeDetails
from discovery_app.services.disagreements import UNKNOWN_SOURCES
from discovery_app.services.tables import ASSETS, CHANGES, SOURCES, UPLOADS

_SHOWN_FIRST: Final = (
    ChangeKind.UPDATED,
    ChangeKind.CREATED,
    ChangeKind.GONE,
    ChangeKind.UNCHANGED,
)


class ImportDiffService:
    """Shows what imports changed. It only reads.

    One instance serves one unit of work.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def diff(self, scope: Scope, session_id: UUID) -> ImportDiff:
        """Return how many assets the import created, updated and left as they were.

        Raises:
            NotFoundError: There is no such import in the engagement.
        """
        scope.require(Permission.VIEW)
        title_of(self._session, scope, session_id)
        return self._counts(scope, session_id, self._baseline(scope, session_id))

    def changes(
        self,
        scope: Scope,
        session_id: UUID,
        kind: ChangeKind | None = None,
        *,
        search: str = "",
        offset: int = 0,
        limit: int = PAGE_SIZE,
    ) -> tuple[AssetChange, ...]:
        """Return what the import did to each asset: what changed first, by name."""
        scope.require(Permission.VIEW)
        check_page(offset, limit)
        rows = self._page(scope, session_id, kind, search, offset, limit)
        details = ChangeDetails(
            self._session, scope, session_id, [row.id for row in rows]
        )
        return tuple(
            AssetChange(
                asset_id=row.id,
                asset_name=row.name,
                asset_type=row.type or "",
                kind=ChangeKind(row.kind),
                fields=details.fields(row.id) if row.kind == "updated" else (),
                **details.place(row.id),
            )
            for row in rows
        )

    def count(
        self,
        scope: Scope,
        session_id: UUID,
        kind: ChangeKind | None = None,
        search: str = "",
    ) -> int:
        """Return how many assets ``changes`` lists."""
        scope.require(Permission.VIEW)
        if not search:
            return self.diff(scope, session_id).count(kind)
        baseline = self._baseline(scope, session_id)
        kinds = _SHOWN_FIRST if kind is None else (kind,)
        counted = self._counted(scope, session_id, baseline, search)
        return sum(counted(one) for one in kinds)

    def _page(
        self,
        scope: Scope,
        session_id: UUID,
        kind: ChangeKind | None,
        search: str,
        offset: int,
        limit: int,
    ) -> Sequence[sa.Row]:
        """Return the assets of one page, kind after kind, each by name."""
        baseline = self._baseline(scope, session_id)
        counted = self._counted(scope, session_id, baseline, search)
        rows: list[sa.Row] = []
        for one in _SHOWN_FIRST if kind is None else (kind,):
            if len(rows) == limit:
                break
            if (offset or not search) and offset >= (number := counted(one)):
                offset -= number  # The page begins in a later kind.
                continue
            here = _named(_of_kind(scope, session_id, baseline, one), search)
            page = here.order_by(ASSETS.c.asset_name, ASSETS.c.id)
            rows += self._session.execute(
                page.offset(offset).limit(limit - len(rows))
            ).all()
            offset = 0
        return rows

    def _counted(
        self, scope: Scope, session_id: UUID, baseline: UUID | None, search: str
    ) -> Callable[[ChangeKind], int]:
        """Return what counts the assets of a kind; without a search, all at once."""
        if not search:
            whole = cache(lambda: self._counts(scope, session_id, baseline))
            return lambda kind: whole().count(kind)

        def count(kind: ChangeKind) -> int:
            named = _named(_of_kind(scope, session_id, baseline, kind), search)
            counted = sa.select(sa.func.count()).select_from(named.subquery())
            return self._session.scalar(counted) or 0

        return count

    def _counts(
        self, scope: Scope, session_id: UUID, baseline: UUID | None
    ) -> ImportDiff:
        compared = title_of(self._session, scope, baseline) if baseline else ""
        told = self._number(SOURCES, scope, SOURCES.c.session_id == session_id)
        created = self._number(ASSETS, scope, ASSETS.c.first_session_id == session_id)
        updated = self._number(CHANGES, scope, CHANGES.c.session_id == session_id)
        gone = self._gone(scope, session_id, baseline) if baseline else 0
        # Each asset that an import created or changed has one row of it that tells so.
        return ImportDiff(
            created=created,
            updated=updated,
            unchanged=told - created - updated,
            gone=gone,
            compared_with=compared,
        )

    def _number(
        self, table: sa.Table, scope: Scope, where: sa.ColumnElement[bool]
    ) -> int:
        counted = sa.select(sa.func.count()).select_from(table)
        mine = table.c.engagement_id == scope.engagement_id
        return self._session.scalar(counted.where(mine, where)) or 0

    def _gone(self, scope: Scope, session_id: UUID, baseline: UUID) -> int:
        """Return how many assets the other import has and this one has not."""
        this, before = SOURCES.alias("this"), SOURCES.alias("before")
        both = this.join(
            before,
            sa.and_(
                before.c.asset_id == this.c.asset_id,
                before.c.engagement_id == this.c.engagement_id,
            ),
        )
        shared = self._session.scalar(
            sa.select(sa.func.count())
            .select_from(both)
            .where(
                this.c.engagement_id == scope.engagement_id,
                this.c.session_id == session_id,
                before.c.session_id == baseline,
            )
        )
        told = self._number(SOURCES, scope, SOURCES.c.session_id == baseline)
        return told - (shared or 0)

    def _baseline(self, scope: Scope, session_id: UUID) -> UUID | None:
        """Return the newest earlier import of the same list, if there is one.

        The same list is what comes from the same tool (of an unknown one: in a file
        of the same name) and tells about at least one of the same assets. An import
        of corrected rows is a part of a list, and compared with none.
        """
        this, before = UPLOADS.alias("this"), UPLOADS.alias("before")
        earlier = self._session.scalars(
            sa.select(before.c.id)
            .join_from(this, before, before.c.created_at < this.c.created_at)
            .where(
                this.c.id == session_id,
                this.c.engagement_id == scope.engagement_id,
                before.c.engagement_id == scope.engagement_id,
                this.c.corrects_session_id.is_(None),
                before.c.corrects_session_id.is_(None),
            )
            .order_by(before.c.created_at.desc())
        )
        mine = self._source(scope, session_id)
        for one in earlier:  # One after the other: the newest is mostly it.
            if self._source(scope, one) == mine and self._is_same_list(
                scope, session_id, one, mine
            ):
                return one
        return None

    def _source(self, scope: Scope, session_id: UUID) -> str | None:
        """Return the tool that an import comes from; all its rows name the same."""
        return self._session.scalar(
            sa.select(SOURCES.c.source)
            .where(
                SOURCES.c.engagement_id == scope.engagement_id,
                SOURCES.c.session_id == session_id,
            )
            .limit(1)
        )

    def _is_same_list(
        self, scope: Scope, session_id: UUID, earlier: UUID, source: str | None
    ) -> bool:
        mine, other = SOURCES.alias("mine"), SOURCES.alias("other")
        same = [
            mine.c.engagement_id == scope.engagement_id,
            mine.c.session_id == session_id,
            other.c.engagement_id == scope.engagement_id,
            other.c.session_id == earlier,
            other.c.asset_id == mine.c.asset_id,
        ]
        if source is None or source in UNKNOWN_SOURCES:
            same.append(other.c.file == mine.c.file)
        found = sa.select(sa.literal(1)).where(*same).limit(1)
        return self._session.scalar(found) is not None


def title_of(session: Session, scope: Scope, session_id: UUID) -> str:
    """Return what people call the import.

    Raises:
        NotFoundError: There is no such import in the engagement.
    """
    title = session.scalar(
        sa.select(UPLOADS.c.title).where(
            UPLOADS.c.id == session_id,
            UPLOADS.c.engagement_id == scope.engagement_id,
        )
    )
    if title is None:
        raise NotFoundError("import", session_id)
    return title


def _named(assets: sa.Select, search: str) -> sa.Select:
    if not search:
        return assets
    return assets.where(ASSETS.c.asset_name.icontains(search, autoescape=True))


def _of_kind(
    scope: Scope, session_id: UUID, baseline: UUID | None, kind: ChangeKind
) -> sa.Select:
    """Return the assets that the import did ``kind`` to."""
    asset = ASSETS.c
    mine = asset.first_session_id == session_id
    told = _told_by(scope, session_id)
    changed = sa.exists().where(
        CHANGES.c.asset_id == asset.id,
        CHANGES.c.engagement_id == scope.engagement_id,
        CHANGES.c.session_id == session_id,
    )
    conditions = {
        ChangeKind.CREATED: (mine,),
        ChangeKind.UPDATED: (changed, ~mine),
        ChangeKind.UNCHANGED: (told, ~mine, ~changed),
        ChangeKind.GONE: (_told_by(scope, baseline), ~told)
        if baseline
        else (sa.false(),),
    }
    return sa.select(
        asset.id,
        asset.asset_name.label("name"),
        asset.asset_type.label("type"),
        sa.cast(kind.value, sa.Text()).label("kind"),
    ).where(asset.engagement_id == scope.engagement_id, *conditions[kind])


def _told_by(scope: Scope, session_id: UUID) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        SOURCES.c.asset_id == ASSETS.c.id,
        SOURCES.c.engagement_id == scope.engagement_id,
        SOURCES.c.session_id == session_id,
    )
