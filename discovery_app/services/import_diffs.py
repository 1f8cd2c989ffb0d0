"""What one import changed in the inventory."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from discovery_app.domain.access import Permission, Scope
from discovery_app.domain.import_changes import (
    AssetChange,
    ChangeKind,
    FieldChange,
    ImportDiff,
    place_words,
)
from discovery_app.domain.inventory import PAGE_SIZE
from discovery_app.errors import NotFoundError
from discovery_app.knowledge.fields import ASSET_FIELDS, target_label
from discovery_app.services.asset_queries import check_page
from discovery_app.services.disagreements import UNKNOWN_SOURCES
from discovery_app.services.staged_assets import UNITED
from discovery_app.services.tables import ASSETS, CHANGES, SOURCES, UPLOADS

_ORDER: Final = {name: place for place, name in enumerate(ASSET_FIELDS)}


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
        baseline = self._baseline(scope, session_id)
        told = _told(scope, session_id, baseline).subquery()
        rows = self._session.execute(
            sa.select(told.c.kind, sa.func.count()).group_by(told.c.kind)
        )
        counts = {kind.value: 0 for kind in ChangeKind} | dict(rows.all())
        compared = title_of(self._session, scope, baseline) if baseline else ""
        return ImportDiff(**counts, compared_with=compared)

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
        told = self._chosen(scope, session_id, kind, search).subquery()
        rows = self._session.execute(
            sa.select(told)
            .order_by(_rank(told.c.kind), told.c.name, told.c.id)
            .offset(offset)
            .limit(limit)
        ).all()
        details = _Details(self._session, scope, session_id, [row.id for row in rows])
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
        told = self._chosen(scope, session_id, kind, search).subquery()
        return self._session.scalar(sa.select(sa.func.count()).select_from(told)) or 0

    def _chosen(
        self, scope: Scope, session_id: UUID, kind: ChangeKind | None, search: str
    ) -> sa.Select:
        baseline = self._baseline(scope, session_id)
        told = _told(scope, session_id, baseline).subquery()
        chosen = sa.select(told)
        if kind is not None:
            chosen = chosen.where(told.c.kind == kind.value)
        if search:
            chosen = chosen.where(told.c.name.icontains(search, autoescape=True))
        return chosen

    def _baseline(self, scope: Scope, session_id: UUID) -> UUID | None:
        """Return the newest earlier import of the same list, if there is one.

        The same list is what comes from the same tool (of an unknown one: in a file
        of the same name) and tells about at least one of the same assets. An import
        of corrected rows is a part of a list, and compared with none.
        """
        mine, other = SOURCES.alias("mine"), SOURCES.alias("other")
        this, before = UPLOADS.alias("this"), UPLOADS.alias("before")
        engagement = scope.engagement_id
        same_list = sa.and_(
            other.c.source == mine.c.source,
            sa.or_(mine.c.source.not_in(UNKNOWN_SOURCES), other.c.file == mine.c.file),
        )
        return self._session.scalar(
            sa.select(before.c.id)
            .select_from(mine)
            .join(this, this.c.id == mine.c.session_id)
            .join(
                other,
                sa.and_(
                    other.c.asset_id == mine.c.asset_id,
                    other.c.engagement_id == mine.c.engagement_id,
                    same_list,
                ),
            )
            .join(before, before.c.id == other.c.session_id)
            .where(
                mine.c.session_id == session_id,
                mine.c.engagement_id == engagement,
                this.c.engagement_id == engagement,
                before.c.engagement_id == engagement,
                before.c.created_at < this.c.created_at,
                this.c.corrects_session_id.is_(None),
                before.c.corrects_session_id.is_(None),
            )
            .order_by(before.c.created_at.desc())
            .limit(1)
        )


class _Details:
    """What there is to say of the assets of one page."""

    def __init__(
        self, session: Session, scope: Scope, session_id: UUID, ids: Sequence[UUID]
    ) -> None:
        self._session = session
        self._scope = scope
        self._session_id = session_id
        self._ids = ids
        self._sources = self._read_sources()
        self._changes = self._read_changes()
        self._now = self._read_now()

    def place(self, asset_id: UUID) -> dict[str, Any]:
        """Return the row that told about the asset: this import's, or the newest."""
        told = self._sources[asset_id]
        mine = [one for one in told if one.session_id == self._session_id]
        for one in mine or told:
            return {"file": one.file, "sheet": one.sheet, "row": one.row}
        return {"file": "", "sheet": "", "row": None}

    def fields(self, asset_id: UUID) -> tuple[FieldChange, ...]:
        """Return what the import changed on the asset."""
        changes = self._changes[asset_id]
        own = [one for one in changes if one.session_id == self._session_id]
        if not own:
            return ()
        later = changes[changes.index(own[0]) + 1 :]
        now = self._now.get(asset_id, {})
        found: list[FieldChange] = []
        for name, value in sorted(own[0].before.items(), key=_place):
            after = _after(name, later, now)
            told = self._told_before(asset_id, name)
            found += [
                FieldChange(name, label, old, new, told)
                for label, old, new in _parts(name, value, after)
            ]
        return tuple(found)

    def _told_before(self, asset_id: UUID, field: str) -> str:
        told = self._sources[asset_id]
        mine = [one for one in told if one.session_id == self._session_id]
        for one in told:
            earlier = mine and one.seen_at < mine[0].seen_at
            if earlier and field in one.fields:
                return place_words(one.file, one.sheet, one.row)
        return ""

    def _read_sources(self) -> Mapping[UUID, list[sa.Row]]:
        source = SOURCES.c
        rows = self._session.execute(
            sa.select(SOURCES)
            .where(
                source.asset_id.in_(self._ids),
                source.engagement_id == self._scope.engagement_id,
            )
            .order_by(source.seen_at.desc(), source.row)
        )
        return _by_asset(rows.all())

    def _read_changes(self) -> Mapping[UUID, list[sa.Row]]:
        """Return the changes of every import, in the order the imports began."""
        change = CHANGES.c
        rows = self._session.execute(
            sa.select(CHANGES)
            .join(UPLOADS, UPLOADS.c.id == change.session_id)
            .where(
                change.asset_id.in_(self._ids),
                change.engagement_id == self._scope.engagement_id,
                UPLOADS.c.engagement_id == self._scope.engagement_id,
            )
            .order_by(UPLOADS.c.created_at)
        )
        return _by_asset(rows.all())

    def _read_now(self) -> dict[UUID, dict[str, Any]]:
        whole = sa.func.to_jsonb(sa.literal_column("assets"))
        rows = self._session.execute(
            sa.select(ASSETS.c.id, whole).where(
                ASSETS.c.id.in_(self._ids),
                ASSETS.c.engagement_id == self._scope.engagement_id,
            )
        )
        return dict(rows.all())


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


def _told(scope: Scope, session_id: UUID, baseline: UUID | None) -> sa.Select:
    """Return the assets that the import has, or has not any more, with their kind."""
    asset = ASSETS.c
    updated = sa.exists().where(
        CHANGES.c.asset_id == asset.id,
        CHANGES.c.engagement_id == asset.engagement_id,
        CHANGES.c.session_id == session_id,
    )
    kind = sa.case(
        (asset.first_session_id == session_id, ChangeKind.CREATED.value),
        (updated, ChangeKind.UPDATED.value),
        else_=ChangeKind.UNCHANGED.value,
    )
    here = _assets_of(scope, kind).where(_told_by(scope, session_id))
    if baseline is None:
        return here
    gone = _assets_of(scope, sa.literal(ChangeKind.GONE.value)).where(
        _told_by(scope, baseline), ~_told_by(scope, session_id)
    )
    both = sa.union_all(here, gone).subquery()
    return sa.select(both)


def _rank(kind: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    order = (
        ChangeKind.UPDATED,
        ChangeKind.CREATED,
        ChangeKind.GONE,
        ChangeKind.UNCHANGED,
    )
    return sa.case({word.value: place for place, word in enumerate(order)}, value=kind)


def _assets_of(scope: Scope, kind: sa.ColumnElement) -> sa.Select:
    asset = ASSETS.c
    return sa.select(
        asset.id,
        asset.asset_name.label("name"),
        asset.asset_type.label("type"),
        sa.cast(kind, sa.Text()).label("kind"),
    ).where(asset.engagement_id == scope.engagement_id)


def _told_by(scope: Scope, session_id: UUID) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        SOURCES.c.asset_id == ASSETS.c.id,
        SOURCES.c.engagement_id == scope.engagement_id,
        SOURCES.c.session_id == session_id,
    )


def _by_asset(rows: Sequence[sa.Row]) -> Mapping[UUID, list[sa.Row]]:
    found: defaultdict[UUID, list[sa.Row]] = defaultdict(list)
    for row in rows:
        found[row.asset_id].append(row)
    return found


def _after(field: str, later: Sequence[sa.Row], now: Mapping[str, Any]) -> Any:
    """Return the value before the next import that changed it, else that of today."""
    for one in later:
        if field in one.before:
            return one.before[field]
    return now.get(field)


def _parts(field: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Return label, old and new value; of a map each of its keys that differs."""
    if field not in UNITED:
        yield target_label(field), before, after
        return
    old, new = before or {}, after or {}
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            label = f"{target_label(field)} {key}" if field in ASSET_FIELDS else key
            yield label, old.get(key), new.get(key)


def _place(pair: tuple[str, Any]) -> tuple[int, str]:
    return _ORDER.get(pair[0], len(_ORDER)), pair[0]
